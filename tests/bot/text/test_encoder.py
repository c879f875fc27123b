"""The encoder gives one unit vector a text and computes each text once."""

from __future__ import annotations

import numpy as np
import pytest

from bot.text.encoder import DIMENSIONS, get_encoder


def test_rows_are_unit_vectors_of_single_precision() -> None:
    rows = get_encoder().encode(["hello", "", "x" * 50_000])
    assert rows.shape == (3, DIMENSIONS) and rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1], abs=1e-3)


def test_no_texts_give_no_rows() -> None:
    assert get_encoder().encode([]).shape == (0, DIMENSIONS)


def test_a_repeated_text_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = get_encoder()
    first = encoder.encode(["computed once only"])

    def refuse(texts: list[str]) -> np.ndarray:
        raise AssertionError("computed again")

    monkeypatch.setattr(encoder._model, "encode", refuse)
    assert np.array_equal(encoder.encode(["computed once only"]), first)
