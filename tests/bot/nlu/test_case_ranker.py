"""The ranker chooses by the case, knows when nothing fits, and comes back from disk unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import List, Sequence, Tuple

import numpy as np
import pytest

from bot.errors import ModelError
from bot.nlu.case_messages import Case, CaseMessage
from bot.nlu.case_ranker import NO_ANSWER, Asked, CaseRanker, General
from bot.nlu.label_model import Encoded

CHILD, PARENT = Case("abuse_disclosure", "child"), Case("self_harm", "parent")
ANSWERS = ["tell_a_teacher", "stay_close", "weather"]
#: Words, case, the answer that fits.
KNOWN = [("go", CHILD, "tell_a_teacher"), ("go", PARENT, "stay_close"), ("sky", CHILD, None), ("sky", PARENT, None)]


def row_of(word: str, seed: int) -> np.ndarray:
    """A unit row near that of the word."""
    middle = np.random.default_rng(sum(map(ord, word))).normal(size=16)
    row = middle + np.random.default_rng(seed).normal(size=16) * 0.05
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


def asked(words: Sequence[Tuple[str, Case]], seed: int = 0) -> Asked:
    rows = np.stack([row_of(word, seed + place) for place, (word, _) in enumerate(words)])
    # The label model cannot tell the two answers apart: only the case can.
    even = np.full((len(words), len(ANSWERS)), 1 / len(ANSWERS), dtype=np.float32)
    return Asked([case for _, case in words], Encoded(rows, rows), even, even)


def questions() -> List[CaseMessage]:
    told = [(number, *known) for number in range(10) for known in KNOWN]
    return [CaseMessage(n, case, "told", word, (answer,) if answer else ()) for n, word, case, answer in told]


@pytest.fixture
def ranker() -> CaseRanker:
    told = questions()
    seen = asked([(question.text, question.case) for question in told])
    return CaseRanker.train(told, seen, ANSWERS, lambda faq, category: faq != "weather")


def best(ranker: CaseRanker, word: str, case: Case) -> str:
    return ranker.choices[int(ranker.confidences(asked([(word, case)], seed=500))[0].argmax())]


def test_the_same_words_ask_for_another_answer_in_another_case(ranker: CaseRanker) -> None:
    assert best(ranker, "go", CHILD) == "tell_a_teacher"
    assert best(ranker, "go", PARENT) == "stay_close"


def test_words_that_no_answer_fits_get_none(ranker: CaseRanker) -> None:
    assert best(ranker, "sky", CHILD) == NO_ANSWER


def test_a_case_that_nobody_asked_in_goes_by_its_category(ranker: CaseRanker) -> None:
    assert best(ranker, "go", Case("abuse_disclosure", "survivor")) == "tell_a_teacher"


def test_a_category_that_was_not_learned_from_is_not_known(ranker: CaseRanker) -> None:
    assert ranker.knows(CHILD) and not ranker.knows(Case("unclear", "child"))


def test_confidences_sum_to_one(ranker: CaseRanker) -> None:
    assert ranker.confidences(asked([("go", CHILD), ("sky", PARENT)])).sum(axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_what_is_saved_comes_back_the_same(ranker: CaseRanker, tmp_path: Path) -> None:
    ranker.save(tmp_path / "cases.npz")
    again, some = CaseRanker.load(tmp_path / "cases.npz"), asked([("go", CHILD), ("sky", PARENT)], 7)
    np.testing.assert_allclose(again.confidences(some), ranker.confidences(some), atol=5e-3)
    assert again.choices == ranker.choices


def test_an_answer_that_there_is_not_is_named() -> None:
    wrong = [CaseMessage(0, CHILD, "told", "go", ("no_such_answer",))]
    with pytest.raises(ModelError, match="no_such_answer"):
        CaseRanker.train(wrong, asked([("go", CHILD)]), ANSWERS, lambda faq, category: True)


def test_words_known_in_every_case_lead_to_their_answer_too() -> None:
    told = questions()
    seen = asked([(question.text, question.case) for question in told])
    word = row_of("nurse", 3)[None]
    general = General(Encoded(word, word), ["weather"])
    without = CaseRanker.train(told, seen, ANSWERS, lambda faq, category: True)
    ranker = CaseRanker.train(told, seen, ANSWERS, lambda faq, category: True, general=general)
    of_weather = [one.confidences(asked([("nurse", CHILD)]))[0, ANSWERS.index("weather")] for one in (without, ranker)]
    assert of_weather[1] > 2 * of_weather[0]
    assert best(ranker, "go", CHILD) == "tell_a_teacher"


def test_a_missing_file_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="python -m bot train"):
        CaseRanker.load(tmp_path / "cases.npz")


def test_a_file_of_another_version_says_so(ranker: CaseRanker, tmp_path: Path) -> None:
    path = tmp_path / "cases.npz"
    ranker.save(path)
    with np.load(path) as stored:
        arrays = {**stored, "version": np.array(0)}
    np.savez(path, **arrays)
    with pytest.raises(ModelError, match="another version"):
        CaseRanker.load(path)
