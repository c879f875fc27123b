"""Solves the large systems of equations that training makes: positive definite, tens of thousands of unknowns.

Cholesky's method in blocks (Golub & Van Loan, "Matrix Computations", 4.2.9). LAPACK's own, as scipy 1.9 ships it with
OpenBLAS, ends the process with a segmentation fault at about 37,700 unknowns and two threads, whatever the kernels; in
blocks every call is a small one, and the work is the same matrix products.
"""

from __future__ import annotations

from typing import Iterator, Tuple

import numpy as np
from scipy.linalg import cholesky, solve_triangular

#: Unknowns in a block: large enough that nearly all of the time is matrix products.
_BLOCK = 2048


def solve_positive(matrix: np.ndarray, wanted: np.ndarray, block: int = _BLOCK) -> np.ndarray:
    """Solves `matrix @ found = wanted`; both are overwritten, and `found` takes the place of `wanted`.

    Args:
        matrix: Symmetric and positive definite, shape `(n, n)`; only its lower triangle is read.
        wanted: Shape `(n, columns)`.
        block: Unknowns in a block.

    Raises:
        numpy.linalg.LinAlgError: The matrix is not positive definite.
    """
    _factor(matrix, block)
    spans = list(_spans(len(matrix), block))
    for start, stop in spans:
        wanted[start:stop] -= matrix[start:stop, :start] @ wanted[:start]
        wanted[start:stop] = _solve(matrix[start:stop, start:stop], wanted[start:stop])
    for start, stop in reversed(spans):
        wanted[start:stop] -= matrix[stop:, start:stop].T @ wanted[stop:]
        wanted[start:stop] = _solve(matrix[start:stop, start:stop], wanted[start:stop], transposed=True)
    return wanted


def _factor(matrix: np.ndarray, block: int) -> None:
    """Puts the lower Cholesky factor in place of the lower triangle."""
    n = len(matrix)
    for start, stop in _spans(n, block):
        corner = cholesky(matrix[start:stop, start:stop], lower=True, check_finite=False)
        matrix[start:stop, start:stop] = corner
        below = _solve(corner, matrix[stop:, start:stop].T).T
        matrix[stop:, start:stop] = below
        for left, right in _spans(n - stop, block):
            matrix[stop + left :, stop + left : stop + right] -= below[left:] @ below[left:right].T


def _solve(corner: np.ndarray, wanted: np.ndarray, transposed: bool = False) -> np.ndarray:
    if not wanted.size:
        return wanted
    return np.asarray(solve_triangular(corner, wanted, trans=int(transposed), lower=True, check_finite=False))


def _spans(n: int, block: int) -> Iterator[Tuple[int, int]]:
    return ((start, min(start + block, n)) for start in range(0, n, block))
