"""The table of safety responses, with near-misses beside the cases that act."""

import pytest

from bot.dialogue.constants import (
    CARD_LEVEL,
    CHECK_IN,
    UTTER_CHECK_IN,
    UTTER_CHECK_IN_NO,
    UTTER_CHECK_IN_YES,
    UTTER_CRISIS_CARD,
)
from bot.policies.safety_decision import decide
from bot.safety.levels import EXTORTION, SELF_HARM, RiskAssessment, RiskLevel

NONE, ASK, CARD, NOW = RiskLevel


def risk(level, category=SELF_HARM):
    return RiskAssessment(level=level, categories={category: 0.9} if level else {})


@pytest.mark.parametrize(
    ("level", "alone", "intent", "check_in", "expected"),
    [
        (CARD, CARD, "faq", None, UTTER_CRISIS_CARD),
        (NOW, NOW, None, None, UTTER_CRISIS_CARD),
        (CARD, NONE, "faq", None, UTTER_CRISIS_CARD),  # completed by earlier messages
        (ASK, ASK, "faq", None, UTTER_CHECK_IN),
        (NONE, NONE, "affirm", SELF_HARM, UTTER_CHECK_IN_YES),
        (ASK, ASK, "nlu_fallback", SELF_HARM, UTTER_CHECK_IN_YES),
        (ASK, ASK, "deny", SELF_HARM, UTTER_CHECK_IN_NO),
        (CARD, NONE, "laugh", SELF_HARM, UTTER_CHECK_IN_NO),  # "lol no its homework" after "im gonna kms"
        (CARD, CARD, "deny", SELF_HARM, UTTER_CRISIS_CARD),  # "no, he hurts me"
        (NONE, NONE, "affirm", None, None),
        (NONE, NONE, "faq", SELF_HARM, None),
        (NONE, NONE, "faq", None, None),
    ],
)
def test_decision(level, alone, intent, check_in, expected):
    decision = decide(risk(level), alone, intent, check_in, NONE)
    assert (decision.response if decision else None) == expected


def test_the_card_level_never_falls():
    assert decide(risk(CARD), CARD, None, None, NOW).slots[CARD_LEVEL] == "emergency"


def test_a_check_in_remembers_what_it_asks_about():
    assert decide(risk(ASK, EXTORTION), ASK, None, None, NONE).slots[CHECK_IN] == EXTORTION


def test_a_failed_engine_still_asks():
    failed = RiskAssessment(level=ASK, failed=True)
    assert decide(failed, ASK, None, None, NONE).response == UTTER_CHECK_IN
