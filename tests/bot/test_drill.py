"""Drill drivers: each channel that is switched on is drilled, in its own form."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.channels.generic_message import read_incoming as read_message
from bot.channels.telegram_updates import FromPerson, read_update
from bot.channels.twilio_message import read_incoming as read_text
from bot.config import Settings
from bot.drill import DrillCase, MessagingDrill, channels_to_drill, judge, telegram_update

CASE = DrillCase("extortion", "he will post my pictures", "child", "GB", "escalate")


@pytest.fixture
def server(monkeypatch):
    """Answers as a channel's drill route does, and keeps what it got."""
    monkeypatch.setattr("bot.channels.identity.drill_proof", lambda conversation_id: f"proof of {conversation_id}")
    monkeypatch.setattr("bot.channels.identity.sign", lambda conversation_id: f"signed {conversation_id}")
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            reply = {"text": "**raw**", "response": "utter_crisis_extortion_child", "hotlines": ["gb-childline"]}
            body = json.dumps({"replies": [reply], "calls": [{"text": "shown"}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            """Quiet."""

    opened = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=opened.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{opened.server_port}", got
    opened.shutdown()
    opened.server_close()


def test_a_messaging_drill_sends_what_the_platform_would_and_judges_what_would_be_shown(server):
    address, got = server
    replies = MessagingDrill("telegram", address, telegram_update).send("c" * 32, CASE)
    path, body = got[0]
    assert path == "/webhooks/telegram/drill" and body["token"] == f"signed {'c' * 32}"
    assert body["proof"] == f"proof of {'c' * 32}"
    assert body["audience"] == "child" and body["country"] == "GB"
    assert replies[0]["text"] == "shown" and judge(CASE, replies, 0.1, 3.0, "999") == ""


def test_the_drills_update_is_one_that_telegram_could_send():
    read = read_update(telegram_update(CASE))
    assert isinstance(read, FromPerson) and read.incoming.text == CASE.text


def test_every_channel_that_is_switched_on_is_drilled():
    assert [channel.name for channel in channels_to_drill(Settings(), "http://127.0.0.1:1")] == ["web"]
    with_telegram = Settings(telegram_token="1:x")
    assert [channel.name for channel in channels_to_drill(with_telegram, "http://127.0.0.1:1")] == ["web", "telegram"]


def test_texts_whatsapp_and_gateways_are_drilled_in_their_own_form(server):
    address, got = server
    account = "AC" + "1" * 32
    settings = Settings(twilio_account_sid=account, twilio_auth_token="t", gateways="helpline=" + "s" * 32)
    web, *channels = channels_to_drill(settings, address)
    assert [channel.name for channel in channels] == ["sms", "whatsapp", "generic"]
    for channel in channels:
        assert channel.send("c" * 32, CASE)[0]["text"] == "shown"
    assert [path for path, _ in got] == ["/webhooks/twilio/drill"] * 2 + ["/webhooks/generic/drill"]
    sms, whatsapp, message = (body["update"] for _, body in got)
    assert read_text(sms, account).channel == "sms" and read_text(whatsapp, account).channel == "whatsapp"
    assert read_message("drill", message).text == CASE.text
