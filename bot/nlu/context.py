"""What the conversation was about just before, for a turn that says too little by itself.

"How do I get it back?" is nothing known; after the answer about a stolen account it is a question about that account.
The ranking is weighed by Bayes' rule: a label of the same subject is held to be more likely before the words are read.
And the message is read once more together with the one before it: "and on the tablet?" has its meaning from there.
Only a message that is not understood by itself is read this way, so that nobody is held to a subject they have left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, FrozenSet, List, Optional, Sequence

import numpy as np
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.constants import LOOK_BACK
from bot.dialogue.facts import answer_of, cards_given, is_direct_question, session_events, typed_in_session
from bot.nlu.constants import RETRIEVAL_INTENT
from bot.nlu.topics import GRAVE_TOPICS, TOPICS_AFTER_CARD, leading_on_from, topic_of
from bot.safety.levels import RiskAssessment, RiskLevel

#: Shows the nearest answers as choices, where none is sure.
_OFFERS = "utter_nearest_answers"
_FAQ_IN_PAYLOAD = re.compile(r'/ask\{"faq": "([a-z_0-9]+)"\}')
#: How much the reading of both messages together counts beside that of the newest, and where that says hardly anything.
SHARE_OF_BOTH, SHARE_WHERE_ELLIPTIC = 0.3, 0.6
#: What is left of a label that the words before must not lead to.
_HELD_BACK = 0.2
#: Below this confidence of its best label a message says hardly anything by itself.
ELLIPTIC_BELOW = 0.35


@dataclass(frozen=True)
class Subject:
    """What was spoken of.

    Attributes:
        topics: Topics that the next turn is likely to be about.
        answered: Label of the answer just given: asked once more it is less likely than its neighbours.
        leads_on: Labels of the answers that it offers as buttons.
    """

    topics: FrozenSet[str]
    answered: Optional[str] = None
    leads_on: FrozenSet[str] = frozenset()

    @property
    def is_everyday(self) -> bool:
        """Whether an answer was given, and it was about no harm."""
        return self.answered is not None and not self.topics & GRAVE_TOPICS


@dataclass(frozen=True)
class Weights:
    """How many times as likely a label is after an answer, before the words are read; 1 changes nothing.

    Attributes:
        topic: Another answer of the same topic.
        leads_on: An answer that was offered with it.
        grave: An answer about harm, after one about none, to words that tell of none.
    """

    topic: float
    leads_on: float = 1.0
    grave: float = 1.0


def subject_of(tracker: Optional[DialogueStateTracker]) -> Optional[Subject]:
    """The subject of the newest answer or card; None when there was none."""
    for event in reversed(tracker.events if tracker is not None else []):
        if isinstance(event, BotUttered):
            category = event.metadata.get("card_category")
            if category in TOPICS_AFTER_CARD:
                return Subject(TOPICS_AFTER_CARD[category])
            name = answer_of(event)
            if name:
                label = name[len("utter_") :]
                topic = topic_of(label)
                return Subject(frozenset({topic} if topic else ()), label, leading_on_from(label))
    return None


@dataclass(frozen=True)
class Answered:
    """The newest answer of this session, where no card was given since.

    Attributes:
        faq: Its faq id.
        opening: What the person typed for it; empty where a button was pressed.
        is_offered: It was the first of the choices only, and no answer was given.
    """

    faq: str
    opening: str
    is_offered: bool = False


def answered_before(tracker: Optional[DialogueStateTracker]) -> Optional[Answered]:
    """The answer that is talked about, or else the first that was offered.

    None where there was neither, or a card stands behind it, or it goes with one.
    """
    if tracker is None:
        return None
    given = _newest(tracker, _given_in)
    return given if given is not None else _newest(tracker, _offered_in)


def _newest(tracker: DialogueStateTracker, faq_in: Callable[[BotUttered], Optional[str]]) -> Optional[Answered]:
    faq, spoken = None, 0
    is_after_a_card = bool(cards_given(tracker))
    for event in session_events(tracker):
        if faq is not None and isinstance(event, UserUttered):
            text = event.text or ""
            if is_after_a_card and topic_of(f"{RETRIEVAL_INTENT}/{faq}") in GRAVE_TOPICS:
                return None
            is_pressed = text.startswith(INTENT_MESSAGE_PREFIX)
            return Answered(faq, "" if is_pressed else text, faq_in is _offered_in)
        if faq is None and isinstance(event, BotUttered):
            spoken += 1
            is_asked_back = spoken == 1 and is_direct_question(event)
            if is_asked_back or event.metadata.get("card_category") or spoken > LOOK_BACK:
                return None
            faq = faq_in(event)
    return None


def _given_in(spoken: BotUttered) -> Optional[str]:
    return (answer_of(spoken) or "").removeprefix("utter_faq/") or None


def _offered_in(spoken: BotUttered) -> Optional[str]:
    """The first choice under "was it one of these"; it is about what was asked more often than not."""
    if spoken.metadata.get("response") != _OFFERS:
        return None
    found = (_FAQ_IN_PAYLOAD.fullmatch(str(button.get("payload"))) for button in spoken.data.get("buttons") or ())
    return next((match.group(1) for match in found if match), None)


def words_before(tracker: Optional[DialogueStateTracker]) -> Optional[str]:
    """What the person typed just before in this session; None where there was nothing, or a button."""
    if tracker is None:
        return None
    text = next(typed_in_session(tracker), INTENT_MESSAGE_PREFIX)
    return None if text.startswith(INTENT_MESSAGE_PREFIX) else text.strip()


def read_together(alone: np.ndarray, together: np.ndarray, held_back: Sequence[int] | np.ndarray = ()) -> np.ndarray:
    """Confidences of a message in the light of the words before it.

    Measured on 400 held-out questions not understood by themselves, each behind a question of the same topic and behind
    one of another: the right one is first for 67 and 65 % instead of 65 %. What has no meaning by itself gains more.

    Args:
        alone: Confidences of the message by itself, shape `(labels,)`.
        together: Of both messages as one text.
        held_back: Places of labels that the words before must not lead to by themselves.
    """
    share = SHARE_WHERE_ELLIPTIC if alone.max() < ELLIPTIC_BELOW else SHARE_OF_BOTH
    weighed = alone * np.maximum(together, 1e-6) ** share
    weighed[np.asarray(held_back, dtype=int)] *= _HELD_BACK
    return np.asarray(weighed / weighed.sum())


def subject_of_risk(risk: RiskAssessment) -> Optional[Subject]:
    """What a message at risk is about by its words alone: a post about dying is likelier a question of that topic."""
    topics = TOPICS_AFTER_CARD.get(risk.main_category or "")
    return Subject(topics) if topics and risk.level >= RiskLevel.ESCALATE else None


def in_context(ranking: List[Dict[str, Any]], subject: Subject, weights: Weights) -> List[Dict[str, Any]]:
    """The ranking once more, with the labels weighed by what was spoken of.

    Args:
        ranking: `{"label", "score"}`, best first, with scores that sum to at most 1.
        weights: Those of `config.yml`.
    """
    weighed = [{**entry, "score": entry["score"] * _weight(entry["label"], subject, weights)} for entry in ranking]
    # The labels below the ranking keep what they have.
    total = sum(entry["score"] for entry in weighed) + max(0.0, 1 - sum(entry["score"] for entry in ranking))
    return sorted(({**entry, "score": entry["score"] / total} for entry in weighed), key=lambda entry: -entry["score"])


def _weight(label: str, subject: Subject, weights: Weights) -> float:
    if not label.startswith(RETRIEVAL_INTENT + "/") or label == subject.answered:
        return 1.0
    topic = topic_of(label)
    likely = max(
        weights.topic if topic in subject.topics else 0.0, weights.leads_on if label in subject.leads_on else 0.0
    )
    if likely:
        return likely
    return weights.grave if subject.is_everyday and topic in GRAVE_TOPICS else 1.0
