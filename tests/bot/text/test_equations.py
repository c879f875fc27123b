"""Large systems of equations: the right solution, whatever the blocks, and a clear no to a matrix without one."""

from __future__ import annotations

import numpy as np
import pytest

from bot.text.equations import solve_positive, strips_of


def system(n, columns, seed=0):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 40)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    matrix = np.exp(rows @ rows.T - 1) + 0.2 * np.eye(n, dtype=np.float32)
    return matrix.astype(np.float32), rng.normal(size=(n, columns)).astype(np.float32)


@pytest.mark.parametrize("block", [1, 7, 64, 100, 128, 1000])
def test_the_solution_does_not_depend_on_the_blocks(block):
    matrix, wanted = system(128, 5)
    right = np.linalg.solve(matrix.astype(np.float64), wanted.astype(np.float64))
    found = solve_positive(strips_of(np.tril(matrix), block), wanted.copy())
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, right, rtol=2e-3, atol=2e-4)


def test_the_solution_takes_the_place_of_what_was_wanted():
    matrix, wanted = system(50, 3)
    assert solve_positive(strips_of(matrix, 16), wanted) is wanted


def test_a_matrix_that_is_not_positive_is_refused():
    with pytest.raises(np.linalg.LinAlgError):
        solve_positive(strips_of(-np.eye(10, dtype=np.float32), 4), np.ones((10, 1), dtype=np.float32))


def test_strips_hold_the_lower_half_and_no_more():
    strips = strips_of(np.arange(25, dtype=np.float32).reshape(5, 5), 2)
    assert [strip.shape for strip in strips] == [(2, 2), (2, 4), (1, 5)]
