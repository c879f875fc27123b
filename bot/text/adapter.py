"""Our adapter of the English encoder: a small trained change of every layer, and two heads.

The change is of low rank (Hu et al., "LoRA", 2021), with new biases and norms, kept as half precision in
`bot/text/adapter/kindlight.safetensors`. `bot/text/adapter/README.md` says what it was trained on and how to train it
again; nothing here needs torch.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Dict, Mapping

import numpy as np

from bot.errors import ModelError

ADAPTER_DIR = Path(__file__).parent / "adapter"
ADAPTER = "kindlight.safetensors"
#: Width of the vectors that tell questions apart.
VECTOR = 256
#: The matrices and norms of a layer: our name, the published one.
MATRICES = {
    "query": "attention.attn.q",
    "key": "attention.attn.k",
    "value": "attention.attn.v",
    "attended": "attention.attn.o",
    "inner": "intermediate.dense",
    "output": "output.dense",
}
NORMS = {"first": "attention.LayerNorm", "second": "output.LayerNorm"}
_DOWN, _UP = ".down", ".up"
#: One situation in six, and one phrasing in six, is kept from the adapter.
_KEPT_IN = 6


def is_kept(name: str) -> bool:
    """Whether a situation (or a phrasing) is kept from the adapter, to fit and choose on. The same for ever."""
    return int(hashlib.md5(name.encode("utf-8")).hexdigest(), 16) % _KEPT_IN == 0  # noqa: S324 - a lot, not a secret


def adapted(published: Mapping[str, np.ndarray], folder: Path = ADAPTER_DIR) -> Dict[str, np.ndarray]:
    """The published weights with our changes and heads.

    Args:
        published: By published names, `float32`, matrices as `(out, in)`.
        folder: Where the adapter lies.

    Returns:
        The same names, and `vector.weight`, `risk.weight`, `risk.bias`.

    Raises:
        ModelError: The adapter is missing, or holds something else.
    """
    from safetensors import SafetensorError  # type: ignore[attr-defined]  # compiled, without a stub
    from safetensors.numpy import load_file

    path = folder / ADAPTER
    try:
        stored = {key: value.astype(np.float32) for key, value in load_file(str(path)).items()}
        changed = dict(published)
        for key in [key[: -len(_DOWN)] for key in stored if key.endswith(_DOWN)]:
            changed[f"{key}.weight"] = changed[f"{key}.weight"] + stored.pop(key + _UP) @ stored.pop(key + _DOWN)
        return {**changed, **stored}
    except (OSError, KeyError, ValueError, SafetensorError):
        raise ModelError(f"{path.name} cannot be read; restore bot/text/adapter from the repository.") from None
