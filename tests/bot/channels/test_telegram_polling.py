"""The Telegram channel when a fault lasts: nothing unanswered is confirmed, nothing gives up, the file may be broken."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels import messaging, telegram_polling
from bot.channels.chat_store import ChatStore
from bot.channels.guard import Guard
from bot.channels.telegram import TelegramChannel
from bot.config import Settings
from bot.store.keys import KeyRing, Keys, use_key_ring
from tests.waiting import until

from .fake_bot_api import BotApi, message, press, server_error, too_many_requests
from .fake_messaging import assess
from .test_telegram import LONG, Bot, answer_with

pytestmark = pytest.mark.usefixtures("telegram_surroundings")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(messaging, "ANSWER_SECONDS", 0.02)
    monkeypatch.setattr(messaging, "CLOSE_SECONDS", 0.05)
    monkeypatch.setattr(messaging, "ASIDE_CLOSE_SECONDS", 0.01)
    use_key_ring(KeyRing(Keys("aaaaaaaa", {"aaaaaaaa": b"k" * 32}, b"i" * 32)))
    yield
    use_key_ring(None)


# --- what is confirmed -------------------------------------------------------------------------------------------------


async def test_polling_does_not_confirm_an_answer_that_takes_long_to_send(api, tmp_path):
    update = message("hello")
    api.faults["sendMessage"] = [too_many_requests(1)]
    api.push(update)
    async with Bot(api, tmp_path, "polling") as opened:
        await until(lambda: opened.assistant.heard)
        asked = len(api.called("getUpdates"))
        await until(lambda: len(api.called("getUpdates")) > asked + 5)
        assert api.waiting == [update] and api.sent() == []
        await until(lambda: api.waiting == [])
    assert api.sent(7).count("You said hello") == 1


async def test_polling_does_not_confirm_what_cannot_be_sent_and_asks_the_assistant_once(api, tmp_path):
    update = message("hello")
    api.faults["sendMessage"] = [server_error] * 15
    api.push(update)
    async with Bot(api, tmp_path, "polling") as opened:
        await until(lambda: opened.channel.status()["failed"] == 2)
        assert api.waiting == [update] and api.sent() == []
        await until(lambda: api.waiting == [])
        assert [heard.text for heard in opened.assistant.heard] == ["hello"]
    assert api.sent(7).count("You said hello") == 1


async def test_what_a_stopped_server_could_not_send_is_still_at_telegram_and_is_sent_once(api, tmp_path):
    update = message("hello")
    api.push(update)
    api.faults["sendMessage"] = [server_error] * 10_000
    async with Bot(api, tmp_path, "polling") as first:
        await until(lambda: first.channel.status()["status"] == "ok" and first.assistant.heard)
        await until(lambda: len(api.faults["sendMessage"]) < 9_990)
    assert api.waiting == [update]
    api.faults["sendMessage"] = []
    async with Bot(api, tmp_path, "polling") as second:
        await until(lambda: api.waiting == [])
        assert second.assistant.heard == []
    assert api.sent(7).count("You said hello") == 1


async def test_the_pauses_between_rounds_grow_up_to_a_bound(monkeypatch):
    slept, sleep = [], asyncio.sleep

    async def notes(seconds):
        slept.append(seconds)
        await sleep(0)

    async def never(update):
        return False

    monkeypatch.setattr(telegram_polling, "RETRY_SECONDS", 3.0)
    monkeypatch.setattr(telegram_polling.asyncio, "sleep", notes)
    await telegram_polling.Poller(None, never, None)._answer(1, {})
    assert slept[:6] == [3.0, 6.0, 12.0, 24.0, 48.0, 60.0] and max(slept) == 60.0
    # As long as a webhook's answer is tried from here.
    assert sum(slept) > sum(messaging.AGAIN_SECONDS)


# --- how it comes on ---------------------------------------------------------------------------------------------------


async def test_a_long_pause_that_telegram_asks_for_at_the_start_is_kept_not_given_up(api, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("bot.channels.delivery.pause_seconds", lambda attempt, asks, chance: asked.append(asks) or 0.05)
    api.faults["getMe"] = [too_many_requests(600)] * 3
    api.push(message("hello"))
    async with Bot(api, tmp_path, "polling") as opened:
        assert opened.channel.status()["status"] == "starting"
        await until(lambda: opened.assistant.heard)
        assert asked == [600.0] * 3 and opened.channel.status()["status"] == "ok"


async def test_a_bot_that_telegram_does_not_accept_says_so_in_its_status(tmp_path):
    async with BotApi() as opened:
        settings = Settings(var_dir=tmp_path, telegram_token="1:wrong", telegram_api_url=opened.address)
        channel = TelegramChannel(settings, Guard(assess=assess), ChatStore())
        await channel.start(None)
        await until(lambda: channel.status()["status"] == "not accepted")
        await channel.stop()


async def test_polling_that_has_ended_is_not_called_ok(api, tmp_path):
    async def revoked(request):
        from aiohttp import web

        return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)

    api.faults["getUpdates"] = [revoked]
    async with Bot(api, tmp_path, "polling") as opened:
        await until(lambda: opened.channel.status()["status"] == "not polling")


# --- without the file --------------------------------------------------------------------------------------------------


@pytest.fixture
async def without_file(api, tmp_path):
    """A bot whose channels.db is no database."""
    (tmp_path / "channels.db").write_bytes(b"no database, " * 1000)
    bot = Bot(api, tmp_path, store=ChatStore())
    bot.channel._store = None
    async with bot:
        yield bot


async def test_with_a_broken_file_the_server_starts_and_buttons_work(without_file, caplog):
    bot = without_file
    await answer_with(bot, [{"title": "Steps", "payload": LONG}])
    await bot.send(message("hello"))
    await until(lambda: bot.api.called("sendMessage"))
    data = bot.api.called("sendMessage")[0]["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await bot.send(press(data))
    await until(lambda: len(bot.assistant.heard) == 2)
    assert [heard.text for heard in bot.assistant.heard] == ["hello", LONG]
    assert "channels.db cannot be used" in caplog.text


async def test_with_a_broken_file_a_button_that_nobody_knows_leads_to_the_topics(without_file):
    await without_file.send(press("#" + "0" * 32))
    await until(lambda: without_file.assistant.heard)
    assert [heard.text for heard in without_file.assistant.heard] == ["/show_topics"]
