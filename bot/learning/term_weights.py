"""TF-IDF over words and pairs of words, as scikit-learn weighs them, without its second of import in every server."""

from __future__ import annotations

from collections import Counter
from typing import Dict, List, Sequence

import numpy as np
from scipy import sparse


class TermWeights:
    """Terms seen in some lines; rows are unit vectors, so that a product is a cosine."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Learns the terms, and how telling each is (smoothed inverse document frequency).

        Args:
            lines: Words separated by spaces.
        """
        seen = Counter(term for line in lines for term in set(_terms(line)))
        self._columns: Dict[str, int] = {term: column for column, term in enumerate(sorted(seen))}
        self._weights = np.array([np.log((1 + len(lines)) / (1 + seen[term])) + 1 for term in sorted(seen)])

    def rows(self, lines: Sequence[str]) -> sparse.csr_matrix:
        """`float64`, shape `(len(lines), terms)`; a line without a known term is a row of zeros."""
        data: List[float] = []
        columns: List[int] = []
        ends = [0]
        for line in lines:
            counts = Counter(term for term in _terms(line) if term in self._columns)
            places = [self._columns[term] for term in counts]
            values = (1 + np.log(np.fromiter(counts.values(), float, len(counts)))) * self._weights[places]
            data += list(values / (np.linalg.norm(values) or 1.0))
            columns += places
            ends.append(len(columns))
        return sparse.csr_matrix((data, columns, ends), shape=(len(lines), len(self._columns)))


def _terms(line: str) -> List[str]:
    words = line.split()
    return words + [f"{first} {second}" for first, second in zip(words, words[1:])]
