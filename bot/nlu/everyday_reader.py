"""What an everyday message that follows an answer does, and which answer serves it there. No Rasa.

"And if she says no?" has its meaning from the answer just given. Two logits learn from `data/everyday/`: one reads what
a message does (asks, tells a detail, good news, ...), the other weighs every answer, and none, by how the words alone
and behind the question before lead to it, by its place beside the answer just given, and by what was asked alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Dict, FrozenSet, Mapping, Sequence, Tuple

import numpy as np

from bot.errors import ModelError
from bot.nlu.choice_logit import fit_weights, softmax
from bot.nlu.everyday_messages import Does, EverydayMessage
from bot.nlu.label_model import Encoded, LabelModelOptions, likeness_of
from bot.nlu.stored import stored_arrays

#: Stands among the choices for "no answer serves".
NO_ANSWER = ""
FORMAT_VERSION = 1
#: Likeness of two messages. As for the questions of cases (`bot.nlu.case_ranker`).
_KERNEL = LabelModelOptions(gamma=1.0, detail_gamma=1.0, detail_share=0.7, ridge=0.3)
#: What is left of a likeness where the answers before are of different topics.
_OTHER_TOPIC = 0.5
#: What an answer counts that serves as well as the best one.
_SECOND_BEST = 0.5
_LEAST_CONFIDENCE, _LEAST_LIKENESS = 1e-5, 1e-2
#: Inverse of the ridge of what a message does; and what holds the weights of the answers back.
_STRENGTH, _HOLD = 10.0, 1.0
_FOLDS = 5
#: Numbers that each choice is weighed by: see `_features`.
_FEATURES = 15


@dataclass(frozen=True)
class Shelf:
    """The answers and how they stand to each other.

    Attributes:
        answers: Faq ids.
        topics: Topic of each.
        leads_on: By faq id those that it offers next.
        grave: Topics about harm.
    """

    answers: Sequence[str]
    topics: Sequence[str]
    leads_on: Mapping[str, FrozenSet[str]]
    grave: FrozenSet[str]

    @cached_property
    def place_of(self) -> Dict[str, int]:
        """Places of the answers."""
        return {answer: place for place, answer in enumerate(self.answers)}

    @cached_property
    def number_of(self) -> Dict[str, int]:
        """A number for the topic of each answer."""
        known = sorted(set(self.topics))
        return {answer: known.index(topic) for answer, topic in zip(self.answers, self.topics, strict=True)}

    def is_about_harm(self, answer: str) -> bool:
        """Whether this answer is, and there is one of that name."""
        place = self.place_of.get(answer)
        return place is not None and bool(self.is_grave[place])

    @cached_property
    def is_grave(self) -> np.ndarray:
        """Whether each answer is about harm."""
        return np.array([topic in self.grave for topic in self.topics])


@dataclass(frozen=True)
class Read:
    """Messages as the model sees them.

    Attributes:
        answered: The answer given before each.
        alone, together: The messages, and the messages behind the one that was answered.
        likely_alone, likely_together: Confidence of every answer for both; `float32`, shape `(messages, answers)`.
    """

    answered: Sequence[str]
    alone: Encoded
    together: Encoded
    likely_alone: np.ndarray
    likely_together: np.ndarray

    def of(self, rows: np.ndarray) -> Read:
        """Some of them."""
        answered = [self.answered[row] for row in rows]
        likely = (self.likely_alone[rows], self.likely_together[rows])
        return Read(answered, self.alone.of(rows), self.together.of(rows), *likely)


@dataclass(frozen=True)
class HeldOut:
    """What a reader makes of messages whose conversations it does not know.

    Attributes:
        does: Probability of each of `Does`, shape `(messages, kinds)`.
        answers: Confidence of each answer, and last of none: shape `(messages, answers + 1)`.
    """

    does: np.ndarray
    answers: np.ndarray


@dataclass(frozen=True)
class _Known:
    """Messages whose answers are known: kernel ridge regression.

    Attributes:
        topics: Topic of the answer before each.
        encoded: The messages.
        coefficients: What each counts for each choice, `(messages, choices)`.
    """

    topics: np.ndarray
    encoded: Encoded
    coefficients: np.ndarray

    @classmethod
    def of(cls, topics: np.ndarray, encoded: Encoded, wanted: np.ndarray) -> _Known:
        """Learns from messages and what serves them."""
        likeness = _likeness(encoded, encoded, topics, topics)
        likeness[np.diag_indices_from(likeness)] += _KERNEL.ridge
        shares = wanted / wanted.sum(axis=1, keepdims=True)
        return cls(topics, encoded, np.linalg.solve(likeness, shares).astype(np.float32))

    def scores(self, read: Read, topics: np.ndarray) -> np.ndarray:
        """How far messages are like those that each choice served: shape `(messages, choices)`."""
        return np.asarray(_likeness(read.alone, self.encoded, topics, self.topics) @ self.coefficients)


def _likeness(these: Encoded, those: Encoded, topics: np.ndarray, others: np.ndarray) -> np.ndarray:
    found = likeness_of(these.meaning @ those.meaning.T, these.detail @ those.detail.T, _KERNEL)
    found[topics[:, None] != others[None, :]] *= _OTHER_TOPIC
    return found


class EverydayReader:
    """Both logits. Immutable once built."""

    def __init__(self, shelf: Shelf, known: _Known, weights: np.ndarray, doing: np.ndarray) -> None:
        """Takes what `train` found.

        Args:
            shelf: The answers.
            known: The messages that were learned from.
            weights: One a feature of a choice.
            doing: Of what a message does: shape `(features + 1, kinds)`, the intercepts last.
        """
        self._shelf, self._known, self._weights, self._doing = shelf, known, weights, doing

    @classmethod
    def train(cls, messages: Sequence[EverydayMessage], read: Read, shelf: Shelf) -> Tuple[EverydayReader, HeldOut]:
        """Fits both.

        Args:
            messages: With what they do and the answers that serve them.
            read: The same messages as the model sees them.
            shelf: The answers; the columns of the confidences.

        Returns:
            The reader, and what it makes of each message when nothing of that message's conversation is known.

        Raises:
            ModelError: A message names an answer that there is not.
        """
        wanted, topics = _wanted(messages, shelf), _topics(read.answered, shelf)
        folds = np.array([message.story % _FOLDS for message in messages])
        does = np.zeros((len(messages), len(Does)), dtype=np.float32)
        features = np.zeros((*wanted.shape, _FEATURES), dtype=np.float32)
        for fold in range(_FOLDS):
            # Its own conversation would tell too much about a message.
            inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
            known = _Known.of(topics[outside], read.alone.of(outside), wanted[outside])
            there = _fit_doing(read.of(outside), [messages[i].does for i in outside])
            does[inside] = _doing_of(there, read.of(inside))
            features[inside] = _features(read.of(inside), known, shelf, _asks(does[inside]))
        weights = fit_weights(features, wanted > 0, _HOLD)
        known, doing = _Known.of(topics, read.alone, wanted), _fit_doing(read, [message.does for message in messages])
        return cls(shelf, known, weights, doing), HeldOut(does, softmax(features @ weights))

    def answers(self, read: Read) -> np.ndarray:
        """Confidence of each answer, and last of none: `float32`, shape `(messages, answers + 1)`, rows sum to 1."""
        return softmax(_features(read, self._known, self._shelf, _asks(self.does(read))) @ self._weights)

    def does(self, read: Read) -> np.ndarray:
        """Probability of each of `Does`, in its order: shape `(messages, kinds)`."""
        return _doing_of(self._doing, read)

    def save(self, path: Path) -> None:
        """Writes plain arrays (no pickle)."""
        known = self._known
        np.savez(
            path,
            version=np.array(FORMAT_VERSION),
            answers=np.array(self._shelf.answers),
            topics=known.topics,
            meaning=known.encoded.meaning.astype(np.float16),
            detail=known.encoded.detail.astype(np.float16),
            coefficients=known.coefficients.astype(np.float16),
            weights=self._weights,
            doing=self._doing,
        )

    @classmethod
    def load(cls, path: Path, shelf: Shelf) -> EverydayReader:
        """Reads what `save` wrote.

        Args:
            path: The file.
            shelf: The answers of today.

        Raises:
            ModelError: The file is missing, from another version, or about other answers.
        """
        with stored_arrays(path, FORMAT_VERSION) as stored:
            if [str(answer) for answer in stored["answers"]] != list(shelf.answers):
                raise ModelError("The model knows other answers than this version. Run `python -m bot train`.")
            encoded = Encoded(*(stored[name].astype(np.float32) for name in ("meaning", "detail")))
            known = _Known(stored["topics"], encoded, stored["coefficients"].astype(np.float32))
            return cls(shelf, known, stored["weights"], stored["doing"])


def _topics(answered: Sequence[str], shelf: Shelf) -> np.ndarray:
    """Numbers of the topics of answers, -1 where there is none of that name: quicker to compare than words."""
    return np.array([shelf.number_of.get(answer, -1) for answer in answered])


def _wanted(messages: Sequence[EverydayMessage], shelf: Shelf) -> np.ndarray:
    """What counts as right: 1 for the best answer or for none, less for the others that serve."""
    wanted = np.zeros((len(messages), len(shelf.answers) + 1), dtype=np.float32)
    for row, message in enumerate(messages):
        if not message.answers:
            wanted[row, -1] = 1.0
        for number, answer in enumerate(message.answers):
            if answer not in shelf.place_of:
                raise ModelError(f"There is no answer {answer!r}; data/everyday names it for {message.text!r}.")
            wanted[row, shelf.place_of[answer]] = _SECOND_BEST if number else 1.0
    return wanted


def _features(read: Read, known: _Known, shelf: Shelf, asks: np.ndarray) -> np.ndarray:
    """What each choice is weighed by: `float32`, shape `(messages, choices, 15)`.

    Args:
        asks: How likely each message asks something.
    """
    both = (read.likely_alone, read.likely_together)
    alone, together = (np.log(np.maximum(rows, _LEAST_CONFIDENCE)) for rows in both)
    topics = _topics(read.answered, shelf)
    scores = known.scores(read, topics)
    found = np.zeros((*scores.shape, _FEATURES), dtype=np.float32)
    # A message that says little by itself has its meaning from the one before.
    surest = read.likely_alone.max(axis=1, keepdims=True)
    found[:, :-1, 0], found[:, :-1, 1] = alone, together
    found[:, :-1, 2], found[:, :-1, 3] = surest * alone, surest * together
    found[:, :-1, 4] = _topics(shelf.answers, shelf)[None, :] == topics[:, None]
    was_grave = np.array([shelf.is_about_harm(answer) for answer in read.answered])
    found[:, :-1, 7] = shelf.is_grave[None, :] & ~was_grave[:, None]
    for row, answer in enumerate(read.answered):
        leads_on = [shelf.place_of[name] for name in shelf.leads_on.get(answer, ()) if name in shelf.place_of]
        found[row, leads_on, 5] = 1.0
        if answer in shelf.place_of:
            found[row, shelf.place_of[answer], 6] = 1.0
    found[:, :, 8] = scores
    found[:, :, 9] = np.log(np.maximum(scores, 0) + _LEAST_LIKENESS)
    found[:, -1, 10] = 1.0
    found[:, -1, 11], found[:, -1, 12] = alone.max(axis=1), together.max(axis=1)
    found[:, -1, 13] = asks
    found[:, -1, 14] = np.log(np.maximum(asks, 1e-3))
    return found


def _doing_features(read: Read) -> np.ndarray:
    parts = (read.alone, read.together)
    return np.hstack([rows for part in parts for rows in (part.meaning, part.detail)])


def _fit_doing(read: Read, does: Sequence[Does]) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    kinds = list(Does)
    wanted = [kinds.index(one) for one in does]
    fitted = LogisticRegression(C=_STRENGTH, max_iter=3000).fit(_doing_features(read), wanted)
    layer = np.zeros((fitted.coef_.shape[1] + 1, len(kinds)), dtype=np.float32)
    # What no message does can never be chosen.
    layer[-1] = -30
    layer[:-1, fitted.classes_], layer[-1, fitted.classes_] = fitted.coef_.T, fitted.intercept_
    return layer


def _doing_of(layer: np.ndarray, read: Read) -> np.ndarray:
    return softmax(_doing_features(read) @ layer[:-1] + layer[-1])


def _asks(does: np.ndarray) -> np.ndarray:
    return np.asarray(does[:, list(Does).index(Does.ASKS)])
