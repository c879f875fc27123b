"""Which question is this? Kernel ridge regression over two sentence embeddings. No Rasa.

One model covers every FAQ entry and every plain intent, so that "is it a question we know" and "which one" are
one decision. It is trained in closed form (no iterations, no randomness): with n examples and L labels, solving
`(K + ridge * I) A = Y` for the `(n, L)` coefficients. Dot products of unit rows make the Gaussian kernel cheap. A mean
for each question would be smaller, and was ten points less often right: one question is asked in quite different ways.
"""

from __future__ import annotations

import os
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import List, Mapping, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from bot.errors import ModelError
from bot.nlu.stored import stored_arrays
from bot.text.compact import CompactMatrix, FineMatrix
from bot.text.equations import BLOCK, solve_positive

FORMAT_VERSION = 6

@dataclass(frozen=True)
class LabelModelOptions:
    """How the model is trained.

    Attributes:
        gamma: Width of the Gaussian kernel over the multilingual embedding.
        detail_gamma: Width of the Gaussian kernel over the English embedding.
        detail_share: Share of the English embedding's kernel, in [0, 1].
        ridge: Added to the kernel's diagonal; larger is smoother.
        balance: How far labels with many examples are held back, from 0 (not) to 1 (every label weighs the same).
        temperature: Divides the scores before the softmax that makes confidences.
    """

    gamma: float = 1.0
    detail_gamma: float = 1.0
    detail_share: float = 0.7
    ridge: float = 0.2
    balance: float = 0.5
    temperature: float = 0.1


@dataclass(frozen=True)
class Encoded:
    """Texts as the model sees them.

    Attributes:
        meaning: float32, shape (n, 512), rows of unit length: `bot.text.encoder`.
        detail: float32, shape (n, 384), rows of unit length: `bot.text.english`.
    """

    meaning: np.ndarray
    detail: np.ndarray

    def of(self, rows: Sequence[int] | np.ndarray) -> Encoded:
        """Some of them."""
        places = np.asarray(rows, dtype=int)
        return Encoded(self.meaning[places], self.detail[places])

    def joined_to(self, others: Encoded) -> Encoded:
        """These, and others behind them."""
        return Encoded(np.vstack([self.meaning, others.meaning]), np.vstack([self.detail, others.detail]))


@dataclass(frozen=True)
class Coefficients:
    """What each example counts for each label.

    Attributes:
        places: int, shape (n,): of each example, the place of its label.
        own: float32, shape (n,): what it counts for that label, far more than for any other.
        others: One row a label, one column an example; 0 where the label is the example's own.
    """

    places: np.ndarray
    own: np.ndarray
    others: FineMatrix

    @classmethod
    def of(cls, coefficients: np.ndarray, places: np.ndarray) -> Coefficients:
        """Takes a float matrix, one row an example and one column a label, apart; the matrix is changed."""
        examples = np.arange(len(places))
        own = coefficients[examples, places].astype(np.float32)
        coefficients[examples, places] = 0
        return cls(places, own, FineMatrix.of(coefficients.T))

    def scores(self, likeness: np.ndarray) -> np.ndarray:
        """Scores of the labels for texts: from `(texts, n)` in [0, 1] to `(texts, labels)`."""
        scores = self.others.products(likeness)
        for row, like in zip(scores, likeness, strict=True):
            row += np.bincount(self.places, weights=self.own * like, minlength=len(row))
        return scores


class LabelModel:
    """Ranks labels for a text. Immutable once built."""

    def __init__(
        self,
        labels: Sequence[str],
        meaning: CompactMatrix,
        detail: CompactMatrix,
        coefficients: Coefficients,
        options: LabelModelOptions,
    ) -> None:
        """Takes what `train` found.

        Args:
            labels: Names, by their places in the coefficients.
            meaning, detail: The examples, one a row.
            coefficients: What the examples count for the labels.
            options: Those it was trained with.
        """
        self.labels = list(labels)
        self._meaning = meaning
        self._detail = detail
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
        if not targets:
            raise ModelError("There are no examples to train on. Is data/nlu/ empty?")
        chosen = options or LabelModelOptions()
        labels = sorted(set(targets))
        place_of = {label: place for place, label in enumerate(labels)}
        places = np.array([place_of[target] for target in targets])
        wanted = np.zeros((len(places), len(labels)), dtype=np.float32)
        wanted[np.arange(len(places)), places] = 1.0
        # Answering uses one thread a message; training has the machine to itself.
        with threadpool_limits(limits=os.cpu_count(), user_api="blas"):
            kernel = _lower_kernel(encoded, chosen, chosen.ridge / _weights(places, chosen.balance))
            coefficients = solve_positive(kernel, wanted)
        meaning, detail = CompactMatrix.of(encoded.meaning), CompactMatrix.of(encoded.detail)
        return cls(labels, meaning, detail, Coefficients.of(coefficients, places), chosen)

    @property
    def own(self) -> np.ndarray:
        """What each example counts for its own label: `float32`, shape `(examples,)`."""
        return self._coefficients.own

    def confidences(self, encoded: Encoded) -> np.ndarray:
        """Confidence of each label for each text, rows summing to 1.

        Returns:
            float array, shape (n_texts, n_labels), columns in the order of `labels`.
        """
        meaning, detail = self._meaning.similarities(encoded.meaning), self._detail.similarities(encoded.detail)
        scores = self._coefficients.scores(likeness_of(meaning, detail, self._options)) / self._options.temperature
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True))

    def save(self, path: Path) -> None:
        """Writes plain arrays (no pickle); only a model that was trained here holds them."""
        matrices: Mapping[str, CompactMatrix | FineMatrix] = {
            "meaning": self._meaning,
            "detail": self._detail,
            "others": self._coefficients.others,
        }
        np.savez(
            path,
            version=np.array(FORMAT_VERSION),
            names=np.array(self.labels),
            places=self._coefficients.places,
            own=self._coefficients.own,
            **{f"{name}_codes": matrix.codes for name, matrix in matrices.items()},
            **{f"{name}_scales": matrix.scales for name, matrix in matrices.items()},
            options=np.array(astuple(self._options)),
        )

    @classmethod
    def load(cls, path: Path) -> LabelModel:
        """Reads what `save` wrote.

        Raises:
            ModelError: The file is missing or from another version; the message says to train again.
        """
        with stored_arrays(path, FORMAT_VERSION) as stored:
            options = LabelModelOptions(*(float(value) for value in stored["options"]))
            coefficients = Coefficients(stored["places"], stored["own"], FineMatrix.for_use(*_matrix(stored, "others")))
            meaning, detail = (CompactMatrix.for_use(*_matrix(stored, name)) for name in ("meaning", "detail"))
            return cls([str(name) for name in stored["names"]], meaning, detail, coefficients, options)


def _matrix(stored: Mapping[str, np.ndarray], name: str) -> tuple[np.ndarray, np.ndarray]:
    return stored[f"{name}_codes"], stored[f"{name}_scales"]


def _weights(places: np.ndarray, balance: float) -> np.ndarray:
    """One weight an example, mean 1: an example of a label with many examples counts less."""
    counts = np.bincount(places)[places].astype(np.float64)
    weights = counts**-balance
    return np.asarray(weights / weights.mean())


def _lower_kernel(encoded: Encoded, options: LabelModelOptions, added: np.ndarray) -> List[np.ndarray]:
    """The lower half of the kernel of the examples with each other, in strips (`solve_positive`).

    Args:
        added: To the diagonal, one number an example.
    """
    strips = []
    for start in range(0, len(added), BLOCK):
        stop = min(start + BLOCK, len(added))
        meaning, detail = (rows[start:stop] @ rows[:stop].T for rows in (encoded.meaning, encoded.detail))
        strip = likeness_of(meaning, detail, options)
        strip[np.arange(stop - start), np.arange(start, stop)] += added[start:stop]
        strips.append(strip)
    return strips


def likeness_of(meaning: np.ndarray, detail: np.ndarray, options: LabelModelOptions) -> np.ndarray:
    """Likeness of texts with examples, in [0, 1], from two tables of cosines, which it changes.

    Args:
        meaning, detail: Cosines of the multilingual and of the English embeddings, of one shape.
        options: For the widths of the two kernels and the share of the second.
    """
    likeness = _gaussian(meaning, options.gamma, 1 - options.detail_share)
    likeness += _gaussian(detail, options.detail_gamma, options.detail_share)
    return likeness


def _gaussian(cosines: np.ndarray, gamma: float, share: float) -> np.ndarray:
    """For unit rows a Gaussian of the distance is exp(2 g (cosine - 1)); computed in place."""
    cosines -= 1.0
    cosines *= np.float32(2 * gamma)
    np.exp(cosines, out=cosines)
    cosines *= np.float32(share)
    return cosines
