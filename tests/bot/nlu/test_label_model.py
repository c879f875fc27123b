"""The label model ranks, survives misspelling, and comes back from disk unchanged."""

import numpy as np
import pytest

from bot.errors import ModelError
from bot.nlu.label_model import Encoded, LabelModel, LabelModelOptions

TEXTS = ["how do i block someone", "block a person", "what is grooming", "explain grooming", "hello", "hi there"]
LABELS = ["faq/block", "faq/block", "faq/grooming", "faq/grooming", "greet", "greet"]


def unit_rows(n, seed=0, dim=16):
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def encoded(texts, seed=0):
    return Encoded(texts, unit_rows(len(texts), seed), unit_rows(len(texts), seed + 1, 12))


@pytest.fixture
def model():
    return LabelModel.train(encoded(TEXTS), LABELS, LabelModelOptions(lexical_weight=0.5))


def best(model, texts, seed=0):
    return [model.labels[place] for place in model.confidences(encoded(texts, seed)).argmax(axis=1)]


def test_training_examples_are_recognised(model):
    assert best(model, TEXTS) == LABELS


def test_a_misspelling_still_shares_its_letters(model):
    assert best(model, ["wat is gromming"], seed=77) == ["faq/grooming"]


def test_confidences_sum_to_one(model):
    assert model.confidences(encoded(["anything"], 5)).sum() == pytest.approx(1.0, abs=1e-4)


def test_what_is_saved_comes_back_the_same(model, tmp_path):
    model.save(tmp_path / "labels.npz")
    again = LabelModel.load(tmp_path / "labels.npz")
    asked = encoded(["block him"], 3)
    np.testing.assert_allclose(again.confidences(asked), model.confidences(asked), rtol=1e-4)


def test_a_missing_file_says_how_to_make_it(tmp_path):
    with pytest.raises(ModelError, match="python -m bot train"):
        LabelModel.load(tmp_path / "labels.npz")


def test_nothing_to_learn_from_is_said():
    with pytest.raises(ModelError, match="no examples"):
        LabelModel.train(Encoded([], np.zeros((0, 16)), np.zeros((0, 12))), [])
