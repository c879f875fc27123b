"""Where both readers are nearly sure that nothing is wrong, a plain wish of the writer to die is still asked about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.safety.classifier import Evidence, Reading
from bot.safety.cues import gather_evidence, get_cues
from bot.safety.decision import decide
from bot.safety.levels import CATEGORIES, RiskLevel, Speaker
from bot.safety.patterns import tokenize
from bot.safety.signals import get_signals
from bot.safety.thresholds import load_thresholds
from bot.text.cleanup import clean


def evidence_of(text: str) -> Evidence:
    return gather_evidence(tokenize(clean(text)), get_signals(), get_cues())


def reading(any_risk: float) -> Reading:
    levels = {RiskLevel.CHECK_IN: any_risk, RiskLevel.ESCALATE: any_risk / 2, RiskLevel.EMERGENCY: 0.0}
    return Reading(levels, dict.fromkeys(CATEGORIES, 0.1), dict.fromkeys(Speaker, 0.25))


def test_a_wish_to_die_is_asked_about_however_sure_the_readers_are() -> None:
    thresholds = load_thresholds()
    evidence = evidence_of("i want to die because my fish died")
    doubted = decide(reading(thresholds.veto / 2), evidence, thresholds)
    assert doubted.level is RiskLevel.CHECK_IN and "self_harm" in doubted.categories
    assert decide(reading(thresholds.veto + 0.01), evidence, thresholds).level is RiskLevel.ESCALATE


@pytest.mark.parametrize(
    "text",
    ["my villain is being blackmailed by the butler", "want to disappear from insta for a bit", "a character who wants to die"],
)
def test_any_other_signal_is_let_go_there(text: str) -> None:
    thresholds = load_thresholds()
    assert decide(reading(thresholds.veto / 2), evidence_of(text), thresholds).level is RiskLevel.NONE


def test_a_threat_to_a_school_is_never_let_go_there() -> None:
    thresholds = load_thresholds()
    told = decide(reading(thresholds.veto / 2), evidence_of("a boy in my class is going to shoot up the school"), thresholds)
    assert told.level is RiskLevel.ESCALATE
    filmed = evidence_of("in the film he is going to shoot up the school")
    assert decide(reading(thresholds.veto / 2), filmed, thresholds).level is RiskLevel.NONE


@pytest.mark.parametrize(
    ("any_risk", "level"), [(0.1, RiskLevel.NONE), (0.45, RiskLevel.NONE), (0.99, RiskLevel.CHECK_IN)]
)
def test_a_denial_is_believed_unless_the_readers_would_show_the_card(any_risk: float, level: RiskLevel) -> None:
    evidence = evidence_of("nobody is hurting me")
    assert decide(reading(any_risk), evidence, load_thresholds()).level is level


def test_a_wish_that_only_asks_or_is_another_s_is_let_go_there() -> None:
    thresholds = load_thresholds()
    evidence = evidence_of("i want to die because my fish died")
    assert decide(reading(thresholds.veto / 2), replace(evidence, of_self=False), thresholds).level is RiskLevel.NONE
