"""500 chats write ten messages each, all at once: order kept in each chat, none lost, none doubled."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from bot.channels.limits import RateLimit

from .fake_bot_api import BotApi, message, server_error, too_many_requests
from .test_telegram import Bot

pytestmark = pytest.mark.usefixtures("telegram_surroundings")

CHATS, MESSAGES = 500, 10


async def test_500_chats_of_ten_messages_keep_their_order_and_lose_and_double_nothing(tmp_path, capsys, monkeypatch):
    # On a busy machine the guard must not take the assistant's place here.
    monkeypatch.setattr("bot.channels.guard.ORDINARY_WAIT_SECONDS", 60.0)
    seconds = []
    async with BotApi() as api, Bot(api, tmp_path) as bot:
        api.faults["sendMessage"] = [server_error, too_many_requests(1)] * 20
        chance = random.Random(1)
        begun = {}

        async def heard(message_heard):
            begun[message_heard.text] = time.monotonic()
            await asyncio.sleep(chance.random() * 0.01)
            await message_heard.output_channel.send_response(message_heard.sender_id, {"text": message_heard.text})

        async def write(chat):
            for number in range(MESSAGES):
                update = message(f"{chat} {number}", chat=chat)
                started = time.monotonic()
                # Every delivery comes twice, the second while the first is at work.
                first = asyncio.ensure_future(bot.channel.handle(update))
                assert all(await asyncio.gather(first, bot.channel.handle(update)))
                seconds.append(time.monotonic() - started)

        bot.channel._messaging.connect(heard, bot.assistant)
        started = time.monotonic()
        await asyncio.gather(*(write(chat) for chat in range(1, CHATS + 1)))
        took = time.monotonic() - started
        for chat in range(1, CHATS + 1):
            said = [text for text in api.sent(chat) if text.startswith(f"{chat} ")]
            assert said == [f"{chat} {number}" for number in range(MESSAGES)]
        assert bot.channel._messaging._queues._waiting == {} and len(begun) == CHATS * MESSAGES
    seconds.sort()
    with capsys.disabled():
        p95 = seconds[int(len(seconds) * 0.95)]
        print(f"\n{len(seconds)} messages of {CHATS} chats in {took:.1f} s; 95th percentile {p95:.2f} s each")


async def test_memory_stays_bounded_however_many_write(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.channels.recent.MOST", 50)
    async with BotApi() as api, Bot(api, tmp_path) as bot:
        core = bot.channel._messaging
        core._rate = RateLimit(1, 1)
        await asyncio.gather(*(bot.channel.handle(message("hello", chat=chat)) for chat in range(1, 301)))
        await asyncio.gather(*(bot.channel.handle(message("hello", chat=chat)) for chat in range(1, 301)))
        for memory in (core._taken, core._answering._asked_to_slow_down, core._answering._spoke_of_safety, core._rate._buckets):
            assert len(memory) <= 50
        assert core._queues._waiting == {}
