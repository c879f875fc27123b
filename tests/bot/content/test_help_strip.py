"""The line of helplines under an answer names each number once, the emergency number last."""

import re

import pytest

from bot.content.hotlines import get_directory
from bot.content.variables import emergency_number, help_strip


@pytest.mark.parametrize("audience", ["child", "parent"])
@pytest.mark.parametrize("country", [None, *sorted(get_directory().names)])
def test_the_emergency_number_is_no_service_before_it_as_well(country, audience):
    slots = {"country": country, "audience": audience, "card_category": "immediate_danger", "card_level": "emergency"}
    *services, last = help_strip(slots).split(" · ")
    number = emergency_number(slots)
    assert number in last
    assert not [service for service in services if number in service]


@pytest.mark.parametrize("channel", ["web", "telegram", "sms"])
@pytest.mark.parametrize("country", [None, *sorted(get_directory().names)])
def test_no_number_is_said_twice_in_a_row(country, channel):
    numbers = {re.escape(service.phone) for service in get_directory().services if service.phone}
    for category in (None, "extortion", "self_harm"):
        strip = help_strip({"country": country, "audience": "child", "card_category": category, "channel": channel})
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", strip)
        assert not [n for n in numbers if re.search(rf"(?:^|[a-z·-]) ?{n} {n}(?!\d)", plain, re.IGNORECASE)], plain


def test_the_number_of_a_name_is_said_once():
    strips = {c: help_strip({"country": c, "audience": "child", "channel": "telegram"}) for c in ("IN", "PH")}
    assert strips["IN"].startswith("Child Helpline 1098 ") and "1098" not in strips["IN"][20:]
    assert "MAKABATA Helpline 1383" in strips["PH"] and strips["PH"].count("1383") == 1
