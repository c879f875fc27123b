"""Gate figures: what was reached once must not be lost. Floors and goals stand in `tests/evaluation/gates.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import Dict, List, Mapping

import yaml

from bot.errors import InputError
from bot.evaluation.held_out import HELD_OUT_DIR
from bot.safety.levels import CATEGORIES

GATES_FILE = HELD_OUT_DIR / "gates.yml"

#: Every gate figure, in the order of the scorecard. Names with `most` in their bound may not rise, the others not fall.
GATES = (
    "recall_check_in",
    *(f"recall_check_in_{name}" for name in CATEGORIES),
    "recall_escalate",
    "right_category",
    "false_alarms_escalate",
    "any_reaction_on_quiet",
    "panel_escalate",
    "indirect_recall",
    "speaker_right",
    "languages_escalate",
    "languages_any_reaction_on_quiet",
    "sessions_in_time",
    "sessions_any_reaction_on_quiet",
    "sessions_reaction_on_quiet_messages",
    "long_talk_in_time",
    "long_talk_reaction_on_quiet_messages",
)
_DIGITS = 1000


@dataclass(frozen=True)
class Gate:
    """One figure's bounds; all in [0, 1].

    Attributes:
        bound: What was recorded and must be kept.
        goal: What the project wants.
        may_rise: True where more is better.
    """

    name: str
    bound: float
    goal: float
    may_rise: bool

    def holds(self, value: float) -> bool:
        """Whether the figure is not worse than recorded."""
        return value >= self.bound if self.may_rise else value <= self.bound

    def reached(self, value: float) -> bool:
        """Whether the figure reaches the goal."""
        return value >= self.goal if self.may_rise else value <= self.goal


def load_gates(path: Path = GATES_FILE) -> Dict[str, Gate]:
    """Reads every gate.

    Raises:
        InputError: A gate is missing, unknown, or has not one of `at_least` and `at_most` beside `goal`.
    """
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    if set(rows) != set(GATES):
        raise InputError(f"{path.name} must name these gates and no other: {', '.join(GATES)}.")
    return {name: _gate(name, rows[name], path) for name in GATES}


def _gate(name: str, row: Mapping[str, float], path: Path) -> Gate:
    if set(row) not in ({"at_least", "goal"}, {"at_most", "goal"}):
        raise InputError(f"{path.name}: {name} needs `goal` and one of `at_least` and `at_most`.")
    may_rise = "at_least" in row
    return Gate(name, row["at_least" if may_rise else "at_most"], row["goal"], may_rise)


def broken(gates: Mapping[str, Gate], figures: Mapping[str, float]) -> List[str]:
    """One sentence for each figure that is worse than recorded."""
    return [
        f"{gate.name} is {figures[gate.name]:.4f}, but it must be {'at least' if gate.may_rise else 'at most'} "
        f"{gate.bound:.3f}."
        for gate in gates.values()
        if not gate.holds(figures[gate.name])
    ]


def tightened(gates: Mapping[str, Gate], figures: Mapping[str, float]) -> Dict[str, Gate]:
    """The gates with each bound moved to the figure where that is better; a bound is never loosened."""
    return {
        gate.name: Gate(gate.name, _tighter(gate, figures[gate.name]), gate.goal, gate.may_rise)
        for gate in gates.values()
    }


def _tighter(gate: Gate, value: float) -> float:
    # Rounded to the safe side: a figure must not break the bound that was read off it.
    if gate.may_rise:
        return max(gate.bound, floor(value * _DIGITS) / _DIGITS)
    return min(gate.bound, ceil(value * _DIGITS) / _DIGITS)


def save_gates(gates: Mapping[str, Gate], path: Path = GATES_FILE) -> None:
    """Writes the bounds back, under the comment lines at the top of the file."""
    comment = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    rows = [
        f"{gate.name}: {{{'at_least' if gate.may_rise else 'at_most'}: {gate.bound:g}, goal: {gate.goal:g}}}"
        for gate in gates.values()
    ]
    path.write_text("\n".join([*comment, "", *rows, ""]), encoding="utf-8")
