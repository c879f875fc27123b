"""The case of a conversation is that of its newest card, with the words that brought it."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.case_messages import Case
from bot.nlu.cases import case_told, words_of_the_case


def card(category: str, speaker: str, response: str = "utter_crisis_x_child", **more: Any) -> BotUttered:
    metadata = {"utter_action": "utter_crisis_card", "card_category": category, "card_speaker": speaker, **more}
    return BotUttered("card", metadata={**metadata, "response": response})


def tracker(*events: Any, audience: str = "child") -> DialogueStateTracker:
    typed = [
        UserUttered(event, input_channel="web", metadata={"audience": audience, "channel_kind": "web"})
        if isinstance(event, str)
        else event
        for event in events
    ]
    return DialogueStateTracker.from_events("someone", typed)


@pytest.mark.parametrize(
    ("spoken", "audience", "case"),
    [
        (card("extortion", "self"), "child", Case("extortion", "child")),
        (card("self_harm", "friend"), "child", Case("self_harm", "friend")),
        (card("abuse_disclosure", "about_child"), "parent", Case("abuse_disclosure", "parent")),
        (card("abuse_disclosure", "about_child"), "professional", Case("abuse_disclosure", "professional")),
        (card("offender_concern", "own_behaviour"), "parent", Case("offender_concern", "own_behaviour")),
        (card("abuse_disclosure", "about_child", card_needs=["parent_support"]), "parent", Case("abuse_disclosure", "own_behaviour")),
        (card("image_shared", "self", "utter_crisis_own_fake_child"), "child", Case("image_shared", "own_behaviour")),
    ],
)
def test_the_card_and_who_writes_make_the_case(spoken: BotUttered, audience: str, case: Case) -> None:
    assert case_told(tracker("some words that tell it", spoken, audience=audience)) == case


def test_the_newest_card_counts() -> None:
    told = tracker("he wants money for my picture", card("extortion", "self"), "i want to die", card("self_harm", "self"))
    assert case_told(told).category == "self_harm"
    assert words_of_the_case(told) == "i want to die"


def test_a_bare_yes_did_not_bring_the_card_and_later_words_did_not_either() -> None:
    told = tracker("my uncle is weird with me", "yes", card("abuse_disclosure", "self"), "what happens now")
    assert words_of_the_case(told) == "my uncle is weird with me"


def test_where_only_buttons_were_pressed_there_are_no_words() -> None:
    assert words_of_the_case(tracker("/affirm", card("self_harm", "self"))) == ""
