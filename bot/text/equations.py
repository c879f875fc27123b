"""Solves the large systems of equations that training makes: positive definite, tens of thousands of unknowns.

Cholesky's method in blocks (Golub & Van Loan, "Matrix Computations", 4.2.9). LAPACK's own, as scipy 1.9 ships it with
OpenBLAS, ends the process with a segmentation fault at about 37,700 unknowns and two threads, whatever the kernels; in
blocks every call is a small one, and the work is the same matrix products.
"""

from __future__ import annotations

from typing import Iterator, List, Sequence, Tuple

import numpy as np
from scipy.linalg import cholesky, solve_triangular

#: Unknowns in a block: large enough that nearly all of the time is matrix products.
BLOCK = 2048


def solve_positive(rows: Sequence[np.ndarray], wanted: np.ndarray) -> np.ndarray:
    """Solves `matrix @ found = wanted`; both are overwritten, and `found` takes the place of `wanted`.

    The whole square would take twice the memory: 15 GB for the 61,000 phrasings of today.

    Args:
        rows: The lower half of a symmetric, positive definite matrix in strips from the top: one of `k` rows that ends
            with row `n` has the shape `(k, n)`. Of its last `k` columns only the lower triangle is read.
        wanted: Shape `(n, columns)`.

    Raises:
        numpy.linalg.LinAlgError: The matrix is not positive definite.
    """
    spans = list(_spans(rows))
    _factor(rows, spans)
    for strip, (start, stop) in zip(rows, spans, strict=True):
        wanted[start:stop] -= strip[:, :start] @ wanted[:start]
        wanted[start:stop] = _solve(strip[:, start:stop], wanted[start:stop])
    for place, (start, stop) in reversed(list(enumerate(spans))):
        for strip, (first, last) in zip(rows[place + 1 :], spans[place + 1 :], strict=True):
            wanted[start:stop] -= strip[:, start:stop].T @ wanted[first:last]
        wanted[start:stop] = _solve(rows[place][:, start:stop], wanted[start:stop], transposed=True)
    return wanted


def strips_of(matrix: np.ndarray, block: int = BLOCK) -> List[np.ndarray]:
    """The lower half of a square matrix, as `solve_positive` takes it."""
    return [matrix[start : start + block, : start + block].copy() for start in range(0, len(matrix), block)]


def _factor(rows: Sequence[np.ndarray], spans: Sequence[Tuple[int, int]]) -> None:
    """Puts the lower Cholesky factor in place of the lower half."""
    for place, (start, stop) in enumerate(spans):
        corner = cholesky(rows[place][:, start:stop], lower=True, check_finite=False)
        rows[place][:, start:stop] = corner
        below = list(zip(rows[place + 1 :], spans[place + 1 :], strict=True))
        for strip, _ in below:
            strip[:, start:stop] = _solve(corner, strip[:, start:stop].T).T
        for strip, (_, end) in below:
            for other, (first, last) in below:
                if last <= end:
                    strip[:, first:last] -= strip[:, start:stop] @ other[:, start:stop].T


def _solve(corner: np.ndarray, wanted: np.ndarray, transposed: bool = False) -> np.ndarray:
    if not wanted.size:
        return wanted
    return np.asarray(solve_triangular(corner, wanted, trans=int(transposed), lower=True, check_finite=False))


def _spans(rows: Sequence[np.ndarray]) -> Iterator[Tuple[int, int]]:
    return ((strip.shape[1] - strip.shape[0], strip.shape[1]) for strip in rows)
