"""Embeddings of training texts, kept in `models/` so that one changed line does not encode thousands again.

Only texts of this repository pass through here, never a person's message.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Mapping, Sequence
from zipfile import BadZipFile

import numpy as np

from bot.child_process import end_with_parent
from bot.config import get_settings
from bot.text.encoder import DIMENSIONS, get_encoder
from bot.text.stored_embeddings import KEY_BYTES, read_rows

_BATCH = 256
#: Thousands of texts take minutes: whoever waits sees that it goes on.
_TOLD_EVERY_SECONDS = 60.0
#: Fewer are encoded before other processes have loaded the encoder.
_WORTH_SHARING = 2000


@dataclass(frozen=True)
class RowEncoder:
    """What makes rows of training texts.

    Attributes:
        encode: Texts in, unit rows out; a function of a module, so that other processes can import it.
        dimensions: Width of its rows.
        stamp: Names the weights of an encoder that is trained again now and then; rows of other weights are not used.
            Only such an encoder's rows lie in the repository (`bot.text.stored_embeddings`).
    """

    encode: Callable[[Sequence[str]], np.ndarray]
    dimensions: int
    stamp: str = ""


def encode_meanings(texts: Sequence[str]) -> np.ndarray:
    """The shared sentence encoder, as a function that other processes can import."""
    return get_encoder().encode(texts)


MEANINGS = RowEncoder(encode_meanings, DIMENSIONS)


def encode_kept(texts: Sequence[str], file_name: str, encoder: RowEncoder = MEANINGS) -> np.ndarray:
    """Encodes texts, reading rows seen at an earlier training from disk.

    Args:
        texts: Training texts of this repository. Thousands of them are encoded in a process for each core.
        file_name: Where in `models/` the rows are kept; one file for each encoder and use.
        encoder: By default the shared sentence encoder.

    Returns:
        `float32`, shape `(len(texts), dimensions)`, unit rows (kept as half precision, so exact to about 1e-3).
    """
    path = get_settings().models_dir / file_name
    kept = _read(path, encoder.dimensions)
    keys = [_key(text, encoder.stamp) for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
    if missing:
        if encoder.stamp:
            kept.update(read_rows(set(missing), encoder.dimensions))
        fresh = {key: text for key, text in missing.items() if key not in kept}
        processes = os.cpu_count() or 1 if len(fresh) >= _WORTH_SHARING else 1
        kept.update(_encode(fresh, encoder.encode, processes, path.stem))
        _write(path, keys, kept)
    return np.stack([kept[key] for key in keys]).astype(np.float32)


def kept_rows(folder: Path, pattern: str, dimensions: int) -> Dict[str, np.ndarray]:
    """All rows that the last training kept, by key.

    Args:
        folder: `models/`.
        pattern: Of the files' names.
        dimensions: Width of the rows; files of another width are passed over.
    """
    rows: Dict[str, np.ndarray] = {}
    for path in sorted(folder.glob(pattern)):
        rows.update(_read(path, dimensions))
    return rows


def _key(text: str, stamp: str) -> str:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=KEY_BYTES, key=stamp.encode()).hexdigest()


def _encode(
    texts: Mapping[str, str], encode: Callable[[Sequence[str]], np.ndarray], processes: int, title: str
) -> Dict[str, np.ndarray]:
    """Rows of texts, by the texts' keys; the same batches give the same rows in one process or in several."""
    keys, words = list(texts), list(texts.values())
    batches = [words[start : start + _BATCH] for start in range(0, len(words), _BATCH)]
    rows: List[np.ndarray] = []
    told = time.monotonic()
    for encoded in _in_processes(batches, encode, processes):
        rows.extend(encoded.astype(np.float16))
        if time.monotonic() - told >= _TOLD_EVERY_SECONDS:
            told = time.monotonic()
            print(f"  {title}: {len(rows):,} of {len(keys):,} texts encoded", flush=True)
    return dict(zip(keys, rows, strict=True))


def _in_processes(
    batches: Sequence[Sequence[str]], encode: Callable[[Sequence[str]], np.ndarray], processes: int
) -> Iterator[np.ndarray]:
    if processes == 1:
        yield from map(encode, batches)
        return
    # Started anew, not forked: the encoders have locks and threads of their own.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), end_with_parent) as pool:
        yield from pool.map(encode, batches)


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
