"""Thresholds from `config.yml`, where they stand under the risk detector with the measurement that chose them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from bot.config import PROJECT_DIR
from bot.errors import ConfigError
from bot.safety.decision import Thresholds
from bot.safety.signals import read_yaml

CONFIG_PATH = PROJECT_DIR / "config.yml"
_COMPONENT = "bot.nlu.risk_detector.RiskDetector"


def load_thresholds(path: Path = CONFIG_PATH) -> Thresholds:
    """Reads the thresholds.

    Raises:
        ConfigError: The component or a threshold is missing, unknown or no probability.
    """
    components: list[dict[str, Any]] = read_yaml(path).get("pipeline") or []
    found = next((row.get("thresholds") for row in components if row.get("name") == _COMPONENT), None)
    names = {field.name for field in fields(Thresholds)}
    if not isinstance(found, dict) or set(found) != names:
        raise ConfigError(f"{path.name}: {_COMPONENT} needs `thresholds:` with {', '.join(sorted(names))}.")
    for name, value in found.items():
        if not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise ConfigError(f"{path.name}: the threshold {name} is '{value}', but it must be a number from 0 to 1.")
    return Thresholds(**{name: float(value) for name, value in found.items()})
