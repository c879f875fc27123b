"""A second look is taken in doubt only, joins both readings, and is fitted on situations that the adapter never saw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.errors import ModelError
from bot.safety import second_look
from bot.safety.classifier import LEVELS, SPEAKERS, Reading
from bot.safety.examples import load_examples
from bot.safety.levels import CATEGORIES
from bot.safety.second_look import SecondLook, held_out_situations, in_doubt


def reading(any_risk: float, card: float) -> Reading:
    return Reading(
        dict(zip(LEVELS, (any_risk, card, 0.01), strict=True)),
        dict.fromkeys(CATEGORIES, 0.2),
        dict.fromkeys(SPEAKERS, 1 / len(SPEAKERS)),
    )


@pytest.mark.parametrize(
    ("any_risk", "card", "doubted"), [(0.01, 0.005, False), (0.4, 0.2, True), (0.6, 0.5, True), (0.99, 0.97, True), (0.999, 0.99, False)]
)
def test_only_an_unsure_reading_is_in_doubt(any_risk: float, card: float, doubted: bool) -> None:
    assert in_doubt(reading(any_risk, card)) is doubted


def test_about_a_quarter_of_the_situations_is_kept_from_the_adapter() -> None:
    clusters = {example.cluster for example in load_examples()}
    assert 0.2 < len(clusters & held_out_situations()) / len(clusters) < 0.3


def test_joined_shares_are_shares_and_follow_the_adapter() -> None:
    look = SecondLook.load()
    first = reading(0.5, 0.4)
    outputs = len(LEVELS) + len(CATEGORIES) + len(SPEAKERS)
    quiet, risky = (look.joined(first, np.full(outputs, value, dtype=np.float32)) for value in (-4.0, 4.0))
    for found in (quiet, risky):
        assert all(0 <= share <= 1 for share in [*found.levels.values(), *found.categories.values()])
        assert sum(found.speakers.values()) == pytest.approx(1)
    assert quiet.levels[LEVELS[0]] < first.levels[LEVELS[0]] < risky.levels[LEVELS[0]]


def test_a_missing_or_broken_layer_is_named(tmp_path: Path) -> None:
    path = tmp_path / second_look.PATH.name
    with pytest.raises(ModelError, match=path.name):
        SecondLook.load(path)
    path.write_bytes(b"nothing")
    with pytest.raises(ModelError, match=path.name):
        SecondLook.load(path)
