"""Sends one message, again with growing pauses when the platform asks for patience or fails."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Awaitable, Callable, TypeVar

logger = logging.getLogger(__name__)

ATTEMPTS = 6
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
#: A platform that wants a longer rest than this is not waited for.
MOST_PATIENCE_SECONDS = 120.0

Result = TypeVar("Result")


class TryLater(Exception):
    """The platform is busy, slow or broken. `seconds` is the pause it asked for, 0 when it named none."""

    def __init__(self, reason: str, seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Refused(Exception):
    """The platform will not take this, now or later: a blocked chat, a wrong token, a message it cannot read."""


async def deliver(
    send: Callable[[], Awaitable[Result]],
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    chance: Callable[[], float] = random.random,
    patience: float = MOST_PATIENCE_SECONDS,
) -> Result:
    """Calls `send` until it works.

    Args:
        send: Makes one attempt; raises TryLater or Refused.
        attempts: Most attempts.
        sleep: Waits between two attempts.
        chance: For tests.
        patience: The longest pause asked for that is waited for.

    Raises:
        TryLater: It did not work in so many attempts, or the pause asked for is too long.
        Refused: As raised by `send`.
    """
    for attempt in range(1, attempts + 1):
        try:
            return await send()
        except TryLater as reason:
            if attempt == attempts or reason.seconds > patience:
                raise
            await sleep(pause_seconds(attempt, reason.seconds, chance()))
    raise TryLater("no attempt was allowed")


def pause_seconds(attempt: int, asked: float, chance: float) -> float:
    """The pause after a failed attempt: as long as asked at least, else doubling, spread by chance (0 to 1)."""
    doubling: float = min(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
    # Many chats are asked to wait at the same moment; they must not all come back at the same moment.
    return asked + 0.25 * chance if asked else doubling * (0.5 + chance / 2)
