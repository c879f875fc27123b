"""Wilson intervals against published values, and the empty case."""

from __future__ import annotations

import pytest

from bot.evaluation.metrics import Proportion, share


@pytest.mark.parametrize(
    "hits, total, low, high",
    # Source: Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_interval_equals_published_values(hits: int, total: int, low: float, high: float) -> None:
    assert Proportion(hits, total).interval == pytest.approx((low, high), abs=5e-5)


def test_no_cases_give_no_figure() -> None:
    assert share([]).value is None and share([]).interval is None
    assert share([]).as_text() == "no lines"
