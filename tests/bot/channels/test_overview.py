"""The start says which messaging channels are on, and stops for settings that cannot work."""

from __future__ import annotations

import pytest

from bot import preflight
from bot.channels.overview import channel_lines, channel_problems
from bot.config import Settings
from bot.errors import ConfigError


def test_the_start_says_whether_telegram_is_on_and_how():
    assert any("Telegram" in line and "off" in line for line in channel_lines(Settings()))
    assert any("long polling" in line for line in channel_lines(Settings(telegram_token="1:x")))
    hook = Settings(telegram_token="1:x", telegram_mode="webhook", telegram_public_url="https://chat.example.org/")
    assert any("https://chat.example.org" in line for line in channel_lines(hook))
    assert all("1:x" not in line for line in channel_lines(hook))


@pytest.mark.parametrize(
    "settings", [{"telegram_mode": "both"}, {"telegram_mode": "webhook", "telegram_public_url": "http://plain.example.org"}]
)
def test_a_server_does_not_start_with_settings_that_cannot_work(settings, tmp_path):
    broken = Settings(var_dir=tmp_path, telegram_token="1:x", **settings)
    assert channel_problems(broken)
    with pytest.raises(ConfigError, match="KINDLIGHT_TELEGRAM"):
        preflight.check(broken)
    assert channel_problems(Settings(**settings)) == []


def test_the_start_says_whether_texts_and_gateways_are_on_and_shows_no_secret():
    off = channel_lines(Settings())
    assert any("WhatsApp" in line and "off" in line for line in off)
    assert any("webhook" in line and "off" in line for line in off)
    secret = "s" * 32
    on = Settings(twilio_account_sid="AC" + "1" * 32, twilio_auth_token=secret, gateways=f"helpline={secret}")
    assert channel_problems(on) == []
    assert any("WhatsApp" in line and "on, " in line for line in channel_lines(on))
    assert any("on, for helpline" in line for line in channel_lines(on))
    assert not any(secret in line for line in channel_lines(on))
    assert len(channel_problems(Settings(twilio_auth_token=secret, gateways="helpline=short"))) == 2
