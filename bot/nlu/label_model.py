"""Which question is this? Kernel ridge regression over two sentence embeddings and character n-grams. No Rasa.

One model covers every FAQ entry and every plain intent, so that "is it a question we know" and "which one" are
one decision. It is trained in closed form (no iterations, no randomness): with n examples and L labels, solving
`(K + ridge * I) A = Y` for the `(n, L)` coefficients. Dot products of unit rows make the RBF kernel cheap.
"""

from __future__ import annotations

import os
import zlib
from collections import Counter
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Iterator, Sequence

import numpy as np
import scipy.linalg
import scipy.sparse
from threadpoolctl import threadpool_limits

from bot.errors import ModelError
from bot.text.compact import CompactMatrix

FORMAT_VERSION = 4
_N_FEATURES = 2**18
_NGRAM_LENGTHS = range(2, 6)
#: Rows of the training kernel computed at a time: bounds what is held beside it.
_BLOCK = 1024


@dataclass(frozen=True)
class LabelModelOptions:
    """How the model is trained.

    Attributes:
        gamma: Width of the RBF kernel over the multilingual embedding.
        detail_gamma: Width of the RBF kernel over the second, English embedding.
        detail_share: Share of the second embedding's kernel, in [0, 1].
        lexical_weight: Share of the character n-gram kernel beside both, in [0, 1].
        ridge: Added to the kernel's diagonal; larger is smoother.
        balance: How far labels with many examples are held back, from 0 (not) to 1 (every label weighs the same).
        temperature: Divides the scores before the softmax that makes confidences.
    """

    gamma: float = 2.0
    detail_gamma: float = 1.0
    detail_share: float = 0.6
    lexical_weight: float = 0.1
    ridge: float = 0.2
    balance: float = 0.5
    temperature: float = 0.1


@dataclass(frozen=True)
class Encoded:
    """Texts as the model sees them.

    Attributes:
        texts: Cleaned-up texts, n of them.
        meaning: float32, shape (n, 512), rows of unit length: `bot.text.encoder`.
        detail: float32, shape (n, 384), rows of unit length: `bot.text.minilm`.
    """

    texts: Sequence[str]
    meaning: np.ndarray
    detail: np.ndarray


@dataclass(frozen=True)
class _Rows:
    """Texts on the way through a kernel; `lexical` holds weighed n-grams, rows of unit length."""

    meaning: np.ndarray
    detail: np.ndarray
    lexical: scipy.sparse.csr_matrix

    def part(self, start: int, stop: int) -> _Rows:
        return _Rows(self.meaning[start:stop], self.detail[start:stop], self.lexical[start:stop])


@dataclass(frozen=True)
class _Examples:
    """What a text is compared with.

    Attributes:
        lexical: N-grams by examples, so that a text touches only its own n-grams.
    """

    meaning: CompactMatrix
    detail: CompactMatrix
    lexical: scipy.sparse.csr_matrix


class LabelModel:
    """Ranks labels for a text. Immutable once built."""

    def __init__(
        self,
        labels: Sequence[str],
        examples: _Examples,
        idf: np.ndarray,
        coefficients: CompactMatrix,
        options: LabelModelOptions,
    ) -> None:
        self.labels = list(labels)
        self._examples = examples
        self._idf = idf
        #: One row a label.
        self._coefficients = coefficients
        self._options = options

    @classmethod
    def train(
        cls, encoded: Encoded, targets: Sequence[str], options: LabelModelOptions | None = None
    ) -> LabelModel:
        """Fits the model.

        Args:
            encoded: The example texts.
            targets: The label of each example.
            options: See LabelModelOptions.

        Raises:
            ModelError: There is nothing to learn from.
        """
        if not encoded.texts:
            raise ModelError("There are no examples to train on. Is data/nlu/ empty?")
        chosen = options or LabelModelOptions()
        labels = sorted(set(targets))
        counts = _count_ngrams(encoded.texts)
        document_counts = np.asarray((counts > 0).sum(axis=0)).ravel()
        idf = (np.log((1 + len(encoded.texts)) / (1 + document_counts)) + 1).astype(np.float32)
        rows = _Rows(encoded.meaning, encoded.detail, _weigh(counts, idf))
        places = np.array([labels.index(target) for target in targets])
        wanted = np.zeros((len(places), len(labels)), dtype=np.float32, order="F")
        wanted[np.arange(len(places)), places] = 1.0
        # Answering uses one thread a message; training has the machine to itself.
        with threadpool_limits(limits=os.cpu_count(), user_api="blas"):
            kernel = _lower_kernel(rows, chosen)
            kernel[np.diag_indices_from(kernel)] += chosen.ridge / _weights(places, chosen.balance)
            # The transpose is the same matrix in the order that LAPACK works on in place.
            factor = scipy.linalg.cho_factor(kernel.T, lower=False, overwrite_a=True, check_finite=False)
            coefficients = scipy.linalg.cho_solve(factor, wanted, overwrite_b=True, check_finite=False)
        lexical = scipy.sparse.csr_matrix(rows.lexical.T)
        # As `save` keeps it, so that a loaded model answers exactly as the trained one.
        lexical.data = lexical.data.astype(np.float16).astype(np.float32)
        examples = _Examples(CompactMatrix.of(rows.meaning), CompactMatrix.of(rows.detail), lexical)
        # The embeddings bear eight bits; the coefficients, of both signs and summed over thousands, need sixteen.
        return cls(labels, examples, idf, CompactMatrix.of(coefficients.T, np.int16), chosen)

    def confidences(self, encoded: Encoded) -> np.ndarray:
        """Confidence of each label for each text, rows summing to 1.

        Returns:
            float array, shape (n_texts, n_labels), columns in the order of `labels`.
        """
        asked = _Rows(encoded.meaning, encoded.detail, _weigh(_count_ngrams(encoded.texts), self._idf))
        kernel = _mixed(
            self._examples.meaning.similarities(asked.meaning),
            self._examples.detail.similarities(asked.detail),
            asked.lexical @ self._examples.lexical,
            self._options,
        )
        scores = self._coefficients.similarities(kernel) / self._options.temperature
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def save(self, path: Path) -> None:
        """Writes plain arrays (no pickle)."""
        lexical = self._examples.lexical
        kept = np.flatnonzero(np.diff(lexical.indptr))
        matrices = {"meaning": self._examples.meaning, "detail": self._examples.detail, "labels": self._coefficients}
        np.savez(
            path,
            version=np.array(FORMAT_VERSION),
            names=np.array(self.labels),
            **{f"{name}_codes": matrix.codes for name, matrix in matrices.items()},
            **{f"{name}_scales": matrix.scales for name, matrix in matrices.items()},
            idf=self._idf[kept],
            # An n-gram that no example has still counts in a text's length: unknown words lower every match.
            unseen_idf=self._idf.max(),
            kept=kept.astype(np.int32),
            lexical_data=lexical.data.astype(np.float16),
            lexical_indices=lexical.indices.astype(np.int32),
            lexical_lengths=np.diff(lexical.indptr)[kept],
            options=np.array(astuple(self._options)),
        )

    @classmethod
    def load(cls, path: Path) -> LabelModel:
        """Reads what `save` wrote.

        Raises:
            ModelError: The file is missing or from another version; the message says to train again.
        """
        if not path.is_file():
            raise ModelError(f"{path.name} is missing from the model. Run `python -m bot train`.")
        with np.load(path, allow_pickle=False) as stored:
            if int(stored["version"]) != FORMAT_VERSION:
                raise ModelError("The model was made by another version. Run `python -m bot train`.")
            kept = stored["kept"]
            idf = np.full(_N_FEATURES, stored["unseen_idf"], dtype=np.float32)
            idf[kept] = stored["idf"]
            matrices = {
                name: CompactMatrix(stored[f"{name}_codes"], stored[f"{name}_scales"])
                for name in ("meaning", "detail", "labels")
            }
            lengths = np.zeros(_N_FEATURES + 1, dtype=np.int32)
            lengths[kept + 1] = stored["lexical_lengths"]
            weights = stored["lexical_data"].astype(np.float32)
            lexical = scipy.sparse.csr_matrix(
                (weights, stored["lexical_indices"], np.cumsum(lengths, dtype=np.int32)),
                shape=(_N_FEATURES, len(matrices["meaning"].codes)),
            )
            options = LabelModelOptions(*(float(value) for value in stored["options"]))
            names = [str(name) for name in stored["names"]]
            examples = _Examples(matrices["meaning"], matrices["detail"], lexical)
            return cls(names, examples, idf, matrices["labels"], options)


def _weights(places: np.ndarray, balance: float) -> np.ndarray:
    """One weight an example, mean 1: an example of a label with many examples counts less."""
    counts = np.bincount(places)[places].astype(np.float64)
    weights = counts**-balance
    return weights / weights.mean()


def _count_ngrams(texts: Sequence[str]) -> scipy.sparse.csr_matrix:
    """Hashed character 2-5-grams inside words: misspellings share most of theirs with the right word."""
    columns: list[int] = []
    counts: list[int] = []
    ends = [0]
    for text in texts:
        found = Counter(zlib.crc32(ngram.encode("utf-8")) % _N_FEATURES for ngram in _ngrams(text.lower()))
        columns += found
        counts += found.values()
        ends.append(len(columns))
    values = np.asarray(counts, dtype=np.float32)
    return scipy.sparse.csr_matrix((values, columns, ends), shape=(len(texts), _N_FEATURES))


def _ngrams(text: str) -> Iterator[str]:
    """Each word with a space on both sides, cut into pieces; a word shorter than the piece counts whole, once."""
    for word in text.split():
        padded = f" {word} "
        for length in _NGRAM_LENGTHS:
            if len(padded) <= length:
                yield padded
                break
            for start in range(len(padded) - length + 1):
                yield padded[start : start + length]


def _weigh(counts: scipy.sparse.csr_matrix, idf: np.ndarray) -> scipy.sparse.csr_matrix:
    weighed = counts.copy()
    weighed.data = np.log1p(weighed.data) * idf[weighed.indices]
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    weighed.data /= np.repeat(lengths, np.diff(weighed.indptr)).astype(np.float32)
    return weighed


def _lower_kernel(rows: _Rows, options: LabelModelOptions) -> np.ndarray:
    """The kernel of the examples with each other; only its lower triangle is filled."""
    n = len(rows.meaning)
    kernel = np.zeros((n, n), dtype=np.float32)
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        asked, against = rows.part(start, stop), rows.part(0, stop)
        kernel[start:stop, :stop] = _mixed(
            asked.meaning @ against.meaning.T,
            asked.detail @ against.detail.T,
            asked.lexical @ against.lexical.T,
            options,
        )
    return kernel


def _mixed(
    meaning: np.ndarray, detail: np.ndarray, wording: scipy.sparse.csr_matrix, options: LabelModelOptions
) -> np.ndarray:
    """Similarity of texts with examples, in [0, 1], from three tables of cosines; changes the first two."""
    sense_share = 1 - options.lexical_weight
    kernel = _rbf(meaning, options.gamma, sense_share * (1 - options.detail_share))
    kernel += _rbf(detail, options.detail_gamma, sense_share * options.detail_share)
    kernel += np.float32(options.lexical_weight) * wording.toarray()
    return kernel


def _rbf(cosines: np.ndarray, gamma: float, share: float) -> np.ndarray:
    """For unit rows a Gaussian of the distance is exp(2 g (cosine - 1)); computed in place."""
    cosines -= 1.0
    cosines *= np.float32(2 * gamma)
    np.exp(cosines, out=cosines)
    cosines *= np.float32(share)
    return cosines
