"""Changes are the same each time, and a referral is counted from the turn that completes the risk."""

from __future__ import annotations

from typing import Sequence

import pytest

from bot.evaluation.held_out import Session
from bot.evaluation.lines import LabelledLine
from bot.evaluation.robustness import (
    UNCHANGED,
    changed,
    in_time,
    panel,
    panel_misses,
    panel_share,
    quiet_messages,
    referrals,
)
from bot.evaluation.transformations import KINDS
from bot.safety.levels import EXTORTION, RiskAssessment, RiskLevel

LINE = LabelledLine(id="a", turns=("he wants money for the picture",), risk=(EXTORTION,), level=RiskLevel.ESCALATE)


class EngineThatReads:
    """Escalates when the newest message holds a word; the rest of the engine is not needed here."""

    def __init__(self, word: str) -> None:
        self._word = word

    def assess_session(self, texts: Sequence[str]) -> RiskAssessment:
        found = self._word in texts[-1]
        return RiskAssessment(level=RiskLevel.ESCALATE if found else RiskLevel.NONE)


def session(turns: Sequence[str], completes_at: int | None) -> Session:
    level = RiskLevel.NONE if completes_at is None else RiskLevel.ESCALATE
    return Session("s", tuple(turns), completes_at, level, (), "pieces")


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_is_changed_the_same_way_each_time(kind: str) -> None:
    assert changed([LINE], kind) == changed([LINE], kind)
    assert changed([LINE], kind)[0].risk == LINE.risk


def test_as_written_changes_nothing() -> None:
    assert changed([LINE], UNCHANGED) == [LINE]


@pytest.mark.parametrize(
    "turns, completes_at, delay",
    [(["hi", "money"], 1, 0), (["money", "hi"], 1, -1), (["hi", "hm", "money"], 1, 1), (["hi", "hm"], 1, None)],
)
def test_the_delay_counts_turns_after_the_completing_one(
    turns: Sequence[str], completes_at: int, delay: int | None
) -> None:
    (found,) = referrals(EngineThatReads("money"), [session(turns, completes_at)])  # type: ignore[arg-type]
    assert found.delay == delay
    assert in_time([found]).hits == (delay is not None and delay <= 0)


def test_a_quiet_conversation_has_no_delay() -> None:
    (found,) = referrals(EngineThatReads("money"), [session(["money"], None)])  # type: ignore[arg-type]
    assert found.delay is None and found.escalated and found.asked


def test_of_quiet_conversations_each_message_counts() -> None:
    played = [session(["hi", "money", "bye"], None), session(["hi", "hm"], None), session(["money"], 0)]
    found = quiet_messages(referrals(EngineThatReads("money"), played))  # type: ignore[arg-type]
    assert (found.hits, found.total) == (1, 5)


def test_what_the_panel_misses_is_listed_as_written() -> None:
    by_kind = panel(EngineThatReads("money"), [LINE])  # type: ignore[arg-type]
    assert set(by_kind) == {UNCHANGED, *KINDS}
    missed = panel_misses(by_kind)
    assert panel_share(by_kind).hits == len(by_kind) - len(missed)
    assert ("upper", LINE.turns[0], "none") in missed
