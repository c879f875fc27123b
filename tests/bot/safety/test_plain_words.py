"""What plain words make of a score that took them for something else, and where a score or a signal stands."""

from __future__ import annotations

import re

import pytest

from bot.safety.classifier import Reading
from bot.safety.decision import Decision
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    ADULT_INVOLVED,
    EXTORTION,
    IMAGE_SHARED,
    OFFENDER_CONCERN,
    SELF_HARM,
    RiskLevel,
    Speaker,
)
from bot.safety.plain_words import within_words
from bot.safety.signals import RiskSignal, SignalHit

NONE, CHECK_IN, ESCALATE = RiskLevel.NONE, RiskLevel.CHECK_IN, RiskLevel.ESCALATE


def held(level, category, text, likely=0.6, hits=(), speaker=Speaker.SELF, is_alone=True):
    """What becomes of a level that scores came to, with one category and as likely as said."""
    reading = Reading({CHECK_IN: 0.9, ESCALATE: likely, RiskLevel.EMERGENCY: 0.0}, {category: likely}, {speaker: 1.0})
    categories = {} if level is NONE else {category: likely}
    return within_words(Decision(level, categories, hits), reading, speaker, text, is_alone)


@pytest.mark.parametrize(
    ("category", "text", "expected"),
    [
        (IMAGE_SHARED, "i found porn on my son's tablet", NONE),
        (OFFENDER_CONCERN, "i'm addicted to porn", NONE),
        (IMAGE_SHARED, "a boy in her class showed her porn", CHECK_IN),
        (SELF_HARM, "how can she hide the old scars at swimming", CHECK_IN),
        (SELF_HARM, "i dont want to hurt myself", CHECK_IN),
        (ADULT_INVOLVED, "i like him, he said hes 14", CHECK_IN),
        (EXTORTION, "he says he will show everyone", ESCALATE),
    ],
)
def test_words_hold_a_score_down_only_where_they_say_what_it_misheard(category, text, expected):
    assert held(ESCALATE, category, text).level is expected


def test_a_score_that_is_nearly_sure_stands_and_so_does_a_conversation():
    text = "i found porn on my son's tablet"
    assert held(ESCALATE, IMAGE_SHARED, text, likely=0.8).level is ESCALATE
    assert held(ESCALATE, IMAGE_SHARED, text, is_alone=False).level is ESCALATE
    assert held(ESCALATE, ABUSE_DISCLOSURE, text).level is ESCALATE
    assert held(ESCALATE, IMAGE_SHARED, f"{text} " + "and then many more words " * 20).level is ESCALATE


def test_a_signal_stands_but_for_a_wish_to_die_that_is_denied():
    def hit(category):
        signal = RiskSignal("x", category, ESCALATE, "Words.", re.compile("."), None, (), ())
        return (SignalHit(signal, 0, 1),)

    assert held(ESCALATE, IMAGE_SHARED, "i found porn on my son's tablet", hits=hit(IMAGE_SHARED)).level is ESCALATE
    assert held(ESCALATE, SELF_HARM, "i dont want to hurt myself", hits=hit(SELF_HARM)).level is CHECK_IN
    assert held(ESCALATE, SELF_HARM, "i dont want to hurt myself", hits=hit(EXTORTION)).level is ESCALATE


@pytest.mark.parametrize("level", [NONE, CHECK_IN])
def test_whoever_may_be_older_and_shows_pornography_is_asked_about_as_harm_and_not_as_a_picture(level):
    found = held(level, IMAGE_SHARED, "my brother showed me porn")
    assert (found.level, found.leading) == (CHECK_IN, ABUSE_DISCLOSURE)
    assert held(ESCALATE, IMAGE_SHARED, "my brother showed me porn").leading == IMAGE_SHARED
    assert held(CHECK_IN, EXTORTION, "my brother showed me porn").leading == EXTORTION


def test_an_age_that_is_told_of_somebody_else_changes_nothing():
    said = "i like him, he said hes 14"
    assert held(ESCALATE, ADULT_INVOLVED, said, speaker=Speaker.ABOUT_CHILD).level is ESCALATE


@pytest.mark.parametrize("text", ["Thank you. Goodbye.", "thank you you are very good. goodbye", "ok thanks bye"])
def test_thanks_and_a_goodbye_are_no_farewell_however_sure_a_score_is(text):
    assert held(ESCALATE, SELF_HARM, text, likely=0.99).level is NONE


@pytest.mark.parametrize("text", ["thank you for everything. goodbye", "goodbye forever", "take care of my cat. bye"])
def test_a_farewell_that_says_more_stands(text):
    assert held(ESCALATE, SELF_HARM, text, likely=0.99).level is ESCALATE


@pytest.mark.parametrize(
    "text",
    [
        "a boy in my class pushes me in the corridor every day",
        "kids at school keep tripping me up and laughing",
        "two girls in her year hide her bag at break",
        "some boys in my form threw my pencil case at lunch",
    ],
)
def test_pushing_among_pupils_is_answered_as_bullying_where_only_a_score_hears_harm(text):
    assert held(ESCALATE, ABUSE_DISCLOSURE, text, likely=0.92).level is NONE
    assert held(ESCALATE, ABUSE_DISCLOSURE, text, is_alone=False).level is ESCALATE
    assert held(ESCALATE, SELF_HARM, text).level is ESCALATE


@pytest.mark.parametrize(
    "text",
    [
        "a boy in my class pushes me and touches me in the corridor",
        "kids at school pushed me down the stairs and my arm is broken",
        "the boys in my year shove me and say they will kill me",
        "my teacher pushes me in the corridor every day",
        "he pushes me when we are alone",
        "a girl in my class pushes me and i am scared to go back",
        "some boys in my class pushed me and took pictures",
    ],
)
def test_more_than_pushing_or_somebody_else_than_a_pupil_stands(text):
    assert held(ESCALATE, ABUSE_DISCLOSURE, text, likely=0.92).level is ESCALATE
