"""The adapter is small, described, changes every layer, and a broken file is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from bot.errors import ModelError
from bot.safety.examples import load_examples
from bot.text.adapter import ADAPTER, ADAPTER_DIR, MATRICES, VECTOR, adapted, is_kept
from bot.text.published import LAYERS, WIDTH

NAMES = [f"encoder.layer.{layer}.{part}" for layer in range(LAYERS) for part in MATRICES.values()]


def stored() -> dict[str, np.ndarray]:
    return load_file(str(ADAPTER_DIR / ADAPTER))


def test_it_is_small_and_has_a_card() -> None:
    assert (ADAPTER_DIR / ADAPTER).stat().st_size < 12_000_000
    assert ADAPTER in (ADAPTER_DIR / "README.md").read_text(encoding="utf-8")


def test_it_changes_every_matrix_and_brings_both_heads() -> None:
    known = stored()
    zeros = {f"{name}.weight": np.zeros((known[f"{name}.up"].shape[0], known[f"{name}.down"].shape[1]), np.float32) for name in NAMES}
    changed = adapted(zeros)
    assert all(np.abs(changed[f"{name}.weight"]).max() > 0 for name in NAMES)
    assert changed["vector.weight"].shape == (VECTOR, WIDTH) and changed["risk.weight"].shape == (16, WIDTH)
    assert not zeros["encoder.layer.0.attention.attn.q.weight"].any(), "the given weights stay as they are"


@pytest.mark.parametrize("content", [None, b"", b"not a model at all"])
def test_a_missing_or_broken_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / ADAPTER).write_bytes(content)
    with pytest.raises(ModelError, match=ADAPTER):
        adapted({}, tmp_path)


def test_about_a_sixth_of_the_situations_is_kept_from_it() -> None:
    clusters = {example.cluster for example in load_examples()}
    assert 0.13 < sum(map(is_kept, clusters)) / len(clusters) < 0.2
    assert is_kept("a") == is_kept("a")
