"""Long polling: asks Telegram for updates. For a machine without a public address; one process only.

Telegram forgets an update once a later one is asked for. So the oldest unanswered update is asked for again and again
until it is answered: a process that is killed loses nothing.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Optional

from bot.channels.delivery import Refused, TryLater, pause_seconds
from bot.channels.telegram_api import TelegramApi
from bot.channels.telegram_updates import ALLOWED_UPDATES, update_id
from bot.private_folder import make_private_folder

logger = logging.getLogger(__name__)

#: How long Telegram holds a request open when there is nothing new.
POLL_SECONDS = 25
#: While messages are being answered, new ones are asked for this often.
BUSY_SECONDS = 0.25
UPDATES_A_CALL = 100
#: The pause before an update is tried again; it doubles up to the most.
RETRY_SECONDS, MOST_RETRY_SECONDS = 3.0, 60.0
#: An update that cannot be answered in so many rounds is let go, so that it does not hold up all others.
MOST_ROUNDS = 20


class Poller:
    """Asks for updates and hands them on, many at once."""

    def __init__(self, api: TelegramApi, handle: Callable[[Any], Awaitable[bool]], lock: Path) -> None:
        """Creates the poller.

        Args:
            api: The bot's calls.
            handle: Answers one update; False asks to get it again.
            lock: File that only one process can hold.
        """
        self._api, self._handle, self._lock = api, handle, lock
        self._working: Dict[int, asyncio.Task[None]] = {}
        self._next: Optional[int] = None
        self._held: Optional[int] = None

    async def run(self) -> None:
        """Polls until cancelled. Ends at once when another process of this deployment polls already."""
        if workers() > 1 or not self._hold():
            print("kindlight: Telegram polling needs exactly one server process; this one does not poll.", flush=True)
            return
        failures = 0
        while True:
            try:
                await self._ask()
                failures = 0
            except Refused as error:
                print(f"kindlight: Telegram polling has ended ({error}). See docs/channels.md.", flush=True)
                return
            except TryLater as error:
                failures += 1
                logger.warning("telegram: polling failed (%s).", error)
                await asyncio.sleep(pause_seconds(min(failures, 8), error.seconds, 1.0))

    async def stop(self) -> None:
        """Asks for nothing more; answers under way are finished by the messaging core."""
        waiting = list(self._working.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        if self._held is not None:
            os.close(self._held)
            self._held = None

    async def _ask(self) -> None:
        parameters: Dict[str, Any] = {"limit": UPDATES_A_CALL, "allowed_updates": list(ALLOWED_UPDATES)}
        parameters["timeout"] = 0 if self._working else POLL_SECONDS
        offset = min(self._working, default=self._next)
        if offset is not None:
            parameters["offset"] = offset
        updates = await self._api.call("getUpdates", parameters, POLL_SECONDS + 10)
        new = [update for update in updates if self._is_new(update)] if isinstance(updates, list) else []
        for update in new:
            number = update_id(update)
            if number is not None:
                self._next = max(number + 1, self._next or 0)
                self._working[number] = asyncio.ensure_future(self._answer(number, update))
        if self._working:
            await asyncio.wait(self._working.values(), timeout=BUSY_SECONDS)
        elif not new:
            # A server that does not hold the request open must not be asked thousands of times a second.
            await asyncio.sleep(BUSY_SECONDS / 5)

    def _is_new(self, update: Any) -> bool:
        number = update_id(update)
        return number is not None and number not in self._working and number >= (self._next or 0)

    async def _answer(self, number: int, update: Any) -> None:
        try:
            for number_of_round in range(MOST_ROUNDS):
                if await self._handle(update):
                    return
                await asyncio.sleep(min(RETRY_SECONDS * 2**number_of_round, MOST_RETRY_SECONDS))
            logger.error("telegram: an update could not be answered in %d rounds.", MOST_ROUNDS)
        except Exception as error:  # noqa: BLE001 - one update must not end the polling
            logger.error("telegram: an update could not be handled (%s).", type(error).__name__)
        finally:
            self._working.pop(number, None)

    def _hold(self) -> bool:
        make_private_folder(self._lock.parent)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self._held = descriptor
        return True


def workers() -> int:
    """How many processes Rasa's server is told to start."""
    value = os.environ.get("SANIC_WORKERS", "1")
    return int(value) if value.isdecimal() else 1
