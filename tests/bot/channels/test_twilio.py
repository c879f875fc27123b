"""Text messages and WhatsApp end to end: a signed form in, messages at a strict stand-in for Twilio out."""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import pytest
from prometheus_client import REGISTRY
from twilio.request_validator import RequestValidator

from bot.channels import twilio as twilio_module
from bot.channels.chat_store import Begun, ChatStore
from bot.channels.guard import Guard
from bot.channels.identity import drill_proof, pseudonym, sign
from bot.channels.offers import Offer, seal
from bot.channels.segments import count_segments
from bot.channels.twilio import TwilioChannel
from bot.config import Settings
from bot.content.responses import get_responses
from bot.errors import ConfigError
from bot.store.keys import KeyRing, Keys, use_key_ring
from tests.waiting import until

from .fake_messaging import RISKY_WORDS, Assistant, assess
from .fake_request import Request, Stream
from .fake_twilio import ACCOUNT, TOKEN, FakeTwilio

PUBLIC = "https://chat.example.org"
CHILD, OURS = "+15005550006", "+15005550009"
_NUMBERS = itertools.count()
TEMPLATES = " ".join(f"HX{number}" + "a" * 31 for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    monkeypatch.setenv("KINDLIGHT_CHANNEL_KEY", "key-of-a-test")
    use_key_ring(KeyRing(Keys("aaaaaaaa", {"aaaaaaaa": b"k" * 32}, b"i" * 32)))
    yield
    use_key_ring(None)


class SlowStream(Stream):
    """A body that takes its time."""

    def __init__(self, body, seconds):
        super().__init__(body)
        self.seconds = seconds

    async def read(self):
        await asyncio.sleep(self.seconds)
        return await super().read()


class Twilio:
    """The channel with an assistant that repeats what it hears, and a phone that writes to it."""

    def __init__(self, api, channel, assistant, store, logged):
        self.api, self.channel, self.assistant, self.store, self.logged = api, channel, assistant, store, logged

    async def post(self, form, path="/webhooks/twilio/webhook", signature=None, token=TOKEN, reading=0.0):
        body = urlencode(form).encode("ascii")
        made = RequestValidator(token).compute_signature(PUBLIC + path, form)
        request = Request(path, body, {"x-twilio-signature": made if signature is None else signature})
        if reading:
            request.stream = SlowStream(body, reading)
        use = {"webhook": self.channel._receive, "status": self.channel._count}[path.rsplit("/", 1)[1]]
        return await self.channel._take(request, use)

    def form(self, text, sid=None, whatsapp=False, sender=CHILD, **more):
        kind = "whatsapp:" if whatsapp else ""
        return {
            "MessageSid": sid or f"SM{next(_NUMBERS):032x}",
            "AccountSid": ACCOUNT,
            "From": kind + sender,
            "To": kind + OURS,
            "Body": text,
            "NumMedia": "0",
            **more,
        }

    async def say(self, text, **more):
        """Sends a text and gives back what came of it."""
        before = len(self.api.sent)
        answer = await self.post(self.form(text, **more))
        assert answer.status == 200
        return [form.get("Body") or form for form in self.api.sent[before:]]


@asynccontextmanager
async def running(store=None, **settings):
    store, logged, assistant = store or ChatStore(), [], Assistant()
    async with FakeTwilio() as api:
        chosen = Settings(
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_public_url=PUBLIC,
            twilio_api_url=api.address,
            **settings,
        )
        channel = TwilioChannel(chosen, Guard(assess=assess, log=logged.append), store)
        await channel.start(assistant.handle, assistant)
        try:
            yield Twilio(api, channel, assistant, store, logged)
        finally:
            await channel.stop()
        assert api.refused == []


def words(name, channel="sms", **slots):
    return get_responses().choose(name, "child", channel, slots).text


async def test_a_text_is_answered_in_a_childs_voice_from_our_number_with_a_call_back():
    async with running() as phone:
        (text,) = await phone.say("hello")
        assert text == f"You said hello\n{words('utter_messaging_notice')}"
        assert phone.api.sent[0]["From"] == OURS and phone.api.sent[0]["To"] == CHILD
        assert phone.api.sent[0]["StatusCallback"] == f"{PUBLIC}/webhooks/twilio/status"
        (heard,) = phone.assistant.heard
        assert heard.metadata == {"audience": "child", "channel_kind": "sms"} and heard.input_channel == "sms"
        assert CHILD not in heard.sender_id and heard.sender_id == pseudonym("sms", f"{CHILD} {OURS}")


async def test_one_person_on_both_channels_is_two_conversations_that_nobody_can_link():
    async with running() as phone:
        await phone.say("hello")
        await phone.say("hello", whatsapp=True)
        assert len({message.sender_id for message in phone.assistant.heard}) == 2


async def test_a_thousand_deliveries_of_one_message_are_answered_once_also_across_a_restart(tmp_path):
    path = tmp_path / "channels.db"
    async with running(ChatStore(path)) as phone:
        await phone.say("before", sid="SM" + "b" * 32)
        form = phone.form("hello", sid="SM" + "a" * 32)
        await asyncio.gather(*(phone.post(form) for _ in range(500)))
        for _ in range(500):
            assert (await phone.post(form)).status == 200
        assert [message.text for message in phone.assistant.heard] == ["before", "hello"]
        answered = len(phone.api.sent)
    async with running(ChatStore(path)) as phone:
        assert (await phone.post(form)).status == 200
        assert phone.assistant.heard == [] and phone.api.sent == [] and answered == 2


async def test_what_is_not_signed_by_twilio_is_refused_and_leaves_no_trace():
    async with running() as phone:
        form = phone.form("hello")
        assert (await phone.post(form, signature="")).status == 403
        assert (await phone.post(form, token="another")).status == 403
        good = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/webhooks/twilio/webhook", form)
        assert (await phone.post({**form, "Body": "hello!"}, signature=good)).status == 403
        assert (await phone.post(form, path="/webhooks/twilio/status", signature=good)).status == 403
        for name in form:
            assert (await phone.post({**form, name: form[name] + "0"}, signature=good)).status == 403
        assert phone.assistant.heard == [] and phone.api.sent == [] and phone.logged == []
        assert (await phone.post(form, signature=good)).status == 200


async def test_the_first_card_is_one_text_of_two_segments_that_a_lock_screen_may_show():
    async with running() as phone:
        phone.assistant.error = RuntimeError("no assistant")
        (text,) = await phone.say(RISKY_WORDS)
        assert count_segments(text) <= 2
        assert text.startswith("Thank you for writing. Read on where no one can see.\n")
        assert "112 / 911" in text and "Reply 1 if" in text


async def test_a_deployment_for_one_country_shows_its_helplines_until_the_person_names_another(monkeypatch):
    monkeypatch.setattr("bot.channels.answering.get_settings", lambda: Settings(country="gb"))
    async with running() as phone:
        await phone.say("hello")
        assert phone.assistant.heard[0].metadata["country"] == "GB"
        phone.assistant.error = RuntimeError("no assistant")
        (text,) = await phone.say(RISKY_WORDS)
        assert "0800 1111" in text and "999" in text and count_segments(text) <= 2
        phone.assistant.error, phone.assistant.slots = None, {"country": "IE"}
        await phone.say("i am in ireland")
        await phone.say("hello")
        assert phone.assistant.heard[-1].metadata["country"] == "IE"


async def test_choices_are_answered_by_number_also_after_a_restart(tmp_path):
    path = tmp_path / "channels.db"
    async with running(ChatStore(path)) as phone:
        (text,) = await phone.say("", NumMedia="1", MediaContentType0="image/jpeg", MediaUrl0="https://x.example/1")
        assert text.endswith("Reply with a number:\n1 Take a picture down\n2 Someone to talk to")
    async with running(ChatStore(path)) as phone:
        await phone.say("two")
        assert [message.text for message in phone.assistant.heard] == ["/get_hotline"]
        await phone.say("2")
        assert [message.text for message in phone.assistant.heard] == ["/get_hotline", "2"]


async def test_a_long_answer_comes_in_three_texts_and_more_brings_the_rest():
    async with running() as phone:
        long = " ".join(f"Sentence {number} of it." for number in range(70))
        await phone.say("hello")
        parts = await phone.say(long)
        assert len(parts) == 3 and parts[-1].endswith("Reply MORE to read on.")
        assert all(count_segments(part) <= 2 for part in parts)
        heard = len(phone.assistant.heard)
        rest = await phone.say("more")
        assert len(phone.assistant.heard) == heard
        said = " ".join(part.split(" ", 1)[1] for part in [*parts, *rest])
        assert "Sentence 69 of it." in said


async def test_words_that_carriers_reserve_work_on_sms_and_are_words_on_whatsapp():
    async with running() as phone:
        assert await phone.say("STOP") == [words("utter_messaging_stopped")]
        (text,) = await phone.say("HELP")
        assert "Call" in text and phone.assistant.heard == []
        await phone.say("START")
        assert [message.text for message in phone.assistant.heard] == ["/start"]
        assert await phone.say("stop", OptOutType="STOP") == []
        await phone.say("yes")
        await phone.say("help", whatsapp=True)
        assert [message.text for message in phone.assistant.heard] == ["/start", "yes", "help"]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"NumMedia": "1", "MediaContentType0": "image/jpeg", "MediaUrl0": "https://x.example/1"}, "image"),
        ({"NumMedia": "1", "MediaContentType0": "video/mp4"}, "image"),
        ({"NumMedia": "1", "MediaContentType0": "audio/ogg"}, "sound"),
        ({"Latitude": "51.5", "Longitude": "0.1"}, "place"),
        ({"NumMedia": "1", "MediaContentType0": "text/vcard"}, "contact"),
        ({"NumMedia": "1", "MediaContentType0": "application/pdf"}, "other"),
        ({}, "other"),
    ],
)
async def test_files_are_never_fetched_and_get_fixed_kind_words(more, name):
    async with running() as phone:
        (text,) = await phone.say("", whatsapp=True, **more)
        first = words(f"utter_messaging_{name}", "whatsapp").split("\n\n")[0]
        assert text.startswith(first.split("{")[0][:40])
        assert phone.assistant.heard == []


async def test_a_picture_of_which_we_are_told_brings_the_ways_to_have_it_taken_down():
    async with running() as phone:
        (text,) = await phone.say("", whatsapp=True, NumMedia="1", MediaContentType0="image/png")
        assert "Take It Down" in text and "did nothing wrong" in text


async def test_words_under_a_picture_are_read_like_any_others():
    async with running() as phone:
        sent = await phone.say(RISKY_WORDS, NumMedia="1", MediaContentType0="image/png")
        assert [message.text for message in phone.assistant.heard] == [RISKY_WORDS]
        assert any("pictures" in text for text in sent)


async def test_whatsapp_choices_are_quick_replies_where_the_account_has_templates():
    async with running(twilio_quick_replies=TEMPLATES) as phone:
        text, tap = await phone.say("", whatsapp=True, NumMedia="1", MediaContentType0="image/png")
        assert "Reply with" not in text
        assert tap["ContentSid"] == TEMPLATES.split()[1]
        assert json.loads(tap["ContentVariables"])["2"] == "Take a picture down"
        assert "\n" not in tap["ContentVariables"]
        await phone.say("Someone to talk to", whatsapp=True, ButtonPayload="2")
        assert [message.text for message in phone.assistant.heard] == ["/get_hotline"]


async def test_whatsapp_choices_are_numbers_without_templates():
    async with running() as phone:
        (text,) = await phone.say("", whatsapp=True, NumMedia="1", MediaContentType0="image/png")
        assert text.endswith("1 Take a picture down\n2 Someone to talk to")
        await phone.say("1", whatsapp=True)
        assert [message.text for message in phone.assistant.heard] == ['/ask{"faq": "take_down_image"}']


async def test_a_number_of_ten_days_later_is_no_choice_of_that_list():
    now = [1_760_000_000.0]
    async with running(ChatStore(now=lambda: now[0])) as phone:
        await phone.say("", whatsapp=True, NumMedia="1", MediaContentType0="image/png")
        now[0] += 10 * 24 * 3600
        await phone.say("1", whatsapp=True)
        assert [message.text for message in phone.assistant.heard] == ["1"]


async def test_a_busy_or_broken_twilio_is_tried_again_and_nothing_is_lost_or_doubled():
    async with running() as phone:
        phone.api.retry_after = "0"
        phone.api.faults = ["429", "500", "cut"]
        (text,) = await phone.say("hello")
        assert text.startswith("You said hello") and len(phone.api.sent) == 1


async def test_a_message_that_twilio_will_not_take_is_counted_and_not_repeated():
    before = REGISTRY.get_sample_value("kindlight_twilio_errors_total", {"error": "21610"}) or 0
    async with running() as phone:
        phone.api.faults = ["21610"]
        assert await phone.say("hello") == []
        assert phone.channel.status()["sms"]["refused"] == 1
    assert REGISTRY.get_sample_value("kindlight_twilio_errors_total", {"error": "21610"}) == before + 1


async def test_reports_of_deliveries_are_counted():
    def count(status):
        labels = {"channel": "sms", "status": status}
        return REGISTRY.get_sample_value("kindlight_twilio_deliveries_total", labels) or 0

    before = count("delivered")
    async with running() as phone:
        form = {"AccountSid": ACCOUNT, "MessageSid": "SM" + "c" * 32, "To": CHILD, "MessageStatus": "delivered"}
        assert (await phone.post(form, path="/webhooks/twilio/status")).status == 204
        assert (await phone.post(form, path="/webhooks/twilio/status", signature="")).status == 403
    assert count("delivered") == before + 1


async def test_a_slow_answer_does_not_keep_twilio_waiting(monkeypatch):
    monkeypatch.setattr(twilio_module, "WEBHOOK_SECONDS", 0.05)
    async with running() as phone:
        phone.api.delay = 0.3
        assert (await phone.post(phone.form("hello"))).status == 200
        assert phone.api.sent == []
        await until(lambda: phone.api.sent)
        assert phone.api.sent[0]["Body"].startswith("You said hello")


async def test_when_the_answer_cannot_be_sent_twilio_is_asked_to_deliver_again(monkeypatch):
    monkeypatch.setattr("bot.channels.delivery.FIRST_PAUSE_SECONDS", 0.001)
    async with running() as phone:
        phone.api.faults = ["500"] * 6
        form = phone.form("hello")
        assert (await phone.post(form)).status == 503
        assert (await phone.post(form)).status == 200
        assert phone.api.sent[0]["Body"].startswith("You said hello")


async def test_twilio_is_not_told_that_all_is_well_before_the_message_is_taken(monkeypatch):
    monkeypatch.setattr(twilio_module, "WEBHOOK_SECONDS", 0.05)
    async with running() as phone:
        file = phone.channel._messaging["sms"]._file
        begin, form = file.begin, phone.form("hello")

        async def busy(update):
            # Another server holds it, which this one learns late.
            await asyncio.sleep(0.2)
            return Begun.BUSY

        file.begin = busy
        assert (await phone.post(form)).status == 503
        file.begin = begin
        assert (await phone.post(form)).status == 200
        await until(lambda: phone.api.sent)
        assert phone.api.sent[0]["Body"].startswith("You said hello")


async def test_an_answer_that_fails_after_twilio_was_told_all_is_well_is_sent_later(monkeypatch):
    monkeypatch.setattr(twilio_module, "WEBHOOK_SECONDS", 0.01)
    monkeypatch.setattr("bot.channels.delivery.FIRST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr("bot.channels.messaging.AGAIN_SECONDS", (0.02,))
    async with running() as phone:
        phone.api.faults = ["500"] * 6
        assert (await phone.post(phone.form("hello"))).status == 200
        await until(lambda: phone.api.sent)
        assert phone.api.sent[0]["Body"].startswith("You said hello")


async def test_an_answer_that_a_stopped_server_could_not_send_is_sent_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(twilio_module, "WEBHOOK_SECONDS", 0.01)
    monkeypatch.setattr("bot.channels.messaging.CLOSE_SECONDS", 0.05)
    monkeypatch.setattr("bot.channels.messaging.ASIDE_CLOSE_SECONDS", 0.01)
    async with running(ChatStore(tmp_path / "channels.db")) as phone:
        phone.api.faults = ["500"] * 1000
        assert (await phone.post(phone.form(RISKY_WORDS))).status == 200
        await until(lambda: phone.store.all_unsent("sms"))
    async with running(ChatStore(tmp_path / "channels.db")) as phone:
        # Counted as answered first, struck off the list of what is unsent a moment later.
        await until(lambda: phone.channel.status()["sms"]["answered"] and not phone.store.all_unsent("sms"))
        assert [RISKY_WORDS in form["Body"] for form in phone.api.sent] == [True] and phone.assistant.heard == []
        assert phone.api.sent[0]["To"] == CHILD


async def test_with_a_broken_file_the_server_starts_and_answers(tmp_path):
    (tmp_path / "channels.db").write_bytes(b"no database, " * 1000)
    async with FakeTwilio() as api:
        settings = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN, "twilio_public_url": PUBLIC}
        channel = TwilioChannel(Settings(**settings, twilio_api_url=api.address, var_dir=tmp_path), Guard(assess=assess))
        assistant = Assistant()
        await channel.start(assistant.handle, assistant)
        phone = Twilio(api, channel, assistant, None, [])
        assert (await phone.say("hello"))[0].startswith("You said hello")
        await channel.stop()


async def test_forms_of_twilio_that_are_no_message_are_passed_over():
    async with running() as phone:
        for changes in ({"From": "messenger:12345"}, {"MessageSid": "odd"}, {"From": "rcs:x"}, {"AccountSid": "AC2"}):
            form = {**phone.form("hello"), **changes}
            assert (await phone.post(form)).status == 204
        assert phone.assistant.heard == [] and phone.channel.status()["ignored"] == 4


async def test_a_body_without_end_is_not_read():
    async with running() as phone:
        request = Request("/webhooks/twilio/webhook", b"a" * 1_000_000, {})
        assert (await phone.channel._take(request, phone.channel._receive)).status == 413
        assert len(request.stream.chunks) > 900


async def test_a_flood_from_one_number_is_limited_and_others_are_answered():
    async with running() as phone:
        for number in range(30):
            await phone.say(f"flood {number}")
        await phone.say("hello", sender="+15005550007")
        heard = [message.text for message in phone.assistant.heard]
        assert heard[-1] == "hello" and len(heard) == 11


async def test_deleting_the_chat_removes_its_messages_from_twilios_log_and_starts_afresh(monkeypatch):
    async def delete(conversation_id):
        return "7KQM-2XHT"

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)
    async with running() as phone:
        form = phone.form("hello")
        await phone.post(form)
        chat = pseudonym("sms", f"{CHILD} {OURS}")
        phone.store.keep_offer(chat, seal(Offer((("Delete my chat", "/confirm_delete_chat"),)), chat))
        (said,) = await phone.say("1")
        assert "7KQM-2XHT" in said
        await phone.say("hello again")
        first, second = phone.assistant.heard
        assert first.sender_id != second.sender_id
    # What they wrote, what we answered, and the "1".
    assert form["MessageSid"] in phone.api.removed and len(phone.api.removed) == 3


async def test_a_drill_goes_the_whole_way_and_sends_nothing():
    async with running() as phone:
        conversation = "d" * 32
        proven = {"token": sign(conversation), "proof": drill_proof(conversation)}
        body = {**proven, "update": phone.form(RISKY_WORDS), "audience": "child", "country": "GB"}

        async def drill(content):
            return await phone.channel._drill(Request("/webhooks/twilio/drill", json.dumps(content).encode(), {}))

        answer = json.loads((await drill(body)).body)
        assert answer["replies"][0]["hotlines"] == ["gb-childline"] and answer["calls"][0]["To"] == CHILD
        assert phone.assistant.heard[0].sender_id == conversation
        assert (await drill({**body, "token": "made up"})).status == 403
        assert (await drill({**body, "proof": "made up"})).status == 403
        assert (await drill({**body, "update": [1]})).status == 400
        assert phone.api.sent == []


async def test_twilio_is_asked_to_deliver_again_while_the_server_stops():
    async with running() as phone:
        phone.assistant.waits = 0.2
        under_way = asyncio.ensure_future(phone.post(phone.form("hello")))
        await until(lambda: phone.channel.status()["sms"]["received"])
        # Its body is still on its way when the server begins to stop.
        slow = asyncio.ensure_future(phone.post(phone.form("are you there"), reading=0.05))
        await asyncio.sleep(0.01)
        stopping = asyncio.ensure_future(phone.channel.stop())
        await asyncio.sleep(0)
        drill = await phone.channel._drill(Request("/webhooks/twilio/drill", b"{}", {}))
        for answer in (await phone.post(phone.form("are you there")), await slow, drill):
            assert answer.status == 503 and answer.headers["Retry-After"] == "5"
        await stopping
        assert (await under_way).status == 200 and [heard.text for heard in phone.assistant.heard] == ["hello"]


async def test_twilio_is_asked_to_deliver_again_before_the_server_has_started():
    settings = Settings(twilio_account_sid=ACCOUNT, twilio_auth_token=TOKEN, twilio_public_url=PUBLIC)
    channel = TwilioChannel(settings, Guard(assess=assess), ChatStore())
    phone = Twilio(None, channel, Assistant(), None, [])
    assert (await phone.post(phone.form("hello"))).status == 503


async def test_without_an_account_the_channel_is_silent():
    channel = TwilioChannel(Settings())
    await channel.start(Assistant().handle)
    answer = await channel._take(Request("/webhooks/twilio/webhook", b"", {}), channel._receive)
    assert (await channel._drill(Request("/webhooks/twilio/drill", b"", {}))).status == 404
    assert answer.status == 404 and channel.status() == {"status": "off"}
    await channel.stop()


@pytest.mark.parametrize(
    "changes",
    [
        {"twilio_account_sid": "AC1"}, {"twilio_account_sid": ""}, {"twilio_auth_token": ""}, {"twilio_auth_token": " "},
        {"twilio_public_url": "http://chat.example.org"}, {"twilio_api_url": "ftp://x"}, {"twilio_quick_replies": "HX1"},
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_explained(changes):
    complete = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN}
    TwilioChannel(Settings(**complete))
    with pytest.raises(ConfigError, match="TWILIO"):
        TwilioChannel(Settings(**{**complete, **changes}))
