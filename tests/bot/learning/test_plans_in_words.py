"""Typed words in the plan, the agreement, the talk starters, the check-up and the card lead where a person means."""

from __future__ import annotations

import pytest

from bot.content.composed import JourneyFacts
from bot.content.journeys import get_journeys
from bot.content.responses import get_responses
from bot.learning import engine
from bot.learning.decision import Heard, decide
from bot.learning.state import COMPLETED, JourneyState
from bot.learning.wording import word

BOOK = get_journeys()
PARENT = JourneyFacts("parent", "GB")


def after(journey, moves, facts=PARENT):
    """The turn after a start and some choices."""
    turn = engine.start(BOOK.journeys[journey], facts)
    for choice in moves:
        turn = engine.answer(BOOK.journeys[journey], turn.state, choice, facts)
    return turn


def typed(turn, text, facts=PARENT, intent="nlu_fallback"):
    return decide(BOOK, turn.state, Heard(text, intent), facts, True)


def said(turn, facts=PARENT):
    return word(BOOK, turn.state, turn.say, facts, get_responses().fill).text


@pytest.mark.parametrize(
    "journey, moves, text, step",
    [
        ("disclosure_plan", ["start"], "not sure", "unsure"),
        ("disclosure_plan", ["start"], "yes", "danger"),
        ("disclosure_plan", ["start"], "No", "age"),
        ("disclosure_plan", ["start", "safe"], "13", "kind"),
        ("disclosure_plan", ["start", "safe", "a8_12"], "blackmail", "hour"),
        ("disclosure_plan", ["start", "safe", "a8_12", "home"], "nothing yet", "day"),
        ("family_agreement", ["start"], "9", "devices"),
        ("talk_starters", ["a11_13", "peers", "tense"], "he just shrugs", "shrugs"),
        ("privacy_checkup", ["start", "instagram"], "thats all", "setting"),
        ("privacy_checkup", ["start", "instagram", "that_is_all"], "no more today", "summary"),
        ("professional_card", ["start"], "teacher", "moment"),
        ("professional_card", ["start", "coach", "worry"], "i dont know", "urgent"),
    ],
)
def test_typed_words_count_like_the_button(journey, moves, text, step):
    assert typed(after(journey, moves), text).state.step == step


def test_an_app_without_a_button_is_understood_by_name():
    turn = typed(after("privacy_checkup", ["start"]), "discord")
    assert "Discord is on the list" in said(turn)


def test_a_setting_can_be_skipped_in_words():
    turn = typed(after("privacy_checkup", ["start", "tiktok", "that_is_all"]), "skip")
    assert turn.state.answers[-1] == "setting/tiktok.private_account.skip"


def test_a_country_can_be_typed_when_nobody_said_it():
    nowhere = JourneyFacts("professional")
    turn = typed(after("professional_card", ["start", "nurse", "prepare"], nowhere), "Ireland", nowhere, "ask_country")
    assert turn.state.mode == COMPLETED and "112" in said(turn, nowhere)


@pytest.mark.parametrize("kind", ["contact", "picture", "threats", "known", "home", "unsaid"])
def test_a_tick_names_what_was_ticked_and_leaves_the_list(kind):
    turn = after("disclosure_plan", ["start", "safe", "a8_12", kind, "listen"])
    worded = word(BOOK, turn.state, turn.say, PARENT, get_responses().fill)
    assert worded.text.startswith("Ticked: Listened calmly")
    assert "Listened calmly" not in [title for title, _ in worded.buttons]


def test_danger_shows_the_emergency_number_before_anything_else():
    turn = after("disclosure_plan", ["start", "danger"])
    words = said(turn)
    assert words.index("999") < words.index("The plan can wait")


def test_every_age_subject_and_mood_has_a_line_of_its_own():
    steps = BOOK.journeys["talk_starters"].steps
    lines = set()
    for age in (choice.id for choice in steps["age"].choices):
        for about in (choice.id for choice in steps["about"].choices):
            for mood in (choice.id for choice in steps["mood"].choices):
                lines.add(said(after("talk_starters", [age, about, mood])))
    assert len(lines) == 4 * 6 * 3


def test_the_plan_asks_for_nothing_that_names_a_person():
    state = JourneyState("disclosure_plan", "intro")
    for step in BOOK.journeys[state.journey].steps.values():
        assert step.reader is None, "free words are not read, so none can be kept"
