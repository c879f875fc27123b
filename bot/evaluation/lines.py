"""Lines to measure on: JSON objects with a text or turns and the labels a person gave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, List, Mapping, Tuple

from bot.errors import InputError
from bot.safety.levels import CATEGORIES, RiskAssessment, RiskLevel


@dataclass(frozen=True)
class LabelledLine:
    """One message, or one session, with its labels.

    Attributes:
        turns: The messages, newest last; a single message is one turn.
        risk: Categories a person named; empty for a quiet line.
        level: The level a person gave, when the file has one.
        topic: Topic label, when the file has one.
        unsure: Left out of the gate figures.
        check_in_ok: A quiet line on which a kind question is no error.
    """

    id: str
    turns: Tuple[str, ...]
    risk: Tuple[str, ...]
    level: RiskLevel | None = None
    topic: str | None = None
    unsure: bool = False
    check_in_ok: bool = False
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """A line and what the engine said."""

    line: LabelledLine
    assessment: RiskAssessment
    milliseconds: float

    @property
    def reacted(self) -> bool:
        """Whether anything but silence followed."""
        return self.assessment.level >= RiskLevel.CHECK_IN

    @property
    def escalated(self) -> bool:
        """Whether the crisis card followed."""
        return self.assessment.level >= RiskLevel.ESCALATE

    @property
    def top_category(self) -> str | None:
        """The category with the highest score."""
        scores = self.assessment.categories
        return max(scores, key=lambda name: scores[name]) if scores else None


def read_lines(rows: Iterable[Mapping[str, Any]]) -> List[LabelledLine]:
    """Turns JSON objects into lines.

    Raises:
        InputError: A field is missing or holds an unknown word; the message names the line's id.
    """
    return [_read(row, number) for number, row in enumerate(rows, start=1)]


def turns_of(row: Mapping[str, Any], number: int) -> Tuple[str, ...]:
    """The messages of a row: `turns`, else its `text`. Raises InputError when it has neither."""
    turns = row.get("turns", [row["text"]] if "text" in row else None)
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        raise InputError(f'Line {number} needs "text", a string, or "turns", a list of strings.')
    return tuple(turns)


def _read(row: Mapping[str, Any], number: int) -> LabelledLine:
    risk = row.get("risk")
    if not isinstance(risk, list) or not set(risk) <= set(CATEGORIES):
        raise InputError(f'Line {number} needs "risk", a list of: {", ".join(CATEGORIES)}.')
    level = row.get("level")
    if level is not None and level not in {known.label for known in RiskLevel}:
        raise InputError(f"Line {number} has the level '{level}'; use none, check_in, escalate or emergency.")
    return LabelledLine(
        id=str(row.get("id", number)),
        turns=turns_of(row, number),
        risk=tuple(risk),
        level=None if level is None else RiskLevel.from_label(level),
        topic=row.get("topic"),
        unsure=bool(row.get("unsure")),
        check_in_ok=bool(row.get("check_in_ok")),
        labels=row,
    )
