"""Which reply fits what is asked or told after a crisis card: one that fits the case, or none. No Rasa.

A question after a card is short and leans on what was told: "should i go up there". By itself it is near to answers of
quite another case. For each answer is weighed how well it fits the words, and the words behind those that brought the
card; how often it is asked for in such a case; and how alike the words are to questions that were asked for it in such
cases. The weights are those of a conditional logit (McFadden 1974). "No answer fits" is one of the choices.

What is told ("she says hes only tired") is ranked in the same way by a ranker of its own, whose choices are also the
words for a fact or for what holds somebody back. Below, a question stands for either.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Callable, Dict, List, Mapping, Sequence, Tuple

import numpy as np

from bot.errors import ModelError
from bot.nlu.case_messages import Case, CaseMessage
from bot.nlu.choice_logit import fit_weights, softmax
from bot.nlu.label_model import Encoded, LabelModelOptions, likeness_of
from bot.nlu.stored import stored_arrays
from bot.safety.levels import CATEGORIES
from bot.safety.protocol import VOICES

#: Stands among the choices for "no answer fits".
NO_ANSWER = ""
FORMAT_VERSION = 2
#: Of words that are known whatever the case: like those of another category and another voice.
_NO_CASE = Case("", "")
_CATEGORIES, _VOICES = (*CATEGORIES, ""), (*VOICES, "")
#: Likeness of two questions, and what is left of it where the category or the voice of their cases differs. Chosen
#: with the ridge in five folds over stories.
_KERNEL = LabelModelOptions(gamma=1.0, detail_gamma=1.0, detail_share=0.7, ridge=0.3)
_OTHER_CATEGORY, _OTHER_VOICE = 0.3, 0.6
#: The same for what is told: a fact is much the same in every trouble.
TOLD_ELSEWHERE = 0.8
#: For so many questions the habits of a category count beside those of a case, and no habit beside a category's.
_FROM_CATEGORY, _FROM_NOWHERE = 8.0, 10.0
#: What an answer counts that fits as well as the best one.
_SECOND_BEST = 0.5
#: Confidences and likeness are kept from 0 by this much before their logarithm is taken.
_LEAST_CONFIDENCE, _LEAST_LIKENESS = 1e-5, 1e-2
#: Holds the weights of the logit back.
_STRENGTH = 1.0
_FOLDS = 5
#: From this score of an answer on words are like earlier questions.
_ALIKE = 0.4
#: Numbers that each choice is weighed by: see `_features`.
_FEATURES = 10

#: Whether an answer is of the topics that people ask about after a card: (faq id, category).
IsAbout = Callable[[str, str], bool]


@dataclass(frozen=True)
class Asked:
    """Questions as the ranker sees them.

    Attributes:
        cases: What the newest card was given for, one a question.
        encoded: The questions alone.
        alone, together: Confidence of every answer for the question, and for it behind the words that brought the card;
            `float32`, shape `(questions, answers)`.
    """

    cases: Sequence[Case]
    encoded: Encoded
    alone: np.ndarray
    together: np.ndarray

    def of(self, rows: np.ndarray) -> Asked:
        """Some of them."""
        encoded = self.encoded.of(rows)
        return Asked([self.cases[row] for row in rows], encoded, self.alone[rows], self.together[rows])


@dataclass(frozen=True)
class General:
    """Words whose answer is known whatever the case: phrasings of intents.

    Attributes:
        encoded: The words.
        answers: One choice each, `NO_ANSWER` among them.
    """

    encoded: Encoded
    answers: Sequence[str]


@dataclass(frozen=True)
class _Known:
    """Questions whose answers are known: what is asked for in a case, and by which words.

    Attributes:
        cases: One a question; `_NO_CASE` for words that are known whatever the case.
        encoded: The questions.
        habits: How often each choice is asked for in a case, `(choices,)`; of a whole category under the voice "".
        coefficients: What each question counts for each choice, `(questions, choices)`: kernel ridge regression.
        elsewhere: What is left of a likeness to a question of another category.
    """

    cases: Sequence[Case]
    encoded: Encoded
    habits: Mapping[Case, np.ndarray]
    coefficients: np.ndarray
    elsewhere: float

    @classmethod
    def of(cls, asked: Asked, wanted: np.ndarray, elsewhere: float, general: General, of_general: np.ndarray) -> _Known:
        """Learns from questions, and from words whatever the case, and what counts as right for them."""
        cases = [*asked.cases, *[_NO_CASE] * len(of_general)]
        encoded, named = asked.encoded.joined_to(general.encoded), _named(cases)
        likeness = _likeness(encoded, encoded) * _same(named, named, elsewhere)
        likeness[np.diag_indices_from(likeness)] += _KERNEL.ridge
        shares = np.vstack([wanted / wanted.sum(axis=1, keepdims=True), of_general])
        coefficients = np.linalg.solve(likeness, shares).astype(np.float32)
        return cls(cases, encoded, _habits(asked.cases, wanted), coefficients, elsewhere)

    def habits_of(self, cases: Sequence[Case]) -> np.ndarray:
        """How often each choice is asked for: shape `(cases, choices)`, rows sum to 1."""
        return np.stack([self.habits.get(case, self.habits[Case(case.category, "")]) for case in cases])

    def scores(self, asked: Asked) -> np.ndarray:
        """How far the words are like those that asked for each choice: shape `(questions, choices)`."""
        same = _same(_named(asked.cases), self._named, self.elsewhere)
        alike = _likeness(asked.encoded, self.encoded) * same
        return np.asarray(alike @ self.coefficients)

    @cached_property
    def _named(self) -> Tuple[np.ndarray, np.ndarray]:
        """Its cases, named once: each question is compared with all of them."""
        return _named(self.cases)


def _likeness(these: Encoded, those: Encoded) -> np.ndarray:
    return likeness_of(these.meaning @ those.meaning.T, these.detail @ those.detail.T, _KERNEL)


def _named(cases: Sequence[Case]) -> Tuple[np.ndarray, np.ndarray]:
    """Numbers for the categories and for the voices of cases, `(cases,)` each: quicker to compare than words."""
    categories, voices = ([getattr(case, part) for case in cases] for part in ("category", "voice"))
    places = ([_CATEGORIES.index(name) for name in categories], [_VOICES.index(name) for name in voices])
    return np.array(places[0]), np.array(places[1])


def _same(
    these: Tuple[np.ndarray, np.ndarray], those: Tuple[np.ndarray, np.ndarray], elsewhere: float
) -> np.ndarray:
    """What is left of a likeness, by how far two cases are the same."""
    found = np.ones((len(these[0]), len(those[0])), dtype=np.float32)
    for rows, columns, share in zip(these, those, (elsewhere, _OTHER_VOICE), strict=True):
        found[rows[:, None] != columns[None, :]] *= share
    return found


def _habits(cases: Sequence[Case], wanted: np.ndarray) -> Dict[Case, np.ndarray]:
    """Shares of the choices in each case; those of a whole category under the voice ""."""
    even, found = np.full(wanted.shape[1], 1 / wanted.shape[1]), {}
    for category in {case.category for case in cases}:
        rows = np.array([case.category == category for case in cases])
        found[Case(category, "")] = _smoothed(wanted[rows].sum(axis=0), even, _FROM_NOWHERE)
    for case in set(cases):
        rows = np.array([one == case for one in cases])
        of_category = found[Case(case.category, "")]
        found[case] = _smoothed(wanted[rows].sum(axis=0), of_category, _FROM_CATEGORY)
    return found


def _smoothed(counts: np.ndarray, others: np.ndarray, weight: float) -> np.ndarray:
    return np.asarray((counts + weight * others) / (counts.sum() + weight))


class CaseRanker:
    """Ranks the answers for a question in a case. Immutable once built."""

    def __init__(self, choices: Sequence[str], about: Mapping[str, np.ndarray], known: _Known, weights: np.ndarray):
        """Takes what `train` found.

        Args:
            choices: Faq ids by their places, `NO_ANSWER` last.
            about: By category which of them people ask about after such a card, 1 or 0.
            known: The questions that were learned from.
            weights: One a feature.
        """
        self.choices = list(choices)
        self._about, self._known, self._weights = about, known, weights

    @classmethod
    def train(
        cls,
        questions: Sequence[CaseMessage],
        asked: Asked,
        answers: Sequence[str],
        is_about: IsAbout,
        elsewhere: float = _OTHER_CATEGORY,
        general: General | None = None,
    ) -> CaseRanker:
        """Fits the ranker.

        Args:
            questions: With the answers that fit them.
            asked: The same questions as the ranker sees them.
            answers: Names of the columns of the confidences: faq ids, or intents.
            elsewhere: What is left of the likeness to a question of another category.
            general: Words that are known whatever the case.

        Raises:
            ModelError: A question names an answer that there is not.
        """
        choices = [*answers, NO_ANSWER]
        wanted = _wanted(questions, choices)
        general = general or General(asked.encoded.of([]), [])
        of_general = _one_each(general.answers, choices)
        categories = {question.case.category for question in questions}
        about = {name: np.array([bool(c) and is_about(c, name) for c in choices], np.float32) for name in categories}
        folds = np.array([question.story % _FOLDS for question in questions])
        features = np.zeros((len(questions), len(choices), _FEATURES), dtype=np.float32)
        for fold in range(_FOLDS):
            # Its own story would tell the ranker too much about a question.
            inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
            known = _Known.of(asked.of(outside), wanted[outside], elsewhere, general, of_general)
            features[inside] = _features(asked.of(inside), known, about)
        known = _Known.of(asked, wanted, elsewhere, general, of_general)
        return cls(choices, about, known, fit_weights(features, wanted > 0, _STRENGTH))

    def knows(self, case: Case) -> bool:
        """Whether its category was learned from; a card may be about none that has a name."""
        return case.category in self._about

    def confidences(self, asked: Asked) -> np.ndarray:
        """Confidence of each choice: `float32`, shape `(questions, choices)`, rows sum to 1."""
        return softmax(_features(asked, self._known, self._about) @ self._weights)

    def save(self, path: Path) -> None:
        """Writes plain arrays (no pickle)."""
        known, habits = self._known, list(self._known.habits)
        np.savez(
            path,
            version=np.array(FORMAT_VERSION),
            choices=np.array(self.choices),
            weights=self._weights,
            about_categories=np.array(list(self._about)),
            about=np.stack(list(self._about.values())),
            cases=_as_rows(known.cases),
            meaning=known.encoded.meaning.astype(np.float16),
            detail=known.encoded.detail.astype(np.float16),
            coefficients=known.coefficients.astype(np.float16),
            elsewhere=np.array(known.elsewhere),
            habit_cases=_as_rows(habits),
            habits=np.stack([known.habits[case] for case in habits]).astype(np.float32),
        )

    @classmethod
    def load(cls, path: Path) -> CaseRanker:
        """Reads what `save` wrote.

        Raises:
            ModelError: The file is missing or from another version; the message says to train again.
        """
        with stored_arrays(path, FORMAT_VERSION) as stored:
            encoded = Encoded(*(stored[name].astype(np.float32) for name in ("meaning", "detail")))
            habits = dict(zip(_as_cases(stored["habit_cases"]), stored["habits"], strict=True))
            known = _Known(
                _as_cases(stored["cases"]),
                encoded,
                habits,
                stored["coefficients"].astype(np.float32),
                float(stored["elsewhere"]),
            )
            about = dict(zip(map(str, stored["about_categories"]), stored["about"], strict=True))
            return cls([str(choice) for choice in stored["choices"]], about, known, stored["weights"])


def _as_rows(cases: Sequence[Case]) -> np.ndarray:
    return np.array([(case.category, case.voice) for case in cases])


def _as_cases(rows: np.ndarray) -> List[Case]:
    return [Case(str(category), str(voice)) for category, voice in rows]


def _wanted(questions: Sequence[CaseMessage], choices: Sequence[str]) -> np.ndarray:
    """What counts as right: 1 for the best answer or for none, less for the others that fit."""
    place_of = {choice: place for place, choice in enumerate(choices)}
    wanted = np.zeros((len(questions), len(choices)), dtype=np.float32)
    for row, question in enumerate(questions):
        for answer in reversed(question.answers or (NO_ANSWER,)):
            if answer not in place_of:
                raise ModelError(f"There is no answer {answer!r}; data/cases names it for {question.text!r}.")
            wanted[row, place_of[answer]] = _SECOND_BEST
        wanted[row, place_of[(question.answers or (NO_ANSWER,))[0]]] = 1.0
    return wanted


def _one_each(answers: Sequence[str], choices: Sequence[str]) -> np.ndarray:
    """1 for the answer of each row: `float32`, shape `(answers, choices)`."""
    place_of = {choice: place for place, choice in enumerate(choices)}
    rows = np.zeros((len(answers), len(choices)), dtype=np.float32)
    rows[np.arange(len(answers)), [place_of[answer] for answer in answers]] = 1.0
    return rows


def _features(asked: Asked, known: _Known, about: Mapping[str, np.ndarray]) -> np.ndarray:
    """What each choice is weighed by: `float32`, shape `(questions, choices, 10)`."""
    alone, together = (np.log(np.maximum(rows, _LEAST_CONFIDENCE)) for rows in (asked.alone, asked.together))
    scores = known.scores(asked)
    found = np.zeros((*scores.shape, _FEATURES), dtype=np.float32)
    found[:, :-1, 0], found[:, :-1, 1] = alone, together
    found[:, :, 2] = np.log(known.habits_of(asked.cases))
    found[:, :, 3] = np.stack([about[case.category] for case in asked.cases])
    found[:, :, 4] = scores
    found[:, :, 5] = np.log(np.maximum(scores, 0) + _LEAST_LIKENESS)
    found[:, -1, 6], found[:, -1, 7] = 1.0, alone.max(axis=1)
    # Words unlike all that is asked in cases ("free vbucks anywhere") count for more by themselves.
    unlike = np.clip(1 - scores[:, :-1].max(axis=1) / _ALIKE, 0, 1)
    found[:, :-1, 8], found[:, -1, 9] = unlike[:, None] * alone, unlike
    return found
