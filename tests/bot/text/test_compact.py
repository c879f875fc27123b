"""Matrices in whole numbers multiply as the originals do, within the error they promise."""

import numpy as np
import pytest

from bot.text.compact import CompactMatrix


@pytest.mark.parametrize(("kind", "steps"), [(np.int8, 254), (np.int16, 65534)])
def test_rounding_stays_within_half_a_step(kind, steps):
    matrix = np.random.default_rng(1).normal(size=(7, 300)).astype(np.float32)
    compact = CompactMatrix.of(matrix, kind)
    back = compact.codes * compact.scales[:, None]
    assert (np.abs(back - matrix) <= np.abs(matrix).max(axis=1, keepdims=True) / steps * 1.001).all()


@pytest.mark.parametrize("columns", [1, 512, 200_000])
def test_similarities_are_those_of_the_rounded_matrix_at_any_width(columns):
    random = np.random.default_rng(2)
    compact = CompactMatrix.of(random.normal(size=(9, columns)).astype(np.float32))
    rows = random.normal(size=(3, columns)).astype(np.float32)
    expected = rows @ (compact.codes * compact.scales[:, None]).T
    np.testing.assert_allclose(compact.similarities(rows), expected, rtol=1e-3, atol=1e-2)


def test_a_row_of_zeros_stays_zero():
    compact = CompactMatrix.of(np.zeros((2, 4), dtype=np.float32))
    assert not compact.similarities(np.ones((1, 4), dtype=np.float32)).any()
