"""Numbers → the geometry of a bar chart; the template draws it and puts a table beside it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Optional, Sequence, Tuple, Union

from bot.store.figures import JourneyFigures

#: Counts below this are not shown: few people could be recognised.
SMALL = 5
#: Stands for a count that is not small, and is left out so that a small one cannot be worked out.
LEFT_OUT = "–"
#: A count as it may be shown: itself, None where it is small, or LEFT_OUT.
Shown = Union[int, str, None]
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 200, 40, 24


def shown(count: Optional[int]) -> Optional[int]:
    """A count that may be shown: 0 stays, 1 to 4 become None."""
    return count if count is None or count == 0 or count >= SMALL else None


def shown_rows(counts: Sequence[int]) -> Tuple[Shown, ...]:
    """Counts of a table whose total is known, as they may be shown.

    A single small count would be the total less all the others. So the next larger ones are left out as well, until
    what is left out adds up in more than one way.
    """
    small = [count for count in counts if 0 < count < SMALL]
    others = sorted((count, place) for place, count in enumerate(counts) if count >= SMALL)
    taken = 0
    while small and taken < len(others) and _is_told(small, [count for count, _ in others[:taken]]):
        taken += 1
    left_out = {place for _, place in others[:taken]}
    return tuple(LEFT_OUT if place in left_out else shown(count) for place, count in enumerate(counts))


def _is_told(small: Sequence[int], left_out: Sequence[int]) -> bool:
    """Whether one count is missing, or all that are missing must be the least or the most they can be."""
    total = sum(small) + sum(left_out)
    least = len(small) + SMALL * len(left_out)
    most = None if left_out else (SMALL - 1) * len(small)
    return len(small) + len(left_out) < 2 or total in (least, most)


@dataclass(frozen=True)
class JourneyRow:
    """One line of the table of journeys; a share of too few people is None."""

    journey: str
    group: str
    started: Shown
    completed: Shown
    left: Shown
    right_before: Optional[float]
    right_after: Optional[float]


def journey_rows(figures: Sequence[JourneyFigures]) -> Tuple[JourneyRow, ...]:
    """What may be shown: small counts left out, and shares only of SMALL completed journeys or more."""

    def share(value: Optional[float], completed: int) -> Optional[float]:
        return None if value is None or completed < SMALL else round(value, 3)

    completed = _shown_by_group(figures, "completed")
    left = _shown_by_group(figures, "left")
    return tuple(
        JourneyRow(
            one.journey,
            one.group,
            shown(one.started),
            completed[one.journey, one.group],
            left[one.journey, one.group],
            share(one.right_before, one.completed),
            share(one.right_after, one.completed),
        )
        for one in figures
    )


def _shown_by_group(figures: Sequence[JourneyFigures], name: str) -> Dict[Tuple[str, str], Shown]:
    """One column of the table; the row of all is the total of a journey's groups."""
    found: Dict[Tuple[str, str], Shown] = {}
    for journey in {one.journey for one in figures}:
        rows = [one for one in figures if one.journey == journey]
        found.update({(journey, one.group): shown(getattr(one, name)) for one in rows if not one.group})
        groups = [one for one in rows if one.group]
        counts = [getattr(one, name) for one in groups]
        # Without the row of all there is no total to work anything out from.
        may_be_shown = shown_rows(counts) if len(groups) < len(rows) else map(shown, counts)
        found.update({(journey, one.group): count for one, count in zip(groups, may_be_shown, strict=True)})
    return found


@dataclass(frozen=True)
class Bar:
    """One bar in pixels; a `value` that is no number is a suppressed count and draws nothing."""

    label: str
    value: Shown
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class BarChart:
    """Bars, and the labelled lines behind them as (value, y)."""

    bars: Tuple[Bar, ...]
    lines: Tuple[Tuple[int, float], ...]


def bar_chart(points: Sequence[Tuple[str, Shown]]) -> BarChart:
    """Places vertical bars in WIDTH × HEIGHT.

    Args:
        points: Label and count as it may be shown.
    """
    top = _round_up(max((_number(value) for _, value in points), default=0))
    plot = HEIGHT - BOTTOM - 8
    step = (WIDTH - LEFT) / max(len(points), 1)
    bars = []
    for number, (name, value) in enumerate(points):
        height = plot * _number(value) / top
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


def _number(value: Shown) -> int:
    return value if isinstance(value, int) else 0


def _round_up(value: int) -> int:
    for unit in (1, 10, 100, 1000, 10_000, 100_000, 1_000_000):
        for step in (2, 4, 6, 8, 10):
            if value <= step * unit:
                return step * unit
    return value
