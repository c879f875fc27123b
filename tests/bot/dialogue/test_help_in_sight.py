"""For a while after a card every reply has its helplines beneath, once, and none that stands by itself."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.constants import LOOK_BACK
from bot.dialogue.drafts import plain
from bot.dialogue.facts import read_facts
from bot.dialogue.help_in_sight import keep_help_in_sight

NOW = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)
GAMES = "utter_faq/game_age_ratings"


def card(response="utter_crisis_abuse_disclosure_child"):
    told = {"card_category": "abuse_disclosure", "card_level": "escalate", "card_speaker": "self", "hotlines": ["gb-childline"]}
    return BotUttered("…", metadata={**told, "response": response, "utter_action": "utter_crisis_card"})


def said(name, **metadata):
    return BotUttered("…", metadata={"response": name, **metadata})


def reply(*before, name=GAMES, channel="web", now=()):
    """What is sent for `name` after those bot messages, and `now` since the newest words."""
    talk = [event for spoken in before for event in (UserUttered("hm"), spoken)]
    slots = [TextSlot("card_level", [{}], initial_value="escalate"), TextSlot("country", [{}], initial_value="GB")]
    tracker = DialogueStateTracker.from_events("one", [*talk, UserUttered("can i go play now"), *now], slots)
    facts = read_facts(tracker, channel)
    return keep_help_in_sight(name, plain(name, facts), tracker, facts, NOW)


def test_an_everyday_answer_after_a_card_keeps_its_helplines_beneath():
    kept = reply(card())
    assert kept["response"] == GAMES and kept["responses"] == [GAMES, "utter_crisis_help_stays"]
    assert "0800 1111" in kept["text"] and "gb-childline" in kept["hotlines"]


def test_without_a_card_and_long_after_one_an_answer_stands_as_it_is():
    assert reply()["hotlines"] == [] and "0800 1111" not in reply()["text"]
    others = [said("utter_faq/first_phone")] * LOOK_BACK
    assert reply(card(), *others)["hotlines"] == []
    assert reply(card(), *others[1:])["hotlines"]


@pytest.mark.parametrize("name", ["utter_outcome_safe_now", "utter_goodbye", "utter_thank", "utter_crisis_misread"])
def test_good_news_a_farewell_and_a_card_taken_back_stand_alone(name):
    assert "utter_crisis_help_stays" not in reply(card(), name=name).get("responses", [])


def test_a_reply_that_names_them_is_told_so_and_not_said_twice():
    named = reply(card(), name="utter_crisis_noted")
    assert named["hotlines"] and named["text"].count("0800 1111") == 1


def test_a_card_in_another_language_and_one_taken_back_add_nothing():
    assert reply(card("utter_crisis_card_es"))["hotlines"] == []
    assert reply(card(), said("utter_crisis_misread"))["hotlines"] == []


def test_a_second_message_to_the_same_words_does_not_repeat_them():
    assert reply(card(), now=[said("utter_faq/first_phone", hotlines=["gb-childline"])])["hotlines"] == []


def test_a_text_message_is_not_made_longer():
    assert reply(card(), channel="sms")["hotlines"] == []
