"""Understands messages in threads, so that the event loop goes on serving others, and a second core can help.

Most of it is matrix products, during which Python lets other threads run. Our components may be used by several threads
(`bot.safety.engine`, `bot.text`), and a conversation's lock keeps its messages in order.
"""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Coroutine

#: More of them only wait for Python's own lock.
THREADS = 2


def install() -> None:
    """Changes Rasa's processor, once. Call it before Rasa serves."""
    from rasa.core.processor import MessageProcessor

    original = MessageProcessor.parse_message
    if getattr(original, "is_off_loop", False):
        return
    threads = ThreadPoolExecutor(THREADS, "understanding")

    @functools.wraps(original)
    async def parse_message(self: Any, *arguments: Any, **named: Any) -> Any:
        if self.http_interpreter is not None:
            return await original(self, *arguments, **named)
        work = original(self, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(threads, _finish, work)

    parse_message.is_off_loop = True  # type: ignore[attr-defined]
    MessageProcessor.parse_message = parse_message  # type: ignore[method-assign]


def _finish(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs a coroutine that waits for nothing: without a remote interpreter, Rasa's only computes."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise RuntimeError("Rasa's parse_message waited for something; it must run on the event loop.")
