"""An answer that cannot be sent outlives a restart: sealed, for an hour, sent once, and gone with a deleted chat."""

from __future__ import annotations

import asyncio
import os

import pytest

from bot.channels import chat_store, messaging
from bot.channels import guard as guard_module
from bot.channels.chat_queues import ChatQueues
from bot.channels.chat_store import UNSENT_SECONDS, Begun, Chat, ChatStore
from bot.channels.delivery import TryLater
from bot.channels.identity import pseudonym
from bot.channels.limits import RateLimit
from bot.channels.messaging import Outcome
from bot.channels.unsent import Answer, seal, unseal
from bot.content.responses import get_responses
from bot.store.keys import KeyRing, Keys, use_key_ring
from tests.waiting import until

from .fake_messaging import RISKY_WORDS, Channel

ANSWER = Answer("991", "7700900123", "c" * 32, [{"text": "Hello é", "buttons": []}], Chat("k", language="es"), 5.0, 1)


def ring():
    return KeyRing(Keys("aaaaaaaa", {"aaaaaaaa": os.urandom(32)}, os.urandom(32)))


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    monkeypatch.setenv("KINDLIGHT_CHANNEL_KEY", "key-of-a-test")
    monkeypatch.setattr(guard_module, "RISK_WAIT_SECONDS", 0.1)
    monkeypatch.setattr(guard_module, "ORDINARY_WAIT_SECONDS", 0.1)
    monkeypatch.setattr("bot.channels.delivery.FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(messaging, "ANSWER_SECONDS", 0.001)
    monkeypatch.setattr(messaging, "CLOSE_SECONDS", 0.05)
    monkeypatch.setattr(messaging, "ASIDE_CLOSE_SECONDS", 0.01)
    use_key_ring(ring())
    yield
    use_key_ring(None)


def words(name):
    return get_responses().choose(name, "child", "telegram").text


async def left_unsent(channel, text, **more):
    """Says something while nothing can be sent, then stops the server."""
    channel.platform.fails = 10**6
    assert await channel.say(text, **more) is Outcome.ACCEPTED
    await until(lambda: channel.store.all_unsent("telegram"))
    await channel.core.close()


async def restarted(store):
    channel = Channel(store)
    channel.core.resume()
    return channel


async def nothing_is_sent(channel):
    await asyncio.sleep(0.1)
    assert channel.texts == [] and channel.assistant.heard == []


# --- what is kept ------------------------------------------------------------------------------------------------------


def test_an_answer_comes_back_as_it_was_and_shows_nothing_while_it_lies_there():
    keys = ring()
    sealed = seal(ANSWER, "update", keys)
    assert unseal(sealed, "update", keys) == ANSWER
    assert b"Hello" not in sealed and b"7700900123" not in sealed


def test_an_answer_under_another_update_or_key_is_none():
    keys = ring()
    sealed = seal(ANSWER, "update", keys)
    assert unseal(sealed, "another", keys) is None and unseal(sealed, "update", ring()) is None
    assert unseal(keys.encrypt(b'{"chat": {"key": "k"}, "more": 1}', b"update"), "update", keys) is None
    assert unseal(None, "update") is None


def test_a_disk_that_fails_keeps_no_answer_and_breaks_nothing(monkeypatch):
    def broken():
        raise OSError("read-only")

    monkeypatch.setattr("bot.channels.unsent.get_key_ring", broken)
    assert seal(ANSWER, "update") is None and unseal(b"sealed", "update") is None


def test_what_was_learned_of_the_chat_meanwhile_stays():
    known = ANSWER.knowing(Chat("k", country="IE", greeted=True)).chat
    assert known == Chat("k", country="IE", language="es", greeted=True)


def test_the_file_keeps_answers_for_an_hour_and_not_without_end(monkeypatch):
    now = [1000.0]
    store = ChatStore(now=lambda: now[0])
    monkeypatch.setattr(chat_store, "MOST_UNSENT", 3)
    for number in range(5):
        store.keep_unsent(f"update {number}", "sms", "k", b"sealed", 1000.0 + number, 0.0)
    assert store.all_unsent("sms") == ["update 2", "update 3", "update 4"] and store.all_unsent("telegram") == []
    now[0] += UNSENT_SECONDS + 3
    assert store.all_unsent("sms") == ["update 4"] and store.unsent("update 3") is None
    # However often it is tried, an answer grows no younger.
    store.keep_unsent("update 3", "sms", "k", b"sealed", 1003.0, 0.0)
    assert store.unsent("update 3") is None
    store._tidy(now[0] + 2)
    assert store._connection.execute("SELECT count(*) FROM unsent").fetchone() == (0,)


def test_an_answer_that_is_out_is_not_kept_any_more():
    store = ChatStore()
    store.begin("update")
    store.keep_unsent("update", "sms", "k", b"sealed", store._now(), 0.0)
    store.finish("update")
    assert store.unsent("update") is None
    store.keep_unsent("update", "sms", "k", b"sealed", store._now(), 0.0)
    assert store.unsent("update") is None


def test_while_a_platforms_pause_is_kept_nobody_else_claims_the_update():
    now = [1000.0]
    store = ChatStore(now=lambda: now[0])
    store.begin("update")
    store.keep_unsent("update", "sms", "k", b"sealed", 1000.0, 100.0)
    now[0] += 120.0
    assert store.begin("update") is Begun.BUSY
    now[0] += 15.0
    assert store.begin("update") is Begun.AGAIN


# --- across a restart --------------------------------------------------------------------------------------------------


async def test_an_answer_left_by_a_server_that_stopped_is_sent_once_by_the_next(tmp_path):
    path = tmp_path / "channels.db"
    await left_unsent(Channel(ChatStore(path)), RISKY_WORDS, update=5)
    second = await restarted(ChatStore(path))
    await until(lambda: second.texts)
    # The assistant is not asked again: what it said is known, and the words of the person are not.
    assert second.texts[0].endswith(f"You said {RISKY_WORDS}") and second.assistant.heard == []
    await until(lambda: second.core.figures.answered)
    assert second.store.chat(pseudonym("telegram", "7")).carded
    assert await second.say(RISKY_WORDS, update=5) is Outcome.REPEATED
    await second.core.close()
    await nothing_is_sent(await restarted(ChatStore(path)))


async def test_an_answer_on_its_way_when_the_server_stops_is_sent_by_the_next(tmp_path):
    path = tmp_path / "channels.db"
    first = Channel(ChatStore(path))

    async def hangs(person, message):
        await asyncio.sleep(60)

    first.platform.send = hangs
    assert await first.say("hello") is Outcome.ACCEPTED
    await first.core.close()
    second = await restarted(ChatStore(path))
    await until(lambda: len(second.texts) == 2)
    assert second.texts == ["You said hello", words("utter_messaging_notice")]


async def test_of_an_answer_only_what_is_not_out_is_sent_later(tmp_path):
    path = tmp_path / "channels.db"
    first = Channel(ChatStore(path))
    send, notice = first.platform.send, words("utter_messaging_notice")

    async def fails_at_the_notice(person, message):
        if message.text == notice:
            raise TryLater("test")
        return await send(person, message)

    first.platform.send = fails_at_the_notice
    await first.say("hello")
    await until(lambda: first.store.all_unsent("telegram"))
    await first.core.close()
    assert first.texts == ["You said hello"]
    second = await restarted(ChatStore(path))
    await until(lambda: second.core.figures.answered)
    assert second.texts == [notice]


async def test_a_delivery_that_is_repeated_brings_the_kept_answer():
    channel = Channel()
    channel.platform.fails = 6
    assert await channel.core.receive(incoming("hello"), 5.0) is Outcome.TRY_AGAIN
    assert await channel.core.receive(incoming("hello"), 5.0) is Outcome.ANSWERED
    assert channel.texts[0] == "You said hello" and len(channel.assistant.heard) == 1


def incoming(text):
    from bot.channels.incoming import Incoming

    return Incoming("5", "7", text)


async def test_the_file_holds_neither_words_nor_ids_while_an_answer_waits(tmp_path):
    channel = Channel(ChatStore(tmp_path / "channels.db"))
    await left_unsent(channel, "secretwords", person="7700900123", update=991234567)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (b"secretwords", b"7700900123", b"991234567"):
        assert secret not in kept


async def test_an_answer_is_not_sent_an_hour_later(tmp_path):
    await left_unsent(Channel(ChatStore(tmp_path / "channels.db")), "hello")
    late = ChatStore(tmp_path / "channels.db")
    now = late._now() + UNSENT_SECONDS + 1
    late._now = lambda: now
    await nothing_is_sent(await restarted(late))


async def test_a_deleted_chats_answers_are_not_sent_any_more(tmp_path, monkeypatch):
    async def delete(conversation_id):
        return "7KQM-2XHT"

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)
    monkeypatch.setattr(messaging, "AGAIN_SECONDS", (0.2,))
    channel = Channel(ChatStore(tmp_path / "channels.db"))
    channel.platform.fails = 6
    await channel.say("hello", update=5)
    await until(lambda: channel.core.figures.failed)
    await channel.press("/confirm_delete_chat")
    await until(lambda: channel.texts)
    assert channel.store.all_unsent("telegram") == []
    await asyncio.sleep(0.3)
    assert all("You said" not in text for text in channel.texts) and len(channel.assistant.heard) == 1


async def test_an_answer_that_another_server_is_sending_is_left_to_it(tmp_path, monkeypatch):
    monkeypatch.setattr(messaging, "AGAIN_SECONDS", (0.05,))
    path = tmp_path / "channels.db"
    first = Channel(ChatStore(path))
    send, asked = first.platform.send, []

    async def asks_for_a_pause(person, message):
        if not asked:
            asked.append(message)
            raise TryLater("test", 0.5)
        return await send(person, message)

    first.platform.send = asks_for_a_pause
    await first.say("hello")
    await until(lambda: first.store.all_unsent("telegram"))
    await nothing_is_sent(await restarted(ChatStore(path)))
    await until(lambda: first.texts)
    assert first.texts[0] == "You said hello"


async def test_a_card_beyond_the_limit_that_cannot_be_sent_is_sent_later(tmp_path):
    path = tmp_path / "channels.db"
    first = Channel(ChatStore(path), rate=RateLimit(1, 1))
    await first.say("hello")
    await until(lambda: len(first.texts) == 2)
    first.platform.fails = 10**6
    assert await first.say(RISKY_WORDS) is Outcome.LIMITED
    await until(lambda: first.store.all_unsent("telegram"))
    await first.core.close()
    second = await restarted(ChatStore(path))
    await until(lambda: second.texts)
    assert "stop replying" in second.texts[0] and second.assistant.heard == []


async def test_a_request_to_slow_down_that_cannot_be_sent_is_not_kept():
    channel = Channel(rate=RateLimit(1, 1))
    await channel.say("hello")
    await until(lambda: len(channel.texts) == 2)
    channel.platform.fails = 10**6
    assert await channel.say("so much") is Outcome.LIMITED
    await until(lambda: channel.platform.fails < 10**6 - 5)
    assert channel.store.all_unsent("telegram") == []


async def test_a_repeated_delivery_of_who_writes_fast_brings_the_kept_answer():
    channel = Channel(rate=RateLimit(1, 1))
    channel.platform.fails = 6
    assert await channel.core.receive(incoming("hello"), 5.0) is Outcome.TRY_AGAIN
    assert await channel.core.receive(incoming("hello"), 5.0) is Outcome.ANSWERED
    assert channel.texts[0] == "You said hello"


async def test_a_chat_with_no_room_does_not_cost_an_answer_that_waits():
    channel = Channel(queues=ChatQueues(most_a_chat=1))
    channel.platform.fails = 6
    assert await channel.core.receive(incoming("hello"), 5.0) is Outcome.TRY_AGAIN
    gate = asyncio.Event()
    for _ in range(2):
        channel.core._queues.add(pseudonym("telegram", "7"), gate.wait)
        await asyncio.sleep(0.01)
    assert await channel.core._accept(incoming("hello"), is_again=True) is Outcome.TRY_AGAIN
    gate.set()
    await channel.core._queues.drain(5)
    assert await channel.core.receive(incoming("hello"), 5.0) is Outcome.ANSWERED
    assert channel.texts[0] == "You said hello" and words("utter_slow_down") not in channel.texts
