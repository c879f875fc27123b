"""Text messages to the running assistant: the card comes, a number is understood, the chat can be deleted."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from bot.channels.segments import count_segments

from .canaries import read_decrypted, read_files
from .running import RunningAssistant

PROJECT = Path(__file__).resolve().parents[2]
CHILD, OURS = "+15005550006", "+15005550009"


def stand_in():
    """The strict stand-in for Twilio of the channel's own tests."""
    path = PROJECT / "tests" / "bot" / "channels" / "fake_twilio.py"
    spec = importlib.util.spec_from_file_location("fake_twilio_of_the_channels", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Phone:
    """One number that writes and reads."""

    def __init__(self, assistant, twilio, client, fake):
        self.assistant, self.twilio, self.client, self.fake = assistant, twilio, client, fake
        self.numbers = itertools.count(1)

    async def say(self, text):
        """Sends a text; gives back the texts that came."""
        before = len(self.twilio.sent)
        address = f"{self.assistant.address}/webhooks/twilio/webhook"
        form = {
            "MessageSid": f"SM{next(self.numbers):032x}", "AccountSid": self.fake.ACCOUNT,
            "From": CHILD, "To": OURS, "Body": text, "NumMedia": "0",
        }  # fmt: skip
        signed = {"X-Twilio-Signature": RequestValidator(self.fake.TOKEN).compute_signature(address, form)}
        async with self.client.post(address, data=form, headers=signed) as response:
            assert response.status == 200
        for _ in range(100):
            if len(self.twilio.sent) > before:
                break
            await asyncio.sleep(0.1)
        return [sent["Body"] for sent in self.twilio.sent[before:]]


@pytest.mark.timeout(600)
async def test_a_child_at_risk_who_writes_texts(trained_model, tmp_path):
    fake = stand_in()
    async with fake.FakeTwilio() as twilio, aiohttp.ClientSession() as client:
        settings = {
            "KINDLIGHT_TWILIO_ACCOUNT_SID": fake.ACCOUNT,
            "KINDLIGHT_TWILIO_AUTH_TOKEN": fake.TOKEN,
            "KINDLIGHT_TWILIO_API_URL": twilio.address,
            "KINDLIGHT_GATEWAYS": "helpline=" + "s" * 32,
        }
        assistant = RunningAssistant(tmp_path, settings)
        await asyncio.to_thread(assistant.start)
        try:
            phone = Phone(assistant, twilio, client, fake)
            await a_card_then_a_question_and_a_choice_by_number(phone)
            await everything_is_deleted(phone, assistant)
            await a_drill_goes_through(assistant)
        finally:
            await client.close()
            await asyncio.to_thread(assistant.stop)
        assert twilio.refused == []
        places = {**read_files(assistant.var), **read_decrypted(assistant.var)}
        places["server output"] = assistant.log.read_text(errors="replace")
        assert [name for name, content in places.items() if CHILD.strip("+") in content] == []


async def a_card_then_a_question_and_a_choice_by_number(phone):
    (card,) = await phone.say("he says he'll post my pics if i dont pay")
    assert card.startswith("Thank you for writing. Read on where no one can see.\n")
    assert count_segments(card) <= 2 and "112 / 911" in card and "Reply 1 if you can't talk out loud." in card
    answer = await phone.say("what is grooming")
    while "Reply MORE to read on." in answer[-1]:
        answer = await phone.say("more")
    choice = re.search(r"^2 (.+)$", answer[-1], re.MULTILINE).group(1)
    by_number = await phone.say("2")
    assert by_number and by_number != answer and choice


async def everything_is_deleted(phone, assistant):
    asked = "\n".join(await phone.say("delete my chat"))
    assert "1 Delete my chat" in asked
    (receipt,) = await phone.say("1")
    assert receipt.startswith("Done.")
    for _ in range(50):
        with sqlite3.connect(assistant.var / "kindlight.db", timeout=5) as connection:
            left = connection.execute("SELECT count(*) FROM turns").fetchone()[0]
        if left == 0:
            break
        await asyncio.sleep(0.1)
    assert left == 0


async def a_drill_goes_through(assistant):
    command = [sys.executable, "-m", "bot", "drill", "--address", assistant.address]
    environment = {**os.environ, **assistant.settings}
    run = await asyncio.create_subprocess_exec(*command, env=environment, stdout=subprocess.PIPE, cwd=PROJECT)
    out, _ = await run.communicate()
    lines = out.decode().splitlines()
    assert run.returncode == 0, out.decode()
    assert {line.split()[0] for line in lines[:-1]} == {"web", "sms", "whatsapp", "generic"}
