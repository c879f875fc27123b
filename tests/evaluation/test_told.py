"""How often a fact told after a card gets its own words, on phrasings kept apart from `data/nlu/told.yml`."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.content.responses import get_responses

HELD_OUT = yaml.safe_load((Path(__file__).parent / "told.yml").read_text(encoding="utf-8"))
#: What somebody wrote before, by the card that it opened.
OPENINGS = {
    "abuse_disclosure": "my uncle touches me when nobody is home",
    "adult_involved": "theres a man on discord hes 34 and he says he loves me",
    "extortion": "he says he'll post my pics if i dont pay",
    "image_shared": "my ex sent my private pic to everyone in my year",
    "self_harm": "my friend says she wants to die",
}
#: The same before facts that whoever did it tells, and before those of a danger that goes on.
OWN_DEED, DANGER = "i touched my little cousin and i feel sick about it, im 15", "my dad has a knife and hes shouting at mum right now"
#: Facts whose words are there already, with the cards that they follow.
ELSEWHERE = {
    "told_another_child": ("utter_crisis_other_children", "abuse_disclosure"),
    "told_a_detail": ("utter_crisis_noted", "abuse_disclosure"),
}
#: Facts that bring the card anew, for whom it is about: how its response begins, what was written before, who writes.
BRINGS_A_CARD = {
    "told_it_is_me": ("utter_crisis_own_hand_parent", "someone hits my son, he has bruises", "parent"),
    "told_it_is_not_me": ("utter_crisis_self_harm_friend", "i want to die", "child"),
}
#: Measured on 2026-11-28 as share of lines answered with the words for that fact.
AT_LEAST = 0.65
#: Facts that came later; their lines are of all voices, and are played here by a child after one opening.
LATER = {
    "told_danger_goes_on", "told_own_regret", "told_own_excuse", "told_own_safe_step", "told_fear_for_someone",
    "told_made_it_safer", "told_card_is_no_help", "told_home_would_break", "told_shame_of_family", "told_outed",
    "told_misses_it", "told_loses_friends", "told_how_they_are_now", "told_gives_in", "told_friend_shuts_me_out",
    "told_others_laugh", "told_took_gifts", "told_role_forbids", "told_first_time_said", "told_adults_disagree",
    "told_fear_of_revenge", "told_care_is_far_off", "told_small_kindness", "told_wants_to_fix_it",
    "told_reacted_badly",
}  # fmt: skip
#: The same for those, measured on 2026-11-29.
LATER_AT_LEAST = 0.3


#: What is told may be danger at this moment ("her door is locked and its gone quiet"): the emergency outranks the words.
MAY_BE_URGENT = ("told_cannot_reach", "told_danger_goes_on")


def is_right(intent, response, given):
    """Whether a line got the words for its fact, or the emergency that such words may tell of."""
    return given == response or (intent in MAY_BE_URGENT and given.startswith("utter_emergency"))


def expected(intent):
    """The response and the card that it follows."""
    if intent in ELSEWHERE:
        return ELSEWHERE[intent]
    name = f"utter_{intent}"
    cards = get_responses().variations(name)[0].metadata["after"]
    return name, next(card for card in cards if card in OPENINGS)


def as_told(intent):
    """The response, what was written before, and who writes."""
    response, card = expected(intent)
    if intent.startswith("told_own_"):
        return response, OWN_DEED, "child"
    return response, DANGER if intent == "told_danger_goes_on" else OPENINGS[card], "child"


@pytest.fixture(scope="module")
def answered(assistant):
    """For each held-out line: its intent, the text, the response it got and the result."""
    found = []
    for intent, lines in HELD_OUT.items():
        response, opening, audience = BRINGS_A_CARD.get(intent) or as_told(intent)
        for text in lines:
            result = assistant.converse([opening, text], "told", audience, "GB")[1]
            found.append((intent, text, response, result))
    return found


def test_most_facts_get_their_own_words(answered):
    assert len(answered) >= 12 * len(HELD_OUT)
    for is_later, at_least in ((False, AT_LEAST), (True, LATER_AT_LEAST)):
        lines = [one for one in answered if (one[0] in LATER) is is_later]
        right = [is_right(intent, response, result["replies"][0]["response"]) for intent, _, response, result in lines]
        assert sum(right) / len(right) >= at_least, f"{sum(right)} of {len(right)}"


def test_helplines_stay_beneath_the_words_for_a_fact(answered):
    told = [(text, result) for _, text, _, result in answered if result["replies"][0]["response"].startswith("utter_told_")]
    assert told and [text for text, result in told if not result["hotlines"]] == []
