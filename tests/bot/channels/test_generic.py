"""The signed webhook: a gateway asks, the answer of its request is what to show."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from rasa.shared.core.events import BotUttered, UserUttered

from bot.channels.chat_store import ChatStore
from bot.channels.delivery import TryLater
from bot.channels.generic import KEPT_SECONDS, GenericCarrier, GenericChannel
from bot.channels.generic_signature import WINDOW_SECONDS, signature_of
from bot.channels.guard import Guard
from bot.channels.identity import drill_proof, pseudonym, sign
from bot.channels.limits import RateLimit
from bot.channels.rendering import Outgoing
from bot.config import Settings
from bot.content.responses import get_responses
from bot.store.keys import KeyRing, Keys, use_key_ring
from tests.waiting import until

from .fake_messaging import RISKY_WORDS, Assistant, assess
from .fake_request import Request

SECRET, OTHER = "a-test-secret-that-is-long-enough", "b-test-secret-that-is-long-enough"
NOW = 1_764_000_000


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    monkeypatch.setenv("KINDLIGHT_CHANNEL_KEY", "key-of-a-test")
    use_key_ring(KeyRing(Keys("aaaaaaaa", {"aaaaaaaa": b"k" * 32}, b"i" * 32)))
    yield
    use_key_ring(None)


class Gateway:
    """The channel and one who may use it."""

    def __init__(self, channel, assistant):
        self.channel, self.assistant, self.number = channel, assistant, 0

    async def post(self, body, secret=SECRET, at=NOW, path="messages", **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        made = {"x-kindlight-timestamp": str(at), "x-kindlight-signature": signature_of(secret, at, body), **headers}
        take = {"messages": self.channel._take, "drill": self.channel._drill}[path]
        answer = await take(Request(f"/webhooks/generic/{path}", body, made))
        return answer.status, json.loads(answer.body), answer.headers

    def message(self, text="hello", person="contact-1", **more):
        self.number += 1
        return {"id": f"m-{self.number}", "from": person, "text": text, **more}

    async def say(self, text="hello", **more):
        status, answer, _ = await self.post(self.message(text, **more))
        assert status == 200, answer
        return [reply["text"] for reply in answer["replies"]]


@asynccontextmanager
async def connected(store=None, gateways=f"helpline={SECRET} textit={OTHER}"):
    assistant = Assistant()
    guard = Guard(assess=assess, log=[].append)
    channel = GenericChannel(Settings(gateways=gateways), guard, store or ChatStore(), now=lambda: NOW)
    await channel.start(assistant.handle, assistant)
    yield Gateway(channel, assistant)
    await channel.stop()


async def test_a_signed_message_is_answered_in_the_response_in_a_childs_voice():
    async with connected() as gateway:
        texts = await gateway.say("hello")
        assert texts[0] == "You said hello" and len(texts) == 2
        (heard,) = gateway.assistant.heard
        assert heard.metadata == {"audience": "child", "channel_kind": "generic"}
        assert heard.sender_id == pseudonym("generic", "helpline contact-1")


async def test_the_same_id_gets_the_same_answer_and_is_handled_once_also_at_the_same_time():
    async with connected() as gateway:
        gateway.assistant.waits = 0.02
        sent = gateway.message("hello")
        answers = await asyncio.gather(*(gateway.post(sent) for _ in range(20)))
        answers += [await gateway.post(sent) for _ in range(980)]
        assert len({json.dumps(answer) for status, answer, _ in answers if status == 200}) == 1
        assert [status for status, _, _ in answers] == [200] * 1000
        assert len(gateway.assistant.heard) == 1


async def test_a_lost_answer_is_given_again_after_a_restart(tmp_path):
    path = tmp_path / "channels.db"
    async with connected(ChatStore(path)) as gateway:
        sent = gateway.message("hello")
        await gateway.post(sent)
        (heard,) = gateway.assistant.heard
    async with connected(ChatStore(path)) as gateway:
        gateway.assistant.events = [UserUttered("hello", message_id=heard.message_id), BotUttered("You said hello")]
        _, answer, _ = await gateway.post(sent)
        assert [reply["text"] for reply in answer["replies"]] == ["You said hello"]
        assert gateway.assistant.heard == []


@pytest.mark.parametrize(
    ("how", "headers"),
    [
        ({"secret": "x" * 32}, {}),
        ({"at": NOW - WINDOW_SECONDS - 1}, {}),
        ({"at": NOW + WINDOW_SECONDS + 1}, {}),
        ({}, {"x-kindlight-signature": ""}),
        ({}, {"x-kindlight-timestamp": ""}),
        ({}, {"x-kindlight-timestamp": str(NOW - 1)}),
    ],
)
async def test_what_is_not_signed_or_not_fresh_is_refused(how, headers):
    async with connected() as gateway:
        status, answer, _ = await gateway.post(gateway.message(), **how, **headers)
        assert status == 403 and answer["error"].endswith("docs/channels.md.")
        assert gateway.assistant.heard == []


async def test_a_request_that_is_replayed_tells_nothing_new_and_changes_nothing():
    async with connected() as gateway:
        sent = gateway.message("hello")
        first = await gateway.post(sent)
        assert (await gateway.post(sent, at=NOW - 200))[:2] == first[:2]
        assert len(gateway.assistant.heard) == 1


async def test_two_gateways_with_the_same_ids_are_two_people():
    async with connected() as gateway:
        sent = gateway.message("hello")
        await gateway.post(sent)
        await gateway.post(sent, secret=OTHER)
        assert len({message.sender_id for message in gateway.assistant.heard}) == 2


async def test_choices_are_answered_by_button_by_number_or_in_words():
    async with connected() as gateway:
        _, answer, _ = await gateway.post(gateway.message("", kind="image"))
        (reply,) = answer["replies"]
        assert reply["buttons"][1] == {"number": 2, "title": "Someone to talk to", "payload": "/get_hotline"}
        assert "Take It Down" in reply["text"]
        await gateway.say("2")
        await gateway.say("/get_hotline", kind="button")
        assert [message.text for message in gateway.assistant.heard] == ["/get_hotline"] * 2


async def test_typed_words_are_never_a_command_for_the_assistant():
    async with connected() as gateway:
        await gateway.say("/get_hotline")
        assert gateway.assistant.heard[0].text == "get_hotline"


async def test_a_broken_assistant_still_brings_the_card():
    async with connected() as gateway:
        gateway.assistant.error = RuntimeError("no assistant")
        text = "\n".join(await gateway.say(RISKY_WORDS))
        assert "112 or 911" in text and text.startswith("Thank you for writing.")


async def test_messages_of_one_person_are_answered_in_order_and_each_request_gets_its_own_answer():
    async with connected() as gateway:
        gateway.assistant.waits = 0.01
        sent = [gateway.message(f"words {number}", person=f"p-{number % 7}") for number in range(49)]
        answers = await asyncio.gather(*(gateway.post(message) for message in sent))
        for message, (status, answer, _) in zip(sent, answers):
            assert status == 200 and answer["id"] == message["id"]
            assert answer["replies"][0]["text"] == f"You said {message['text']}"
        for person in range(7):
            heard = [m.text for m in gateway.assistant.heard if m.sender_id == pseudonym("generic", f"helpline p-{person}")]
            assert heard == [message["text"] for message in sent if message["from"] == f"p-{person}"]


async def test_who_writes_too_fast_hears_so_and_others_are_answered():
    async with connected() as gateway:
        statuses = [(await gateway.post(gateway.message(f"flood {n}")))[0] for n in range(12)]
        assert statuses == [200] * 10 + [429] * 2
        _, answer, headers = await gateway.post(gateway.message("flood"))
        assert answer["error"] == get_responses().choose("utter_slow_down", None, "generic").text
        assert int(headers["Retry-After"]) >= 1
        assert (await gateway.say("hello", person="contact-2"))[0] == "You said hello"


async def test_a_person_at_risk_gets_the_card_however_fast_they_write():
    async with connected() as gateway:
        flood = [(await gateway.post(gateway.message(f"flood {n}")))[0] for n in range(12)]
        assert flood[-1] == 429
        texts = await gateway.say(RISKY_WORDS)
        assert texts[0].startswith("Thank you for writing.") and RISKY_WORDS in gateway.assistant.heard[-1].text
        assert (await gateway.post(gateway.message("flood")))[0] == 429


async def test_a_message_that_was_refused_for_its_speed_is_answered_when_it_is_sent_again_later():
    async with connected() as gateway:
        for number in range(10):
            await gateway.say(f"flood {number}")
        sent = gateway.message("one more")
        assert (await gateway.post(sent))[0] == 429
        # As after a minute.
        gateway.channel._rate = RateLimit(burst=10, per_minute=30)
        status, answer, _ = await gateway.post(sent)
        assert status == 200 and answer["replies"][0]["text"] == "You said one more"


async def test_a_machine_that_repeats_risky_words_is_stopped_all_the_same():
    async with connected() as gateway:
        statuses = [(await gateway.post(gateway.message(RISKY_WORDS)))[0] for _ in range(40)]
        assert statuses[:30] == [200] * 30 and 429 in statuses


class Clock:
    """Stands still until it is moved."""

    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


def ready(carrier, person):
    return [message.text for message in carrier.picked_up(person)]


async def test_an_answer_that_nobody_picked_up_is_kept_for_minutes_and_under_no_id_of_a_person():
    clock = Clock()
    carrier = GenericCarrier(clock)
    await carrier.send("helpline contact-1", Outgoing("one"))
    await carrier.send("helpline contact-1", Outgoing("two"))
    assert "contact-1" not in repr(carrier._waiting)
    clock.at += KEPT_SECONDS - 1
    assert ready(carrier, "helpline contact-2") == []
    assert ready(carrier, "helpline contact-1") == ["one", "two"] and ready(carrier, "helpline contact-1") == []
    await carrier.send("helpline contact-1", Outgoing("three"))
    await carrier.send("helpline contact-3", Outgoing("of another"))
    clock.at += KEPT_SECONDS + 1
    assert ready(carrier, "helpline contact-1") == [] and not carrier._waiting


async def test_deleting_the_chat_drops_an_answer_that_nobody_picked_up(monkeypatch):
    async def delete(conversation_id):
        return "7KQM-2XHT"

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)
    monkeypatch.setattr("bot.channels.messaging.ANSWER_SECONDS", 0.02)
    async with connected() as gateway:
        gateway.assistant.waits = 0.08
        assert (await gateway.post(gateway.message("my secret")))[0] == 503
        await asyncio.sleep(0.15)
        monkeypatch.setattr("bot.channels.messaging.ANSWER_SECONDS", 5.0)
        (receipt,) = await gateway.say("/confirm_delete_chat", kind="button")
        assert "7KQM-2XHT" in receipt


async def answer_to(gateway, sent):
    """What comes in the end when the same message is posted again and again."""
    for _ in range(300):
        status, answer, _ = await gateway.post(sent)
        if status == 200:
            break
        await asyncio.sleep(0.02)
    return status, answer


async def test_an_answer_that_is_not_there_yet_is_asked_for_again(monkeypatch):
    monkeypatch.setattr("bot.channels.messaging.ANSWER_SECONDS", 0.02)
    async with connected() as gateway:
        gateway.assistant.waits = 0.08
        sent = gateway.message("hello")
        status, _, headers = await gateway.post(sent)
        assert status == 503 and headers["Retry-After"]
        status, answer = await answer_to(gateway, sent)
        assert answer["replies"][0]["text"] == "You said hello" and len(gateway.assistant.heard) == 1


async def test_a_repeated_request_is_not_told_that_there_is_nothing_while_the_answer_is_made(monkeypatch):
    monkeypatch.setattr("bot.channels.messaging.ANSWER_SECONDS", 0.01)
    async with connected() as gateway:
        gateway.assistant.waits = 0.2
        sent = gateway.message("hello")
        assert [(await gateway.post(sent))[0] for _ in range(3)] == [503, 503, 503]
        status, answer = await answer_to(gateway, sent)
        assert status == 200 and answer["replies"][0]["text"] == "You said hello"


async def test_a_failure_behind_the_channel_asks_for_the_message_again(monkeypatch):
    monkeypatch.setattr("bot.channels.delivery.FIRST_PAUSE_SECONDS", 0.0)
    async with connected() as gateway:
        send = gateway.channel._carrier.send

        async def broken(person, message):
            raise TryLater("test")

        gateway.channel._carrier.send = broken
        sent = gateway.message("hello")
        assert (await gateway.post(sent))[0] == 503
        gateway.channel._carrier.send = send
        assert (await gateway.post(sent))[0] == 200


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""}, {"id": 7}, {"id": "a b"}, {"id": "x" * 101}, {"id": None}, {"from": ""}, {"from": 42}, {"from": "x" * 201},
        {"from": "\ud800"}, {"from": "contact\udc00-1"},
        {"text": 7}, {"text": ""}, {"text": "  "}, {"text": ["a"]}, {"kind": "dance"}, {"kind": {}}, {"kind": ["text"]},
        {"edited": "yes"},
    ],
)  # fmt: skip
async def test_a_field_that_cannot_be_used_is_named(change):
    async with connected() as gateway:
        status, answer, _ = await gateway.post({**gateway.message(), **change})
        assert status == 400 and answer["error"].endswith(".") and gateway.assistant.heard == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"no json", 400), (b"[]", 400), (b"7", 400), (b'"a"', 400), (b"\xff", 400), (b"[" * 60_000, 400),
        (b'{"a":' * 12_000, 400), (b'{"id": 1e999}', 400), (b"a" * 1_000_000, 413),
    ],
)  # fmt: skip
async def test_hostile_bodies_are_refused_also_when_they_are_signed(body, status):
    async with connected() as gateway:
        assert (await gateway.post(body))[0] == status
        assert gateway.assistant.heard == []


async def test_lone_halves_of_characters_and_zero_bytes_do_no_harm():
    async with connected() as gateway:
        texts = await gateway.say("he\ud800llo\x00")
        assert texts[0] == "You said he?llo"


async def test_a_drill_goes_the_whole_way_in_a_conversation_of_its_own():
    async with connected() as gateway:
        update = gateway.message(RISKY_WORDS)
        proven = {"token": sign("d" * 32), "proof": drill_proof("d" * 32)}
        body = {**proven, "update": update, "audience": "child", "country": "GB"}
        status, answer, _ = await gateway.post(body, path="drill")
        assert status == 200 and answer["replies"][0]["hotlines"] == ["gb-childline"]
        assert answer["calls"][0]["text"].startswith("Thank you for writing.")
        assert gateway.assistant.heard[0].sender_id == "d" * 32
        for wrong in ("x", "\ud800"):
            assert (await gateway.post({**body, "token": wrong}, path="drill"))[0] == 403
        for wrong in (None, [], {}, {**update, "from": 7}, {**update, "from": "\ud800"}):
            assert (await gateway.post({**body, "update": wrong}, path="drill"))[0] == 400


async def test_a_visitors_token_is_no_way_to_a_drill():
    async with connected() as gateway:
        body = {"update": gateway.message(RISKY_WORDS), "token": sign("d" * 32)}
        assert (await gateway.post(body, path="drill"))[0] == 403
        for proof in (None, "", 7, "é", "x" * 32, "d" * 32, sign("d" * 32), drill_proof("e" * 32)):
            assert (await gateway.post({**body, "proof": proof}, path="drill"))[0] == 403
        assert gateway.assistant.heard == []


async def test_what_a_drill_says_of_the_person_is_dropped_when_it_is_no_audience_and_no_country():
    async with connected() as gateway:
        proven = {"token": sign("d" * 32), "proof": drill_proof("d" * 32)}
        body = {**proven, "update": gateway.message(), "audience": "a" * 40_000, "country": {"x": 1}}
        assert (await gateway.post(body, path="drill"))[0] == 200
        assert gateway.assistant.heard[0].metadata == {"audience": "child", "channel_kind": "generic"}


async def test_a_gateway_is_asked_to_send_again_while_the_server_stops():
    async with connected() as gateway:
        gateway.assistant.waits = 0.2
        under_way = asyncio.ensure_future(gateway.post(gateway.message("hello")))
        await until(lambda: gateway.channel._open)
        stopping = asyncio.ensure_future(gateway.channel.stop())
        await asyncio.sleep(0)
        for path in ("messages", "drill"):
            status, answer, headers = await gateway.post(gateway.message("are you there"), path=path)
            assert status == 503 and answer["error"].endswith(".") and headers["Retry-After"] == "5"
        await stopping
        assert (await under_way)[0] == 200 and [heard.text for heard in gateway.assistant.heard] == ["hello"]


async def test_a_gateway_is_asked_to_send_again_before_the_server_has_started():
    channel = GenericChannel(Settings(gateways=f"helpline={SECRET}"), Guard(assess=assess), ChatStore())
    gateway = Gateway(channel, Assistant())
    assert (await gateway.post(gateway.message()))[0] == 503


async def test_without_a_gateway_the_channel_is_silent():
    async with connected(gateways="") as gateway:
        assert (await gateway.post(gateway.message()))[0] == 404
        assert (await gateway.post(gateway.message(), path="drill"))[0] == 404
        assert gateway.channel.status() == {"status": "off"}
