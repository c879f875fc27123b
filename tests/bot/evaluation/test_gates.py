"""Gate figures: a fall is found, a gain is kept, a bound is never loosened."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import InputError
from bot.evaluation.gates import GATES, Gate, broken, load_gates, save_gates, tightened

RECALL = Gate("recall_escalate", bound=0.9, goal=0.93, may_rise=True)
ALARMS = Gate("false_alarms_escalate", bound=0.02, goal=0.02, may_rise=False)
BOTH = {gate.name: gate for gate in (RECALL, ALARMS)}


@pytest.mark.parametrize(
    "recall, alarms, fallen",
    [(0.9, 0.02, 0), (0.95, 0.0, 0), (0.8999, 0.02, 1), (0.9, 0.0201, 1), (0.0, 1.0, 2)],
)
def test_a_figure_worse_than_its_bound_is_named(recall: float, alarms: float, fallen: int) -> None:
    sentences = broken(BOTH, {"recall_escalate": recall, "false_alarms_escalate": alarms})
    assert len(sentences) == fallen
    assert all("must be" in sentence for sentence in sentences)


def test_a_gain_moves_the_bound_and_a_loss_does_not() -> None:
    better = tightened(BOTH, {"recall_escalate": 0.95678, "false_alarms_escalate": 0.01234})
    assert (better["recall_escalate"].bound, better["false_alarms_escalate"].bound) == (0.956, 0.013)
    assert not broken(better, {"recall_escalate": 0.95678, "false_alarms_escalate": 0.01234})
    worse = tightened(BOTH, {"recall_escalate": 0.5, "false_alarms_escalate": 0.5})
    assert (worse["recall_escalate"].bound, worse["false_alarms_escalate"].bound) == (0.9, 0.02)


@pytest.mark.parametrize("value, reached", [(0.93, True), (0.92, False)])
def test_a_goal_is_reached_at_its_figure(value: float, reached: bool) -> None:
    assert RECALL.reached(value) is reached


def test_the_recorded_gates_are_complete_and_survive_being_saved(tmp_path: Path) -> None:
    gates = load_gates()
    assert tuple(gates) == GATES
    path = tmp_path / "gates.yml"
    path.write_text("# what this is\n\nold: 1\n", encoding="utf-8")
    save_gates(gates, path)
    assert path.read_text(encoding="utf-8").startswith("# what this is\n")
    assert load_gates(path) == gates


@pytest.mark.parametrize("text", ["recall_check_in: {at_least: 0.5, goal: 1}", "{}"])
def test_a_file_without_every_gate_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "gates.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="must name these gates"):
        load_gates(path)


def test_a_gate_with_two_bounds_is_refused(tmp_path: Path) -> None:
    rows = [f"{name}: {{at_least: 0.1, goal: 0.2}}" for name in GATES]
    rows[0] = f"{GATES[0]}: {{at_least: 0.1, at_most: 0.3, goal: 0.2}}"
    path = tmp_path / "gates.yml"
    path.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(InputError, match="needs `goal` and one of"):
        load_gates(path)
