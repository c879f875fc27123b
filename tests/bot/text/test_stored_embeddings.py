"""What lies in data/embeddings is what the encoder makes of the training texts, and is nearly all of them."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.cli import build_app
from bot.config import get_settings
from bot.nlu.news_messages import load_news
from bot.text import embedding_cache, stored_embeddings
from bot.text.cleanup import clean
from bot.text.embedding_cache import kept_rows
from bot.text.english import DIMENSIONS, get_english, stamp
from bot.text.stored_embeddings import read_rows

#: With more to encode than this, a first training takes minutes longer.
MOST_MISSING = 4000


def test_a_first_training_finds_nearly_all_it_needs(trained_model):
    kept = kept_rows(get_settings().models_dir, "*-details.npz", DIMENSIONS)
    missing = len(kept) - len(read_rows(set(kept), DIMENSIONS))
    assert len(kept) > 80_000
    assert missing <= MOST_MISSING, f"{missing} texts are not stored: run `python -m bot embeddings` and commit its file"


def test_stored_rows_are_what_the_encoder_says_today(trained_model):
    texts = [clean(message.text).text for message in load_news()[::200]]
    keys = [embedding_cache._key(text, stamp()) for text in texts]
    stored = read_rows(set(keys), DIMENSIONS)
    found = [(text, stored[key]) for text, key in zip(texts, keys) if key in stored]
    assert len(found) > 30, "run `python -m bot embeddings --anew`: the encoder has changed"
    fresh = get_english().vectors([text for text, _ in found])
    rows = np.array([row for _, row in found], dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(fresh, axis=1)
    # Cosines: a number is stored in eight bits, and the encoder itself says the same of a text each time on one kind of
    # processor (0.9995 and more); one without instructions for sums of whole numbers rounds on the way (0.998).
    likeness = np.einsum("ij,ij->i", fresh, rows) / lengths
    assert likeness.min() > 0.995, (np.median(likeness), likeness.min())


@pytest.fixture
def trained(monkeypatch, tmp_path):
    """A model folder that a training has left, and an empty folder in the repository."""
    monkeypatch.setenv("KINDLIGHT_MODELS_DIR", str(tmp_path / "models"))
    get_settings.cache_clear()
    monkeypatch.setattr(stored_embeddings, "FOLDER", tmp_path / "embeddings")
    yield tmp_path
    monkeypatch.undo()
    get_settings.cache_clear()


def store(*options):
    result = CliRunner().invoke(build_app(), ["embeddings", *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_adds_what_is_new_and_can_write_all_anew(trained):
    def keep(*keys):
        embedding_cache._write(
            trained / "models" / "x-details.npz", list(keys), {key: np.ones(DIMENSIONS, np.float16) for key in keys}
        )

    keep("00" * 12, "11" * 12)
    assert store().startswith("2 texts stored in data/embeddings/english-")
    keep("00" * 12, "22" * 12)
    assert store().startswith("1 texts stored")
    assert store() == "All 2 texts of the last training are stored.\n"
    assert len(list((trained / "embeddings").glob("*.npz"))) == 2
    assert store("--anew").startswith("2 texts stored")
    assert len(list((trained / "embeddings").glob("*.npz"))) == 1
