"""Which small answer a message asks for that follows an answer, or none. No Rasa.

Only those are looked for that follow this answer, one that it offers, or one of its topic: "can she tell" is known well
enough there, and would be nothing among all questions. A logit weighs the nearest of them, and none, by how near the
message is to what was asked in their place, and by what the message does and what else serves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Dict, FrozenSet, List, Optional, Sequence, Set, Tuple

import numpy as np

from bot.content.small_answers import SmallAnswer
from bot.errors import ModelError
from bot.nlu.choice_logit import fit_weights, softmax
from bot.nlu.everyday_messages import Does
from bot.nlu.everyday_reader import Shelf
from bot.nlu.label_model import Encoded, LabelModelOptions, likeness_of
from bot.nlu.stored import stored_arrays
from bot.text.compact import CompactMatrix

FORMAT_VERSION = 1
#: Likeness of two messages. As for everyday messages (`bot.nlu.everyday_reader`).
_KERNEL = LabelModelOptions(gamma=1.0, detail_gamma=1.0, detail_share=0.7)
#: So many small answers are weighed against each other and against none.
_WEIGHED = 6
_LEAST = 1e-3
_HOLD, _FOLDS = 1.0, 5
_OF_CHOICES, _OF_NONE = 5, 4 + len(Does)
#: A known message of the conversation that is being weighed is as if it were not known.
_NO_STORY = -1


@dataclass(frozen=True)
class Known:
    """Ways of asking, sorted by the small answer that each asks for.

    Attributes:
        meaning, detail: The words, one row each.
        places: Place of the small answer of each, rising; none is without.
        stories: Conversation of each, -1 where it is of none.
    """

    meaning: CompactMatrix
    detail: CompactMatrix
    places: np.ndarray
    stories: np.ndarray

    @classmethod
    def of(cls, encoded: Encoded, places: Sequence[int], stories: Sequence[int]) -> Known:
        """Takes them in any order."""
        order = np.argsort(places, kind="stable")
        rows = encoded.of(order)
        meaning, detail = CompactMatrix.of(rows.meaning), CompactMatrix.of(rows.detail)
        return cls(meaning, detail, np.asarray(places)[order], np.asarray(stories)[order])

    @cached_property
    def starts(self) -> np.ndarray:
        """The first row of each small answer."""
        return np.searchsorted(self.places, np.arange(self.places[-1] + 1))

    def likeness(self, encoded: Encoded) -> np.ndarray:
        """How like texts are to each way of asking, in [0, 1]: shape `(texts, ways)`."""
        cosines = self.meaning.similarities(encoded.meaning), self.detail.similarities(encoded.detail)
        return likeness_of(*cosines, _KERNEL)


@dataclass(frozen=True)
class Following:
    """Messages that follow an answer.

    Attributes:
        answered: The faq id of that answer.
        audiences: Who writes each; None where nobody knows.
        encoded: The messages alone.
        does: Probability of each of `Does`, shape `(messages, kinds)`.
        serves: Confidence of the best other long answer, of the one just given, and of none: shape `(messages, 3)`.
        said: Ids of small answers that were given before; nobody is told the same twice.
    """

    answered: Sequence[str]
    audiences: Sequence[Optional[str]]
    encoded: Encoded
    does: np.ndarray
    serves: np.ndarray
    said: FrozenSet[str] = frozenset()


class SmallAnswerReader:
    """Immutable once built."""

    def __init__(self, answers: Sequence[SmallAnswer], shelf: Shelf, known: Known, weights: np.ndarray) -> None:
        """Takes what `train` found.

        Args:
            answers: All small answers.
            shelf: The long answers.
            known: The ways of asking.
            weights: One a feature of a choice.
        """
        self._answers, self._known, self._weights = list(answers), known, weights
        self._near = _near(answers, shelf)

    @classmethod
    def train(
        cls,
        answers: Sequence[SmallAnswer],
        shelf: Shelf,
        known: Known,
        messages: Following,
        wanted: Sequence[Sequence[str]],
        stories: Sequence[int],
    ) -> SmallAnswerReader:
        """Fits the logit.

        Args:
            answers: All small answers.
            shelf: The long answers.
            known: The ways of asking; those of the messages' own conversations count for nothing while it is fitted.
            messages: Messages of conversations.
            wanted: Ids of the small answers that serve each.
            stories: The conversation of each message.

        Raises:
            ModelError: A message names a small answer that there is not.
        """
        place_of = {answer.id: place for place, answer in enumerate(answers)}
        unknown = {name for names in wanted for name in names} - set(place_of)
        if unknown:
            raise ModelError(f"There is no small answer {', '.join(sorted(unknown))}; data/everyday names it.")
        untrained = cls(answers, shelf, known, np.zeros(_OF_CHOICES + _OF_NONE, dtype=np.float32))
        features, right = [], []
        for row, names in enumerate(wanted):
            likeness = untrained._likeness(messages.encoded.of([row]), stories[row])
            places, found = untrained._weighed(messages, row, likeness)
            is_right = np.zeros(_WEIGHED + 1, dtype=bool)
            is_right[: len(places)] = [answers[place].id in names for place in places]
            is_right[-1] = not names
            if is_right.any():
                features.append(_padded(found))
                right.append(is_right)
        return cls(answers, shelf, known, fit_weights(np.stack(features), np.stack(right), _HOLD))

    def choose(self, messages: Following, row: int = 0, story: int = _NO_STORY) -> Optional[Tuple[str, float]]:
        """The small answer that one of the messages most likely asks for, with its probability.

        Args:
            messages: Those that follow an answer.
            row: Which of them.
            story: A conversation whose own messages count for nothing.

        Returns:
            None where no small answer follows that answer.
        """
        places, features = self._weighed(messages, row, self._likeness(messages.encoded.of([row]), story))
        if not places:
            return None
        likely = softmax(features @ self._weights)[:-1]
        best = int(likely.argmax())
        return self._answers[places[best]].id, float(likely[best])

    def nearness(self, answered: str, audience: Optional[str], encoded: Encoded) -> float:
        """How like one message is to what is asked for small answers after that answer, in [0, 1]."""
        fitting = self._fitting(answered, audience)
        best = np.maximum.reduceat(self._likeness(encoded, _NO_STORY), self._known.starts)
        return float(best[fitting].max(initial=0.0))

    def _weighed(self, messages: Following, row: int, likeness: np.ndarray) -> Tuple[List[int], np.ndarray]:
        """Places of the nearest small answers, and what they and none are weighed by: `(choices + 1, features)`."""
        answered, known = messages.answered[row], self._known
        best = np.maximum.reduceat(likeness, known.starts)
        fitting = [place for place in self._fitting(answered, messages.audiences[row]) if best[place] > 0]
        fitting = [place for place in fitting if self._answers[place].id not in messages.said]
        nearest = sorted(fitting, key=lambda place: -best[place])[:_WEIGHED]
        found = np.zeros((len(nearest) + 1, _OF_CHOICES + _OF_NONE), dtype=np.float32)
        for number, place in enumerate(nearest):
            is_own, near = answered in self._answers[place].after, np.log(np.maximum(best[place], _LEAST))
            found[number, :_OF_CHOICES] = best[place], near, self._nearest_three(likeness, place), is_own, is_own * near
        found[-1, _OF_CHOICES:] = (1.0, *messages.serves[row], *messages.does[row])
        return nearest, found

    def _nearest_three(self, likeness: np.ndarray, place: int) -> float:
        ends = np.append(self._known.starts[1:], len(likeness))
        return float(np.sort(likeness[self._known.starts[place] : ends[place]])[-3:].mean())

    def _fitting(self, answered: str, audience: Optional[str]) -> List[int]:
        """Places of the small answers that are looked for after an answer, with words for this reader."""
        return [place for place in self._near.get(answered, ()) if self._answers[place].is_for(audience)]

    def _likeness(self, encoded: Encoded, story: int) -> np.ndarray:
        """Of one message to each way of asking: shape `(ways,)`; 0 for those of that conversation."""
        likeness = self._known.likeness(encoded)[0]
        if story != _NO_STORY:
            likeness[self._known.stories == story] = 0.0
        return np.asarray(likeness)

    def save(self, path: Path) -> None:
        """Writes plain arrays (no pickle); only a reader that was trained here holds them."""
        known = self._known
        np.savez(
            path,
            version=np.array(FORMAT_VERSION),
            answers=np.array([answer.id for answer in self._answers]),
            meaning_codes=known.meaning.codes,
            meaning_scales=known.meaning.scales,
            detail_codes=known.detail.codes,
            detail_scales=known.detail.scales,
            places=known.places,
            stories=known.stories,
            weights=self._weights,
        )

    @classmethod
    def load(cls, path: Path, answers: Sequence[SmallAnswer], shelf: Shelf) -> SmallAnswerReader:
        """Reads what `save` wrote.

        Args:
            path: The file.
            answers: The small answers of today.
            shelf: The long answers of today.

        Raises:
            ModelError: The file is missing, from another version, or about other small answers.
        """
        with stored_arrays(path, FORMAT_VERSION) as stored:
            if [str(answer) for answer in stored["answers"]] != [answer.id for answer in answers]:
                raise ModelError("The model knows other small answers than this version. Run `python -m bot train`.")
            meaning, detail = (
                CompactMatrix.for_use(stored[f"{name}_codes"], stored[f"{name}_scales"])
                for name in ("meaning", "detail")
            )
            known = Known(meaning, detail, stored["places"], stored["stories"])
            return cls(answers, shelf, known, stored["weights"])


def _near(answers: Sequence[SmallAnswer], shelf: Shelf) -> Dict[str, List[int]]:
    """By long answer the places of the small ones that are looked for after it, rising."""
    after: Dict[str, Set[int]] = {}
    of_topic: Dict[str, Set[int]] = {}
    topic_of = dict(zip(shelf.answers, shelf.topics, strict=True))
    for place, answer in enumerate(answers):
        for faq in answer.after:
            after.setdefault(faq, set()).add(place)
            of_topic.setdefault(topic_of.get(faq, ""), set()).add(place)
    near = {}
    for faq, topic in topic_of.items():
        followed = (after.get(other, set()) for other in (faq, *shelf.leads_on.get(faq, ())))
        near[faq] = sorted(of_topic.get(topic, set()).union(*followed))
    return near


def _padded(features: np.ndarray) -> np.ndarray:
    """The same with so many choices as are weighed at most; what stands in for one is as good as never chosen."""
    rows = np.zeros((_WEIGHED + 1, features.shape[1]), dtype=np.float32)
    rows[:, 1] = np.log(_LEAST) * 2
    rows[: len(features) - 1], rows[-1] = features[:-1], features[-1]
    return rows
