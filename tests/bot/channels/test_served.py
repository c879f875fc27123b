"""The channels behind a real server: the documented example runs, hostile bodies do no harm, 500 chats at once keep order."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import psutil
import pytest
from twilio.request_validator import RequestValidator

from bot.channels.generic_signature import signature_of

from .fake_twilio import ACCOUNT, TOKEN, FakeTwilio

PROJECT = Path(__file__).resolve().parents[3]
SECRET = "a-test-secret-that-is-long-enough"
READY_SECONDS = 180
CHATS, MESSAGES = 500, 10


class Served:
    """A running server, its stand-in for Twilio, and a client."""

    def __init__(self, address, api, process, client):
        self.address, self.api, self.client = address, api, client
        self.process = psutil.Process(process.pid)

    async def text(self, sid, body, sender="+15005550006", **more):
        form = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": sender, "To": "+15005550009", "Body": body, **more}
        return await self.post("/webhooks/twilio/webhook", urlencode(form).encode(), self.signed(form))

    def signed(self, form):
        made = RequestValidator(TOKEN).compute_signature(f"{self.address}/webhooks/twilio/webhook", form)
        return {"X-Twilio-Signature": made, "Content-Type": "application/x-www-form-urlencoded"}

    async def message(self, body, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        at = int(time.time())
        made = {"X-Kindlight-Timestamp": str(at), "X-Kindlight-Signature": signature_of(SECRET, at, body), **headers}
        return await self.post("/webhooks/generic/messages", body, made)

    async def post(self, path, body, headers):
        async with self.client.post(self.address + path, data=body, headers=headers) as response:
            return response.status, await response.text()


@asynccontextmanager
async def served(folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with FakeTwilio() as api, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        settings = {
            "VAR_DIR": str(folder / "var"),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": api.address,
            "GATEWAYS": f"helpline={SECRET}",
        }
        environment = {**os.environ, **{f"KINDLIGHT_{name}": value for name, value in settings.items()}}
        environment["PYTHONPATH"] = str(PROJECT)
        with open(folder / "log", "wb") as log:
            process = subprocess.Popen(
                [sys.executable, str(Path(__file__).parent / "serve_channels.py"), str(port)],
                env=environment, stdout=log, stderr=log, cwd=PROJECT,
            )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        try:
            await ready(client, address, process, folder)
            yield Served(address, api, process, client)
        finally:
            # Sanic waits for open connections.
            await client.close()
            process.terminate()
            process.wait(timeout=20)
    assert api.refused == []


async def ready(client, address, process, folder):
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            async with client.get(f"{address}/webhooks/twilio/") as response:
                if (await response.json())["status"] == "ok":
                    return
        except aiohttp.ClientError:
            await asyncio.sleep(0.2)
    raise AssertionError("the server did not start:\n" + (folder / "log").read_text(errors="replace")[-2000:])


def documented_example():
    page = (PROJECT / "docs" / "channels.md").read_text(encoding="utf-8")
    return re.search(r"is run by tests/bot/channels/test_served\.py\. -->\n```bash\n(.*?)```", page, re.DOTALL).group(1)


async def test_the_documented_example_runs_as_it_stands(tmp_path):
    async with served(tmp_path) as server:
        run = await asyncio.create_subprocess_exec(
            "bash", "-euc", documented_example(),
            env={**os.environ, "ADDRESS": server.address, "SECRET": SECRET}, stdout=subprocess.PIPE,
        )  # fmt: skip
        out, _ = await run.communicate()
        answer = json.loads(out)
        assert run.returncode == 0 and answer["id"] == "message-0001"
        assert answer["replies"][0] == {"text": "You said someone i met in a game keeps asking for pictures", "buttons": []}


async def test_hostile_bodies_are_refused_without_a_failure_and_without_filling_the_memory(tmp_path):
    async with served(tmp_path) as server:
        await server.text("SM" + "0" * 32, "hello")
        before = server.process.memory_info().rss
        megabyte = b"a" * 1_000_000
        bodies = [
            b"", b"\x00", b"\xff" * 1000, megabyte, b"Body=" + megabyte, b"[" * 60_000, b"{" * 60_000, b'{"a":' * 12_000,
            b"&" * 60_000, b"=&" * 30_000, b"%" * 60_000, b"Body=%ff", b'{"id": 1e999, "from": null, "text": {}}', b"null",
            b"\xed\xa0\x80", json.dumps({"id": ["a"], "from": {"a": 1}, "text": 7}).encode(),
        ]  # fmt: skip
        statuses = []
        for _ in range(5):
            for body in bodies:
                for path in ("twilio/webhook", "twilio/status", "twilio/drill", "generic/messages", "generic/drill"):
                    status, _ = await server.post(f"/webhooks/{path}", body, {"X-Twilio-Signature": "x"})
                    statuses.append(status)
                # Signed by a gateway that has gone wrong.
                statuses.append((await server.message(body))[0])
        assert set(statuses) <= {400, 403, 413}, set(statuses)
        grown = server.process.memory_info().rss - before
        assert grown < 40_000_000, f"{grown / 1e6:.0f} MB more"
        assert (await server.text("SM" + "1" * 32, "hello again"))[0] == 200
        assert "You said hello again" in server.api.sent[-1]["Body"]
        assert "Traceback" not in (tmp_path / "log").read_text(errors="replace")


async def test_a_body_that_never_ends_is_cut_off(tmp_path):
    async def endless():
        for _ in range(4000):
            yield b"a" * 65_536

    async with served(tmp_path) as server:
        before = server.process.memory_info().rss
        # Where the line is found closed while a piece is being written, aiohttp lets the plain error through.
        with pytest.raises((aiohttp.ClientError, ConnectionError, AssertionError)):
            status, _ = await server.post("/webhooks/generic/messages", endless(), {})
            raise AssertionError(status)
        assert server.process.memory_info().rss - before < 40_000_000
        # The next person comes by a line of their own; the one that was hung up would not be used again.
        async with aiohttp.ClientSession() as server.client:
            assert (await server.text("SM" + "1" * 32, "hello"))[0] == 200


async def test_the_web_channel_takes_no_large_body_on_any_of_its_addresses_and_goes_on_answering(tmp_path):
    async with served(tmp_path) as server:
        status, answer = await server.post("/webhooks/web/conversations", b"{}", {})
        assert status == 201
        before = server.process.memory_info().rss
        for path in ("conversations", "messages"):
            assert (await server.post(f"/webhooks/web/{path}", b"a" * 70_000, {}))[0] == 413
        for path in ("", "conversations", "messages", "delete"):
            way = server.client.get if not path else server.client.post
            for _ in range(3):
                try:
                    async with way(f"{server.address}/webhooks/web/{path}", data=b"a" * 10_000_000) as refused:
                        assert refused.status in (400, 413), path
                except (aiohttp.ClientError, ConnectionError):
                    # The server hung up in the middle of the body.
                    pass
        assert server.process.memory_info().rss - before < 20_000_000
        longest = "\U0001f600" * 1000
        for number, text in enumerate(("hello", longest)):
            message = {"token": json.loads(answer)["token"], "id": f"message-{number}", "text": text}
            status, said = await server.post("/webhooks/web/messages", json.dumps(message).encode(), {})
            assert status == 200 and json.loads(said)["replies"][0]["text"] == f"You said {text}"


@pytest.mark.timeout(600)
async def test_500_chats_of_ten_texts_keep_their_order_and_lose_and_double_nothing(tmp_path, capsys):
    seconds = []
    async with served(tmp_path) as server:
        server.api.retry_after = "0"
        server.api.faults = ["500", "429", ""] * 30

        async def delivered(sid, body, sender):
            for _ in range(10):
                try:
                    status, _ = await server.text(sid, body, sender)
                except aiohttp.ClientError:
                    # The server closed an idle connection at this very moment: Twilio delivers again, as the guide sets up.
                    continue
                assert status in (200, 503)
                if status == 200:
                    return
            raise AssertionError("never taken")

        async def write(chat):
            sender = f"+1500555{chat:04d}"
            for number in range(MESSAGES):
                sid, started = f"SM{chat * 100 + number:032x}", time.monotonic()
                # Every delivery comes twice, the second while the first is at work.
                await asyncio.gather(*(delivered(sid, f"{chat} {number}", sender) for _ in range(2)))
                seconds.append(time.monotonic() - started)

        started = time.monotonic()
        await asyncio.gather(*(write(chat) for chat in range(CHATS)))
        took = time.monotonic() - started
        for _ in range(200):
            if len(server.api.sent) >= CHATS * MESSAGES:
                break
            await asyncio.sleep(0.1)
        said = {}
        for form in server.api.sent:
            said.setdefault(form["To"], []).append(form["Body"].split("\n")[0])
        for chat in range(CHATS):
            assert said[f"+1500555{chat:04d}"] == [f"You said {chat} {number}" for number in range(MESSAGES)]
        at_once = server.api.at_once
    seconds.sort()
    with capsys.disabled():
        p50, p95 = (seconds[int(len(seconds) * share)] for share in (0.5, 0.95))
        print(f"\n{len(seconds)} texts of {CHATS} chats, each delivered twice, in {took:.1f} s; half within {p50:.2f} s, "
              f"95 of 100 within {p95:.2f} s; at most {at_once} at Twilio at once")  # fmt: skip
    assert at_once <= 64
