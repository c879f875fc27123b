"""Weighted word counts (TF-IDF) of clean texts, as sparse unit rows; stored as plain arrays, without pickle."""

from __future__ import annotations

import re
from collections import Counter
from typing import Dict, List, Mapping, Sequence

import numpy as np
from scipy import sparse

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
#: A word or pair seen once teaches nothing about another message.
_SEEN_AT_LEAST = 2


class WordWeights:
    """Words and pairs of words with their weights; rows are unit vectors, so that a product is a cosine."""

    def __init__(self, terms: Sequence[str], weights: np.ndarray) -> None:
        self.terms = list(terms)
        self.weights = weights
        self._columns: Dict[str, int] = {term: column for column, term in enumerate(self.terms)}

    @classmethod
    def fit(cls, texts: Sequence[str]) -> WordWeights:
        """Learns which terms occur and how telling each is (smoothed inverse document frequency)."""
        seen = Counter(term for text in texts for term in set(terms_of(text)))
        terms = sorted(term for term, count in seen.items() if count >= _SEEN_AT_LEAST)
        weights = [np.log((1 + len(texts)) / (1 + seen[term])) + 1 for term in terms]
        return cls(terms, np.asarray(weights, dtype=np.float32))

    def rows(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """`float32`, shape `(len(texts), len(terms))`, rows of unit length or empty."""
        data: List[float] = []
        columns: List[int] = []
        ends = [0]
        for text in texts:
            counts = self._weighted(Counter(terms_of(text)))
            norm = float(np.sqrt(sum(value * value for value in counts.values()))) or 1.0
            columns += list(counts)
            data += [value / norm for value in counts.values()]
            ends.append(len(columns))
        shape = (len(texts), len(self.terms))
        return sparse.csr_matrix((np.asarray(data, dtype=np.float32), columns, ends), shape=shape, dtype=np.float32)

    def _weighted(self, counts: Mapping[str, int]) -> Dict[int, float]:
        found = ((self._columns.get(term), count) for term, count in counts.items())
        return {
            column: float((1 + np.log(count)) * self.weights[column]) for column, count in found if column is not None
        }


def terms_of(text: str) -> List[str]:
    """The words of a clean text and each two words in a row."""
    words = _WORD.findall(text)
    return words + [f"{first} {second}" for first, second in zip(words, words[1:], strict=False)]
