"""action_show_hotlines."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.hotlines import ActionShowHotlines, valid_country
from bot.content.crisis import CrisisContext, compose
from bot.safety.levels import CATEGORIES, RiskAssessment, RiskLevel, Speaker


def run(text="/get_hotline", intent="get_hotline", entities=(), said=(), metadata=None, **slots):
    message = {"text": text, "intent": {"name": intent}, "entities": list(entities)}
    events = [{"event": "user", "text": words, "metadata": metadata} for words in (*said, text)]
    tracker = Tracker("1", slots, message, events, False, None, {}, None)
    dispatcher = CollectingDispatcher()
    events = ActionShowHotlines().run(dispatcher, tracker, {})
    return dispatcher.messages[0], events


def country(code):
    return {"entity": "country", "value": code}


def test_without_a_country_help_that_works_anywhere_comes_with_the_question():
    message, events = run(audience="child")
    assert message["utter_action"] == "utter_hotlines_anywhere"
    assert "findahelpline.com" in message["text"] and message["buttons"]
    assert events == []


def test_the_country_of_a_button_is_kept_and_its_lines_are_shown():
    message, events = run("/ask_country", "ask_country", [country("IE")], audience="child")
    assert message["utter_action"] == "utter_hotlines"
    assert "1800 66 66 66" in message["text"] and "ie-childline" in message["hotlines"]
    assert events[0]["name"] == "country" and events[0]["value"] == "IE"


def test_after_a_card_the_same_need_is_met_for_the_country_and_the_barrier_is_asked():
    message, _ = run("scotland", "ask_country", [country("GB")], audience="child", card_category="extortion", card_speaker="self")
    assert message["utter_action"] == "utter_hotlines_after_card"
    assert message["hotlines"][:3] == ["gb-childline", "gb-report-remove", "gb-ceop"]
    assert "What would make it easier" in message["text"]


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize(("said", "age"), [("im 25, it was my stepdad", 25), ("im 13, it was my stepdad", 13)])
@pytest.mark.parametrize("language", ["en", "es"])
def test_after_a_card_the_country_brings_the_services_that_its_card_would_have_named(category, said, age, language):
    risk = RiskAssessment(RiskLevel.ESCALATE, {category: 0.9}, Speaker.SELF)
    card = compose(risk, CrisisContext(country="US", language=language, age=age))
    metadata = {"language": language}
    slots = {"card_category": category, "card_speaker": "self"}
    message, _ = run("/ask_country", "ask_country", [country("US")], said=[said], metadata=metadata, **slots)
    assert message["hotlines"] == list(card.hotlines)


def test_an_adult_is_not_sent_to_a_line_for_children_and_the_newest_age_counts():
    child, adult = (
        run("/get_hotline", said=said, country="GB", card_category="self_harm", card_speaker="self")[0]["hotlines"]
        for said in (["im 25", "sorry, im 15"], ["im 15", "sorry, im 25"])
    )
    assert "gb-childline" in child and "gb-childline" not in adult and adult


def test_what_the_card_called_for_is_shown_again_when_somebody_asks_for_a_line():
    card = {"event": "bot", "metadata": {"card_category": "abuse_disclosure", "card_needs": ["domestic_violence", "crisis"]}}
    asked = {"event": "user", "text": "/get_hotline"}
    slots = {"country": "GB", "audience": "parent", "card_category": "abuse_disclosure", "card_speaker": "self"}
    message = {"text": "/get_hotline", "intent": {"name": "get_hotline"}, "entities": []}
    dispatcher = CollectingDispatcher()
    ActionShowHotlines().run(dispatcher, Tracker("1", slots, message, [card, asked], False, None, {}, None), {})
    assert dispatcher.messages[0]["hotlines"][0] == "gb-domestic-abuse"


@pytest.mark.parametrize("text", ["i need a helpline, he lives in canada", "georgia", "he hits me"])
def test_words_of_which_no_country_was_taken_lead_to_help_that_works_anywhere(text):
    message, events = run(text, "ask_country", audience="child")
    assert events == [] and message["utter_action"] == "utter_hotlines_anywhere"


def test_a_country_without_a_file_is_told_so():
    message, events = run("jamaica", "ask_country", [country("JM")], audience="parent")
    assert message["utter_action"] == "utter_hotlines_unlisted"
    assert events[0]["value"] == "JM"


@pytest.mark.parametrize(
    ("value", "code"), [("gb", "GB"), ("UK", "GB"), ("Ireland", "IE"), ("he hits me", None), (None, None)]
)
def test_a_slot_value_becomes_a_code_or_nothing(value, code):
    assert valid_country(value) == code
