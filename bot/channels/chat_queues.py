"""One message of a chat after the other, many chats at once, and never more work than fits.

A job that only waits, such as for a platform that asked for patience, gives its room to another chat (`pause`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager
from typing import Awaitable, Callable, Deque, Dict, Iterator, Tuple

Job = Callable[[], Awaitable[None]]


class Full(Exception):
    """There is no room for another message now: of this chat (`of_chat`), or at all."""

    def __init__(self, of_chat: bool) -> None:
        super().__init__()
        self.of_chat = of_chat


class Arrivals:
    """Keeps a chat's messages in the order in which they came while each waits for something before it is queued."""

    def __init__(self) -> None:
        """Creates it; nothing has come."""
        self._last: Dict[str, asyncio.Future[None]] = {}

    @contextmanager
    def place(self, chat: str) -> Iterator[Callable[[], Awaitable[None]]]:
        """Holds the place of what has come now until the block is left.

        Yields:
            To be awaited in the block: is done when all that came before in the chat has left its own.
        """
        before, mine = self._last.get(chat), asyncio.get_running_loop().create_future()
        self._last[chat] = mine

        async def my_turn() -> None:
            if before is not None:
                await asyncio.wait({before})

        try:
            yield my_turn
        finally:
            # Who leaves before its turn does not let those behind it pass those before it.
            if before is None or before.done():
                self._leave(chat, mine)
            else:
                before.add_done_callback(lambda _: self._leave(chat, mine))

    async def settle(self) -> None:
        """Waits until everything that has come so far has left its place."""
        if self._last:
            await asyncio.wait(set(self._last.values()))

    def _leave(self, chat: str, mine: asyncio.Future[None]) -> None:
        mine.set_result(None)
        if self._last.get(chat) is mine:
            del self._last[chat]


class ChatQueues:
    """Runs jobs in the order in which they came, chat by chat."""

    def __init__(self, parallel: int = 64, most_a_chat: int = 20, most: int = 20_000) -> None:
        """Creates empty queues.

        Args:
            parallel: Jobs that run at the same time; one that pauses does not count.
            most_a_chat: Jobs of one chat that may wait.
            most: Jobs that may wait in all, those that pause among them.
        """
        self._room = asyncio.Semaphore(parallel)
        self._most_a_chat, self._most = most_a_chat, most
        self._waiting: Dict[str, Deque[Tuple[Job, asyncio.Future[None]]]] = {}
        self._workers: Dict[str, asyncio.Task[None]] = {}
        self._count = 0

    def add(self, chat: str, job: Job) -> asyncio.Future[None]:
        """Puts a job at the end of its chat's queue.

        Returns:
            Done when the job is; holds the exception that the job raised.

        Raises:
            Full: The job was not taken.
        """
        waiting = self._waiting.get(chat, deque())
        if len(waiting) >= self._most_a_chat or self._count >= self._most:
            # Nothing is kept of a chat that is turned away: no worker would come to clear it.
            raise Full(of_chat=len(waiting) >= self._most_a_chat)
        self._waiting[chat] = waiting
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append((job, done))
        self._count += 1
        if chat not in self._workers:
            self._workers[chat] = asyncio.ensure_future(self._work(chat))
        return done

    async def pause(self, seconds: float) -> None:
        """Sleeps inside a job, without its room; a job takes up its work again once there is room."""
        self._room.release()
        self._count += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            self._count -= 1
            # Also when it is stopped: the worker gives the room back, so it must have it.
            await self._room.acquire()

    async def drain(self, seconds: float) -> None:
        """Waits until everything is done, at most so long; what is left then is stopped."""
        workers = list(self._workers.values())
        if not workers:
            return
        _, left = await asyncio.wait(workers, timeout=seconds)
        for worker in left:
            worker.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _work(self, chat: str) -> None:
        waiting = self._waiting[chat]
        try:
            while waiting:
                async with self._room:
                    # Not before there is room: until then it waits, and counts as one that does.
                    job, done = waiting.popleft()
                    self._count -= 1
                    await _run(job, done)
        finally:
            self._count -= len(waiting)
            for _, done in waiting:
                done.cancel()
            del self._waiting[chat], self._workers[chat]


async def _run(job: Job, done: asyncio.Future[None]) -> None:
    try:
        await job()
    except Exception as error:  # noqa: BLE001 - handed to whoever waits for the job; the next one runs all the same
        if not done.cancelled():
            done.set_exception(error)
            # Somebody who no longer waits for it must not cause a complaint about an exception that nobody read.
            done.exception()
    else:
        if not done.cancelled():
            done.set_result(None)
    finally:
        if not done.done():
            done.cancel()
