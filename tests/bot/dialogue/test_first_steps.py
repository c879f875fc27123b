"""What comes first after a card: for every trouble and reader, only where it fits, and once."""

from __future__ import annotations

import re

import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.responses import get_responses
from bot.dialogue.facts import read_facts
from bot.dialogue.first_steps import are_steps_asked_for, first_steps, were_steps_given
from bot.safety.answers import asks_nothing_but_what_now, asks_what_now, asks_what_to_say, was_done_to_me_too
from bot.safety.levels import CATEGORIES, OFFENDER_CONCERN
from bot.safety.protocol import CHILD, FRIEND, OWN_BEHAVIOUR, PARENT, PROFESSIONAL, SURVIVOR

_LISTED = re.compile(r"^(\d)\. \S", re.M)


def after_card(category, *texts, speaker="self", response=None, level="escalate", said=None):
    metadata = {"card_category": category, "card_speaker": speaker, "card_level": level, "utter_action": "utter_crisis_card"}
    card = BotUttered("…", metadata={**metadata, "response": response or f"utter_crisis_{category}_child"})
    steps = [BotUttered("…", metadata={"response": said})] if said else []
    return DialogueStateTracker.from_events("one", [UserUttered("…"), card, *steps, *map(UserUttered, texts)], [])


def asked(tracker):
    return first_steps(tracker, read_facts(tracker, "web")) if are_steps_asked_for(tracker) else None


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_trouble_has_steps_for_every_reader(category):
    last = OWN_BEHAVIOUR if category == OFFENDER_CONCERN else SURVIVOR
    for voice in (CHILD, FRIEND, PARENT, PROFESSIONAL, last):
        assert f"utter_first_steps_{category}_{voice}" in get_responses()


def test_steps_are_four_in_order():
    book = get_responses()
    for name in filter(lambda name: name.startswith("utter_first_steps_"), book.names):
        for wording in book.variations(name):
            assert _LISTED.findall(wording.text) == ["1", "2", "3", "4"], name


@pytest.mark.parametrize(
    "text",
    ["what do i do now", "who do i ring first", "ok who should i tell first?", "what's the first thing to do", "in what order"],
)
def test_who_asks_for_the_next_step_gets_the_steps(text):
    assert asks_what_now(text) and asks_nothing_but_what_now(text)
    assert asked(after_card("abuse_disclosure", text)) == "utter_first_steps_abuse_disclosure_child"


@pytest.mark.parametrize("text", ["who was first", "who do i ring about a bike", "what do i do in maths", "where do i go to school"])
def test_other_questions_do_not(text):
    assert asked(after_card("abuse_disclosure", text)) is None


def test_they_are_given_once():
    tracker = after_card("extortion", "what now", said="utter_first_steps_extortion_child")
    assert were_steps_given(tracker) and asked(tracker) is None


def test_a_situation_that_wants_other_steps_gets_none_of_its_category():
    tracker = after_card("abuse_disclosure", "what now", response="utter_crisis_forced_marriage_child")
    assert first_steps(tracker, read_facts(tracker, "web")) is None


def test_whoever_did_it_is_not_told_that_it_is_not_their_fault():
    tracker = after_card("image_shared", "what now", speaker="own_behaviour")
    assert asked(tracker) is None
    of_a_situation = after_card(
        "image_shared", "what now", speaker="own_behaviour", response="utter_crisis_someone_elses_image_child"
    )
    assert asked(of_a_situation) == "utter_first_steps_someone_elses_image_child"


def test_a_situation_has_its_own_steps():
    tracker = after_card("image_shared", "what now", response="utter_crisis_someone_elses_image_child")
    assert asked(tracker) == "utter_first_steps_someone_elses_image_child"


def test_a_situation_told_before_the_card_was_repeated_is_not_forgotten():
    tracker = after_card("abuse_disclosure", "and again", response="utter_crisis_fgm_risk_child")
    again = {"card_category": "abuse_disclosure", "utter_action": "utter_crisis_card", "response": "utter_crisis_again_child"}
    tracker.update(BotUttered("…", metadata=again))
    tracker.update(UserUttered("what now"))
    assert asked(tracker) is None


def test_after_a_card_in_another_language_no_english_steps_follow():
    tracker = after_card("self_harm", "what now", response="utter_crisis_card_es")
    assert asked(tracker) is None


def test_what_to_say_asks_for_them_in_an_emergency_alone():
    text = "what do i say to her"
    assert asks_what_to_say(text) and not asks_what_to_say("what do i say to the shop about my refund")
    in_danger = after_card(
        "immediate_danger", text, speaker="friend", response="utter_emergency_self_harm_friend", level="emergency"
    )
    assert asked(in_danger) == "utter_first_steps_self_harm_friend"
    assert asked(after_card("self_harm", text, speaker="friend")) is None


@pytest.mark.parametrize("text", ["he did it to me too", "it happened to me as well", "not just her, me too", "my uncle touches me too"])
def test_the_same_was_done_to_the_writer(text):
    assert was_done_to_me_too(text)


@pytest.mark.parametrize("text", ["she told me too late", "he did it to me too, at fifa lol", "did he do it to you too?", "too much for me"])
def test_other_words_with_too_are_not(text):
    assert not was_done_to_me_too(text)
