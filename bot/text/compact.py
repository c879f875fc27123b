"""Large matrices kept in whole numbers: a quarter or half of the memory, and as quick to multiply.

A message is compared with every example, so these matrices pass through the processor at each message. Reading a
quarter of the bytes saves the time that turning them back takes, a cache-sized block at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

import numpy as np

#: Numbers turned back at a time: half a megabyte of float32, which stays in the processor's cache.
_BLOCK = 2**17


@dataclass(frozen=True)
class CompactMatrix:
    """A matrix as whole numbers with one scale a row.

    Attributes:
        codes: int8 or int16, shape (n, columns).
        scales: float32, shape (n,); row i of the matrix is `codes[i] * scales[i]`.
    """

    codes: np.ndarray
    scales: np.ndarray

    @classmethod
    def of(cls, matrix: np.ndarray, kind: type = np.int8) -> CompactMatrix:
        """Rounds a float matrix; the error is at most half a step, a row's largest value over 254 (int8) or 65,534."""
        most = np.iinfo(kind).max
        scales = np.abs(matrix).max(axis=1, initial=0.0).astype(np.float32) / np.float32(most)
        safe = np.where(scales == 0, np.float32(1), scales)
        return cls(np.rint(matrix / safe[:, None]).astype(kind), scales)

    def similarities(self, rows: np.ndarray) -> np.ndarray:
        """Dot products of each given row (float32, shape (m, columns)) with each row of the matrix: (m, n)."""
        found = np.empty((len(rows), len(self.codes)), dtype=np.float32)
        for block in self._blocks():
            np.matmul(rows, self.codes[block].astype(np.float32).T, out=found[:, block])
        found *= self.scales
        return found

    def _blocks(self) -> Iterator[slice]:
        rows = max(1, _BLOCK // max(1, self.codes.shape[1]))
        for start in range(0, len(self.codes), rows):
            yield slice(start, start + rows)
