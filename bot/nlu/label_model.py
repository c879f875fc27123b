"""Which question is this? Kernel ridge regression over two sentence embeddings and character n-grams. No Rasa.

One model covers every FAQ entry and every plain intent, so that "is it a question we know" and "which one" are
one decision. It is trained in closed form (no iterations, no randomness): with n examples and L labels, solving
`(K + ridge * I) A = Y` for the `(n, L)` coefficients. Dot products of unit rows make the RBF kernel cheap.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
import scipy.linalg
import scipy.sparse
from sklearn.feature_extraction.text import HashingVectorizer

from bot.errors import ModelError

FORMAT_VERSION = 2
_N_FEATURES = 2**18


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
class _Examples:
    meaning: np.ndarray
    detail: np.ndarray
    lexical: scipy.sparse.csr_matrix


class LabelModel:
    """Ranks labels for a text. Immutable once built."""

    def __init__(
        self,
        labels: Sequence[str],
        examples: _Examples,
        idf: np.ndarray,
        coefficients: np.ndarray,
        options: LabelModelOptions,
    ) -> None:
        self.labels = list(labels)
        self._examples = examples
        self._idf = idf
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
        examples = _Examples(encoded.meaning, encoded.detail, _weigh(counts, idf))
        places = np.array([labels.index(target) for target in targets])
        kernel = _kernel(examples, examples, chosen)
        kernel[np.diag_indices_from(kernel)] += chosen.ridge / _weights(places, chosen.balance)
        wanted = np.zeros((len(places), len(labels)), dtype=np.float32)
        wanted[np.arange(len(places)), places] = 1.0
        coefficients = scipy.linalg.solve(kernel, wanted, assume_a="pos", overwrite_a=True, overwrite_b=True)
        return cls(labels, examples, idf, coefficients.astype(np.float32), chosen)

    def confidences(self, encoded: Encoded) -> np.ndarray:
        """Confidence of each label for each text, rows summing to 1.

        Returns:
            float array, shape (n_texts, n_labels), columns in the order of `labels`.
        """
        asked = _Examples(encoded.meaning, encoded.detail, _weigh(_count_ngrams(encoded.texts), self._idf))
        scores = _kernel(asked, self._examples, self._options) @ self._coefficients / self._options.temperature
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def save(self, path: Path) -> None:
        """Writes plain arrays (no pickle)."""
        lexical = self._examples.lexical
        kept = np.flatnonzero(np.asarray((lexical != 0).sum(axis=0)).ravel())
        narrow = lexical[:, kept].tocsr()
        np.savez(
            path,
            version=np.array(FORMAT_VERSION),
            labels=np.array(self.labels),
            meaning=self._examples.meaning.astype(np.float32),
            detail=self._examples.detail.astype(np.float32),
            coefficients=self._coefficients,
            idf=self._idf[kept],
            # An n-gram that no example has still counts in a text's length: unknown words lower every match.
            unseen_idf=self._idf.max(),
            kept=kept,
            lexical_data=narrow.data.astype(np.float32),
            lexical_indices=narrow.indices,
            lexical_indptr=narrow.indptr,
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
            lexical = scipy.sparse.csr_matrix(
                (stored["lexical_data"], kept[stored["lexical_indices"]], stored["lexical_indptr"]),
                shape=(len(stored["meaning"]), _N_FEATURES),
            )
            options = LabelModelOptions(*(float(value) for value in stored["options"]))
            labels = [str(label) for label in stored["labels"]]
            examples = _Examples(stored["meaning"], stored["detail"], lexical)
            return cls(labels, examples, idf, stored["coefficients"], options)


def _weights(places: np.ndarray, balance: float) -> np.ndarray:
    """One weight an example, mean 1: an example of a label with many examples counts less."""
    counts = np.bincount(places)[places].astype(np.float64)
    weights = counts**-balance
    return weights / weights.mean()


def _count_ngrams(texts: Sequence[str]) -> scipy.sparse.csr_matrix:
    """Hashed character 2-5-grams inside words: misspellings share most of theirs with the right word."""
    vectorizer = HashingVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), n_features=_N_FEATURES, norm=None, alternate_sign=False
    )
    return vectorizer.transform(texts).tocsr().astype(np.float32)


def _weigh(counts: scipy.sparse.csr_matrix, idf: np.ndarray) -> scipy.sparse.csr_matrix:
    weighed = counts.copy()
    weighed.data = np.log1p(weighed.data) * idf[weighed.indices]
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    weighed.data /= np.repeat(lengths, np.diff(weighed.indptr)).astype(np.float32)
    return weighed


def _kernel(asked: _Examples, against: _Examples, options: LabelModelOptions) -> np.ndarray:
    """Similarity of each asked text with each example, in [0, 1]; for unit rows an RBF is exp(2 g (cosine - 1))."""
    meaning = np.exp(2 * options.gamma * (asked.meaning @ against.meaning.T - 1.0))
    detail = np.exp(2 * options.detail_gamma * (asked.detail @ against.detail.T - 1.0))
    wording = (asked.lexical @ against.lexical.T).toarray()
    by_sense = (1 - options.detail_share) * meaning + options.detail_share * detail
    return ((1 - options.lexical_weight) * by_sense + options.lexical_weight * wording).astype(np.float32)
