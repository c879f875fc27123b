"""The page shows every part, and `scorecard --check` fails when a gate figure is worse than recorded."""

from __future__ import annotations

from typing import Sequence

import pytest
from typer.testing import CliRunner

from bot.cli import build_app
from bot.evaluation import scorecard
from bot.evaluation.cost import Cost
from bot.evaluation.gates import GATES, load_gates
from bot.evaluation.held_out import HeldOut, load_held_out
from bot.evaluation.metrics import Proportion
from bot.evaluation.scorecard_page import page, table
from bot.safety.levels import EXTORTION, RiskAssessment, RiskLevel


class EngineThatShouts:
    """Escalates every message; enough to fill the page."""

    def assess_session(self, texts: Sequence[str]) -> RiskAssessment:
        return RiskAssessment(level=RiskLevel.ESCALATE, categories={EXTORTION: 0.9})


def small_sets() -> HeldOut:
    sets = load_held_out()
    return HeldOut(sets.risk[::40], sets.quiet[::40], sets.languages[::10], sets.panel[::12], sets.sessions[::6], sets.long_talk[::9])


def test_the_page_shows_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorecard, "measure_cost", lambda: Cost(1.0, 2.0, 3.0, 200.0))
    card = scorecard.measure_all(EngineThatShouts(), small_sets(), None, "No model here.")  # type: ignore[arg-type]
    text = page(card, load_gates())
    for title in ("Gate figures", "By category", "Levels", "Changed spellings", "Explicit panel", "Other languages"):
        assert f"## {title}" in text
    for title in ("Turn at which the referral came", "Calibration", "Cost", "Answers\n\nNo model here."):
        assert f"## {title}" in text
    assert "Short of the goal" in text and "`false_alarms_escalate`" in text


def test_every_gate_has_a_figure() -> None:
    core = scorecard.measure_core(EngineThatShouts(), small_sets())  # type: ignore[arg-type]
    assert tuple(scorecard.gate_figures(core)) == GATES


def test_a_bar_in_a_cell_does_not_break_the_table() -> None:
    assert table(["a", "b"], [["x|y", "z"]]).splitlines()[-1] == "| x\\|y | z |"


@pytest.mark.parametrize("share, code", [(1.0, 0), (0.0, 1)])
def test_check_fails_when_a_figure_is_worse_than_recorded(
    monkeypatch: pytest.MonkeyPatch, share: float, code: int
) -> None:
    good = {name: Proportion(share if gate.may_rise else 1 - share, 1) for name, gate in load_gates().items()}
    monkeypatch.setattr("bot.safety.engine.get_engine", lambda: None)
    monkeypatch.setattr(scorecard, "measure_core", lambda engine, sets: None)
    monkeypatch.setattr(scorecard, "gate_figures", lambda core: good)
    result = CliRunner().invoke(build_app(), ["scorecard", "--check"])
    assert result.exit_code == code, result.output
    assert ("must be" in result.output) is bool(code)
