"""Regression cases from the console: what staff marked as wrong must not be wrong again.

A deployment's staff mark messages (docs/console.md); the patch they download adds cases to `tests/evaluation/reviewed/`
and the same redacted words to the training material. So they say nothing of how well anything generalises, and are no
part of the scorecard.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, List, Mapping, Sequence

from bot.errors import ContentError
from bot.safety.levels import RiskAssessment, RiskLevel

#: The names of the nearest answers to a text, best first.
Nearest = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class ReviewedCase:
    """One message and what should have become of it.

    Attributes:
        kind: `missed_risk`, `false_alarm`, `wrong_answer` or `unanswered`.
        expected: `level` and `categories`, or `faq`; empty when the reviewer named nothing.
    """

    id: str
    kind: str
    text: str
    expected: Mapping[str, Any]


def read_cases(folder: Path) -> List[ReviewedCase]:
    """The cases of every file in the folder; none when there is no folder.

    Raises:
        ContentError: A line is not a case; file and line are named.
    """
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        # Not `splitlines`: a text may hold other line ends, such as U+2028.
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                found.append(ReviewedCase(row["id"], row["kind"], row["text"], row["expected"]))
            except (ValueError, KeyError, TypeError):
                raise ContentError(f"{path.name}, line {number}: a case has id, kind, text and expected.") from None
    return found


def problem_of(case: ReviewedCase, assess: Callable[[str], RiskAssessment], nearest: Nearest) -> str | None:
    """What is still wrong, in one sentence without the words of the case; None when it is right."""
    found = assess(case.text)
    wanted = RiskLevel.from_label(case.expected.get("level") or "none")
    if case.kind == "false_alarm" and found.level >= RiskLevel.ESCALATE:
        return f"{case.id}: {found.level.label} again, where staff saw no risk."
    if case.kind == "missed_risk" and found.level < min(wanted, RiskLevel.ESCALATE):
        return f"{case.id}: {found.level.label}, where staff saw {wanted.label}."
    faq = case.expected.get("faq")
    if faq and faq not in nearest(case.text):
        return f"{case.id}: {faq} is not among the nearest answers."
    return None
