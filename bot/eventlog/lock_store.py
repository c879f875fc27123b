"""SharedLockStore: one message of a conversation at a time, across every Rasa server (`endpoints.production.yml`).

Rasa's own Redis store reads and writes a ticket list in two steps, so that two servers may both think that it is their
turn; it keeps the ticket of a server that died for a minute; and every Redis call holds up all other conversations.
Here the lock is redis-py's own (`SET NX PX`, released by a script that checks the owner), awaited, and ends by itself.
It names its server, so that one forked in the place of a killed server (`bot.standby`) ends what that one held.

While Redis is away each server keeps the order of what it handles itself and goes on answering: a person at risk does
not wait for a lock.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import time
from contextlib import asynccontextmanager
from typing import Any, AsyncGenerator, Dict, Optional

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore, LockError
from rasa.utils.endpoints import EndpointConfig
from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockNotOwnedError, RedisError

from bot import standby
from bot.text.readable import readable

logger = logging.getLogger(__name__)

#: A lock of a server that died ends after this time, shorter than the guard's patience; a living one renews its own.
LIFETIME_SECONDS = 6.0
#: How often a waiting message looks again.
LOOK_SECONDS = 0.02
#: A message that waited this long is given up (the guard answered long before).
PATIENCE_SECONDS = 30.0
#: After a failure Redis is left alone this long, so that not every message waits for a connection.
REST_SECONDS = 1.0
_ANSWER_SECONDS = 1.0
_PREFIX = "kindlight:conversation:"


class SharedLockStore(InMemoryLockStore):
    """The in-memory store orders the messages of this process; Redis orders the processes."""

    #: Other processes answer messages of the same conversations.
    is_shared = True

    def __init__(self, endpoint_config: Optional[EndpointConfig] = None, url: Optional[str] = None) -> None:
        """Connects at the first message.

        Args:
            endpoint_config: Of Rasa; the address comes from the settings.
            url: For tests; `redis://host:port/number`.
        """
        super().__init__()
        from bot.config import get_settings

        address = url or get_settings().redis_address
        waits: Dict[str, Any] = {"socket_timeout": _ANSWER_SECONDS, "socket_connect_timeout": _ANSWER_SECONDS}
        self._redis: Any = Redis.from_url(address, **waits)
        self._holder = _holder(os.getpid())
        self._rests_until = 0.0
        died = standby.predecessor()
        if died is not None:
            # Before the first message: who waits for such a lock has waited since the server died.
            _end_locks(BlockingRedis.from_url(address, **waits), _holder(died))

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = LOOK_SECONDS,
    ) -> AsyncGenerator[TicketLock, None]:
        """Holds the conversation until the block ends.

        Raises:
            LockError: Another message of the conversation held it for PATIENCE_SECONDS.
        """
        async with super().lock(conversation_id, lock_lifetime, wait_time_in_seconds) as ticket_lock:
            held = await self._acquire(conversation_id)
            keeper = asyncio.ensure_future(self._keep(held)) if held is not None else None
            try:
                yield ticket_lock
            finally:
                if held is not None and keeper is not None:
                    keeper.cancel()
                    await self._release(held)

    async def _acquire(self, conversation_id: str) -> Optional[Lock]:
        """None while Redis is away."""
        if time.monotonic() < self._rests_until:
            return None
        lock = self._redis.lock(
            # What cannot be written is left out: two such ids may wait for each other, which does no harm.
            _PREFIX + readable(conversation_id),
            timeout=LIFETIME_SECONDS,
            sleep=LOOK_SECONDS,
            blocking_timeout=PATIENCE_SECONDS,
            thread_local=False,
        )
        try:
            if await lock.acquire(token=self._holder + secrets.token_hex(8)):
                return lock
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            self._note_away(error)
            return None
        raise LockError("A conversation was busy for too long.")

    async def _keep(self, lock: Lock) -> None:
        """A server that is slow, but lives, keeps its lock: the next one must not handle the same message."""
        while True:
            await asyncio.sleep(LIFETIME_SECONDS / 3)
            try:
                await lock.reacquire()
            except (RedisError, OSError, asyncio.TimeoutError) as error:
                logger.warning("a lock could not be kept (%s)", type(error).__name__)
                return

    async def _release(self, lock: Lock) -> None:
        try:
            await lock.release()
        except LockNotOwnedError:
            logger.warning("a message took longer than its lock lasts")
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            self._note_away(error)

    def _note_away(self, error: BaseException) -> None:
        self._rests_until = time.monotonic() + REST_SECONDS
        logger.warning("Redis is away (%s); each server keeps its own order", type(error).__name__)


def _holder(process: int) -> str:
    """How the value of every lock of a server begins."""
    return f"{socket.gethostname()}:{process}:"


def _end_locks(redis: Any, holder: str) -> None:
    """Ends the locks of a server that is no more. When Redis is away they end by themselves."""
    try:
        for name in redis.scan_iter(match=f"{_PREFIX}*", count=1000):
            value = redis.get(name)
            if value is not None and value.startswith(holder.encode()):
                _end_lock(redis, name, value)
    except RedisError as error:
        logger.warning("locks of a killed server could not be ended (%s)", type(error).__name__)
    finally:
        redis.close()


def _end_lock(redis: Any, name: bytes, value: bytes) -> None:
    try:
        redis.lock(name).do_release(value)
    except LockNotOwnedError:
        logger.debug("a lock of a killed server had ended, and another server has it now")
