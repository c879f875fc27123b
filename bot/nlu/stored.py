"""Reads the arrays that a part of the model was stored as."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import numpy as np

from bot.errors import ModelError


@contextmanager
def stored_arrays(path: Path, version: int) -> Iterator[np.lib.npyio.NpzFile]:
    """Opens a file of arrays that holds its format under `version`.

    Raises:
        ModelError: The file is missing or from another version; the message says to train again.
    """
    if not path.is_file():
        raise ModelError(f"{path.name} is missing from the model. Run `python -m bot train`.")
    with np.load(path, allow_pickle=False) as stored:
        if int(stored["version"]) != version:
            raise ModelError("The model was made by another version. Run `python -m bot train`.")
        yield stored
