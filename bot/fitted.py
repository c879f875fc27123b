"""Reads small arrays that were fitted by us and lie in the repository."""

from __future__ import annotations

from pathlib import Path
from typing import List
from zipfile import BadZipFile

import numpy as np

from bot.errors import ModelError


def read_fitted(path: Path, *names: str, home: str) -> List[np.ndarray]:
    """Reads named arrays of an `.npz` file, as `float32`.

    Args:
        path: The file.
        names: Its arrays, in the order wanted.
        home: The folder of the repository it belongs to, for the message.

    Raises:
        ModelError: The file is missing, cut short or something else.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return [stored[name].astype(np.float32) for name in names]
    except (OSError, KeyError, ValueError, EOFError, BadZipFile):
        raise ModelError(f"{path.name} cannot be read; restore {home} from the repository.") from None
