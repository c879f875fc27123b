"""Figures with their uncertainty: proportions with 95 % Wilson intervals."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Iterable

#: Two-sided 95 % quantile of the normal distribution.
_Z = 1.959964


@dataclass(frozen=True)
class Proportion:
    """`hits` of `total`; with no cases every figure is None. Hits are a fraction where a cluster counts once."""

    hits: float
    total: int

    @property
    def value(self) -> float | None:
        """The share, in [0, 1]."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % Wilson score interval. Source: Wilson, J. Am. Stat. Assoc. 22 (1927)."""
        if not self.total:
            return None
        share, n = self.hits / self.total, self.total
        centre = share + _Z * _Z / (2 * n)
        reach = _Z * sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n))
        below, above = (centre - reach) / (1 + _Z * _Z / n), (centre + reach) / (1 + _Z * _Z / n)
        return max(0.0, below), min(1.0, above)

    def as_dict(self) -> dict[str, object]:
        """For JSON: value, interval, counts."""
        value, interval = self.value, self.interval
        return {
            "value": None if value is None else round(value, 4),
            "low": None if interval is None else round(interval[0], 4),
            "high": None if interval is None else round(interval[1], 4),
            "hits": round(self.hits, 2),
            "total": self.total,
        }

    def as_text(self) -> str:
        """For people, such as `0.970 [0.88, 0.99] 56/58`."""
        if not self.total or self.interval is None:
            return "no lines"
        low, high = self.interval
        return f"{self.hits / self.total:.3f} [{low:.2f}, {high:.2f}] {round(self.hits, 1):g}/{self.total}"


def share(outcomes: Iterable[bool]) -> Proportion:
    """Counts outcomes that are true."""
    listed = list(outcomes)
    return Proportion(sum(listed), len(listed))
