"""A small answer is found behind its long one only, for whom it is worded, and comes back from disk unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Optional, Sequence, Tuple

import numpy as np
import pytest

from bot.content.small_answers import SmallAnswer
from bot.errors import ModelError
from bot.nlu.everyday_messages import Does
from bot.nlu.everyday_reader import Shelf
from bot.nlu.label_model import Encoded
from bot.nlu.small_answer_reader import Following, Known, SmallAnswerReader

SHELF = Shelf(["block_someone", "first_phone"], ["privacy", "phones"], {}, frozenset())
ANSWERS = [
    SmallAnswer("they_can_tell", ("block_someone",), ("can they tell",)),
    SmallAnswer("unblock_later", ("block_someone",), ("can i undo it",)),
    SmallAnswer("phone_costs", ("first_phone",), ("does it cost",), frozenset({"parent"})),
]
#: Which way of asking is which, by the first word.
WORDS = ["tell", "undo", "cost", "thanks"]


def row_of(word: str, seed: int) -> np.ndarray:
    middle = np.random.default_rng(WORDS.index(word)).normal(size=16)
    row = middle + np.random.default_rng(seed + 100).normal(size=16) * 0.05
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


def rows(words: Sequence[str], seed: int = 0) -> Encoded:
    found = np.stack([row_of(word, seed + place) for place, word in enumerate(words)])
    return Encoded(found, found)


def following(told: Sequence[Tuple[str, str, Optional[str]]], seed: int = 0) -> Following:
    words = [word for word, _, _ in told]
    does = np.zeros((len(told), len(Does)), dtype=np.float32)
    for row, word in enumerate(words):
        does[row, list(Does).index(Does.THANKS if word == "thanks" else Does.ASKS)] = 1.0
    answered, audiences = [name for _, name, _ in told], [who for _, _, who in told]
    return Following(answered, audiences, rows(words, seed), does, np.full((len(told), 3), 0.2, dtype=np.float32))


KNOWN = Known.of(rows(WORDS[:3]), [0, 1, 2], [-1, -1, -1])
TOLD = [("tell", "block_someone", "child"), ("undo", "block_someone", "parent"), ("thanks", "block_someone", "child"),
        ("cost", "first_phone", "parent"), ("thanks", "first_phone", "parent")]  # fmt: skip
WANTED = [["they_can_tell"], ["unblock_later"], [], ["phone_costs"], []]


@pytest.fixture(scope="module")
def reader() -> SmallAnswerReader:
    stories = list(range(len(TOLD) * 4))
    return SmallAnswerReader.train(ANSWERS, SHELF, KNOWN, following(TOLD * 4), WANTED * 4, stories)


def test_it_is_found_by_what_is_asked_behind_its_answer(reader: SmallAnswerReader) -> None:
    name, likely = reader.choose(following([("undo", "block_someone", "child")], seed=50)) or ("", 0.0)
    assert name == "unblock_later" and likely > 0.5


def test_thanks_ask_for_none(reader: SmallAnswerReader) -> None:
    _, likely = reader.choose(following([("thanks", "block_someone", "child")], seed=50)) or ("", 1.0)
    assert likely < 0.5


def test_behind_another_answer_it_is_not_looked_for(reader: SmallAnswerReader) -> None:
    name, _ = reader.choose(following([("undo", "first_phone", "parent")], seed=50)) or ("", 0.0)
    assert name == "phone_costs"
    assert reader.choose(following([("undo", "an_answer_of_old", "parent")], seed=50)) is None


def test_nobody_is_given_words_for_another_reader(reader: SmallAnswerReader) -> None:
    assert reader.choose(following([("cost", "first_phone", "child")], seed=50)) is None


def test_how_near_words_are_is_known_before_anything_else_is_read(reader: SmallAnswerReader) -> None:
    near, far = (reader.nearness("block_someone", "child", rows([word], 50)) for word in ("undo", "thanks"))
    assert 0 <= far < near <= 1
    assert reader.nearness("an_answer_of_old", "child", rows(["undo"], 50)) == 0


def test_a_messages_own_conversation_tells_nothing_about_it(reader: SmallAnswerReader) -> None:
    known = Known.of(rows(WORDS[:3]), [0, 1, 2], [7, 7, 7])
    shy = SmallAnswerReader(ANSWERS, SHELF, known, np.ones(5 + 4 + len(Does), dtype=np.float32))
    told = following([("undo", "block_someone", "child")], seed=50)
    assert shy.choose(told, story=8) is not None
    assert shy.choose(told, story=7) is None


def test_a_small_answer_that_there_is_not_is_named() -> None:
    with pytest.raises(ModelError, match="gone"):
        SmallAnswerReader.train(ANSWERS, SHELF, KNOWN, following(TOLD[:1]), [["gone"]], [0])


def test_it_comes_back_from_disk_unchanged(reader: SmallAnswerReader, tmp_path: Path) -> None:
    reader.save(tmp_path / "small.npz")
    again = SmallAnswerReader.load(tmp_path / "small.npz", ANSWERS, SHELF)
    told = following([("tell", "block_someone", "child")], seed=50)
    name, likely = again.choose(told) or ("", 0.0)
    first = reader.choose(told) or ("", 1.0)
    assert name == first[0] and likely == pytest.approx(first[1], abs=1e-2)


def test_a_model_of_other_small_answers_says_to_train(reader: SmallAnswerReader, tmp_path: Path) -> None:
    reader.save(tmp_path / "small.npz")
    with pytest.raises(ModelError, match="bot train"):
        SmallAnswerReader.load(tmp_path / "small.npz", ANSWERS[:1], SHELF)
