"""The reader chooses by the answer before, knows what serves nobody and what asks, and comes back from disk unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import List, Sequence, Tuple

import numpy as np
import pytest

from bot.errors import ModelError
from bot.nlu.everyday_messages import Does, EverydayMessage
from bot.nlu.everyday_reader import NO_ANSWER, EverydayReader, Read, Shelf
from bot.nlu.label_model import Encoded

SHELF = Shelf(
    ["first_phone", "game_age_ratings", "family_agreement", "hit_at_home"],
    ["phones", "games", "phones", "abuse"],
    {"first_phone": frozenset({"family_agreement"})},
    frozenset({"abuse"}),
)
#: Words, the answer before, what they do, the answer that serves.
KNOWN = [
    ("rules", "first_phone", Does.ASKS, "family_agreement"),
    ("rules", "game_age_ratings", Does.ASKS, "game_age_ratings"),
    ("phew", "first_phone", Does.GOOD_NEWS, None),
    ("phew", "game_age_ratings", Does.GOOD_NEWS, None),
    ("hm", "first_phone", Does.SHORT, None),
]


def row_of(word: str, seed: int) -> np.ndarray:
    middle = np.random.default_rng(sum(map(ord, word))).normal(size=16)
    row = middle + np.random.default_rng(seed).normal(size=16) * 0.05
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


def read(words: Sequence[Tuple[str, str]], seed: int = 0) -> Read:
    rows = np.stack([row_of(word, seed + place) for place, (word, _) in enumerate(words)])
    # The label model tells no two answers apart: only the answer before can.
    even = np.full((len(words), len(SHELF.answers)), 1 / len(SHELF.answers), dtype=np.float32)
    return Read([answered for _, answered in words], Encoded(rows, rows), Encoded(rows, rows), even, even)


def messages() -> List[EverydayMessage]:
    told = [(number, *known) for number in range(10) for known in KNOWN]
    return [
        EverydayMessage(number, "parent", "told", answered, word, does, (answer,) if answer else ())
        for number, word, answered, does, answer in told
    ]


@pytest.fixture(scope="module")
def reader() -> EverydayReader:
    told = messages()
    return EverydayReader.train(told, read([(message.text, message.answered) for message in told]), SHELF)[0]


def best(reader: EverydayReader, word: str, answered: str) -> str:
    likely = reader.answers(read([(word, answered)], seed=500))[0]
    return [*SHELF.answers, NO_ANSWER][int(likely.argmax())]


def test_the_same_words_ask_for_another_answer_behind_another(reader: EverydayReader) -> None:
    assert best(reader, "rules", "first_phone") == "family_agreement"
    assert best(reader, "rules", "game_age_ratings") == "game_age_ratings"


def test_what_no_answer_serves_gets_none_and_is_heard_as_what_it_does(reader: EverydayReader) -> None:
    assert best(reader, "phew", "first_phone") == NO_ANSWER
    does = reader.does(read([("phew", "first_phone"), ("rules", "first_phone")], seed=500))
    assert [list(Does)[place] for place in does.argmax(axis=1)] == [Does.GOOD_NEWS, Does.ASKS]


def test_an_answer_that_is_on_no_shelf_any_more_is_read_as_one_of_no_topic(reader: EverydayReader) -> None:
    likely = reader.answers(read([("phew", "gone")], seed=500))
    assert likely.shape == (1, 5) and likely.sum() == pytest.approx(1, abs=1e-5)


def test_it_comes_back_from_disk_unchanged(reader: EverydayReader, tmp_path: Path) -> None:
    reader.save(tmp_path / "everyday.npz")
    again = EverydayReader.load(tmp_path / "everyday.npz", SHELF)
    asked = read([("rules", "first_phone")], seed=500)
    np.testing.assert_allclose(again.answers(asked), reader.answers(asked), atol=5e-3)
    np.testing.assert_array_equal(again.does(asked), reader.does(asked))


def test_other_answers_than_those_of_today_ask_for_a_training(reader: EverydayReader, tmp_path: Path) -> None:
    reader.save(tmp_path / "everyday.npz")
    other = Shelf(["first_phone"], ["phones"], {}, frozenset())
    with pytest.raises(ModelError, match="bot train"):
        EverydayReader.load(tmp_path / "everyday.npz", other)


def test_a_message_that_names_no_answer_of_ours_is_said(reader: EverydayReader) -> None:
    wrong = [EverydayMessage(0, "child", "told", "first_phone", "rules", Does.ASKS, ("no_such",))]
    with pytest.raises(ModelError, match="no_such"):
        EverydayReader.train(wrong, read([("rules", "first_phone")]), SHELF)
