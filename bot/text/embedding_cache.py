"""Embeddings of training texts, kept in `models/` so that one changed line does not encode thousands again.

Only texts of this repository pass through here, never a person's message.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Callable, Dict, List, Sequence
from zipfile import BadZipFile

import numpy as np

from bot.config import get_settings
from bot.text.encoder import DIMENSIONS, get_encoder

_BATCH = 256


def encode_kept(
    texts: Sequence[str],
    file_name: str = "safety-embeddings.npz",
    encode: Callable[[Sequence[str]], np.ndarray] | None = None,
    dimensions: int = DIMENSIONS,
    stamp: str = "",
) -> np.ndarray:
    """Encodes texts, reading rows seen at an earlier training from disk.

    Args:
        texts: Training texts of this repository.
        file_name: Where in `models/` the rows are kept; one file for each encoder and use.
        encode: The encoder; by default the shared sentence encoder.
        dimensions: Width of its rows; a file of another width is not used.
        stamp: Names the weights of an encoder that is trained again now and then; rows of other weights are not used.

    Returns:
        `float32`, shape `(len(texts), dimensions)`, unit rows (kept as half precision, so exact to about 1e-3).
    """
    encode = encode or get_encoder().encode
    path = get_settings().models_dir / file_name
    kept = _read(path, dimensions)
    keys = [hashlib.blake2b(text.encode("utf-8"), digest_size=12, key=stamp.encode()).hexdigest() for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
    fresh = list(missing)
    for start in range(0, len(fresh), _BATCH):
        batch = fresh[start : start + _BATCH]
        rows = encode([missing[key] for key in batch]).astype(np.float16)
        kept.update(zip(batch, rows, strict=True))
    if fresh:
        _write(path, keys, kept)
    return np.stack([kept[key] for key in keys]).astype(np.float32)


def _read(path: Path, dimensions: int) -> Dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            if stored["rows"].shape[1] != dimensions:
                return {}
            return dict(zip(stored["keys"].tolist(), stored["rows"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        # Missing or half-written: it is only a shortcut.
        return {}


def _write(path: Path, keys: List[str], kept: Dict[str, np.ndarray]) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unique = list(dict.fromkeys(keys))
        np.savez(draft, keys=np.asarray(unique), rows=np.stack([kept[key] for key in unique]))
        draft.replace(path)
    except OSError:
        # A read-only folder costs time at the next training, nothing else.
        draft.unlink(missing_ok=True)
