"""What holds in the reader's own country stands first in a list of countries."""

import pytest

from bot.content.law_by_country import own_country_first
from bot.content.responses import get_responses

LAW = "Some must report.\n\n• United States: by state.\n• India and Northern Ireland: anyone.\n• England: new.\n\n• Stay calm.\nNext: ask."


@pytest.mark.parametrize(
    ("country", "first"), [("US", "United States"), ("IN", "India"), ("GB", "India and Northern Ireland"), ("FR", "United States")]
)
def test_the_points_about_the_own_country_come_first_in_their_order(country, first):
    lines = own_country_first(LAW, country).split("\n")
    assert lines[2].startswith(f"• {first}") and sorted(lines) == sorted(LAW.split("\n"))
    assert lines[:2] == LAW.split("\n")[:2] and lines[-2:] == ["• Stay calm.", "Next: ask."]


def test_without_a_country_nothing_moves():
    assert own_country_first(LAW, None) == LAW


@pytest.mark.parametrize("country", ["AU", "IN", "GB"])
def test_the_duty_to_report_begins_with_the_country_of_a_professional(country):
    text = get_responses().choose("utter_faq/mandated_reporting", "professional").text
    point = next(line for line in own_country_first(text, country).split("\n") if line.startswith("• "))
    assert point.startswith({"AU": "• Australia:", "IN": "• India:", "GB": "• England:"}[country])
