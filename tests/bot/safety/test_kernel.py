"""The kernel machine learns what it is shown, and stores nothing that is no number."""

from __future__ import annotations

import numpy as np
import pytest

from bot.errors import ModelError
from bot.safety.kernel import KernelMachine


def unit_rows(count: int = 12, width: int = 16) -> np.ndarray:
    rows = np.random.default_rng(1).normal(size=(count, width)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def fit(rows: np.ndarray, targets: np.ndarray) -> KernelMachine:
    among = np.arange(0, len(rows), 2)
    return KernelMachine.fit(rows, targets, among, targets[among])


def test_what_was_learned_is_told_apart() -> None:
    rows = unit_rows()
    targets = np.where(np.arange(len(rows)) % 3 == 0, 1.0, -1.0).astype(np.float32)[:, None]
    scores = fit(rows, targets).scores(rows)
    assert scores.shape == (12, 2)
    assert (np.sign(scores[:, 0]) == targets[:, 0]).all()


def test_an_embedding_that_is_no_number_stops_the_training_with_a_sentence() -> None:
    rows = unit_rows()
    rows[5, 3] = np.nan
    with pytest.raises(ModelError, match=r"embeddings of the examples .*\(1 of 12 rows\).* train again"):
        fit(rows, np.ones((12, 1), dtype=np.float32))


def test_weights_that_are_no_numbers_are_not_stored() -> None:
    targets = np.ones((12, 1), dtype=np.float32)
    targets[0] = np.inf
    with pytest.raises(ModelError, match="weights of the kernel machine"):
        fit(unit_rows(), targets)
