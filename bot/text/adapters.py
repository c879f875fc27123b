"""Adapters: small trained changes to the upper layers of the second encoder, one for each kind of reading.

An adapter is a low-rank change of the matrices (Hu et al., "LoRA", 2021) with new biases and norms, kept as half
precision in `bot/text/adapter/<name>.safetensors`. `bot/text/adapter/README.md` says what each was trained on and how
to train it again; nothing here needs torch.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Mapping, Tuple

import numpy as np

from bot.errors import ModelError

ADAPTER_DIR = Path(__file__).parent / "adapter"
#: Reads levels, categories and speakers of messages at risk.
RISK = "risk"
#: Tells the questions of `data/nlu/` apart.
ANSWERS = "answers"
_DOWN, _UP = ".down", ".up"


@dataclass(frozen=True)
class Adapter:
    """A trained change.

    Attributes:
        changes: Added to the base matrices of the same name, `float32`, shape `(in, out)`.
        vectors: Take the place of the base vectors of the same name.
        head: `(weights (384, outputs), bias (outputs,))`, applied to the mean over the tokens; None when the adapter
            was trained for its vectors.
    """

    changes: Mapping[str, np.ndarray]
    vectors: Mapping[str, np.ndarray]
    head: Tuple[np.ndarray, np.ndarray] | None


def load_adapter(name: str, folder: Path = ADAPTER_DIR) -> Adapter:
    """Reads an adapter.

    Raises:
        ModelError: The file is missing, or holds something else.
    """
    from safetensors import SafetensorError  # type: ignore[attr-defined]  # compiled, without a stub
    from safetensors.numpy import load_file

    path = folder / f"{name}.safetensors"
    try:
        stored = {key: value.astype(np.float32) for key, value in load_file(str(path)).items()}
        head = None
        if "head.weight" in stored:
            head = np.ascontiguousarray(stored.pop("head.weight").T), stored.pop("head.bias")
        downs = [key[: -len(_DOWN)] for key in stored if key.endswith(_DOWN)]
        changes: Dict[str, np.ndarray] = {
            f"{key}.weight": np.ascontiguousarray((stored.pop(key + _UP) @ stored.pop(key + _DOWN)).T) for key in downs
        }
    except (OSError, KeyError, ValueError, SafetensorError):
        raise ModelError(f"{path.name} cannot be read; restore bot/text/adapter from the repository.") from None
    return Adapter(changes, stored, head)


def stamp_of(name: str, folder: Path = ADAPTER_DIR) -> str:
    """Changes whenever an adapter does; rows kept from another one are then not used."""
    return hashlib.sha256((folder / f"{name}.safetensors").read_bytes()).hexdigest()[:12]
