"""The table from an assessment to a duty."""

from __future__ import annotations

import pytest

from bot.safety import levels
from bot.safety.levels import RiskAssessment, RiskLevel, Speaker
from bot.safety.protocol import VOICES, ReplyKind, category_of_yes, duty_of, voice_of


@pytest.mark.parametrize(
    ("level", "given", "kind"),
    [
        (RiskLevel.NONE, (), ReplyKind.NONE),
        (RiskLevel.CHECK_IN, (), ReplyKind.QUESTION),
        (RiskLevel.CHECK_IN, (levels.EXTORTION,), ReplyKind.QUESTION),
        (RiskLevel.ESCALATE, (), ReplyKind.CARD),
        (RiskLevel.ESCALATE, (levels.EXTORTION,), ReplyKind.AGAIN),
        (RiskLevel.ESCALATE, (levels.ADULT_INVOLVED, levels.EXTORTION), ReplyKind.AGAIN),
        (RiskLevel.ESCALATE, (levels.ADULT_INVOLVED,), ReplyKind.CARD),
        (RiskLevel.EMERGENCY, (levels.EXTORTION,), ReplyKind.EMERGENCY),
        (RiskLevel.EMERGENCY, (levels.IMMEDIATE_DANGER,), ReplyKind.EMERGENCY),
    ],
)
def test_level_and_the_cards_before_decide_the_kind_of_reply(level, given, kind):
    assert duty_of(level, levels.EXTORTION, Speaker.SELF, "child", given).kind is kind


@pytest.mark.parametrize(
    ("speaker", "audience", "category", "voice"),
    [
        (Speaker.SELF, "child", levels.EXTORTION, "child"),
        (Speaker.SELF, None, levels.EXTORTION, "child"),
        (Speaker.SELF, "parent", levels.ABUSE_DISCLOSURE, "survivor"),
        (Speaker.ABOUT_CHILD, None, levels.EXTORTION, "parent"),
        (Speaker.ABOUT_CHILD, "child", levels.EXTORTION, "friend"),
        (Speaker.FRIEND, "parent", levels.SELF_HARM, "friend"),
        (Speaker.PROFESSIONAL, None, levels.SELF_HARM, "professional"),
        (Speaker.UNKNOWN, "professional", levels.SELF_HARM, "professional"),
        (Speaker.OWN_BEHAVIOUR, None, levels.OFFENDER_CONCERN, "own_behaviour"),
        (Speaker.OWN_BEHAVIOUR, "child", levels.OFFENDER_CONCERN, "child"),
        (Speaker.OWN_BEHAVIOUR, "professional", levels.OFFENDER_CONCERN, "own_behaviour"),
        (Speaker.SELF, "professional", levels.OFFENDER_CONCERN, "professional"),
        (Speaker.ABOUT_CHILD, "parent", levels.OFFENDER_CONCERN, "parent"),
    ],
)
def test_the_voice_fits_who_speaks_about_what(speaker, audience, category, voice):
    assert voice_of(speaker, audience, category) == voice


@pytest.mark.parametrize(
    ("age", "audience", "voice"),
    [(34, None, "survivor"), (34, "child", "survivor"), (17, None, "child"), (12, "parent", "child"), (None, None, "child")],
)
def test_the_age_that_people_give_of_themselves_decides_about_their_own_trouble(age, audience, voice):
    assert voice_of(Speaker.SELF, audience, levels.EXTORTION, age) == voice
    assert voice_of(Speaker.ABOUT_CHILD, "parent", levels.EXTORTION, age) == "parent"


def test_an_adult_of_whom_nothing_else_is_known_is_not_spoken_to_as_a_child():
    assert voice_of(Speaker.UNKNOWN, None, levels.SELF_HARM, 34) == "survivor"
    assert voice_of(Speaker.UNKNOWN, "parent", levels.SELF_HARM, 34) == "parent"
    assert voice_of(Speaker.UNKNOWN, None, levels.SELF_HARM, 13) == "child"


def test_every_combination_has_a_voice():
    for speaker in Speaker:
        for audience in (None, "child", "parent", "professional"):
            for category in levels.CATEGORIES:
                assert voice_of(speaker, audience, category) in VOICES


def test_a_question_asks_about_a_category_only_when_one_is_likely_enough() -> None:
    guess = RiskAssessment(RiskLevel.CHECK_IN, {"self_harm": 0.13})
    likely = RiskAssessment(RiskLevel.CHECK_IN, {"self_harm": 0.4})
    assert (guess.main_category, guess.asked_category) == ("self_harm", None)
    assert likely.asked_category == "self_harm"
    assert RiskAssessment(RiskLevel.CHECK_IN).asked_category is None


def test_a_yes_is_about_what_was_asked_and_after_an_open_question_about_what_cannot_wait():
    assert [category_of_yes(name) for name in levels.CATEGORIES] == list(levels.CATEGORIES)
    assert {category_of_yes(asked) for asked in (None, "unclear", "")} == {levels.SELF_HARM}


def test_danger_leads_only_where_it_is_at_least_half_as_likely_as_what_else_was_told() -> None:
    told = {levels.ABUSE_DISCLOSURE: 0.9}
    assert RiskAssessment(RiskLevel.ESCALATE, {**told, levels.IMMEDIATE_DANGER: 0.4}).main_category == "abuse_disclosure"
    assert RiskAssessment(RiskLevel.ESCALATE, {**told, levels.IMMEDIATE_DANGER: 0.5}).main_category == "immediate_danger"
    assert RiskAssessment(RiskLevel.ESCALATE, {**told, levels.SELF_HARM: 0.2}).main_category == "self_harm"
