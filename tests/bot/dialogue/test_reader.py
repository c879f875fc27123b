"""In whose words an answer is given: those of the page, or of the one whom a card was about."""

from __future__ import annotations

import pytest

from bot.content.responses import get_responses
from bot.dialogue.facts import ConversationFacts
from bot.dialogue.reader import reader_of
from bot.dialogue.special import plain
from bot.safety.levels import RiskLevel

ASKED = "utter_faq/report_to_police"


def known(audience=None, card=None, age=None, channel="web", country="GB"):
    return ConversationFacts(audience, country, channel, None, RiskLevel.NONE, None, {}, age, card or {})


def card(speaker, category="abuse_disclosure", needs=()):
    return {"card_speaker": speaker, "card_category": category, "card_needs": list(needs)}


@pytest.mark.parametrize(
    ("audience", "given", "age", "reader"),
    [
        ("parent", card("self"), None, "adult"),
        ("parent", card("about_child"), None, "parent"),
        ("parent", None, None, "parent"),
        ("child", card("self"), 14, "child"),
        ("child", card("self"), 25, "adult"),
        ("child", None, 25, "adult"),
        (None, card("self"), None, "child"),
        (None, card("self", needs=["domestic_violence", "grown"]), None, "adult"),
        (None, card("about_child"), None, "parent"),
        (None, card("professional"), None, "professional"),
        ("parent", card("professional"), None, "professional"),
        (None, card("own_behaviour", "offender_concern"), None, None),
        (None, None, None, None),
    ],
)
def test_an_answer_follows_the_card_and_without_one_the_page(audience, given, age, reader):
    assert reader_of(ASKED, known(audience, given, age), get_responses()) == reader


def test_where_nothing_is_written_for_adults_about_themselves_the_page_decides():
    assert reader_of("utter_faq/privacy_settings_check", known("parent", card("self")), get_responses()) == "parent"
    assert reader_of("utter_greet", known("parent", card("self")), get_responses()) == "parent"


def test_an_adult_about_themselves_never_reads_of_their_child_in_what_follows_a_card():
    about_themselves = known("parent", card("self"))
    names = [name for name in get_responses().names if name.startswith(("utter_barrier_", "utter_outcome_"))]
    answers = [name for name in get_responses().names if reader_of(name, about_themselves, get_responses()) == "adult"]
    assert len(names) > 10 and len(answers) > len(names) + 20
    for name in {*names, *answers}:
        said = plain(name, about_themselves)
        told = said["text"] + " ".join(button["title"] for button in said["buttons"])
        assert "your child" not in told.lower() and "The child is safe" not in told, name


def test_helplines_inside_an_answer_stay_those_of_the_person_and_country():
    said = plain("utter_faq/emergency_or_report", known("parent", card("self"), country="US"))
    assert "911" in said["text"] and "you're hurt" in said["text"]


def test_the_law_of_the_own_country_stands_first():
    points = [line for line in plain("utter_faq/sextortion_law", known("parent", country="AU"))["text"].split("\n") if "•" in line]
    assert points[0].startswith("• Australia")
