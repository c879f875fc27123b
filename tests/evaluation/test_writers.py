"""What writers who knew nothing of this project sent: who is met, and who is alarmed for nothing.

Four of them wrote 590 messages on 1 December 2026 as young people, families, staff and others would type them, and
labelled them; two thirds of those at risk hold only a hint beside a question about something else, and the quiet ones
share their words. Three others wrote 700 the same day, after a training: posts as in forums, young chat, grown-ups and
what only sounds like risk. What stood nearly so among the examples was left out, nothing else, so that some labels may
be argued about. Measured apart from the scorecard's lines: docs/safeguarding.md has the figures of the day.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest

from bot.safety.engine import get_engine
from bot.safety.levels import RiskLevel

FOLDER = Path(__file__).parent
Heard = List[Tuple[Dict[str, Any], RiskLevel]]


@dataclass(frozen=True)
class Bounds:
    """How many lines may be read wrongly: a little worse than measured, since a new training moves a line or two."""

    missed: int
    cards: int
    reactions: int


WRITERS = {"four_writers": Bounds(15, 8, 26), "three_writers": Bounds(6, 8, 32)}


@pytest.fixture(scope="module", params=list(WRITERS))
def heard(request: pytest.FixtureRequest, trained_model: Path) -> Tuple[Heard, Bounds]:
    """Each line with the level at which it is assessed by itself, and the bounds of its set."""
    lines = map(json.loads, (FOLDER / f"{request.param}.jsonl").read_text(encoding="utf-8").splitlines())
    return [(line, get_engine().assess(line["text"]).level) for line in lines], WRITERS[request.param]


def test_most_people_at_risk_are_met_however_they_hint_at_it(heard: Tuple[Heard, Bounds]) -> None:
    lines, bounds = heard
    missed = [line["text"] for line, level in lines if line["level"] in ("escalate", "emergency") and not level]
    assert len(missed) <= bounds.missed, missed


def test_few_quiet_messages_bring_the_card(heard: Tuple[Heard, Bounds]) -> None:
    lines, bounds = heard
    alarmed = [line["text"] for line, level in lines if line["level"] == "none" and level >= RiskLevel.ESCALATE]
    assert len(alarmed) <= bounds.cards, alarmed


def test_few_quiet_messages_bring_any_reaction(heard: Tuple[Heard, Bounds]) -> None:
    lines, bounds = heard
    asked = [line["text"] for line, level in lines if line["level"] == "none" and level > RiskLevel.NONE]
    assert len(asked) <= bounds.reactions, asked
