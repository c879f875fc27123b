"""Measures the safety engine, and the assistant's topics when it is there, on labelled lines.

Nothing that is read here is written to disk.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import Callable, Dict, List, Mapping, Sequence, Tuple

from bot.evaluation.lines import LabelledLine, Measured
from bot.evaluation.metrics import Proportion, share
from bot.safety.engine import SafetyEngine
from bot.safety.levels import CATEGORIES, RiskAssessment, RiskLevel

#: For each text the nearest answers, best first: (faq id, topic, score).
Topics = Callable[[Sequence[str]], Sequence[Sequence[Tuple[str, str, float]]]]


@dataclass(frozen=True)
class Report:
    """Every figure of one run; `topics` is empty when the assistant was not there."""

    figures: Mapping[str, Proportion]
    categories: Mapping[str, Mapping[str, Proportion]]
    topics: Mapping[str, Proportion]
    unsure: Mapping[str, Proportion]
    median_ms: float
    measured: Sequence[Measured]


def assess_turns(engine: SafetyEngine, turns: Sequence[str]) -> RiskAssessment:
    """The highest assessment a session reaches, message by message; the first of equals."""
    best = RiskAssessment()
    for count in range(1, len(turns) + 1):
        found = engine.assess_session(turns[:count])
        if found.level > best.level or count == 1:
            best = found
    return best


def measure(lines: Sequence[LabelledLine], engine: SafetyEngine) -> List[Measured]:
    """Assesses every line, with the time each took."""
    measured = []
    for line in lines:
        started = time.perf_counter()
        assessment = assess_turns(engine, line.turns)
        measured.append(Measured(line, assessment, (time.perf_counter() - started) * 1000))
    return measured


def report_on(measured: Sequence[Measured], topics: Mapping[str, Proportion] | None = None) -> Report:
    """Computes every figure. Lines marked unsure are counted apart."""
    firm = [found for found in measured if not found.line.unsure]
    unsure = [found for found in measured if found.line.unsure]
    return Report(
        figures=_figures(firm),
        categories={name: _category_figures(firm, name) for name in CATEGORIES},
        topics=topics or {},
        unsure={
            "reacted, lines with a risk label": share(found.reacted for found in unsure if found.line.risk),
            "reacted, lines without": share(found.reacted for found in unsure if not found.line.risk),
        },
        median_ms=median([found.milliseconds for found in measured]) if measured else 0.0,
        measured=measured,
    )


def measure_topics(lines: Sequence[LabelledLine], topics: Topics) -> Dict[str, Proportion]:
    """Share of firm lines whose topic is the nearest answer's, or among the three nearest."""
    labelled = [line for line in lines if line.topic and not line.unsure]
    nearest = topics([line.turns[-1] for line in labelled])
    named = [[topic for _, topic, _ in found] for found in nearest]
    return {
        "top 1": share(line.topic in found[:1] for line, found in zip(labelled, named, strict=True)),
        "top 3": share(line.topic in found[:3] for line, found in zip(labelled, named, strict=True)),
    }


def misses(measured: Sequence[Measured]) -> List[Tuple[str, Measured]]:
    """What went wrong, by kind: silence, a question instead of the card, wrong category, alarm, question on quiet."""
    found: List[Tuple[str, Measured]] = []
    for one in measured:
        kind = None if one.line.unsure else _kind_of_miss(one)
        if kind:
            found.append((kind, one))
    return sorted(found, key=lambda pair: pair[0])


def _kind_of_miss(one: Measured) -> str | None:
    if one.line.risk:
        if not one.reacted:
            return "missed"
        if not one.escalated and _wants_card(one.line):
            return "asked only"
        return None if one.top_category in one.line.risk else "wrong category"
    if one.escalated:
        return "false alarm"
    return "asked on quiet" if one.reacted and not one.line.check_in_ok else None


def _wants_card(line: LabelledLine) -> bool:
    # Lines from outside carry no level; every risk then counts as one that wants the card.
    return line.level is None or line.level >= RiskLevel.ESCALATE


def _figures(firm: Sequence[Measured]) -> Dict[str, Proportion]:
    risky = [found for found in firm if found.line.risk]
    quiet = [found for found in firm if not found.line.risk]
    strict = [found for found in quiet if not found.line.check_in_ok]
    reacted = sum(found.reacted for found in risky)
    escalated = sum(found.escalated for found in risky)
    return {
        "recall": share(found.reacted for found in risky),
        "recall_escalate": share(found.escalated for found in risky if _wants_card(found.line)),
        "category": share(found.top_category in found.line.risk for found in risky if found.reacted),
        "false_alarms_escalate": share(found.escalated for found in quiet),
        "any_reaction_on_quiet": share(found.reacted for found in strict),
        "precision": Proportion(reacted, reacted + sum(found.reacted for found in strict)),
        "precision_escalate": Proportion(escalated, escalated + sum(found.escalated for found in quiet)),
    }


def _category_figures(firm: Sequence[Measured], name: str) -> Dict[str, Proportion]:
    labelled = [found for found in firm if name in found.line.risk]
    named = [found for found in firm if found.reacted and found.top_category == name]
    return {
        "recall": share(found.reacted for found in labelled),
        "recall_escalate": share(found.escalated for found in labelled if _wants_card(found.line)),
        "named": share(name in found.assessment.categories for found in labelled),
        "precision": share(name in found.line.risk for found in named if found.line.risk or not found.line.check_in_ok),
    }
