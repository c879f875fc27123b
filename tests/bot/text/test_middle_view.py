"""The middle view turns a layer's states on the axes that tell texts apart, and has its share of the English vector."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.errors import ModelError
from bot.text.adapter import VECTOR
from bot.text.encoder_graph import MIDDLE_SHARE
from bot.text.english import DIMENSIONS, get_english
from bot.text.middle_view import WIDTH, MiddleView, fit

COLUMNS = 160


def states() -> np.ndarray:
    """Texts of two kinds, told apart in forty of the columns; one column is a thousand times as large as the rest."""
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(2000, COLUMNS)).astype(np.float32)
    rows[::2, :40] += 3
    rows[:, 100] = 1000 + 50 * rng.normal(size=2000)
    return rows


def among(rows: np.ndarray) -> np.ndarray:
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return units @ units.T


def cosines(view: MiddleView, rows: np.ndarray) -> np.ndarray:
    return among(rows @ view.matrix + view.offset)


def nearer(near: np.ndarray) -> float:
    """How much nearer texts of one kind are than texts of two."""
    return float(near[::2, ::2][~np.eye(len(near) // 2, dtype=bool)].mean() - near[::2, 1::2].mean())


def test_texts_of_one_kind_are_nearer_however_large_a_column_is() -> None:
    rows = states()
    assert nearer(cosines(fit(rows), rows[:200])) > 0.05 > 0.001 > nearer(among(rows[:200]))


def test_axes_are_kept_in_half_precision_and_read_back(tmp_path: Path) -> None:
    view, path = fit(states()), tmp_path / "view.npz"
    view.save(path)
    read = MiddleView.load(path)
    assert read.matrix.shape == (COLUMNS, WIDTH) and read.matrix.dtype == np.float32
    assert cosines(read, states()[:50]) == pytest.approx(cosines(view, states()[:50]), abs=0.02)


@pytest.mark.parametrize("content", [None, b"not arrays", b"PK\x03\x04 cut short"])
def test_missing_or_broken_axes_are_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "view.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="view.npz cannot be read; restore bot/text/adapter"):
        MiddleView.load(path)


def test_a_vector_has_both_views_by_their_shares() -> None:
    vector = get_english().vectors(["how do i block someone"])[0]
    assert len(vector) == DIMENSIONS == VECTOR + WIDTH
    assert float(np.sum(vector[:VECTOR] ** 2)) == pytest.approx(1 - MIDDLE_SHARE, abs=1e-3)
    assert float(np.sum(vector[VECTOR:] ** 2)) == pytest.approx(MIDDLE_SHARE, abs=1e-3)
