"""The line of helplines under an answer names each number once, the emergency number last."""

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
