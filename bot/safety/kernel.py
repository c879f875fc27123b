"""The learned detector: one kernel machine with an output for each level, category and speaker.

Least-squares support vectors on two kernels added together: a Gaussian of the sentence embeddings (what is meant) and
the cosine of word counts (what is said). All outputs share one kernel row, so eighteen outputs cost as much as one.
Chosen over ordinary support vector machines because it trains in seconds, all outputs at once, with equal accuracy
(docs/safeguarding.md has the comparison). Source: Suykens & Vandewalle, "Least squares support vector machine
classifiers", Neural Processing Letters 9 (1999).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Mapping, Sequence

import numpy as np
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve

from bot.safety.features import WordWeights
from bot.text.compact import CompactMatrix

#: Chosen by four-fold cross-validation over clusters; see docs/safeguarding.md.
GAMMA = 1.5
WORD_SHARE = 0.5
RIDGE = 0.2


@dataclass(frozen=True)
class KernelMachine:
    """A fitted machine.

    Attributes:
        support: Shape `(n, dim)`, unit rows: the training embeddings, in whole numbers (a message reads them all).
        words: Term weights.
        word_columns: Training word rows, transposed: `(terms, n)`, so that a message touches only its own terms.
        weights: `float32`, shape `(n, outputs)`.
    """

    support: CompactMatrix
    words: WordWeights
    word_columns: sparse.csr_matrix
    weights: np.ndarray

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        embeddings: np.ndarray,
        targets: np.ndarray,
        among: np.ndarray,
        among_targets: np.ndarray,
    ) -> KernelMachine:
        """Fits all outputs: one set on every example, one set on a part of them.

        Args:
            texts: Clean texts.
            embeddings: Their unit rows.
            targets: `(n, outputs)`, +1 where the output applies and -1 where not.
            among: Indices of the examples that the second set learns from (those with a risk: which one is it?).
            among_targets: `(len(among), further outputs)` for those examples only.
        """
        words = WordWeights.fit(texts)
        word_rows = words.rows(texts)
        word_columns = sparse.csr_matrix(word_rows.T)
        kernel = _kernel(embeddings.astype(np.float32) @ embeddings.T, word_rows @ word_columns)
        kernel[np.diag_indices_from(kernel)] += RIDGE
        further = np.zeros((len(texts), among_targets.shape[1]), dtype=np.float32)
        further[among] = _solve(kernel[np.ix_(among, among)], among_targets)
        weights = np.hstack([_solve(kernel, targets), further])
        return cls(CompactMatrix.of(embeddings), words, word_columns, weights.astype(np.float32))

    def scores(self, texts: Sequence[str], embeddings: np.ndarray) -> np.ndarray:
        """Raw scores, about -1 to 1: `float32`, shape `(len(texts), outputs)`."""
        cosines = self.support.similarities(embeddings.astype(np.float32))
        return _kernel(cosines, self.words.rows(texts) @ self.word_columns) @ self.weights

    def arrays(self) -> Dict[str, np.ndarray]:
        """Everything needed to load it again, as plain arrays."""
        return {
            "support": self.support.codes,
            "support_scales": self.support.scales,
            "weights": self.weights,
            "terms": np.frombuffer("\n".join(self.words.terms).encode("utf-8"), dtype=np.uint8),
            "term_weights": self.words.weights,
            "word_data": self.word_columns.data,
            "word_indices": self.word_columns.indices,
            "word_ends": self.word_columns.indptr,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> KernelMachine:
        """Reads back what `arrays` gave."""
        terms: List[str] = arrays["terms"].tobytes().decode("utf-8").split("\n")
        support = CompactMatrix(arrays["support"], arrays["support_scales"])
        columns = sparse.csr_matrix(
            (arrays["word_data"], arrays["word_indices"], arrays["word_ends"]), shape=(len(terms), len(support.codes))
        )
        return cls(support, WordWeights(terms, arrays["term_weights"]), columns, arrays["weights"])


def _solve(kernel: np.ndarray, targets: np.ndarray) -> np.ndarray:
    factor = cho_factor(kernel, overwrite_a=True, check_finite=False)
    return np.asarray(cho_solve(factor, targets.astype(np.float32), check_finite=False))


def _kernel(cosines: np.ndarray, wording: sparse.csr_matrix) -> np.ndarray:
    """Both kernels added, in place of the first table."""
    # For unit rows |a - b|² = 2 - 2 a·b.
    cosines -= 1
    cosines *= np.float32(2 * GAMMA)
    np.exp(cosines, out=cosines)
    cosines += np.float32(WORD_SHARE) * wording.toarray()
    return cosines
