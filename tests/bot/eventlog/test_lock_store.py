"""One message of a conversation at a time, across two servers; and answers go on while Redis is away."""

from __future__ import annotations

import asyncio
import secrets

import pytest
import redis
from rasa.core.lock_store import LockError

from bot import standby
from bot.eventlog import lock_store
from bot.eventlog.lock_store import SharedLockStore

URL = "redis://127.0.0.1:6379/1"
AWAY = "redis://127.0.0.1:1/1"


@pytest.fixture
def conversation():
    """A conversation of this test only; skipped with the reason where no Redis answers."""
    client = redis.Redis.from_url(URL, socket_connect_timeout=1)
    try:
        client.ping()
    except redis.RedisError:
        pytest.skip("no Redis answers on 127.0.0.1:6379")
    name = f"test-{secrets.token_hex(8)}"
    yield name
    client.delete(f"kindlight:conversation:{name}")
    client.close()


async def turns(stores, conversation, count):
    """Each turn notes its begin and its end."""
    seen = []

    async def turn(number):
        async with stores[number % len(stores)].lock(conversation):
            seen.append(("begin", number))
            await asyncio.sleep(0.01)
            seen.append(("end", number))

    await asyncio.gather(*(turn(number) for number in range(count)))
    return seen


async def test_two_servers_never_work_on_one_conversation_at_once(conversation):
    seen = await turns([SharedLockStore(url=URL), SharedLockStore(url=URL)], conversation, 12)
    assert len(seen) == 24
    assert all(seen[at][1] == seen[at + 1][1] for at in range(0, 24, 2))


async def test_messages_that_reach_one_server_keep_their_order(conversation):
    seen = await turns([SharedLockStore(url=URL)], conversation, 6)
    assert [number for what, number in seen if what == "begin"] == list(range(6))


async def test_while_redis_is_away_a_server_keeps_its_own_order():
    seen = await turns([SharedLockStore(url=AWAY)], "c1", 4)
    assert [number for what, number in seen if what == "begin"] == list(range(4))
    assert all(seen[at][1] == seen[at + 1][1] for at in range(0, 8, 2))


class Redis:
    """Takes names of locks as the real one does: as bytes."""

    def __init__(self):
        self.names = []

    def lock(self, name, **_):
        self.names.append(name.encode())
        return self

    async def acquire(self, token):
        return True

    async def release(self):
        """Nothing is held."""


async def test_a_conversation_whose_id_holds_half_a_character_is_locked_like_any_other():
    store = SharedLockStore(url=AWAY)
    store._redis = Redis()
    async with store.lock("half \ud800"):
        assert store._redis.names == [b"kindlight:conversation:half ?"]


async def test_the_lock_of_a_server_that_died_ends_by_itself(conversation, monkeypatch):
    monkeypatch.setattr(lock_store, "LIFETIME_SECONDS", 0.2)
    dead = await SharedLockStore(url=URL)._acquire(conversation)
    assert dead is not None
    async with SharedLockStore(url=URL).lock(conversation):
        assert not await dead.owned()


async def test_a_server_in_the_place_of_a_killed_one_ends_its_locks_and_no_others(conversation, monkeypatch):
    dead, living = SharedLockStore(url=URL), SharedLockStore(url=URL)
    dead._holder = lock_store._holder(999_999)
    held, kept = await dead._acquire(conversation), await living._acquire(f"{conversation}-2")
    monkeypatch.setattr(standby, "predecessor", lambda: 999_999)
    try:
        successor = SharedLockStore(url=URL)
        assert not await held.owned() and await kept.owned()
        began = asyncio.get_running_loop().time()
        async with successor.lock(conversation):
            # Not the six seconds after which it would have ended by itself.
            assert asyncio.get_running_loop().time() - began < lock_store.LIFETIME_SECONDS / 2
    finally:
        await kept.release()


async def test_a_server_in_the_place_of_a_killed_one_starts_while_redis_is_away(monkeypatch, caplog):
    monkeypatch.setattr(standby, "predecessor", lambda: 999_999)
    async with SharedLockStore(url=AWAY).lock("c1"):
        assert "locks of a killed server could not be ended" in caplog.text


async def test_a_slow_server_that_lives_keeps_its_lock(conversation, monkeypatch):
    monkeypatch.setattr(lock_store, "LIFETIME_SECONDS", 0.3)
    slow, quick, seen = SharedLockStore(url=URL), SharedLockStore(url=URL), []

    async def turn(store, name, seconds):
        async with store.lock(conversation):
            seen.append(f"{name} begins")
            await asyncio.sleep(seconds)
            seen.append(f"{name} ends")

    first = asyncio.ensure_future(turn(slow, "slow", 1.0))
    await asyncio.sleep(0.1)
    await asyncio.gather(first, turn(quick, "quick", 0.0))
    assert seen == ["slow begins", "slow ends", "quick begins", "quick ends"]


async def test_a_message_does_not_wait_for_ever(conversation, monkeypatch):
    monkeypatch.setattr(lock_store, "PATIENCE_SECONDS", 0.1)
    assert await SharedLockStore(url=URL)._acquire(conversation)
    with pytest.raises(LockError):
        async with SharedLockStore(url=URL).lock(conversation):
            pytest.fail("two held the conversation")


async def test_the_next_message_gets_through_after_a_turn_that_failed(conversation):
    store = SharedLockStore(url=URL)
    with pytest.raises(RuntimeError):
        async with store.lock(conversation):
            raise RuntimeError("the turn failed")
    async with store.lock(conversation):
        assert store.is_shared
