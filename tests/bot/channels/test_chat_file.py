"""A locked, hanging or closed channels.db keeps nobody waiting, and is used again as soon as it can be."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bot.channels import guard as guard_module
from bot.channels.chat_file import ChatFile
from bot.channels.chat_store import Begun, Chat, ChatStore
from bot.channels.identity import pseudonym
from bot.channels.messaging import Outcome
from bot.content.responses import get_responses

from .fake_messaging import RISKY_WORDS, Channel

#: A card is out within this time; without a limit each use of the file would take longer alone.
CARD_SECONDS = 3.0
PROJECT = Path(__file__).resolve().parents[3]
#: A server whose write never ends, and that is stopped.
STOPPED = """
import asyncio, threading
from bot.channels import chat_file
from bot.channels.chat_store import ChatStore

async def main():
    file = chat_file.ChatFile("telegram", ChatStore())
    await file.keep(lambda store: threading.Event().wait())
    await file.close()
    print("stopped", flush=True)

chat_file.CLOSE_SECONDS = 0.05
asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    monkeypatch.setenv("KINDLIGHT_CHANNEL_KEY", "key-of-a-test")
    monkeypatch.setattr(guard_module, "RISK_WAIT_SECONDS", 0.1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "channels.db"


@pytest.fixture
def other(path):
    """Another server's connection to the same file."""
    ChatStore(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


class Hanging:
    """Work that comes to no end before it is told to."""

    def __init__(self):
        self.goes_on = threading.Event()

    def __call__(self, *_):
        self.goes_on.wait(30)


def with_a_broken_assistant(store=None):
    channel = Channel(store)
    channel.assistant.error = RuntimeError("broken")
    return channel


async def three_cards(channel):
    """Three people at risk write at once; how long it took until all had their card."""
    # The first card of a process loads its words, which a server does before it opens its port.
    await with_a_broken_assistant().say(RISKY_WORDS)
    started = time.monotonic()
    outcomes = await asyncio.gather(*(channel.say(RISKY_WORDS, person=str(person)) for person in range(3)))
    assert outcomes == [Outcome.ANSWERED] * 3
    assert len([text for text in channel.texts if "stop replying" in text]) == 3
    return time.monotonic() - started


async def test_people_at_risk_get_their_cards_in_time_while_another_server_locks_the_file(path, other):
    channel = with_a_broken_assistant(ChatStore(path))
    other.execute("BEGIN IMMEDIATE")
    assert await three_cards(channel) < CARD_SECONDS


async def test_people_at_risk_get_their_cards_in_time_while_the_file_hangs(path):
    channel = with_a_broken_assistant(ChatStore(path))
    hanging = channel.store.begin = Hanging()
    assert await three_cards(channel) < CARD_SECONDS
    hanging.goes_on.set()
    await channel.core.close()


async def test_what_is_known_of_a_chat_is_read_while_another_server_locks_the_file(path, other):
    store = ChatStore(path)
    key = pseudonym("telegram", "7")
    store.save(Chat(key, chapter=1, country="IE", greeted=True))
    channel = Channel(store)
    other.execute("BEGIN IMMEDIATE")
    await channel.say("hello")
    (heard,) = channel.assistant.heard
    assert heard.metadata["country"] == "IE" and heard.sender_id != key


async def test_a_file_that_was_locked_is_written_to_as_soon_as_it_is_free(path, other):
    file = ChatFile("telegram", ChatStore(path))
    other.execute("BEGIN IMMEDIATE")
    assert await file.keep(lambda store: store.begin("first") is not None) is None
    other.execute("ROLLBACK")
    assert await file.begin("first") is Begun.NEW and await file.begin("first") is Begun.BUSY
    await file.close()


@pytest.fixture
def erased(monkeypatch):
    """The conversations that were erased, each with the same receipt."""
    found = []

    async def delete(conversation_id):
        found.append(conversation_id)
        return "7KQM-2XHT"

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)
    return found


def said_of_deleting(name):
    return get_responses().choose(name, "child", "telegram", {"receipt": "7KQM-2XHT"}).text


async def test_a_chat_whose_file_is_locked_is_called_deleted_only_when_a_later_attempt_has_worked(path, other, erased):
    channel, key = Channel(ChatStore(path)), pseudonym("telegram", "7")
    await channel.say("hello")
    other.execute("BEGIN IMMEDIATE")
    await channel.press("/confirm_delete_chat")
    assert channel.texts[-1] == said_of_deleting("utter_chat_half_deleted") and erased == [key]
    assert channel.store.sent(key) and channel.store.chat(key).chapter == 0
    other.execute("ROLLBACK")
    await channel.press("/confirm_delete_chat")
    assert channel.texts[-1] == said_of_deleting("utter_chat_deleted") and channel.store.chat(key).chapter == 1
    # The farewell itself is the first message of the new chapter.
    assert len(channel.store.sent(key)) == 1


async def test_a_chat_whose_file_hangs_is_not_called_deleted_and_its_conversation_can_be_deleted_later(path, erased):
    store, key = ChatStore(path), pseudonym("telegram", "7")
    store.save(Chat(key, chapter=2, country="IE", greeted=True))
    channel = Channel(store)
    await channel.say("hello")
    read, store.chat = store.chat, lambda key: locked()
    await channel.press("/confirm_delete_chat")
    assert channel.texts[-1] == said_of_deleting("utter_chat_half_deleted")
    store.chat = read
    assert store.chat(key) == Chat(key, chapter=2, country="IE", greeted=True)
    await channel.press("/confirm_delete_chat")
    assert channel.texts[-1] == said_of_deleting("utter_chat_deleted")
    # What was written while the chapter was not known lies under the first id, and goes as well.
    assert erased == [key, key, channel.assistant.heard[0].sender_id] and key != erased[-1]


async def test_a_file_that_comes_back_in_the_midst_of_a_deletion_does_not_lose_the_conversation_that_was_not_deleted(
    path, erased
):
    store, key = ChatStore(path), pseudonym("telegram", "7")
    store.save(Chat(key, chapter=2))
    channel, reads, read = Channel(store), [], store.chat

    def first_in_vain(key):
        reads.append(key)
        return locked() if len(reads) == 1 else read(key)

    store.chat = first_in_vain
    await channel.press("/confirm_delete_chat")
    assert channel.texts[-1] == said_of_deleting("utter_chat_half_deleted")
    assert len(reads) == 2 and read(key).chapter == 2


def locked():
    raise sqlite3.OperationalError("database is locked")


async def test_nothing_waits_behind_a_use_of_the_file_that_hangs_and_the_next_one_after_it_is_done(path):
    file, hanging = ChatFile("telegram", ChatStore(path)), Hanging()
    assert await file.keep(hanging) is None
    started = time.monotonic()
    assert [await file.keep(lambda store: store.sent("chat")) for _ in range(100)] == [None] * 100
    assert time.monotonic() - started < CARD_SECONDS
    hanging.goes_on.set()
    assert await until_usable(file) == []
    await file.close()


async def until_usable(file):
    """What a use of the file gives once there is an answer."""
    for _ in range(500):
        found = await file.keep(lambda store: store.sent("chat"))
        if found is not None:
            return found
        await asyncio.sleep(0.01)
    return None


async def test_many_quick_uses_of_the_file_are_all_waited_for(path, monkeypatch):
    monkeypatch.setattr("bot.channels.chat_file.USE_SECONDS", 0.2)
    file = ChatFile("telegram", ChatStore(path))
    used = await asyncio.gather(*(file.keep(lambda store: time.sleep(0.01) or True) for _ in range(50)))
    assert used == [True] * 50
    await file.close()


async def test_a_file_that_was_closed_cannot_be_used_and_breaks_nothing(path):
    file = ChatFile("telegram", ChatStore(path))
    await file.close()
    assert await file.keep(lambda store: store.sent("chat")) is None
    assert await file.begin("update") is Begun.NEW and await file.chat("chat") == Chat("chat")


async def test_a_stuck_file_is_not_waited_for_when_the_server_stops_and_is_closed_when_it_gets_on(path, monkeypatch):
    monkeypatch.setattr("bot.channels.chat_file.CLOSE_SECONDS", 0.05)
    store, hanging = ChatStore(path), Hanging()
    file, closed, close = ChatFile("telegram", store), threading.Event(), store.close
    store.close = lambda: (close(), closed.set())
    await file.keep(hanging)
    await file.close()
    assert not closed.is_set()
    await file.close()
    hanging.goes_on.set()
    assert await asyncio.get_running_loop().run_in_executor(None, closed.wait, 10)


def test_a_process_ends_although_a_write_is_stuck():
    ended = subprocess.run([sys.executable, "-c", STOPPED], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert ended.stdout == "stopped\n" and ended.returncode == 0, ended.stderr
