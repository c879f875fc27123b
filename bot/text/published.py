"""The published English encoder that ours starts from: all-mpnet-base-v2 (sentence-transformers, Apache-2.0).

The weights come from five packages of the package index, each a part of one archive; the lock pins them by hash. They
are read when `models/` has no encoder yet, and never by a running assistant. No torch, no download at run time.
"""

from __future__ import annotations

import io
import sysconfig
import zipfile
from pathlib import Path
from typing import Dict

import numpy as np

from bot.errors import ModelError

NAME = "all-mpnet-base-v2"
LAYERS, HEADS, WIDTH = 12, 12, 768
_PARTS = range(1, 6)
#: The part of the published names that we leave out.
_PREFIX = "mpnet."


def _part(number: int) -> Path:
    # The folder's name has a hyphen, so it cannot be imported; it lies where packages lie.
    packages = Path(sysconfig.get_paths()["purelib"])
    return packages / f"{NAME}-pypi-part_{number:03d}" / "input" / f"{NAME}.zip.{number:03d}"


class Published:
    """The archive, open.

    Raises:
        ModelError: A part is missing or broken.
    """

    def __init__(self) -> None:
        try:
            whole = b"".join(_part(number).read_bytes() for number in _PARTS)
            self._archive = zipfile.ZipFile(io.BytesIO(whole))
        except (OSError, zipfile.BadZipFile):
            raise ModelError(f"The weights of {NAME} are not installed; run `make install`.") from None

    def tokenizer(self) -> bytes:
        """The tokenizer, as the `tokenizers` package reads it."""
        return self._read("tokenizer.json")

    def weights(self) -> Dict[str, np.ndarray]:
        """The weights by their published names: `float32`, matrices as `(out, in)`."""
        from safetensors.numpy import load

        return {name.removeprefix(_PREFIX): value for name, value in load(self._read("model.safetensors")).items()}

    def _read(self, name: str) -> bytes:
        try:
            return self._archive.read(f"{NAME}/{name}")
        except (KeyError, zipfile.BadZipFile):
            problem = f"{name} is missing from the weights of {NAME}; run `make clean`, then `make install`."
            raise ModelError(problem) from None


def relative_buckets(tokens: int, buckets: int = 32, furthest: int = 128) -> np.ndarray:
    """Which row of the table of relative places stands for each pair of tokens.

    As in T5 and MPNet (Song et al. 2020): half of the rows for tokens before, half for those after; near distances
    have a row each, far ones share one on a logarithmic scale.

    Returns:
        `int64`, shape `(tokens, tokens)`.
    """
    places = np.arange(tokens)
    distance = -(places[None, :] - places[:, None])
    half = buckets // 2
    found = (distance < 0) * half
    distance = np.abs(distance)
    exact = half // 2
    far = np.log(np.maximum(distance, 1) / exact) / np.log(furthest / exact) * (half - exact)
    return np.asarray(found + np.where(distance < exact, distance, np.minimum(exact + far.astype(int), half - 1)))
