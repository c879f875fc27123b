"""The web channel: tokens, one answer a message, limits, origins, deletion, answers from before a restart."""

from __future__ import annotations

import asyncio
import json
import time
from types import SimpleNamespace

import pytest
from rasa.shared.core.events import BotUttered, UserUttered

from bot.channels import web, web_message
from bot.channels.guard import Guard
from bot.channels.identity import read_token
from bot.channels.origins import allowed_origins, chat_address
from bot.config import Settings
from bot.errors import ConfigError, StoreError
from bot.safety.levels import RiskAssessment, RiskLevel

from .fake_request import Stream as Body

PAGE = "http://127.0.0.1:8080"


class Request:
    """The parts of Sanic's request that the channel reads; a body that is a string is sent as it stands."""

    def __init__(self, content, headers, app, respond):
        self.headers, self.app, self.respond = headers, app, respond
        self.stream = Body((content if isinstance(content, str) else json.dumps(content)).encode())


class Stream:
    """What `request.respond` gives; keeps what is sent."""

    def __init__(self):
        self.text = ""

    async def send(self, text):
        self.text += text

    async def eof(self):
        self.text += ""


class Chat:
    """The channel with an assistant that repeats what it hears; requests are handed in without a server, because
    Sanic can start only once a process."""

    def __init__(self, level=RiskLevel.NONE, tracker=None):
        self.handled = []
        self.tracker = tracker
        self.fails = False
        self.buttons = []
        self.waits, self.store_waits = 0.0, 0.0
        found = RiskAssessment(level=level, categories={"extortion": 0.9} if level else {})
        self.channel = web.WebChannel(Guard(assess=lambda texts: found), frozenset({PAGE}))
        agent = SimpleNamespace(tracker_store=self) if tracker else None
        self.app = SimpleNamespace(ctx=SimpleNamespace(agent=agent))

    async def retrieve(self, conversation_id):
        await asyncio.sleep(self.store_waits)
        return self.tracker

    async def _handle(self, message):
        await asyncio.sleep(self.waits)
        if self.fails:
            raise RuntimeError("no assistant")
        self.handled.append(message)
        reply = {"text": f"You said {message.text}", "response": "utter_x", "hotlines": ["gb-childline"]}
        await message.output_channel.send_response(message.sender_id, {**reply, "buttons": self.buttons})

    async def post(self, path, content, origin=PAGE, lines=False):
        headers = {"accept": "application/x-ndjson" if lines else "*/*"} | ({"origin": origin} if origin else {})
        stream, streamed = Stream(), {}

        async def respond(**options):
            streamed.update(options["headers"], content_type=options["content_type"])
            return stream

        request = Request(content, headers, self.app, respond)
        ways = {
            "conversations": lambda: self.channel._start(request),
            "messages": lambda: self.channel._receive(request, self._handle),
            "delete": lambda: self.channel._delete(request),
        }
        answer = await ways[path]()
        if answer is None:
            return 200, [json.loads(line) for line in stream.text.splitlines()], streamed
        return answer.status, json.loads(answer.body), answer.headers

    async def token(self):
        return (await self.post("conversations", {}))[1]["token"]


def run(scenario, **options):
    asyncio.run(asyncio.wait_for(scenario(Chat(**options)), 20))


def message(token, text="hello", number=1, **more):
    return {"token": token, "id": f"message-{number}", "text": text, "audience": "child", "country": "gb", **more}


def test_a_message_is_answered_with_replies_cards_and_language():
    async def scenario(chat):
        status, answer, _ = await chat.post("messages", message(await chat.token()))
        assert status == 200 and answer["id"] == "message-1"
        (reply,) = answer["replies"]
        assert reply["text"] == "You said hello" and reply["language"] == "en"
        assert reply["cards"][0]["tel"] == "tel:08001111"
        assert chat.handled[0].metadata == {"audience": "child", "country": "GB", "channel_kind": "web"}

    run(scenario)


def test_the_words_of_a_button_typed_are_that_button_only_while_it_is_shown():
    async def scenario(chat):
        token = await chat.token()
        for number, buttons in enumerate(([{"title": "Make a plan with me", "payload": "/start_plan"}], [], [])):
            chat.buttons = buttons
            await chat.post("messages", message(token, "make a plan with me", number))
        heard = [handled.text for handled in chat.handled]
        assert heard == ["make a plan with me", "/start_plan", "make a plan with me"]

    run(scenario)


def test_the_same_id_is_handled_once_also_when_sent_at_the_same_time():
    async def scenario(chat):
        chat.waits = 0.1
        token = await chat.token()
        answers = await asyncio.gather(*(chat.post("messages", message(token)) for _ in range(4)))
        assert len({json.dumps(answer[1]) for answer in answers}) == 1 and len(chat.handled) == 1

    run(scenario)


def test_the_streamed_form_begins_with_a_receipt_and_ends_with_done():
    async def scenario(chat):
        status, lines, headers = await chat.post("messages", message(await chat.token()), lines=True)
        assert status == 200 and headers["content_type"].startswith("application/x-ndjson")
        assert [next(iter(line)) for line in lines] == ["received", "reply", "done"]

    run(scenario)


def test_a_failing_assistant_still_brings_the_card_to_a_person_at_risk():
    async def scenario(chat):
        chat.fails = True
        _, answer, _ = await chat.post("messages", message(await chat.token(), "he will post my pictures"))
        assert "gb-childline" in answer["replies"][0]["hotlines"] and answer["replies"][0]["card_level"] == "escalate"

    run(scenario, level=RiskLevel.ESCALATE)


def test_an_answer_given_before_a_restart_is_found_and_not_given_twice():
    events = [
        UserUttered("hello", message_id="message-1"),
        BotUttered("First", {"buttons": [{"title": "A", "payload": "/a"}]}, {"response": "utter_a"}),
        BotUttered("Second", metadata={"hotlines": ["gb-childline"], "card_level": "escalate"}),
        UserUttered("later", message_id="message-2"),
        BotUttered("Third"),
    ]
    tracker = SimpleNamespace(events=events, get_slot=lambda name: "IE")

    async def scenario(chat):
        token = await chat.token()
        _, answer, _ = await chat.post("messages", message(token, country=None, attempt=2))
        assert [reply["text"] for reply in answer["replies"]] == ["First", "Second"]
        assert answer["replies"][1]["card_level"] == "escalate" and chat.handled == []
        assert answer["country"] == "IE"
        await chat.post("messages", message(token, number=3, attempt=2))
        assert [sent.message_id for sent in chat.handled] == ["message-3"]

    run(scenario, tracker=tracker)


def test_a_browser_that_repeats_a_first_attempt_by_itself_after_a_restart_gets_the_old_answer():
    events = [UserUttered("hello", message_id="message-1"), BotUttered("First")]
    tracker = SimpleNamespace(events=events, get_slot=lambda name: None)

    async def scenario(chat):
        _, answer, _ = await chat.post("messages", message(await chat.token(), attempt=1))
        assert answer["replies"][0]["text"] == "First" and chat.handled == []

    run(scenario, tracker=tracker)


@pytest.mark.parametrize(("said", "effective", "emergency"), [("US", "US", "911"), (None, "GB", "999")])
def test_the_answer_names_the_country_that_it_is_for_also_when_the_page_sent_another(said, effective, emergency):
    events = [UserUttered("hello", message_id="message-1"), BotUttered("Card", metadata={"card_level": "escalate"})]
    tracker = SimpleNamespace(events=events, get_slot=lambda name: said)

    async def scenario(chat):
        *_, reply, done = (await chat.post("messages", message(await chat.token()), lines=True))[1]
        assert done["country"] == effective and reply["reply"]["emergency"] == emergency

    run(scenario, tracker=tracker)


def test_the_country_of_a_card_of_the_guard_is_the_one_in_the_words():
    async def scenario(chat):
        chat.fails = True
        _, answer, _ = await chat.post("messages", message(await chat.token(), "I'm in the US. he will post my pictures"))
        assert answer["country"] == "US" and answer["replies"][0]["emergency"] == "911"

    run(scenario, level=RiskLevel.ESCALATE)


def test_the_guard_takes_a_country_chosen_on_the_page_for_newer_than_the_words_before_it():
    async def scenario(chat):
        chat.fails = True
        token, told = await chat.token(), []
        for number, more in enumerate(({}, {"country": "DE", "country_chosen": True}, {"country": "DE"})):
            text = "he will post my pictures" if number else "I'm in Spain. he will post my pictures"
            told.append((await chat.post("messages", message(token, text, number, **more)))[1]["country"])
        assert told == ["ES", "DE", "DE"]

    run(scenario, level=RiskLevel.ESCALATE)


def test_a_country_chosen_on_the_page_is_handed_on_as_a_choice():
    async def scenario(chat):
        await chat.post("messages", message(await chat.token(), country_chosen=True))
        assert chat.handled[0].metadata["country_chosen"] is True and chat.handled[0].metadata["country"] == "GB"

    run(scenario)


def test_a_slow_database_does_not_hold_the_card_back():
    tracker = SimpleNamespace(events=[], get_slot=lambda name: "IE")

    async def scenario(chat):
        chat.fails, chat.store_waits = True, 5.0
        token, begun = await chat.token(), time.monotonic()
        _, answer, _ = await chat.post("messages", message(token, "he will post my pictures", country=None, attempt=2))
        # The promise of the guard, and well before the store has answered even once.
        assert time.monotonic() - begun < 3.0
        assert answer["replies"][0]["card_level"] == "escalate" and answer["country"] is None

    run(scenario, level=RiskLevel.ESCALATE, tracker=tracker)


def test_an_answer_given_before_that_names_no_helpline_gets_the_card_of_the_guard_again():
    events = [UserUttered("hello", message_id="message-1"), BotUttered("First")]
    tracker = SimpleNamespace(events=events, get_slot=lambda name: None)

    async def scenario(chat):
        _, answer, _ = await chat.post("messages", message(await chat.token(), attempt=2))
        card, first = answer["replies"]
        assert card["card_level"] == "escalate" and first["text"] == "First" and chat.handled == []

    run(scenario, level=RiskLevel.ESCALATE, tracker=tracker)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ("", 400, "damaged"),
        ("no json", 400, "damaged"),
        ("[" * 60_000, 400, "damaged"),
        ("[]", 400, "damaged"),
        ("a" * 70_000, 413, "too_long"),
        ({"token": "altered", "id": "message-1", "text": "hello"}, 400, "token"),
        ({"token": "\ud800", "id": "message-1", "text": "hello"}, 400, "token"),
        ({"id": "short", "text": "hello"}, 400, "message"),
        ({"id": "message-1", "text": "  "}, 400, "message"),
        ({"id": "message-1", "text": "a" * 2001}, 413, "too_long"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words_with_a_code(content, status, code):
    async def scenario(chat):
        sent = content if isinstance(content, str) else {"token": await chat.token(), **content}
        got, answer, _ = await chat.post("messages", sent)
        assert (got, answer["code"]) == (status, code) and answer["error"].endswith(".")
        assert chat.handled == []

    run(scenario)


def test_a_message_that_was_cut_on_its_way_is_answered_in_its_conversation_when_it_is_sent_again():
    async def scenario(chat):
        whole = json.dumps(message(await chat.token()))
        for length in range(0, len(whole), 10):
            status, answer, _ = await chat.post("messages", whole[:length])
            assert (status, answer["code"]) == (400, "damaged")
        status, answer, _ = await chat.post("messages", whole)
        assert status == 200 and answer["replies"][0]["text"] == "You said hello"

    run(scenario)


@pytest.mark.parametrize(("body", "status", "code"), [('{"tok', 400, "damaged"), ("a" * 70_000, 413, "too_long")])
def test_a_wish_to_delete_that_was_damaged_is_not_taken_for_one_of_an_unknown_conversation(body, status, code):
    async def scenario(chat):
        got, answer, _ = await chat.post("delete", body)
        assert (got, answer["code"]) == (status, code)

    run(scenario)


def test_a_flood_waits_with_a_readable_answer_and_repeats_of_answered_messages_pass():
    async def scenario(chat):
        token = await chat.token()
        answers = [await chat.post("messages", message(token, number=number)) for number in range(12)]
        assert [status for status, _, _ in answers[:10]] == [200] * 10
        status, refused, headers = answers[-1]
        assert status == 429 and int(headers["Retry-After"]) >= 1 and refused["code"] == "slow_down"
        assert (await chat.post("messages", message(token, number=3)))[0] == 200

    run(scenario)


@pytest.mark.parametrize(
    ("origin", "status"), [(PAGE, 201), (None, 201), ("https://elsewhere.example", 403), ("null", 403)]
)
def test_only_listed_pages_may_open_the_chat(origin, status):
    async def scenario(chat):
        got, _, headers = await chat.post("conversations", {}, origin=origin)
        assert got == status
        assert headers.get("Access-Control-Allow-Origin") == (origin if status == 201 else None)

    run(scenario)


@pytest.fixture
def asked(monkeypatch):
    """The conversations whose deletion is asked for; each gets the same receipt."""
    found = []

    async def delete(conversation_id):
        found.append(conversation_id)
        return "7KQM-2XHT"

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)
    return found


def test_deleting_gives_a_receipt_and_forgets_the_answers(asked):
    async def scenario(chat):
        token = await chat.token()
        await chat.post("messages", message(token))
        status, answer, _ = await chat.post("delete", {"token": token})
        assert status == 200 and answer["receipt"] == "7KQM-2XHT" and "7KQM-2XHT" in answer["text"]
        assert len(asked) == 1
        await chat.post("messages", message(token))
        assert len(chat.handled) == 2

    run(scenario)


def test_a_conversation_that_has_ended_can_still_be_deleted(asked, monkeypatch):
    async def scenario(chat):
        token = await chat.token()
        conversation_id = read_token(token)
        monkeypatch.setattr("bot.channels.identity.TOKEN_VALID_SECONDS", -1)
        status, answer, _ = await chat.post("messages", message(token))
        assert status == 400 and answer["code"] == "token"
        status, answer, _ = await chat.post("delete", {"token": token})
        assert status == 200 and answer["receipt"] == "7KQM-2XHT" and asked == [conversation_id]
        status, _, _ = await chat.post("delete", {"token": f"x{token}"})
        assert status == 400 and len(asked) == 1

    run(scenario)


@pytest.fixture
def deletes(monkeypatch):
    """Every deletion works, and its receipt is 7KQM-2XHT."""

    async def delete(conversation_id):
        return "7KQM-2XHT"

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)


@pytest.mark.parametrize("typed", ["Delete my chat", "yes", "ok delete it"])
def test_the_words_of_the_button_typed_delete_as_well(deletes, typed):
    async def scenario(chat):
        chat.buttons = [{"title": "Delete my chat", "payload": "/confirm_delete_chat"}]
        token = await chat.token()
        await chat.post("messages", message(token, "delete my chat"))
        _, answer, _ = await chat.post("messages", message(token, typed, number=2))
        assert "7KQM-2XHT" in answer["replies"][0]["text"] and len(chat.handled) == 1

    run(scenario)


def test_the_button_in_the_chat_deletes_as_well_and_says_the_receipt(deletes):
    async def scenario(chat):
        chat.buttons = [{"title": "Yes", "payload": "/affirm"}]
        token = await chat.token()
        await chat.post("messages", message(token))
        _, answer, _ = await chat.post("messages", message(token, "/confirm_delete_chat", number=2))
        assert "7KQM-2XHT" in answer["replies"][0]["text"] and len(chat.handled) == 1
        # What is written next is a conversation of its own, which the log takes.
        assert read_token(answer["token"]) != read_token(token)
        again = await chat.post("messages", message(token, "/confirm_delete_chat", number=2, attempt=2))
        assert again[1] == answer
        # Of the earlier answers nothing is left; the receipt can be asked for again.
        assert [key[1] for key in chat.channel._answers] == ["message-2"] and not chat.channel._known

    run(scenario)


def test_what_is_written_right_after_a_deletion_goes_into_a_new_conversation(monkeypatch):
    async def delete(conversation_id):
        return "7KQM-2XHT"

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)

    async def scenario(chat):
        token = await chat.token()
        _, lines, _ = await chat.post("messages", message(token, "/confirm_delete_chat"), lines=True)
        fresh = lines[-1]["token"]
        assert lines[-1]["done"] == "message-1" and "token" not in lines[1]["reply"]
        _, lines, _ = await chat.post("messages", message(fresh, "he is at the door", number=2), lines=True)
        assert chat.handled[0].sender_id == read_token(fresh) != read_token(token)
        assert "token" not in lines[-1]

    run(scenario)


def test_a_deletion_that_did_not_work_leaves_the_person_in_their_conversation(monkeypatch):
    async def delete(conversation_id):
        raise StoreError("away")

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)

    async def scenario(chat):
        _, answer, _ = await chat.post("messages", message(await chat.token(), "/confirm_delete_chat"))
        assert "token" not in answer and answer["replies"][0]["response"] == "utter_chat_not_deleted"
        assert "[999](tel:999)" in answer["replies"][0]["text"]

    run(scenario)


def test_deleting_while_the_database_is_away_promises_nothing(monkeypatch):
    async def delete(conversation_id):
        raise StoreError("away")

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)

    async def scenario(chat):
        status, answer, _ = await chat.post("delete", {"token": await chat.token()})
        assert status == 503 and answer["code"] == "try_again" and "not deleted yet" in answer["error"]

    run(scenario)


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("/start", "/start"),
        ('/ask{"faq": "x"}', '/ask{"faq": "x"}'),
        ("/help me please", "help me please"),
        ("/", "?"),
        ("and/or", "and/or"),
        ("/kms", "kms"),
        ("/delete", "/delete_chat_request"),
        ("delete my chat", "/delete_chat_request"),
        ("/delete he hurts me", "delete he hurts me"),
    ],
)
def test_a_typed_slash_is_no_command(typed, heard):
    assert web._as_words(typed, {"start", "ask"}) == heard


def test_a_payload_is_believed_while_the_model_cannot_be_asked():
    assert web._as_words("/get_hotline") == "/get_hotline"


def test_half_characters_and_zero_bytes_do_no_harm():
    async def scenario(chat):
        token = await chat.token()
        await chat.post("messages", message(token, "he\ud800llo\x00"))
        assert chat.handled[0].text == "he?llo"
        status, answer, _ = await chat.post("messages", message(token, "\x00", number=2))
        assert status == 400 and answer["code"] == "message"

    run(scenario)


def test_origins_are_read_from_the_setting():
    assert allowed_origins(Settings(page_port=1)) == {"http://127.0.0.1:1", "http://localhost:1"}
    assert allowed_origins(Settings(web_origins="https://a.org, https://b.org/")) == {"https://a.org", "https://b.org"}
    with pytest.raises(ConfigError, match="not an origin"):
        allowed_origins(Settings(web_origins="a.org"))


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (Settings(), "http://127.0.0.1:5005"),
        (Settings(host="0.0.0.0", rasa_port=9), "http://127.0.0.1:9"),
        (Settings(chat_url="https://chat.example.org/"), "https://chat.example.org"),
    ],
)
def test_pages_find_the_chat_server(settings, address):
    assert chat_address(settings) == address


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"audience": "admin", "country": "GBR", "language": "english", "attempt": "x"}, (None, None, None, 1)),
        ({"audience": "parent", "country": "ie", "language": "AR", "attempt": 3}, ("parent", "IE", "ar", 3)),
        ({"country": "UK"}, (None, "GB", None, 1)),
        ({"country": "XX"}, (None, None, None, 1)),
    ],
)
def test_odd_values_beside_the_text_are_dropped(sent, read):
    got = web_message.read_message({"id": "message-1", "text": "hello", **sent})
    assert (got.audience, got.country, got.language, got.attempt) == read
