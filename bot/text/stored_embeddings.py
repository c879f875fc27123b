"""Embeddings of training texts that lie in the repository: a first training then does not read 84,000 texts anew.

On two old cores that reading takes three quarters of an hour. The rows are known by a digest of the text and of the
encoder's weights: a text that changed, or another encoder, finds none and is read as before. Files are added, never
changed, so that a few new texts do not store all the others again. See docs/decisions/0015-stored-embeddings.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Mapping, Set
from zipfile import BadZipFile

import numpy as np

from bot.config import DATA_DIR
from bot.errors import ModelError

FOLDER = DATA_DIR / "embeddings"
#: Bytes of a key.
KEY_BYTES = 12
_MOST = 127


def read_rows(wanted: Set[str], dimensions: int, folder: Path | None = None) -> Dict[str, np.ndarray]:
    """Those of the wanted rows that are stored.

    Args:
        wanted: Keys, as `bot.text.embedding_cache` makes them.
        dimensions: Width of the rows; files of another width are passed over.
        folder: By default that of the repository.

    Returns:
        By key: `float16`, shape `(dimensions,)`, exact to about 1/250 of the row's largest number.

    Raises:
        ModelError: A file is damaged; the message says how to get it back.
    """
    found: Dict[str, np.ndarray] = {}
    for path in sorted((folder or FOLDER).glob("*.npz")):
        keys, codes, scales = _read(path)
        if codes.shape[1] != dimensions:
            continue
        places = [place for place, key in enumerate(keys) if key in wanted]
        rows = (codes[places] * scales[places, None]).astype(np.float16)
        found.update(zip((keys[place] for place in places), rows, strict=True))
    return found


def add_rows(rows: Mapping[str, np.ndarray], name: str, folder: Path | None = None) -> Path:
    """Stores rows in a file of their own.

    Args:
        rows: By key; all of one width, at least one.
        name: Of the file, without its ending.
        folder: By default that of the repository.

    Raises:
        ModelError: There is such a file already.
    """
    folder = folder or FOLDER
    path = folder / f"{name}.npz"
    if path.exists():
        raise ModelError(f"{path.name} exists already; stored embeddings are added to, not changed.")
    table = np.stack(list(rows.values())).astype(np.float32)
    scales = np.abs(table).max(axis=1) / _MOST
    codes = np.rint(table / np.maximum(scales, np.finfo(np.float32).tiny)[:, None]).astype(np.int8)
    keys = np.frombuffer(b"".join(bytes.fromhex(key) for key in rows), dtype=np.uint8).reshape(-1, KEY_BYTES)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{name}.part"
    with draft.open("wb") as file:
        np.savez_compressed(file, keys=keys, codes=codes, scales=scales)
    draft.replace(path)
    return path


def _read(path: Path) -> tuple[List[str], np.ndarray, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            keys = [key.tobytes().hex() for key in stored["keys"]]
            codes, scales = stored["codes"], stored["scales"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        raise ModelError(f"{path.name} cannot be read; restore data/embeddings from the repository.") from None
    if not len(keys) == len(codes) == len(scales):
        raise ModelError(f"{path.name} is not whole; restore data/embeddings from the repository.")
    return keys, codes, scales
