"""The label model ranks, and comes back from disk unchanged."""

import numpy as np
import pytest

from bot.errors import ModelError
from bot.nlu.label_model import Encoded, LabelModel

TEXTS = ["how do i block someone", "block a person", "what is grooming", "explain grooming", "hello", "hi there"]
LABELS = ["faq/block", "faq/block", "faq/grooming", "faq/grooming", "greet", "greet"]


def unit_rows(n, seed=0, dim=16):
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def encoded(texts, seed=0):
    return Encoded(unit_rows(len(texts), seed), unit_rows(len(texts), seed + 1, 12))


@pytest.fixture
def model():
    return LabelModel.train(encoded(TEXTS), LABELS)


def best(model, asked):
    return [model.labels[place] for place in model.confidences(asked).argmax(axis=1)]


def test_training_examples_are_recognised(model):
    assert best(model, encoded(TEXTS)) == LABELS


def test_a_text_near_an_example_gets_its_label(model):
    known = encoded(TEXTS)
    assert best(model, Encoded(known.meaning + 0.05, known.detail - 0.05)) == LABELS


def test_a_label_with_one_phrasing_is_found_beside_one_with_many():
    rows = np.vstack([unit_rows(30) * 0.1 + np.eye(16)[0], np.eye(16)[1:2]]).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    both = Encoded(rows, rows)
    assert best(LabelModel.train(both, ["many"] * 30 + ["one"]), both)[-1] == "one"


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
        LabelModel.train(Encoded(np.zeros((0, 16)), np.zeros((0, 12))), [])
