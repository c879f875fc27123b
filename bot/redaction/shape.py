"""One expression for a detail with a fixed shape; see `patterns`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """One expression.

    Attributes:
        entity: What it finds.
        name: For explanations.
        expression: See `patterns`.
        score: Presidio's confidence in [0, 1].
        check: Name of an extra check in `identifiers.CHECKS`, or empty.
    """

    entity: str
    name: str
    expression: str
    score: float = 0.8
    check: str = ""
