"""Which phrasings the label model need not learn from, and that nothing new is ever left out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import yaml

from bot.config import DATA_DIR
from bot.errors import ModelError
from bot.nlu.redundant_phrasings import learned_from, redundant, write

LABELS = ["faq/a"] * 100 + ["faq/b"] * 35 + ["greet"] * 5
TEXTS = [f"phrasing {number}" for number in range(len(LABELS))]


def test_those_that_add_least_are_left_out_and_every_label_keeps_enough():
    own = np.linspace(1.0, 0.0, len(LABELS))
    left_out = redundant(LABELS, own)
    assert left_out.sum() == len(LABELS) - int(0.72 * len(LABELS))
    kept = Counter(label for label, out in zip(LABELS, left_out) if not out)
    assert kept["faq/b"] >= 30 and kept["greet"] == 5
    of_a = np.flatnonzero(left_out[:100])
    assert of_a.min() > np.flatnonzero(~left_out[:100]).max()


def test_what_is_on_the_list_is_not_learned_from_and_what_changed_is(tmp_path):
    path = tmp_path / "list.npz"
    left_out = np.arange(len(LABELS)) % 3 == 0
    write(LABELS, TEXTS, left_out, path)
    np.testing.assert_array_equal(learned_from(LABELS, TEXTS, path), np.flatnonzero(~left_out))
    changed = [TEXTS[0] + "!", *TEXTS[1:]]
    assert learned_from(LABELS, changed, path)[0] == 0
    assert learned_from(["faq/b", *LABELS[1:]], TEXTS, path)[0] == 0


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(ModelError, match="list.npz cannot be read; restore bot/nlu"):
        learned_from(LABELS, TEXTS, tmp_path / "list.npz")


def test_of_every_answer_in_the_repository_enough_phrasings_are_learned_from():
    pairs = []
    for path in sorted((DATA_DIR / "nlu").rglob("*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).get("nlu", []):
            pairs += [(block.get("intent", ""), line[2:].strip()) for line in block.get("examples", "").splitlines() if line.startswith("- ")]
    labels, texts = map(list, zip(*pairs))
    of_each, learned = Counter(labels), Counter(labels[place] for place in learned_from(labels, texts))
    assert 0.65 < sum(learned.values()) / len(labels) < 0.95
    assert [name for name, count in of_each.items() if learned[name] < min(count, 25)] == []
