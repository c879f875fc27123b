"""Telegram end to end: the running assistant on one side, an emulator of the Bot API that others wrote on the other."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time

import pytest
from aiohttp import ClientSession, web

from bot.channels import identity
from bot.channels.telegram import SECRET_HEADER, webhook_secret
from bot.config import Settings
from bot.content.responses import get_responses

from .running import RunningAssistant
from .telegram_emulator import TOKEN, Emulator, install

CHANNEL_KEY = "key-of-the-telegram-journey"


@pytest.fixture(scope="module")
def emulator_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("emulator")
    missing = install(folder)
    if missing:
        pytest.skip(missing)
    return folder


@pytest.fixture
def emulator(emulator_folder):
    opened = Emulator(emulator_folder)
    yield opened
    opened.stop()


def assistant_for(emulator, folder, **settings):
    names = {f"KINDLIGHT_TELEGRAM_{name.upper()}": value for name, value in settings.items()}
    more = {"KINDLIGHT_TELEGRAM_TOKEN": TOKEN, "KINDLIGHT_TELEGRAM_API_URL": emulator.address}
    return RunningAssistant(folder, {**more, **names, "KINDLIGHT_CHANNEL_KEY": CHANNEL_KEY})


def words(name, **slots):
    return get_responses().choose(name, "child", "telegram", slots).text


@pytest.mark.timeout(400)
def test_a_conversation_by_long_polling(trained_model, emulator, tmp_path):
    process = assistant_for(emulator, tmp_path)
    try:
        process.start()
        emulator.say("/start")
        (opening,) = emulator.hears()
        assert "computer program" in opening["text"] and len(opening["buttons"]) == 3

        emulator.press(opening["buttons"][0][1])
        (chosen,) = emulator.hears()
        assert chosen["text"] == words("utter_audience_chosen")

        emulator.say("what is grooming?")
        (answer,) = emulator.hears()
        assert answer["buttons"] and "**" not in answer["text"] and "](" not in answer["text"]

        emulator.say("he said he will post my pics if i dont pay him")
        (card,) = emulator.hears()
        assert card["text"].startswith(words("utter_messaging_first_line"))
        assert "stop replying" in card["text"] and "**" not in card["text"]

        emulator.say(None, photo=[{"file_id": "never-fetched", "width": 1, "height": 1}])
        (advice,) = emulator.hears()
        assert advice["text"] == words("utter_messaging_image")

        group = {"id": -77, "title": "Class 8b", "type": "group"}
        emulator.say("hello bot", -77, chat=group)
        (declined,) = emulator.hears(chat=-77)
        assert declined["text"] == words("utter_messaging_group")

        emulator.say("/delete")
        (question,) = emulator.hears()
        assert len(emulator.history()) >= 6
        emulator.press(next(data for title, data in question["buttons"] if data == "/confirm_delete_chat"))
        (receipt,) = emulator.hears(seconds=30)
        assert "deleted" in receipt["text"]
        # The emulator numbers a pressed button like the message after it, and removes the button in its place.
        assert set(emulator.history()) <= {chosen["text"], receipt["text"]}
    finally:
        process.stop()


class Relay:
    """Stands between emulator and assistant: adds the secret that the emulator does not send, and changes deliveries.

    It also numbers the updates. The emulator counts on only after a delivery was answered, so two messages under way at the
    same moment have one number; Telegram never does that, and the assistant would rightly answer only the first of them.
    """

    def __init__(self, target, secret):
        self.target, self.secret = target, secret
        self.change = lambda update: [update]
        self.statuses = []
        self._numbers = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()
        assert self._ready.wait(10)

    def _serve(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._loop.run_forever()

    async def _open(self):
        app = web.Application()
        app.router.add_post("/webhooks/telegram/webhook", self._pass_on)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        self._ready.set()

    async def _pass_on(self, request):
        update = {**await request.json(), "update_id": next(self._numbers)}
        async with ClientSession() as session:
            for changed in self.change(update):
                url = f"{self.target}/webhooks/telegram/webhook"
                async with session.post(url, json=changed, headers={SECRET_HEADER: self.secret}) as answer:
                    self.statuses.append(answer.status)
        return web.json_response({})

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)


def test_messages_under_way_at_the_same_moment_have_numbers_of_their_own(emulator):
    relay, numbers = Relay("http://nobody.invalid", "secret"), []

    def slowly(update):
        numbers.append(update["update_id"])
        time.sleep(0.3)
        return []

    relay.change = slowly
    try:
        emulator.post("setWebhook", {"url": f"{relay.address}/webhooks/telegram/webhook"})
        emulator.say("hello", 999)
        emulator.say("what is sextortion?")
        time.sleep(1.0)
        assert sorted(numbers) == [1, 2]
    finally:
        relay.stop()


@pytest.mark.timeout(400)
def test_repeated_and_edited_deliveries_by_webhook(trained_model, emulator, tmp_path, monkeypatch):
    monkeypatch.setenv("KINDLIGHT_CHANNEL_KEY", CHANNEL_KEY)
    # The key is read once a process; an earlier test may have left another one.
    identity._key.cache_clear()
    process = assistant_for(emulator, tmp_path, mode="webhook")
    secret = webhook_secret(Settings(telegram_token=TOKEN))
    relay = Relay(process.address, secret)
    process.settings["KINDLIGHT_TELEGRAM_PUBLIC_URL"] = relay.address
    try:
        process.start()
        wait_for_webhook(emulator, relay)
        relay.change = lambda update: [update] * 5
        emulator.say("what is sextortion?")
        answers = heard_or_told_why(emulator, relay, process)
        time.sleep(1.0)
        assert len(answers) + len(emulator.hears(least=0)) <= 2, "the answer, and once what this is"

        relay.change = lambda update: [{"update_id": update["update_id"], "edited_message": update["message"]}]
        emulator.say("what is sextortion??")
        time.sleep(1.5)
        assert emulator.hears(least=0, seconds=0.5) == []
        assert set(relay.statuses) == {200}
    finally:
        process.stop()
        relay.stop()
        identity._key.cache_clear()


def heard_or_told_why(emulator, relay, process):
    """The bot's messages; when there are none, what the assistant answered the relay and wrote into its log."""
    try:
        return emulator.hears()
    except AssertionError as silence:
        log = process.log.read_text(errors="replace")[-3000:]
        raise AssertionError(f"{silence}; deliveries answered {relay.statuses}; the log ends:\n{log}") from None


def wait_for_webhook(emulator, relay):
    """The assistant tells the emulator its address in the background; a first message shows that it has arrived."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not relay.statuses:
        emulator.say("hello", 999)
        time.sleep(0.5)
    assert relay.statuses, "the emulator was not told where to deliver"
    assert set(relay.statuses) == {200}, "the assistant refuses what the relay hands on"
