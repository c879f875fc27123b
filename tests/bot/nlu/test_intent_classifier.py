"""A question with an answer must be surer than an intent before it is acted on."""

from __future__ import annotations

import numpy as np
import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.constants import DETAIL, EMBEDDING, FALLBACK_INTENT, LABEL_RANKING
from bot.nlu.intent_classifier import SemanticIntentClassifier


class Ranked:
    """Stands for a label model that is this sure of its first label."""

    def __init__(self, label: str, confidence: float) -> None:
        self.labels, self._row = [label, "other"], [confidence, 1 - confidence]

    def confidences(self, encoded: object) -> np.ndarray:
        return np.array([self._row])


@pytest.mark.parametrize(
    ("label", "confidence", "acted_on"),
    [("greet", 0.6, "greet"), ("faq/first_phone", 0.6, FALLBACK_INTENT), ("faq/first_phone", 0.8, "faq")],
)
def test_an_answer_needs_more_confidence_than_an_intent(label: str, confidence: float, acted_on: str) -> None:
    config = {"threshold": 0.5, "answer_threshold": 0.75}
    component = SemanticIntentClassifier(config, None, None, Ranked(label, confidence))
    message = Message({TEXT: "hello", EMBEDDING: np.zeros(512), DETAIL: np.zeros(384)})
    component.process([message])
    assert message.get(INTENT)["name"] == acted_on
    assert message.get(LABEL_RANKING)[0]["label"] == label


def test_what_was_spoken_of_helps_only_a_message_that_is_not_understood_by_itself() -> None:
    before = DialogueStateTracker.from_events(
        "someone", [UserUttered('/ask{"faq": "account_hacked"}'), BotUttered("words", metadata={"response": "utter_faq/account_hacked"})]
    )
    # Of 0.6 beside 0.4 the subject makes 0.98; an intent that is sure by itself is not touched.
    for confidence, acted_on in ((0.6, "faq"), (0.1, "other")):
        config = {"threshold": 0.5, "answer_threshold": 0.75, "context_weight": 40.0}
        component = SemanticIntentClassifier(config, None, None, Ranked("faq/locked_out_of_account", confidence))
        message = Message({TEXT: "how do i get it back", EMBEDDING: np.zeros(512), DETAIL: np.zeros(384)})
        component.process([message], before)
        assert message.get(INTENT)["name"] == acted_on


def test_what_is_understood_from_the_words_before_only_is_not_said_outright() -> None:
    before = DialogueStateTracker.from_events("someone", [UserUttered("someone hacked my account")])
    for confidence, acted_on in ((0.74, FALLBACK_INTENT), (0.9, "faq")):
        config = {"threshold": 0.5, "answer_threshold": 0.75}
        component = SemanticIntentClassifier(config, None, None, Ranked("faq/locked_out_of_account", confidence))
        message = Message({TEXT: "how do i get it back", EMBEDDING: np.zeros(512), DETAIL: np.zeros(384)})
        component.process([message], before)
        assert message.get(INTENT)["name"] == acted_on
