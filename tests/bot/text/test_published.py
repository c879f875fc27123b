"""The published weights are found where their packages lie; what is missing is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.errors import ModelError
from bot.text import published
from bot.text.published import HEADS, LAYERS, WIDTH, Published, relative_buckets


def test_the_archive_holds_the_network_that_we_expect() -> None:
    weights = Published().weights()
    layers = {name.split(".")[2] for name in weights if name.startswith("encoder.layer.")}
    assert len(layers) == LAYERS
    assert weights["encoder.layer.0.attention.attn.q.weight"].shape == (WIDTH, WIDTH)
    assert weights["encoder.relative_attention_bias.weight"].shape == (32, HEADS)


def test_a_missing_part_says_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(published, "_part", lambda number: tmp_path / str(number))
    with pytest.raises(ModelError, match="make install"):
        Published()


def test_parts_that_are_no_archive_say_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"half of something")
    monkeypatch.setattr(published, "_part", lambda number: tmp_path / "part")
    with pytest.raises(ModelError, match="make install"):
        Published()


def test_near_places_have_a_row_each_and_far_ones_share() -> None:
    buckets = relative_buckets(160)
    assert buckets.shape == (160, 160) and buckets.min() == 0 and buckets.max() == 31
    assert np.all(np.diag(buckets) == 0)
    # The token after stands in the other half from the token before.
    assert (buckets[5, 4], buckets[4, 5]) == (1, 17)
    assert buckets[150, 0] == buckets[159, 0] == 15
