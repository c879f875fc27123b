"""The chats' file for a channel that must not wait: in a thread of its own, and never a reason not to answer."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Optional, TypeVar

from bot.channels.chat_store import Begun, Chat, ChatStore
from bot.config import get_settings

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


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
        self._thread = ThreadPoolExecutor(1, f"{channel}-store")

    async def keep(self, work: Callable[[ChatStore], Result]) -> Optional[Result]:
        """Uses the file, in its thread; None when it cannot be used: the person is answered all the same."""
        try:
            return await self._in_thread(lambda: work(self._opened()))
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
        """Closes the file and ends the thread."""
        if self._store is not None:
            await self._in_thread(self._store.close)
        self._thread.shutdown()

    def _opened(self) -> ChatStore:
        if self._store is None:
            self._store = ChatStore(self._path or get_settings().var_dir / "channels.db")
        return self._store

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
