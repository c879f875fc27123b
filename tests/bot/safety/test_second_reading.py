"""Both readings of a message are joined to shares that follow each of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.errors import ModelError
from bot.safety import second_reading
from bot.safety.classifier import LEVELS, SPEAKERS, TELLING_PARTS_OF_LONG, Reading
from bot.safety.levels import ABUSE_DISCLOSURE, CATEGORIES
from bot.safety.second_reading import SecondReading


def reading(any_risk: float, card: float) -> Reading:
    return Reading(
        dict(zip(LEVELS, (any_risk, card, 0.01), strict=True)),
        dict.fromkeys(CATEGORIES, 0.2),
        dict.fromkeys(SPEAKERS, 1 / len(SPEAKERS)),
    )


def test_joined_shares_are_shares_and_follow_the_encoder() -> None:
    layer = SecondReading.load()
    first = reading(0.5, 0.4)
    nothing = np.full((1, len(LEVELS) + len(CATEGORIES) + len(SPEAKERS)), -4.0, dtype=np.float32)
    # Any risk, a card, and one category: what the encoder says of a message that tells one thing.
    something = nothing.copy()
    something[0, [0, 1, len(LEVELS) + CATEGORIES.index(ABUSE_DISCLOSURE)]] = 4.0
    quiet, risky = (layer.joined(first, logits) for logits in (nothing, something))
    for found in (quiet, risky):
        assert all(0 <= share <= 1 for share in [*found.levels.values(), *found.categories.values()])
        assert sum(found.speakers.values()) == pytest.approx(1)
    assert quiet.levels[LEVELS[0]] < first.levels[LEVELS[0]] < risky.levels[LEVELS[0]]


def test_one_telling_sentence_of_a_long_message_counts_though_the_whole_is_about_something_else() -> None:
    layer, first = SecondReading.load(), reading(0.3, 0.2)
    outputs = len(LEVELS) + len(CATEGORIES) + len(SPEAKERS)
    ordinary = np.full((1 + TELLING_PARTS_OF_LONG, outputs), -3.0, dtype=np.float32)
    telling = ordinary.copy()
    telling[2, :2] = telling[2, len(LEVELS) + CATEGORIES.index("self_harm")] = 4.0
    before, after = (layer.joined(first, logits).levels[LEVELS[0]] for logits in (ordinary, telling))
    assert after > 2 * before


def test_a_missing_or_broken_layer_is_named(tmp_path: Path) -> None:
    path = tmp_path / second_reading.PATH.name
    with pytest.raises(ModelError, match=path.name):
        SecondReading.load(path)
    path.write_bytes(b"nothing")
    with pytest.raises(ModelError, match=path.name):
        SecondReading.load(path)
