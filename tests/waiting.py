"""Waiting for something that comes about by itself: as long as a busy machine may need, and no longer than it takes."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Callable

PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.01


def wait_until(condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """What the condition says at last: true as soon as it is, or false after the seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(_PAUSE_SECONDS)
    return condition()


async def until(condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> None:
    """Returns once the condition is true; fails after the seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(_PAUSE_SECONDS)
