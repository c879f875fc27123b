"""YAML read with the C parser where it is built: many times as fast as Python's, and just as safe."""

from __future__ import annotations

from typing import Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]


def parse_yaml(source: str) -> Any:
    """What a text of YAML holds. Raises `yaml.YAMLError` when it is none."""
    return yaml.load(source, Loader=SafeLoader)
