"""Numbers → the geometry of a bar chart; the template draws it and puts a table beside it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence, Tuple

from bot.store.figures import JourneyFigures

#: Counts below this are not shown: few people could be recognised.
SMALL = 5
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 200, 40, 24


def shown(count: Optional[int]) -> Optional[int]:
    """A count that may be shown: 0 stays, 1 to 4 become None."""
    return count if count is None or count == 0 or count >= SMALL else None


@dataclass(frozen=True)
class JourneyRow:
    """One line of the table of journeys; None is a suppressed count, or a share of too few people."""

    journey: str
    group: str
    started: Optional[int]
    completed: Optional[int]
    left: Optional[int]
    right_before: Optional[float]
    right_after: Optional[float]


def journey_rows(figures: Sequence[JourneyFigures]) -> Tuple[JourneyRow, ...]:
    """What may be shown: small counts left out, and shares only of SMALL completed journeys or more."""

    def share(value: Optional[float], completed: int) -> Optional[float]:
        return None if value is None or completed < SMALL else round(value, 3)

    return tuple(
        JourneyRow(
            one.journey,
            one.group,
            shown(one.started),
            shown(one.completed),
            shown(one.left),
            share(one.right_before, one.completed),
            share(one.right_after, one.completed),
        )
        for one in figures
    )


@dataclass(frozen=True)
class Bar:
    """One bar in pixels; `value` None is a suppressed count and draws nothing."""

    label: str
    value: Optional[int]
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class BarChart:
    """Bars, and the labelled lines behind them as (value, y)."""

    bars: Tuple[Bar, ...]
    lines: Tuple[Tuple[int, float], ...]


def bar_chart(points: Sequence[Tuple[str, Optional[int]]]) -> BarChart:
    """Places vertical bars in WIDTH × HEIGHT.

    Args:
        points: Label and count, None where suppressed.
    """
    top = _round_up(max((value or 0 for _, value in points), default=0))
    plot = HEIGHT - BOTTOM - 8
    step = (WIDTH - LEFT) / max(len(points), 1)
    bars = []
    for number, (name, value) in enumerate(points):
        height = plot * (value or 0) / top
        bars.append(
            Bar(
                name,
                value,
                round(LEFT + number * step + step * 0.15, 1),
                round(8 + plot - height, 1),
                round(step * 0.7, 1),
                round(height, 1),
            )
        )
    lines = tuple((int(top * share), round(8 + plot * (1 - share), 1)) for share in (0, 0.5, 1))
    return BarChart(tuple(bars), lines)


def _round_up(value: int) -> int:
    for unit in (1, 10, 100, 1000, 10_000, 100_000, 1_000_000):
        for step in (2, 4, 6, 8, 10):
            if value <= step * unit:
                return step * unit
    return value
