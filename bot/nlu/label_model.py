"""Which question is this? Kernel ridge regression over sentence embeddings and character n-grams. No Rasa.

One model covers every FAQ entry and every plain intent, so that "is it a question we know" and "which one" are
one decision. It is trained in closed form (no iterations, no randomness): with n examples and L labels, solving
`(K + ridge * I) A = Y` for the `(n, L)` coefficients. Dot products of unit rows make the RBF kernel cheap.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
import scipy.linalg
import scipy.sparse
from sklearn.feature_extraction.text import HashingVectorizer

from bot.errors import ModelError

FORMAT_VERSION = 1
_N_FEATURES = 2**18


@dataclass(frozen=True)
class LabelModelOptions:
    """How the model is trained.

    Attributes:
        gamma: Width of the RBF kernel over unit-length embeddings.
        ridge: Added to the kernel's diagonal; larger is smoother.
        lexical_weight: Share of the character n-gram kernel beside the embedding kernel, in [0, 1].
        temperature: Divides the scores before the softmax that makes confidences.
    """

    gamma: float = 2.0
    ridge: float = 0.3
    lexical_weight: float = 0.3
    temperature: float = 0.1


class LabelModel:
    """Ranks labels for a text. Immutable once built."""

    def __init__(
        self,
        labels: Sequence[str],
        embeddings: np.ndarray,
        lexical: scipy.sparse.csr_matrix,
        idf: np.ndarray,
        coefficients: np.ndarray,
        options: LabelModelOptions,
    ) -> None:
        self.labels = list(labels)
        self._embeddings = embeddings
        self._lexical = lexical
        self._idf = idf
        self._coefficients = coefficients
        self._options = options

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        embeddings: np.ndarray,
        targets: Sequence[str],
        options: LabelModelOptions | None = None,
    ) -> LabelModel:
        """Fits the model.

        Args:
            texts: Cleaned-up example texts, n of them.
            embeddings: float32, shape (n, dim), rows of unit length.
            targets: The label of each example.
            options: See LabelModelOptions.

        Raises:
            ModelError: There is nothing to learn from.
        """
        if not texts:
            raise ModelError("There are no examples to train on. Is data/nlu/ empty?")
        chosen = options or LabelModelOptions()
        labels = sorted(set(targets))
        counts = _count_ngrams(texts)
        document_counts = np.asarray((counts > 0).sum(axis=0)).ravel()
        idf = (np.log((1 + len(texts)) / (1 + document_counts)) + 1).astype(np.float32)
        lexical = _weigh(counts, idf)
        kernel = _kernel(embeddings, lexical, embeddings, lexical, chosen)
        kernel[np.diag_indices_from(kernel)] += chosen.ridge
        wanted = np.zeros((len(texts), len(labels)), dtype=np.float32)
        wanted[np.arange(len(texts)), [labels.index(target) for target in targets]] = 1.0
        coefficients = scipy.linalg.solve(kernel, wanted, assume_a="pos", overwrite_a=True, overwrite_b=True)
        return cls(labels, embeddings, lexical, idf, coefficients.astype(np.float32), chosen)

    def confidences(self, text: str, embedding: np.ndarray) -> np.ndarray:
        """Confidence of each label, summing to 1.

        Args:
            text: Cleaned-up text.
            embedding: float32, shape (dim,), unit length.

        Returns:
            float array, shape (n_labels,), in the order of `labels`.
        """
        return self.confidences_of_many([text], embedding[None, :])[0]

    def confidences_of_many(self, texts: Sequence[str], embeddings: np.ndarray) -> np.ndarray:
        """As `confidences`, for many texts: shape (n_texts, n_labels)."""
        lexical = _weigh(_count_ngrams(texts), self._idf)
        kernel = _kernel(embeddings, lexical, self._embeddings, self._lexical, self._options)
        scores = kernel @ self._coefficients / self._options.temperature
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def save(self, path: Path) -> None:
        """Writes plain arrays (no pickle)."""
        kept = np.flatnonzero(np.asarray((self._lexical != 0).sum(axis=0)).ravel())
        narrow = self._lexical[:, kept].tocsr()
        np.savez(
            path,
            version=np.array(FORMAT_VERSION),
            labels=np.array(self.labels),
            embeddings=self._embeddings.astype(np.float32),
            coefficients=self._coefficients,
            idf=self._idf[kept],
            # An n-gram that no example has still counts in a text's length: unknown words lower every match.
            unseen_idf=self._idf.max(),
            kept=kept,
            lexical_data=narrow.data.astype(np.float32),
            lexical_indices=narrow.indices,
            lexical_indptr=narrow.indptr,
            options=np.array(
                [
                    self._options.gamma,
                    self._options.ridge,
                    self._options.lexical_weight,
                    self._options.temperature,
                ]
            ),
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
            shape = (len(stored["embeddings"]), _N_FEATURES)
            lexical = scipy.sparse.csr_matrix(
                (stored["lexical_data"], kept[stored["lexical_indices"]], stored["lexical_indptr"]), shape=shape
            )
            options = LabelModelOptions(*(float(value) for value in stored["options"]))
            labels = [str(label) for label in stored["labels"]]
            return cls(labels, stored["embeddings"], lexical, idf, stored["coefficients"], options)


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


def _kernel(
    embeddings: np.ndarray,
    lexical: scipy.sparse.csr_matrix,
    against: np.ndarray,
    lexical_against: scipy.sparse.csr_matrix,
    options: LabelModelOptions,
) -> np.ndarray:
    cosine = embeddings @ against.T
    meaning = np.exp(2 * options.gamma * (cosine - 1.0))
    if options.lexical_weight == 0:
        return meaning
    wording = (lexical @ lexical_against.T).toarray()
    return ((1 - options.lexical_weight) * meaning + options.lexical_weight * wording).astype(np.float32)
