"""Changed spellings, the explicit panel, other languages, and risk told over several messages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Dict, List, Mapping, Sequence, Tuple
from zlib import crc32

from bot.evaluation.breakdown import any_reaction, false_alarms, recall, recall_escalate
from bot.evaluation.held_out import Session
from bot.evaluation.lines import LabelledLine, Measured
from bot.evaluation.metrics import Proportion, share
from bot.evaluation.run import measure
from bot.evaluation.transformations import KINDS, apply
from bot.safety.engine import SafetyEngine
from bot.safety.levels import RiskLevel

#: The unchanged text, shown beside the changed ones.
UNCHANGED = "as written"


@dataclass(frozen=True)
class Robustness:
    """Figures under one kind of change."""

    kind: str
    recall: Proportion
    recall_escalate: Proportion
    any_reaction: Proportion
    false_alarms: Proportion


@dataclass(frozen=True)
class Referral:
    """When the crisis card came in one conversation.

    Attributes:
        delay: Turns after the one that completes the risk: 0 at it, below 0 earlier; None when it never came, or in a
            quiet conversation.
        asked: Whether anything but silence came by the completing turn, or at all in a quiet conversation.
        escalated: Whether the card came at all.
        reactions: At how many of its messages something but silence came.
    """

    session: Session
    delay: int | None
    asked: bool
    escalated: bool
    reactions: int = 0


def changed(lines: Sequence[LabelledLine], kind: str) -> List[LabelledLine]:
    """The same lines under one kind of change; the place of the change follows from the line's id."""
    if kind == UNCHANGED:
        return list(lines)
    return [replace(line, turns=apply(line.turns[0], kind, crc32(line.id.encode()))) for line in lines]


def robustness(
    engine: SafetyEngine, risk: Sequence[LabelledLine], quiet: Sequence[LabelledLine], kind: str
) -> Robustness:
    """Measures both sets under one kind of change."""
    risky, calm = measure(changed(risk, kind), engine), measure(changed(quiet, kind), engine)
    return Robustness(kind, recall(risky), recall_escalate(risky), any_reaction(calm), false_alarms(calm))


def panel(engine: SafetyEngine, lines: Sequence[LabelledLine]) -> Dict[str, List[Measured]]:
    """The explicit panel under every kind of change, unchanged first."""
    return {kind: measure(changed(lines, kind), engine) for kind in (UNCHANGED, *KINDS)}


def panel_share(by_kind: Mapping[str, Sequence[Measured]]) -> Proportion:
    """Share at `escalate` or above, over statements and changes."""
    return share(one.escalated for measured in by_kind.values() for one in measured)


def panel_misses(by_kind: Mapping[str, Sequence[Measured]]) -> List[Tuple[str, str, str]]:
    """(kind of change, statement as written, level reached) of each that stayed below `escalate`."""
    written = {one.line.id: one.line.turns[0] for one in by_kind[UNCHANGED]}
    return [
        (kind, written[one.line.id], one.assessment.level.label)
        for kind, measured in by_kind.items()
        for one in measured
        if not one.escalated
    ]


def languages(measured: Sequence[Measured]) -> Dict[str, Tuple[Proportion, Proportion, Proportion]]:
    """By language: risk lines at `escalate` or above, right category, quiet lines with any reaction."""
    by_language: Dict[str, List[Measured]] = defaultdict(list)
    for one in measured:
        by_language[str(one.line.labels["lang"])].append(one)
    return {name: _language(lines) for name, lines in sorted(by_language.items())}


def _language(lines: Sequence[Measured]) -> Tuple[Proportion, Proportion, Proportion]:
    risky = [one for one in lines if one.line.risk]
    return (
        share(one.escalated for one in risky),
        share(one.top_category in one.line.risk for one in risky if one.reacted),
        share(one.reacted for one in lines if not one.line.risk),
    )


def referrals(engine: SafetyEngine, sessions: Sequence[Session]) -> List[Referral]:
    """Plays each conversation turn by turn and notes when something was done."""
    return [_referral(engine, session) for session in sessions]


def _referral(engine: SafetyEngine, session: Session) -> Referral:
    levels = [engine.assess_session(session.turns[: turn + 1]).level for turn in range(len(session.turns))]
    end = len(levels) if session.completes_at is None else session.completes_at + 1
    asked = any(level >= RiskLevel.CHECK_IN for level in levels[:end])
    first = next((turn for turn, level in enumerate(levels) if level >= RiskLevel.ESCALATE), None)
    delay = None if first is None or session.completes_at is None else first - session.completes_at
    reactions = sum(level >= RiskLevel.CHECK_IN for level in levels)
    return Referral(session, delay, asked, first is not None, reactions)


def in_time(found: Sequence[Referral]) -> Proportion:
    """Share of conversations at risk whose card came at the completing turn or before."""
    return share(one.delay is not None and one.delay <= 0 for one in found if one.session.completes_at is not None)


def quiet_sessions(found: Sequence[Referral]) -> Proportion:
    """Share of quiet conversations with any reaction."""
    return share(one.asked for one in found if one.session.completes_at is None)


def quiet_messages(found: Sequence[Referral]) -> Proportion:
    """Share of the messages of quiet conversations with any reaction."""
    quiet = [one for one in found if one.session.completes_at is None]
    return Proportion(sum(one.reactions for one in quiet), sum(len(one.session.turns) for one in quiet))
