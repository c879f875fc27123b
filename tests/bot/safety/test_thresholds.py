"""Thresholds come from config.yml, and a bad one stops the start with its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.safety.thresholds import load_thresholds

GOOD = {
    "check_in": 0.5, "escalate": 0.6, "emergency": 0.7, "category": 0.4, "veto": 0.1, "elsewhere": 0.5,
    "context_check_in": 0.1, "context_escalate": 0.3,
}  # fmt: skip


def config(tmp_path: Path, rows: dict[str, object]) -> Path:
    path = tmp_path / "config.yml"
    lines = "\n".join(f"      {name}: {value}" for name, value in rows.items())
    path.write_text(f"pipeline:\n  - name: bot.nlu.risk_detector.RiskDetector\n    thresholds:\n{lines}\n")
    return path


def test_the_shipped_thresholds_rise_with_the_level() -> None:
    shipped = load_thresholds()
    # The veto may lie above the question: a signal that the readers doubt then asks, and brings no card.
    assert 0 < shipped.veto < shipped.escalate < 1 and 0 < shipped.check_in <= shipped.escalate
    assert 0 < shipped.context_check_in < shipped.context_escalate < 1


def test_thresholds_are_read(tmp_path: Path) -> None:
    assert load_thresholds(config(tmp_path, {**GOOD})).escalate == 0.6


def test_a_missing_threshold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs `thresholds:`"):
        load_thresholds(config(tmp_path, {name: value for name, value in GOOD.items() if name != "veto"}))


@pytest.mark.parametrize("value", [1.5, -0.1, "high"])
def test_a_threshold_that_is_no_probability_is_named(tmp_path: Path, value: object) -> None:
    with pytest.raises(ConfigError, match="threshold escalate"):
        load_thresholds(config(tmp_path, {**GOOD, "escalate": value}))
