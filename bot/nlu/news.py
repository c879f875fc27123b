"""What a message after a crisis card changes: danger, despair, another child, or whose trouble it is. No Rasa.

"Mums on nights this weekend" has its meaning from the card: the stepfather told of is alone with the child then. A
multinomial logit reads the message alone, behind the words that brought the card, and what that card was given for
(`data/news/`). It hears what is hinted; what is said in plain words the safety engine hears by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Dict, FrozenSet, List, Mapping, Sequence, Type

import numpy as np

from bot.errors import ModelError
from bot.nlu.case_messages import QUIET, Case
from bot.nlu.label_model import Encoded
from bot.nlu.stored import stored_arrays
from bot.safety.levels import (
    CATEGORIES,
    IMMEDIATE_DANGER,
    SELF_HARM,
    Finding,
    RiskAssessment,
    RiskLevel,
    Speaker,
)
from bot.safety.protocol import CHILD, FRIEND, OWN_BEHAVIOUR, PARENT, PROFESSIONAL, SURVIVOR, VOICES

#: Stands in the files for a message of which careful readers may differ; nothing is learned from it.
UNSURE = "unsure"
#: Source of a finding that news made.
NEWS_SOURCE = "news"
FORMAT_VERSION = 1
#: How much it counts that a card was for a category or a voice, beside the words.
_CASE_WEIGHT = 0.5
#: Inverse of the ridge. Chosen in five folds over stories.
_STRENGTH = 10.0


class News(str, Enum):
    """What a message after a card brings.

    DANGER_NOW: Somebody is in danger at this moment.
    DANGER_SOON: The one who harms will be near, has access, or must be gone back to.
    AGAIN: It happened once more, or goes on.
    ANOTHER_CHILD: A child beside the one who was told of may be harmed.
    DESPAIR: Words after which one asks about dying.
    SELF to OWN_BEHAVIOUR: Whose trouble it really is, where the card took it for another's.
    SURVIVOR: The same: the writer's own, long ago.
    """

    DANGER_NOW = "danger_now"
    DANGER_SOON = "danger_soon"
    AGAIN = "again"
    ANOTHER_CHILD = "another_child"
    DESPAIR = "despair"
    SELF = "self"
    ABOUT_CHILD = "about_child"
    FRIEND = "friend"
    PROFESSIONAL = "professional"
    OWN_BEHAVIOUR = "own_behaviour"
    SURVIVOR = "survivor"

    @property
    def speaker(self) -> Speaker | None:
        """Whose trouble it is; None where the news is about something else."""
        if self is News.SURVIVOR:
            return Speaker.SELF
        return Speaker(self.value) if self.value in {speaker.value for speaker in Speaker} else None


class Help(str, Enum):
    """What a message in an open emergency tells of help.

    HERE: It is with them, or the danger is over ("lady cop gave my sister her puffer. where will we sleep tho").
    CALLED: It was called, or is on its way ("the dispatcher said stay put").
    """

    HERE = "here"
    CALLED = "called"


#: In whose words a card stands that took the right person.
_VOICES_OF: Mapping[News, FrozenSet[str]] = {
    News.SELF: frozenset({CHILD, SURVIVOR}),
    News.ABOUT_CHILD: frozenset({PARENT}),
    News.FRIEND: frozenset({FRIEND}),
    News.PROFESSIONAL: frozenset({PROFESSIONAL}),
    News.OWN_BEHAVIOUR: frozenset({OWN_BEHAVIOUR}),
    News.SURVIVOR: frozenset({SURVIVOR}),
}


@dataclass(frozen=True)
class Heard:
    """News that was heard in a message.

    Attributes:
        score: Its probability.
        is_sure: False for danger that is asked about.
    """

    news: News
    score: float
    is_sure: bool = True

    def as_dict(self) -> Dict[str, Any]:
        """A JSON-ready form, without any of the person's words."""
        return {"kind": self.news.value, "score": round(self.score, 4), "sure": self.is_sure}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any] | None) -> Heard | None:
        """Reads back what `as_dict` wrote."""
        return cls(News(stored["kind"]), stored["score"], stored["sure"]) if stored else None

    def is_of(self, voice: str) -> bool:
        """Whether a card in this voice took the person that is named; True where none is."""
        return voice in _VOICES_OF.get(self.news, VOICES)


def assessed_with(heard: Heard, assessment: RiskAssessment, card: str, whose: Speaker, sentence: str) -> RiskAssessment:
    """What a message tells once the news in it is heard: danger is an emergency, despair is asked about.

    Of somebody who told of their own doings danger is asked about: the words for an emergency are for who is harmed.

    Args:
        assessment: Of the words by themselves.
        card: Category of the open card.
        whose: Whose situation that was.
        sentence: For staff: why.
    """
    if assessment.failed or assessment.level is RiskLevel.EMERGENCY:
        return assessment
    categories = dict(assessment.categories)
    is_own_doing = whose is Speaker.OWN_BEHAVIOUR and card != SELF_HARM
    if heard.news is News.DANGER_NOW and heard.is_sure and not is_own_doing:
        level, named = RiskLevel.EMERGENCY, IMMEDIATE_DANGER
        if card == SELF_HARM:
            categories[SELF_HARM] = max(heard.score, categories.get(SELF_HARM, 0.0))
    elif heard.news is News.DESPAIR and card != SELF_HARM:
        level, named = max(assessment.level, RiskLevel.CHECK_IN), SELF_HARM
    else:
        return assessment
    categories[named] = max([heard.score, *categories.values()])
    speaker = assessment.speaker if assessment.level >= RiskLevel.ESCALATE else whose
    findings = (*assessment.findings, Finding(named, NEWS_SOURCE, 0, 0, sentence))
    return replace(assessment, level=level, categories=categories, speaker=speaker, findings=findings)


class NewsModel:
    """The logit. Immutable once built."""

    def __init__(self, kinds: Sequence[str], weights: np.ndarray) -> None:
        """Takes what `train` found.

        Args:
            kinds: Values of `News` or `Help`, and `QUIET`.
            weights: `float32`, shape `(features + 1, kinds)`, the intercepts last.
        """
        self.kinds = list(kinds)
        self._weights = weights

    @classmethod
    def train(
        cls, cases: Sequence[Case], alone: Encoded, together: Encoded, kinds: Sequence[str], strength: float = _STRENGTH
    ) -> NewsModel:
        """Fits the model.

        Args:
            cases: What the card was given for, one a message.
            alone, together: The messages, and the messages behind the words that brought the card.
            kinds: What each brings, a value of `News` or `Help`, or `QUIET`.
        """
        from sklearn.linear_model import LogisticRegression

        fitted = LogisticRegression(C=strength, max_iter=3000).fit(_features(cases, alone, together), kinds)
        weights = np.vstack([fitted.coef_.T, fitted.intercept_[None]]).astype(np.float32)
        return cls([str(kind) for kind in fitted.classes_], weights)

    def confidences(self, cases: Sequence[Case], alone: Encoded, together: Encoded) -> np.ndarray:
        """Probability of each kind: `float32`, shape `(messages, kinds)`, rows sum to 1."""
        scores = _features(cases, alone, together) @ self._weights[:-1] + self._weights[-1]
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def save(self, path: Path) -> None:
        """Writes plain arrays (no pickle)."""
        np.savez(path, version=np.array(FORMAT_VERSION), kinds=np.array(self.kinds), weights=self._weights)

    @classmethod
    def load(cls, path: Path, known: Type[Enum] = News) -> NewsModel:
        """Reads what `save` wrote.

        Args:
            path: The file.
            known: What it may tell apart, beside QUIET.

        Raises:
            ModelError: The file is missing, from another version, or holds kinds that there are not.
        """
        with stored_arrays(path, FORMAT_VERSION) as stored:
            kinds: List[str] = [str(kind) for kind in stored["kinds"]]
            if set(kinds) - {QUIET, *(one.value for one in known)}:
                raise ModelError("The model knows other news than this version. Run `python -m bot train`.")
            return cls(kinds, stored["weights"])


def _features(cases: Sequence[Case], alone: Encoded, together: Encoded) -> np.ndarray:
    """What the logit sees: `float32`, shape `(messages, features)`."""
    told_for = np.zeros((len(cases), len(CATEGORIES) + len(VOICES)), dtype=np.float32)
    for row, case in enumerate(cases):
        # A card may be about none that has a name.
        if case.category in CATEGORIES:
            told_for[row, CATEGORIES.index(case.category)] = _CASE_WEIGHT
        told_for[row, len(CATEGORIES) + VOICES.index(case.voice)] = _CASE_WEIGHT
    return np.hstack([alone.meaning, alone.detail, together.meaning, together.detail, told_for])
