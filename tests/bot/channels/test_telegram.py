"""The Telegram channel against a strict stand-in for the Bot API: every call is one that Telegram would take."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from bot.channels import telegram_api
from bot.channels.chat_store import ChatStore
from bot.channels.guard import Guard
from bot.channels.identity import drill_proof, sign
from bot.channels.messaging import Outcome
from bot.channels.telegram import MOST_BODY_BYTES, SECRET_HEADER, TelegramChannel, check_settings, webhook_secret
from bot.channels.telegram_updates import FromGroup, FromPerson, Nothing, read_update
from bot.config import Settings
from bot.content.responses import get_responses
from bot.errors import ConfigError
from tests.waiting import until

from .fake_bot_api import (
    TOKEN,
    BotApi,
    drops_the_line,
    edit,
    in_pieces,
    malformed,
    message,
    press,
    server_error,
    slow,
    too_many_requests,
)
from .fake_messaging import RISKY_WORDS, Assistant, assess

PUBLIC = "https://chat.example.org"


pytestmark = pytest.mark.usefixtures("telegram_surroundings")


def words(name, **slots):
    return get_responses().choose(name, "child", "telegram", slots).text


class Bot:
    """The channel with the stand-in and an assistant that repeats what it hears."""

    def __init__(self, api, folder, mode="webhook", store=None):
        self.api, self.assistant, self.logged = api, Assistant(), []
        self.settings = Settings(
            var_dir=folder, telegram_token=TOKEN, telegram_mode=mode, telegram_public_url=PUBLIC, telegram_api_url=api.address
        )
        guard = Guard(assess=assess, log=self.logged.append)
        self.channel = TelegramChannel(self.settings, guard, store or ChatStore(folder / "channels.db"))

    async def __aenter__(self):
        await self.channel.start(self.assistant.handle, self.assistant)
        return self

    async def __aexit__(self, *_):
        await self.channel.stop()

    async def send(self, update):
        assert await self.channel.handle(update), update

    async def post(self, body, secret=None, route="_take"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = webhook_secret(self.settings) if secret is None else secret
        answer = await getattr(self.channel, route)(Request(body, {SECRET_HEADER: given}))
        return answer.status, json.loads(answer.body)


class Request:
    """The parts of Sanic's request that the channel reads, without a server."""

    def __init__(self, body, headers):
        self.headers, self.stream = headers, self
        self._chunks = [body[start : start + 65536] for start in range(0, len(body), 65536)] + [None]
        self.read_chunks = 0

    async def read(self):
        self.read_chunks += 1
        return self._chunks.pop(0)


@pytest.fixture
async def bot(api, tmp_path):
    async with Bot(api, tmp_path) as opened:
        yield opened


# --- the way in ------------------------------------------------------------------------------------------------------


async def test_a_message_with_the_right_secret_is_answered(bot):
    assert await bot.post(message("hello")) == (200, {"ok": True})
    assert bot.api.sent(7)[0] == "You said hello"


@pytest.mark.parametrize("change", [lambda s: "", lambda s: s[:-1], lambda s: s + "0", lambda s: s.upper(), lambda s: "é"])
async def test_a_missing_or_altered_secret_is_refused_before_anything_is_read(bot, change):
    status, _ = await bot.post(message("hello"), secret=change(webhook_secret(bot.settings)))
    assert status == 403 and bot.assistant.heard == []


async def test_telegram_is_told_where_to_send_and_what(bot):
    await until(lambda: bot.api.webhook)
    assert bot.api.webhook["url"] == f"{PUBLIC}/webhooks/telegram/webhook"
    assert bot.api.webhook["secret_token"] == webhook_secret(bot.settings)
    assert bot.api.called("setMyCommands")[0]["commands"][0]["command"] == "help"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (1024 * 1024), 413),
        (b"[" * 200_000, 400),
        (b'{"a":' * 50_000, 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
        (b"1" * 100_000, 400),
        (b"", 400),
        (b"{}", 200),
    ],
)
async def test_hostile_bodies_get_a_clear_refusal(bot, body, status):
    assert (await bot.post(body))[0] == status
    assert bot.assistant.heard == [] and bot.api.sent() == []


async def test_of_a_large_body_only_the_beginning_is_read(bot):
    request = Request(b"x" * (20 * 1024 * 1024), {SECRET_HEADER: webhook_secret(bot.settings)})
    assert (await bot.channel._take(request)).status == 413
    assert request.read_chunks <= MOST_BODY_BYTES / 65536 + 1


WRONG = [None, True, 0, -1, 1.5, "x", [], {}, {"id": "x"}, {"id": True}, {"id": 2**70}, [1], {"type": []}]


async def test_wrong_types_and_unknown_kinds_never_break_anything(bot):
    kinds = ["message", "edited_message", "callback_query", "my_chat_member", "channel_post", "poll_answer", "new_kind"]
    fields = ["chat", "from", "text", "message_id", "caption", "data", "id", "message", "new_chat_member", "document"]
    for wrong in WRONG:
        await bot.post({"update_id": wrong, "message": {"text": "x"}})
        for kind in kinds:
            await bot.post({"update_id": 1, kind: wrong})
            for field in fields:
                update = message("hello")
                content = {**update.pop("message"), "data": "x", "id": "1", field: wrong}
                status, _ = await bot.post({**update, kind: content})
                assert status == 200


async def test_without_a_token_the_channel_is_silent(tmp_path):
    channel = TelegramChannel(Settings(var_dir=tmp_path))
    await channel.start(None)
    assert channel.status() == {"status": "off"}
    assert (await channel._take(Request(b"{}", {}))).status == 404
    assert (await channel._drill(Request(b"{}", {}))).status == 404
    await channel.stop()


async def test_telegram_is_asked_to_deliver_again_while_the_server_stops(bot):
    bot.assistant.waits = 0.2
    under_way = asyncio.ensure_future(bot.post(message("hello")))
    await until(lambda: bot.channel.status()["received"])
    stopping = asyncio.ensure_future(bot.channel.stop())
    # The channel waits for what is under way.
    await asyncio.sleep(0.05)
    assert (await bot.post(message("are you there", chat=8)))[0] == 503
    await stopping
    assert (await bot.post(message("are you there", chat=8)))[0] == 503
    assert (await bot.post({}, route="_drill"))[0] == 503
    assert await under_way == (200, {"ok": True}) and [heard.text for heard in bot.assistant.heard] == ["hello"]


async def test_a_server_that_polls_has_no_webhook(api, tmp_path):
    async with Bot(api, tmp_path, "polling") as opened:
        assert (await opened.post(message("hello")))[0] == 404


@pytest.mark.parametrize("settings", [{"telegram_mode": "both"}, {"telegram_mode": "webhook"}])
def test_settings_that_cannot_work_are_named(settings):
    with pytest.raises(ConfigError, match="KINDLIGHT_TELEGRAM"):
        check_settings(Settings(telegram_token="1:x", **settings))


# --- what is answered --------------------------------------------------------------------------------------------------


async def test_the_same_update_a_thousand_times_is_answered_once(bot):
    update = message("hello")
    await asyncio.gather(*(bot.post(update) for _ in range(1000)))
    assert bot.api.sent(7).count("You said hello") == 1


async def test_an_update_answered_before_a_restart_is_not_answered_again(api, tmp_path):
    update = message("hello")
    for _ in range(2):
        async with Bot(api, tmp_path) as opened:
            await opened.send(update)
    assert api.sent(7).count("You said hello") == 1


async def test_an_edited_message_is_not_answered_twice(bot):
    await bot.send(message("helo"))
    before = len(bot.api.sent())
    await bot.send(edit("hello"))
    assert len(bot.api.sent()) == before


async def test_a_group_is_declined_and_left_once(bot):
    group = {"id": -100, "type": "supergroup", "title": "Class 8b"}
    for text in ("hello", "are you there"):
        await bot.send(message(text, chat=group))
    joined = {"chat": group, "from": {"id": 7}, "new_chat_member": {"status": "member"}}
    await bot.send({"update_id": 5, "my_chat_member": joined})
    assert bot.api.sent() == [words("utter_messaging_group")]
    assert bot.api.called("leaveChat") == [{"chat_id": -100}] and bot.assistant.heard == []


def message_in(chat):
    return {"update_id": 1, "message": {"message_id": 1, "chat": chat, "text": "hi", "from": {"id": 1}}}


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        (message_in({"id": -5, "type": "group"}), FromGroup("-5", True)),
        ({"update_id": 1, "channel_post": {"chat": {"id": -6, "type": "channel"}}}, FromGroup("-6", False)),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": -5, "type": "group"}, "new_chat_member": {"status": "left"}}}, Nothing()),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": 7, "type": "private"}, "new_chat_member": {"status": "kicked"}}}, Nothing()),
        (message(None, pinned_message={}), Nothing()),
        (message("from a bot", **{"from": {"id": 2, "is_bot": True}}), Nothing()),
        ({"update_id": 1, "message_reaction": {"chat": {"id": 7, "type": "private"}}}, Nothing()),
    ],
)
def test_updates_are_told_apart(update, kind):
    assert read_update(update) == kind


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"photo": [{"file_id": "x"}]}, "image"),
        ({"video": {}}, "image"),
        ({"video_note": {}}, "image"),
        ({"animation": {}, "document": {}}, "image"),
        ({"document": {"mime_type": "image/jpeg"}}, "image"),
        ({"document": {"mime_type": "application/pdf"}}, "other"),
        ({"document": {"mime_type": 5}}, "other"),
        ({"voice": {}}, "sound"),
        ({"audio": {}}, "sound"),
        ({"location": {}}, "place"),
        ({"venue": {}, "location": {}}, "place"),
        ({"contact": {}}, "contact"),
        ({"sticker": {}}, "other"),
        ({"poll": {}}, "other"),
    ],
)
def test_what_is_no_text_is_known_by_its_kind(fields, kind):
    read = read_update(message(None, **fields))
    assert isinstance(read, FromPerson) and read.incoming.kind == kind


async def test_a_photo_is_never_fetched_and_gets_advice_that_fits(bot):
    await bot.send(message(None, photo=[{"file_id": "abc"}]))
    assert bot.api.sent() == [words("utter_messaging_image")]
    assert "Take It Down" in bot.api.sent()[0]
    assert not [method for method, _ in bot.api.calls if method.lower().startswith("getfile")]


async def test_in_the_uk_the_advice_names_report_remove(bot):
    bot.assistant.slots = {"country": "GB"}
    await bot.send(message("uk"))
    await bot.send(message(None, photo=[{"file_id": "abc"}]))
    assert "Report Remove" in bot.api.sent()[-1]


# --- buttons -----------------------------------------------------------------------------------------------------------


async def answer_with(bot, buttons):
    async def handle(heard):
        bot.assistant.heard.append(heard)
        await heard.output_channel.send_response(heard.sender_id, {"text": "Pick one.", "buttons": buttons})

    bot.channel._messaging.connect(handle, bot.assistant)


LONG = '/ask_privacy_setting{"platform": "google_search", "setting": "parental_tool"}'


async def test_buttons_become_an_inline_keyboard_and_a_press_is_answered(bot):
    await answer_with(bot, [{"title": "Yes", "payload": "/affirm"}, {"title": "Steps", "payload": LONG}])
    await bot.send(message("hello"))
    rows = bot.api.called("sendMessage")[0]["reply_markup"]["inline_keyboard"]
    assert [row[0]["text"] for row in rows] == ["Yes", "Steps"]
    for row in rows:
        await bot.send(press(row[0]["callback_data"]))
    await until(lambda: len(bot.api.called("answerCallbackQuery")) == 2)
    assert [heard.text for heard in bot.assistant.heard] == ["hello", "/affirm", LONG]


async def test_the_words_of_a_button_typed_are_that_button_and_a_number_is_what_it_says(bot):
    await answer_with(bot, [{"title": "They shrug", "payload": "/choose{\"choice\": \"shrugs\"}"}])
    for text in ("hello", "they shrug", "1"):
        await bot.send(message(text))
    assert [heard.text for heard in bot.assistant.heard] == ["hello", '/choose{"choice": "shrugs"}', "1"]


async def test_a_button_with_a_long_payload_still_works_after_a_restart(api, tmp_path):
    async with Bot(api, tmp_path) as first:
        await answer_with(first, [{"title": "Steps", "payload": LONG}])
        await first.send(message("hello"))
    data = api.called("sendMessage")[0]["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    async with Bot(api, tmp_path) as second:
        await second.send(press(data))
        assert [heard.text for heard in second.assistant.heard] == [LONG]


async def test_a_button_that_nobody_knows_leads_to_the_topics(bot):
    await bot.send(press("#" + "0" * 32))
    assert [heard.text for heard in bot.assistant.heard] == ["/show_topics"]


async def test_a_button_that_carries_half_a_character_is_answered_like_any_other(bot):
    await bot.send(press("/affirm\ud800"))
    assert len(bot.api.sent(7)) >= 1


async def test_a_finger_that_taps_twice_is_answered_once(bot):
    await asyncio.gather(bot.send(press("/affirm")), bot.send(press("/affirm")))
    assert len(bot.assistant.heard) == 1


async def test_a_press_that_was_not_taken_is_answered_when_it_is_delivered_again(bot, monkeypatch):
    messaging = bot.channel._messaging
    receive, outcomes = messaging.receive, [Outcome.TRY_AGAIN]

    async def first_not_taken(incoming, *seconds):
        return outcomes.pop() if outcomes else await receive(incoming, *seconds)

    monkeypatch.setattr(messaging, "receive", first_not_taken)
    update = press("/affirm")
    assert not await bot.channel.handle(update)
    await bot.send(update)
    assert [heard.text for heard in bot.assistant.heard] == ["/affirm"]
    await bot.send(press("/affirm"))
    await bot.send(update)
    assert len(bot.assistant.heard) == 1


# --- safety --------------------------------------------------------------------------------------------------------------


async def test_what_the_lock_screen_shows_of_a_card_says_nothing_of_the_topic(bot):
    await bot.send(message(RISKY_WORDS))
    sent = bot.api.called("sendMessage")[0]
    # A locked phone shows about four lines.
    assert words("utter_messaging_first_line").startswith(sent["text"][:150])
    assert sent["link_preview_options"] == {"is_disabled": True}


async def test_the_guards_card_goes_out_when_the_assistant_is_broken(bot):
    bot.assistant.error = RuntimeError("broken")
    await bot.send(message(RISKY_WORDS))
    assert "stop replying" in bot.api.sent(7)[0] and "**" not in bot.api.sent(7)[0]
    assert [event["event"] for event in bot.logged] == ["bot", "user"]


async def test_deleting_asks_first_then_withdraws_both_sides(bot, monkeypatch):
    async def delete(conversation_id):
        return "7KQM-2XHT"

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)
    await bot.send(message("hello", number=501))
    await bot.send(message("/delete", number=502))
    assert bot.assistant.heard[-1].text == "/delete_chat_request"
    await bot.send(press("/confirm_delete_chat"))
    (withdrawn,) = bot.api.called("deleteMessages")
    assert withdrawn == {"chat_id": 7, "message_ids": [501, 1, 2, 502, 3]}
    assert "7KQM-2XHT" in bot.api.sent()[-1]


async def test_where_many_cannot_be_withdrawn_at_once_each_is_by_itself(bot, monkeypatch):
    async def delete(conversation_id):
        return "7KQM-2XHT"

    async def too_old(request):
        from aiohttp import web

        return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)
    bot.api.faults["deleteMessages"] = [too_old] * 5
    await bot.send(message("hello", number=601))
    await bot.send(press("/confirm_delete_chat"))
    assert [call["message_id"] for call in bot.api.called("deleteMessage")] == [601, 1, 2]


# --- Telegram fails --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "faults", [[server_error] * 3, [malformed] * 2, [drops_the_line], [too_many_requests(1)], [server_error, malformed, drops_the_line]]
)
async def test_an_answer_arrives_once_and_in_order_although_telegram_fails(bot, faults):
    bot.api.faults["sendMessage"] = list(faults)
    await asyncio.gather(bot.send(message("one")), bot.send(message("two")))
    said = [text for text in bot.api.sent(7) if text.startswith("You said")]
    assert said == ["You said one", "You said two"]


async def test_the_pause_that_telegram_asks_for_is_kept(bot):
    bot.api.faults["sendMessage"] = [too_many_requests(1)]
    started = asyncio.get_running_loop().time()
    await bot.send(message("hello"))
    assert asyncio.get_running_loop().time() - started >= 1.0 and bot.api.sent(7)[0] == "You said hello"


async def test_other_chats_do_not_wait_for_one_that_is_slowed_down(bot):
    bot.api.faults["sendMessage"] = [too_many_requests(3)]
    waiting = asyncio.ensure_future(bot.send(message("slow", chat=1)))
    await asyncio.sleep(0.1)
    await asyncio.wait_for(bot.send(message("quick", chat=2)), 2.0)
    assert not waiting.done() and bot.api.sent(2)[0] == "You said quick"
    await waiting


async def test_a_slow_telegram_is_asked_again(bot, monkeypatch):
    monkeypatch.setattr(telegram_api.TelegramApi.call, "__defaults__", (0.2,))
    bot.api.faults["sendMessage"] = [slow(1.0)]
    await bot.send(message("hello"))
    assert bot.api.sent(7)[0] == "You said hello"


async def test_an_answer_that_comes_in_pieces_is_read_to_its_end(bot):
    bot.api.faults["sendMessage"] = [in_pieces, in_pieces]
    await bot.send(message("hello"))
    # Both messages were taken; neither is sent again.
    assert bot.api.faults["sendMessage"] == [] and bot.api.sent(7) == []
    await bot.send(message("hello again"))
    assert bot.api.sent(7) == ["You said hello again"]


async def test_a_person_who_blocked_the_bot_costs_one_call(bot):
    bot.api.blocked.add(7)
    await bot.send(message("hello"))
    assert bot.channel.status()["refused"] == 1


async def test_neither_words_nor_token_nor_ids_reach_the_log(bot, caplog):
    caplog.set_level(logging.DEBUG, "bot")
    bot.api.blocked.add(7654321)
    bot.api.faults["sendMessage"] = [server_error, drops_the_line]
    await bot.send(message("secretwords", chat=7654321))
    await bot.send({"update_id": "x"})
    for secret in ("secretwords", TOKEN, "7654321"):
        assert secret not in caplog.text


# --- polling ------------------------------------------------------------------------------------------------------------------


async def test_polling_answers_each_update_once_and_confirms_it(api, tmp_path):
    updates = [message(f"message {number}", chat=number % 5) for number in range(20)]
    api.push(*updates)
    async with Bot(api, tmp_path, "polling") as opened:
        await until(lambda: len(opened.assistant.heard) == 20)
        await until(lambda: api.waiting == [])
        api.push(message("later"))
        await until(lambda: "You said later" in api.sent())
    assert len([text for text in api.sent() if text.startswith("You said")]) == 21


async def test_polling_does_not_confirm_what_is_not_answered(api, tmp_path):
    update = message("hello")
    api.push(update)
    async with Bot(api, tmp_path, "polling") as opened:
        opened.assistant.waits = 0.2
        await until(lambda: len(api.called("getUpdates")) > 3)
        assert api.waiting == [update]
        await until(lambda: api.waiting == [])
    assert api.sent(7).count("You said hello") == 1


async def test_polling_survives_errors_and_another_poller(api, tmp_path):
    async def conflict(request):
        from aiohttp import web

        return web.json_response({"ok": False, "error_code": 409, "description": "Conflict"}, status=409)

    api.faults["getUpdates"] = [server_error, malformed, drops_the_line]
    api.push(message("hello"))
    async with Bot(api, tmp_path, "polling") as opened:
        await until(lambda: opened.assistant.heard, 10)


async def test_a_menu_that_telegram_does_not_take_keeps_nobody_waiting(api, tmp_path):
    api.faults["setMyCommands"] = [server_error] * 100
    api.push(message("hello"))
    async with Bot(api, tmp_path, "polling") as opened:
        await until(lambda: opened.assistant.heard)


async def test_a_stopped_server_answers_what_it_has_begun_and_nothing_twice_afterwards(api, tmp_path):
    api.push(message("hello"))
    for _ in range(2):
        async with Bot(api, tmp_path, "polling") as opened:
            opened.assistant.waits = 0.1
            await until(lambda: len(api.called("getUpdates")) > 1)
    assert api.sent(7).count("You said hello") == 1


async def test_a_second_process_does_not_poll(api, tmp_path, capsys):
    async with Bot(api, tmp_path, "polling"):
        await until(lambda: api.called("getUpdates"))
        async with Bot(api, tmp_path, "polling", ChatStore()):
            await until(lambda: len(api.called("deleteWebhook")) == 2)
            await asyncio.sleep(0.1)
    assert "needs exactly one server process" in capsys.readouterr().out


async def test_several_workers_do_not_poll(api, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SANIC_WORKERS", "2")
    async with Bot(api, tmp_path, "polling"):
        await until(lambda: api.called("deleteWebhook"))
        await asyncio.sleep(0.1)
    assert api.called("getUpdates") == [] and "needs exactly one server process" in capsys.readouterr().out


async def test_a_wrong_token_is_said_clearly(tmp_path, capsys):
    async with BotApi() as api:
        settings = Settings(var_dir=tmp_path, telegram_token="1:wrong", telegram_api_url=api.address)
        channel = TelegramChannel(settings, Guard(assess=assess), ChatStore())
        await channel.start(None)
        await asyncio.wait_for(channel._starting, 5)
        await channel.stop()
    printed = capsys.readouterr().out
    assert "does not accept the bot" in printed and "1:wrong" not in printed


# --- drills ----------------------------------------------------------------------------------------------------------------------


async def test_a_drill_shows_what_would_be_sent_and_sends_nothing(bot):
    proven = {"token": sign("d" * 32), "proof": drill_proof("d" * 32)}
    body = {**proven, "update": message(RISKY_WORDS), "audience": "child", "country": "GB"}
    status, answer = await bot.post(body, route="_drill")
    assert status == 200 and answer["replies"][0]["hotlines"]
    assert answer["calls"][0]["text"].startswith(words("utter_messaging_first_line"))
    assert bot.api.sent() == [] and bot.assistant.heard[0].sender_id == "d" * 32


async def test_a_drill_needs_a_token_of_this_deployment(bot):
    body = {"token": "forged", "update": message(RISKY_WORDS)}
    assert (await bot.post(body, route="_drill"))[0] == 403
    assert (await bot.post(b"x" * (1024 * 1024), route="_drill"))[0] == 413
    assert (await bot.post({**body, "token": sign("d" * 32)}, route="_drill"))[0] == 403
    no_message = {"token": sign("d" * 32), "proof": drill_proof("d" * 32), "update": {"update_id": 1}}
    assert (await bot.post(no_message, route="_drill"))[0] == 400 and bot.assistant.heard == []


def test_the_routes_are_there():
    channel = TelegramChannel(Settings())
    routes = channel.blueprint(None)
    assert {route.uri for route in routes._future_routes} == {"/", "/webhook", "/drill"}
