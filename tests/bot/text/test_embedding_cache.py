"""Training texts are encoded once: what is kept, or lies in the repository, is read back."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bot.errors import ModelError
from bot.text import embedding_cache, stored_embeddings
from bot.text.embedding_cache import RowEncoder, encode_kept, kept_rows

WIDTH = 6


@pytest.fixture
def folders(monkeypatch, tmp_path):
    """`models/` and the repository's folder, both empty; what was encoded is listed."""
    monkeypatch.setattr(embedding_cache, "get_settings", lambda: SimpleNamespace(models_dir=tmp_path / "models"))
    monkeypatch.setattr(stored_embeddings, "FOLDER", tmp_path / "embeddings")
    encoded.texts = []
    return tmp_path / "models", tmp_path / "embeddings"


def encoded(texts):
    encoded.texts += texts
    return lengths(texts)


def lengths(texts):
    return np.array([[len(text), text.count("a"), 1, 0, -1, -len(text)] for text in texts], dtype=np.float32)


def encode(texts, stamp="one"):
    return encode_kept(texts, "x-details.npz", RowEncoder(encoded, WIDTH, stamp))


def test_a_second_training_encodes_only_what_is_new(folders):
    first = encode(["a", "bb"])
    again = encode(["bb", "ccc", "a"])
    assert encoded.texts == ["a", "bb", "ccc"] and np.array_equal(again[[2, 0]], first)
    assert np.array_equal(encode(["a"], stamp="another encoder"), lengths(["a"])) and encoded.texts[-1] == "a"


def test_rows_in_the_repository_are_used_where_text_and_encoder_are_the_same(folders):
    models, _ = folders
    encode(["a", "bb"])
    stored_embeddings.add_rows(kept_rows(models, "*-details.npz", WIDTH), "first")
    (models / "x-details.npz").unlink()
    encoded.texts = []
    rows = encode(["bb", "new"])
    assert encoded.texts == ["new"] and np.allclose(rows, lengths(["bb", "new"]), atol=2 / 127)
    # They are kept as if they had been encoded here.
    assert np.array_equal(encode(["bb"]), rows[:1]) and encoded.texts == ["new"]
    encode(["bb"], stamp="another encoder")
    assert encoded.texts == ["new", "bb"]


def test_several_processes_give_the_rows_of_one(folders, monkeypatch, capsys):
    monkeypatch.setattr(embedding_cache, "_TOLD_EVERY_SECONDS", 0.0)
    texts = [f"my friend asks me {number} questions" for number in range(300)]
    one = embedding_cache._encode(dict(zip(texts, texts)), embedding_cache.encode_meanings, 1, "one")
    two = embedding_cache._encode(dict(zip(texts, texts)), embedding_cache.encode_meanings, 2, "two")
    assert list(one) == list(two) == texts and all(np.array_equal(one[text], two[text]) for text in texts)
    assert "  two: 300 of 300 texts encoded" in capsys.readouterr().out


def test_a_damaged_file_says_how_to_get_it_back_and_none_is_overwritten(folders):
    path = stored_embeddings.add_rows({"00" * 12: np.ones(WIDTH)}, "first")
    with pytest.raises(ModelError, match="exists already"):
        stored_embeddings.add_rows({"11" * 12: np.ones(WIDTH)}, "first")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ModelError, match=r"first.npz cannot be read; restore data/embeddings"):
        stored_embeddings.read_rows({"00" * 12}, WIDTH)


def test_rows_of_another_width_are_passed_over(folders):
    stored_embeddings.add_rows({"00" * 12: np.ones(WIDTH)}, "first")
    assert stored_embeddings.read_rows({"00" * 12}, WIDTH + 1) == {}
    assert list(stored_embeddings.read_rows({"00" * 12}, WIDTH)) == ["00" * 12]
