"""Whether help that has come, or was called, is heard in an open emergency, on `tests/evaluation/emergencies.jsonl`.

Each line is sent right after an opening that is an emergency. Independent of Rasa: it is given a function that plays a
conversation. Nothing that is read here is written to disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Mapping, Sequence, Tuple

from bot.evaluation.after_card import Play
from bot.evaluation.case_questions import converse_about
from bot.evaluation.held_out import HELD_OUT_DIR
from bot.evaluation.metrics import Proportion, share
from bot.evaluation.news import Told, load_told
from bot.evaluation.replies import response_of
from bot.nlu.news import QUIET, Help
from bot.safety.levels import RiskLevel

EMERGENCIES_FILE = HELD_OUT_DIR / "emergencies.jsonl"
#: Which words, by the beginnings of their names, are said to each kind of help.
_SAID: Mapping[str, Tuple[str, ...]] = {
    Help.HERE.value: ("utter_crisis_help_is_there", "utter_outcome_"),
    Help.CALLED.value: ("utter_crisis_until_help_comes", "utter_emergency_help_called"),
}


@dataclass(frozen=True)
class Outcome:
    """A line whose opening was heard as an emergency, and the name of what was answered to it."""

    line: Told
    response: str

    @property
    def heard(self) -> str:
        """Which help was answered to: a value of `Help`, or `QUIET`."""
        return next((kind for kind, begins in _SAID.items() if self.response.startswith(begins)), QUIET)


def load_lines(path: Path = EMERGENCIES_FILE) -> List[Told]:
    """Reads the lines; their kind is a value of `Help`, or `QUIET`. Errors as of `load_told`."""
    return load_told(path, Help)


def play(lines: Sequence[Told], converse: Play) -> List[Outcome]:
    """Sends every line in a conversation of its own; those whose opening is not taken for an emergency are left out."""
    played = (converse_about(line.opening, line.text, line.audience, converse) for line in lines)
    return [
        Outcome(line, response_of(results[1]))
        for line, results in zip(lines, played, strict=True)
        if results[0]["risk"]["level"] == RiskLevel.EMERGENCY.label
    ]


def heard_by_kind(outcomes: Sequence[Outcome]) -> Dict[str, Proportion]:
    """Share of the lines of each kind of help that was heard."""
    return {kind: share(one.heard == kind for one in outcomes if one.line.kind == kind) for kind in _SAID}


def believed(outcomes: Sequence[Outcome]) -> Proportion:
    """Share of the lines which tell of no help that were taken for help that is here; each may cost a call."""
    return share(one.heard == Help.HERE.value for one in outcomes if one.line.kind == QUIET)
