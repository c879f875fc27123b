"""The first reader: one kernel machine over sentence embeddings, with an output for each level, category and speaker.

Least-squares support vectors on a Gaussian kernel. All outputs share one kernel row, so eighteen cost as much as
one. It knows sixteen languages and trains in seconds; in English a second, stronger reader joins it
(`bot.safety.second_reading`). Source: Suykens & Vandewalle, "Least squares support vector machine classifiers", Neural
Processing Letters 9 (1999).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Mapping

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from bot.errors import ModelError
from bot.text.compact import CompactMatrix

#: Chosen by four-fold cross-validation over clusters; see docs/safeguarding.md.
GAMMA = 1.5
RIDGE = 0.2


@dataclass(frozen=True)
class KernelMachine:
    """A fitted machine.

    Attributes:
        support: Shape `(n, dim)`, unit rows: the training embeddings, in whole numbers (a message reads them all).
        weights: `float32`, shape `(n, outputs)`.
    """

    support: CompactMatrix
    weights: np.ndarray

    @classmethod
    def fit(
        cls, embeddings: np.ndarray, targets: np.ndarray, among: np.ndarray, among_targets: np.ndarray
    ) -> KernelMachine:
        """Fits all outputs: one set on every example, one set on a part of them.

        Args:
            embeddings: Unit rows.
            targets: `(n, outputs)`, +1 where the output applies and -1 where not.
            among: Indices of the examples that the second set learns from (those with a risk: which one is it?).
            among_targets: `(len(among), further outputs)` for those examples only.

        Raises:
            ModelError: The embeddings, or what came of them, hold values that are no numbers: a fault of the encoder's
                file or of this machine's linear algebra, which would otherwise be met long after, or never.
        """
        _check_finite(embeddings, "The embeddings of the examples")
        kernel = _kernel(embeddings.astype(np.float32) @ embeddings.T)
        kernel[np.diag_indices_from(kernel)] += RIDGE
        further = np.zeros((len(embeddings), among_targets.shape[1]), dtype=np.float32)
        further[among] = _solve(kernel[np.ix_(among, among)], among_targets)
        weights = np.hstack([_solve(kernel, targets), further])
        _check_finite(weights, "The weights of the kernel machine")
        return cls(CompactMatrix.of(embeddings), weights.astype(np.float32))

    def scores(self, embeddings: np.ndarray) -> np.ndarray:
        """Raw scores, about -1 to 1: `float32`, shape `(len(embeddings), outputs)`."""
        return _kernel(self.support.similarities(embeddings.astype(np.float32))) @ self.weights

    def arrays(self) -> Dict[str, np.ndarray]:
        """Everything needed to load it again, as plain arrays; only a machine that was fitted here holds them."""
        return {"support": self.support.codes, "support_scales": self.support.scales, "weights": self.weights}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> KernelMachine:
        """Reads back what `arrays` gave."""
        return cls(CompactMatrix.for_use(arrays["support"], arrays["support_scales"]), arrays["weights"])


def _check_finite(values: np.ndarray, what: str) -> None:
    broken = int(np.count_nonzero(~np.isfinite(values).all(axis=1)))
    if broken:
        raise ModelError(
            f"{what} hold values that are no numbers ({broken} of {len(values)} rows), so nothing was stored. Delete "
            "models/ and train again: the encoders' files are prepared anew then."
        )


def _solve(kernel: np.ndarray, targets: np.ndarray) -> np.ndarray:
    factor = cho_factor(kernel, overwrite_a=True, check_finite=False)
    return np.asarray(cho_solve(factor, targets.astype(np.float32), check_finite=False))


def _kernel(cosines: np.ndarray) -> np.ndarray:
    """The Gaussian, in place of the cosines."""
    # For unit rows |a - b|² = 2 - 2 a·b.
    cosines -= 1
    cosines *= np.float32(2 * GAMMA)
    return np.exp(cosines, out=cosines)
