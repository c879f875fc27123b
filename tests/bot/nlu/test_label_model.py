"""The label model ranks, survives misspelling, and comes back from disk unchanged."""

import numpy as np
import pytest

from bot.errors import ModelError
from bot.nlu.label_model import LabelModel, LabelModelOptions

TEXTS = ["how do i block someone", "block a person", "what is grooming", "explain grooming", "hello", "hi there"]
LABELS = ["faq/block", "faq/block", "faq/grooming", "faq/grooming", "greet", "greet"]


def unit_rows(n, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n, 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def model():
    return LabelModel.train(TEXTS, unit_rows(len(TEXTS)), LABELS, LabelModelOptions(lexical_weight=0.5))


def best(model, text, embedding):
    return model.labels[int(np.argmax(model.confidences(text, embedding)))]


def test_training_examples_are_recognised(model):
    rows = unit_rows(len(TEXTS))
    assert [best(model, text, row) for text, row in zip(TEXTS, rows)] == LABELS


def test_a_misspelling_still_shares_its_letters(model):
    assert best(model, "wat is gromming", np.full(16, 0.25, dtype=np.float32)) == "faq/grooming"


def test_confidences_sum_to_one(model):
    assert model.confidences("anything", unit_rows(1, 5)[0]).sum() == pytest.approx(1.0, abs=1e-4)


def test_what_is_saved_comes_back_the_same(model, tmp_path):
    model.save(tmp_path / "labels.npz")
    again = LabelModel.load(tmp_path / "labels.npz")
    row = unit_rows(1, 3)[0]
    np.testing.assert_allclose(again.confidences("block him", row), model.confidences("block him", row), rtol=1e-4)


def test_a_missing_file_says_how_to_make_it(tmp_path):
    with pytest.raises(ModelError, match="python -m bot train"):
        LabelModel.load(tmp_path / "labels.npz")


def test_nothing_to_learn_from_is_said():
    with pytest.raises(ModelError, match="no examples"):
        LabelModel.train([], np.zeros((0, 16), dtype=np.float32), [])
