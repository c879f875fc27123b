"""Adapters are small, described, and a broken file is named."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bot.errors import ModelError
from bot.text import embedding_cache
from bot.text.adapters import ADAPTER_DIR, ANSWERS, RISK, load_adapter, stamp_of
from bot.text.embedding_cache import encode_kept

FILES = sorted(ADAPTER_DIR.glob("*.safetensors"))


def test_every_adapter_is_small_and_has_its_section_in_the_card() -> None:
    card = (ADAPTER_DIR / "README.md").read_text(encoding="utf-8")
    assert {path.stem for path in FILES} == {RISK, ANSWERS}
    for path in FILES:
        assert path.stat().st_size < 2_000_000
        assert f"## `{path.name}`" in card


def test_only_the_upper_layers_are_changed() -> None:
    for path in FILES:
        adapter = load_adapter(path.stem)
        names = [*adapter.changes, *adapter.vectors]
        assert names and all(name.startswith(("encoder.layer.4.", "encoder.layer.5.")) for name in names)


@pytest.mark.parametrize("content", [b"", b"not a model at all"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "risk.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match="risk.safetensors"):
        load_adapter("risk", tmp_path)


def test_rows_of_another_adapter_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_cache, "get_settings", lambda: SimpleNamespace(models_dir=tmp_path))
    for name in ("one", "two"):
        (tmp_path / f"{name}.safetensors").write_bytes(name.encode())
    seen = []

    def encode(texts: list[str]) -> np.ndarray:
        seen.append(list(texts))
        return np.zeros((len(texts), 3), dtype=np.float32)

    for name in ("one", "one", "two"):
        encode_kept(["hello"], "rows.npz", encode, 3, stamp_of(name, tmp_path))
    assert seen == [["hello"], ["hello"]]
