"""The Telegram webhook behind a real server: hostile bodies do no harm, a flood hurts nobody else, memory stays bounded."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest

from bot.channels.telegram import SECRET_HEADER, webhook_secret
from bot.config import Settings

from .fake_bot_api import TOKEN, BotApi, message

PROJECT = Path(__file__).resolve().parents[3]
READY_SECONDS = 90
#: What a server may grow by while it is attacked; a hundred bodies of a megabyte are more than that.
MOST_GROWTH_MEGABYTES = 60
PATH = "/webhooks/telegram/webhook"


class Served:
    """A running server with the stand-in for Telegram behind it."""

    def __init__(self, address, api, process, client, secret):
        self.address, self.api, self.client = address, api, client
        self.process, self._secret = psutil.Process(process.pid), secret

    async def post(self, body, secret=None):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {SECRET_HEADER: self._secret if secret is None else secret}
        try:
            async with self.client.post(self.address + PATH, data=body, headers=headers) as response:
                return response.status
        except aiohttp.ClientError:
            # The server has answered and hung up while a body it will not read was still on its way.
            return "hung up"

    def megabytes(self):
        return self.process.memory_info().rss / 2**20


@asynccontextmanager
async def served(folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with BotApi() as api, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as client:
        names = {"TOKEN": TOKEN, "MODE": "webhook", "PUBLIC_URL": "http://127.0.0.1:9", "API_URL": api.address}
        environment = {**os.environ, **{f"KINDLIGHT_TELEGRAM_{name}": value for name, value in names.items()}}
        environment.update(KINDLIGHT_VAR_DIR=str(folder / "var"), PYTHONPATH=str(PROJECT))
        command = [sys.executable, str(Path(__file__).parent / "serve_channels.py"), str(port)]
        with open(folder / "log", "wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=PROJECT)
        try:
            address = f"http://127.0.0.1:{port}"
            await ready(client, address, process, folder)
            yield Served(address, api, process, client, webhook_secret(Settings(telegram_token=TOKEN)))
        finally:
            await client.close()
            process.terminate()
            process.wait(timeout=20)
    assert api.complaints == []


async def ready(client, address, process, folder):
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            async with client.get(f"{address}/webhooks/telegram/") as response:
                if (await response.json())["status"] == "ok":
                    return
        except aiohttp.ClientError:
            await asyncio.sleep(0.2)
    raise AssertionError((folder / "log").read_text(errors="replace")[-2000:])


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("KINDLIGHT_CHANNEL_KEY", "key-of-a-test")


async def test_hostile_bodies_and_a_flood_leave_no_error_and_no_growing_memory(tmp_path):
    async with served(tmp_path) as server:
        assert await server.post(message("hello", chat=1)) == 200
        before = server.megabytes()
        hostile = [
            (b"x" * 2**20, {413, "hung up"}),
            (b'{"a":"' + b"x" * 2**20, {413, "hung up"}),
            (b"[" * 200_000, {400}),
            (b'{"update_id":1,"message":' * 8_000, {400}),
            (b"\xff\xfe\x00", {400}),
            (b"null", {400}),
            ({"update_id": "x", "message": [1]}, {200}),
            ({"update_id": 2, "message": {"chat": {"id": []}, "text": {}}}, {200}),
            ({"update_id": 3, "brand_new_kind": {"chat": {"id": 1}}}, {200}),
        ]
        for _ in range(20):
            for body, expected in hostile:
                assert await server.post(body) in expected, body[:40] if isinstance(body, bytes) else body
        assert await server.post(message("hello"), secret="wrong") == 403

        flood = [server.post(message(f"flood {number}", chat=666)) for number in range(1000)]
        others = [server.post(message("hello", chat=chat)) for chat in range(100, 130)]
        assert set(await asyncio.gather(*flood, *others)) == {200}
        for chat in range(100, 130):
            assert server.api.sent(chat)[0] == "You said hello"
        answered = [text for text in server.api.sent(666) if text.startswith("You said")]
        assert 10 <= len(answered) <= 40
        assert server.megabytes() - before < MOST_GROWTH_MEGABYTES
