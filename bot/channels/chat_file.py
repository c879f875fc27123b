"""The chats' file for a channel that must not wait: in a thread of its own, and never a reason not to answer."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from pathlib import Path
from typing import Callable, Optional, TypeVar

from bot.channels.chat_store import Begun, Chat, ChatStore
from bot.channels.one_thread import OneThread
from bot.channels.patience import Patience
from bot.config import get_settings

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

#: When one use of the file takes longer, nobody waits for it or for what comes after it; longer than the store itself
#: waits for a lock (`LOCK_SECONDS`).
USE_SECONDS = 0.4
#: A server that stops waits so long for a use of the file that is under way; SQLite undoes what was not finished.
CLOSE_SECONDS = 2.0


class ChatFile:
    """One for a channel of a process; opened at the first message."""

    def __init__(self, channel: str, store: Optional[ChatStore] = None, path: Optional[Path] = None) -> None:
        """Creates the thread.

        Args:
            channel: For the log.
            store: By default the one of `path`.
            path: By default `channels.db` in the data folder.
        """
        self._channel = channel
        self._store = store
        self._path = path
        self._thread = OneThread(f"{channel}-store")
        self._patience = Patience(USE_SECONDS)
        #: Since when the use that the thread is at takes; None between two.
        self._busy_since: Optional[float] = None
        self._is_closed = False

    async def keep(self, work: Callable[[ChatStore], Result]) -> Optional[Result]:
        """Uses the file, in its thread; None when it cannot be used: the person is answered all the same."""
        try:
            return await self._in_time(lambda: work(self._opened()))
        # TimeoutError is one of OSError's.
        except (sqlite3.Error, OSError) as error:
            logger.error("%s: channels.db cannot be used (%s).", self._channel, type(error).__name__)
            return None

    async def begin(self, update: str) -> Begun:
        """Claims an update, by its keyed hash. Without the file, a process still knows what it has taken itself."""
        return await self.keep(lambda store: store.begin(update)) or Begun.NEW

    async def chat(self, key: str) -> Chat:
        """What is known of a chat."""
        return await self.keep(lambda store: store.chat(key)) or Chat(key)

    async def close(self) -> None:
        """Closes the file and ends the thread; from now on it cannot be used. One that is stuck is left as it is."""
        if self._is_closed:
            return
        self._is_closed = True
        closing = self._in_thread(self._close_store)
        self._thread.shutdown()
        await asyncio.wait({closing}, timeout=CLOSE_SECONDS)
        if closing.done():
            closing.result()
        else:
            logger.error("%s: channels.db is stuck and was not closed.", self._channel)

    def _close_store(self) -> None:
        if self._store is not None:
            self._store.close()

    def _opened(self) -> ChatStore:
        if self._store is None:
            self._store = ChatStore(self._path or get_settings().var_dir / "channels.db")
        return self._store

    async def _in_time(self, work: Callable[[], Result]) -> Result:
        """What the work gives. It is waited for as long as the thread gets on, however much comes before it."""
        if self._is_closed:
            raise sqlite3.ProgrammingError("the file is closed")
        if self._seconds_left() <= 0:
            # Nothing queues up behind what is stuck.
            raise TimeoutError
        done = self._in_thread(lambda: self._timed(work))
        try:
            while not done.done():
                left = self._seconds_left()
                if left <= 0:
                    self._patience.note_failure()
                    raise TimeoutError
                await asyncio.wait({done}, timeout=left)
        finally:
            # What the thread has not begun is not done any more, and nobody else hears of what it is at.
            done.cancel()
        return done.result()

    def _timed(self, work: Callable[[], Result]) -> Result:
        self._busy_since = time.monotonic()
        try:
            return work()
        finally:
            self._busy_since = None

    def _seconds_left(self) -> float:
        """How long the use that the thread is at may still take."""
        since = self._busy_since
        return self._patience.seconds - (0.0 if since is None else time.monotonic() - since)

    def _in_thread(self, work: Callable[[], Result]) -> asyncio.Future[Result]:
        return asyncio.get_running_loop().run_in_executor(self._thread, work)
