"""A job that only waits gives its room to others, and still counts as work."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.chat_queues import ChatQueues, Full
from bot.channels.delivery import TryLater
from tests.waiting import until

from .fake_messaging import Channel


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    monkeypatch.setenv("KINDLIGHT_CHANNEL_KEY", "key-of-a-test")


async def test_a_job_that_pauses_gives_its_room_to_another_chat_and_waits_for_it_afterwards():
    queues, gate, done = ChatQueues(parallel=1), asyncio.Event(), []

    async def pauses():
        await queues.pause(0.05)
        done.append("paused")

    async def works():
        done.append("begun")
        await gate.wait()
        done.append("worked")

    queues.add("a", pauses)
    queues.add("b", works)
    await asyncio.sleep(0.1)
    assert done == ["begun"]
    gate.set()
    await queues.drain(5)
    assert done == ["begun", "worked", "paused"] and queues._room._value == 1 and queues._count == 0


async def test_the_order_within_a_chat_stays_while_a_job_pauses():
    queues, done = ChatQueues(parallel=2), []

    async def first():
        await queues.pause(0.05)
        done.append(1)

    async def second():
        done.append(2)

    queues.add("a", first)
    await queues.add("a", second)
    assert done == [1, 2]


async def test_jobs_that_pause_count_as_jobs_that_wait():
    queues = ChatQueues(parallel=1, most=1)
    queues.add("a", lambda: queues.pause(0.05))
    await asyncio.sleep(0.01)
    with pytest.raises(Full):
        queues.add("b", None)
    await queues.drain(5)
    assert queues._count == 0


async def test_jobs_that_are_stopped_while_they_pause_leave_all_rooms_free():
    queues = ChatQueues(parallel=2)
    done = [queues.add(f"chat {number}", lambda: queues.pause(60)) for number in range(10)]
    await asyncio.sleep(0.01)
    await asyncio.wait_for(queues.drain(0.01), 5)
    assert all(one.cancelled() for one in done) and queues._room._value == 2 and queues._count == 0


async def test_chats_that_a_platform_slows_down_keep_no_other_chat_waiting(monkeypatch):
    channel = Channel(queues=ChatQueues(parallel=1))
    send = channel.platform.send

    async def slows_down(person, message):
        if person.startswith("slow") and not slow.pop(person, True):
            raise TryLater("test", 5.0)
        return await send(person, message)

    slow = {f"slow {number}": False for number in range(3)}
    channel.platform.send = slows_down
    waiting = [asyncio.ensure_future(channel.say("hello", person=person)) for person in list(slow)]
    await until(lambda: not slow)
    await asyncio.wait_for(channel.say("hello", person="quick"), 3)
    assert channel.platform.texts("quick")[0] == "You said hello"
    for one in waiting:
        one.cancel()
    monkeypatch.setattr("bot.channels.messaging.CLOSE_SECONDS", 0.01)
    monkeypatch.setattr("bot.channels.messaging.ASIDE_CLOSE_SECONDS", 0.01)
    await channel.core.close()
