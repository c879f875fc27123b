"""What several modules about Telegram share: the stand-in for the Bot API, and surroundings without long waits."""

from __future__ import annotations

import pytest
from itsdangerous import URLSafeTimedSerializer

from bot.channels import guard as guard_module
from bot.channels import telegram_polling

from .fake_bot_api import BotApi


@pytest.fixture
async def api():
    """A strict Bot API; at the end of the test it must have had nothing to complain of."""
    async with BotApi() as opened:
        yield opened
        assert opened.complaints == []


@pytest.fixture
def telegram_surroundings(monkeypatch):
    """A key for the ids, and short waits."""
    serializer = URLSafeTimedSerializer("key-of-a-test", salt="kindlight-conversation")
    monkeypatch.setenv("KINDLIGHT_CHANNEL_KEY", "key-of-a-test")
    monkeypatch.setattr("bot.channels.identity._serializer", lambda: serializer)
    monkeypatch.setattr(guard_module, "RISK_WAIT_SECONDS", 0.3)
    monkeypatch.setattr(guard_module, "ORDINARY_WAIT_SECONDS", 0.3)
    monkeypatch.setattr("bot.channels.delivery.FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(telegram_polling, "BUSY_SECONDS", 0.02)
    monkeypatch.setattr(telegram_polling, "RETRY_SECONDS", 0.02)
