"""Graph component: which of our questions and intents a message is nearest to."""

from dataclasses import asdict, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import FULL_RETRIEVAL_INTENT_NAME_KEY, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.constants import (
    DETAIL,
    EMBEDDING,
    FALLBACK_INTENT,
    LABEL_RANKING,
    RANKING_LENGTH,
    RETRIEVAL_INTENT,
    RISK,
)
from bot.nlu.context import Subject, in_context, read_together, subject_of, subject_of_risk, words_before
from bot.nlu.label_model import Encoded, LabelModel, LabelModelOptions
from bot.nlu.risk_detector import from_dict
from bot.nlu.topics import SENSITIVE_TOPICS, topic_of
from bot.text.cleanup import clean
from bot.text.encoder import get_encoder
from bot.text.english import get_english

THRESHOLD = "threshold"
ANSWER_THRESHOLD = "answer_threshold"
CONTEXT_WEIGHT = "context_weight"
#: What was understood only from the words before is said outright from here on; below it, with a doubt.
IN_CONTEXT_THRESHOLD = 0.95


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SemanticIntentClassifier(GraphComponent):
    """Sets the intent, with LABEL_RANKING for the FAQ selector; below the threshold, `nlu_fallback`."""

    FILE_NAME = "labels.npz"

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Each option is explained in `bot.nlu.label_model.LabelModelOptions` and set in `config.yml`."""
        defaults = LabelModelOptions()
        return {
            # Below this confidence the message counts as not understood.
            THRESHOLD: 0.3,
            # The same for questions with an answer: a wrong answer costs more than a doubt.
            ANSWER_THRESHOLD: 0.3,
            # How much likelier a question of the subject just spoken of is, for a message not understood by itself.
            CONTEXT_WEIGHT: 4.0,
            **asdict(defaults),
        }

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource, model: Any = None) -> None:
        self._config = {**self.get_default_config(), **config}
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SemanticIntentClassifier":
        """Creates an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SemanticIntentClassifier":
        """Loads a trained component.

        Raises:
            ModelError: The arrays are missing or of another version.
        """
        with model_storage.read_from(resource) as folder:
            model = LabelModel.load(Path(folder) / cls.FILE_NAME)
        return cls(config, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the label model on every example that has words and an intent, and stores it."""
        examples = [
            example for example in training_data.intent_examples if example.get(EMBEDDING) is not None
        ]
        targets = [example.get_full_intent() for example in examples]
        self._model = LabelModel.train(_encoded(examples), targets, self._options())
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder) / self.FILE_NAME)
        return self._resource

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        """Ranks the labels for each message that was encoded; a tracker tells what was spoken of just before."""
        for message in messages:
            if message.get(EMBEDDING) is not None:
                self._classify(message, tracker)
        return messages

    def _classify(self, message: Message, tracker: Optional[DialogueStateTracker]) -> None:
        confidences = self._model.confidences(_encoded([message]))[0]
        ranking = self._ranking(confidences)
        intent = self._intent_of(ranking)
        if intent["name"] == FALLBACK_INTENT:
            ranking = self._in_context(message, confidences, tracker)
            intent = self._intent_of(ranking, IN_CONTEXT_THRESHOLD)
        message.set(LABEL_RANKING, ranking)
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [_as_intent(entry, 0.0) for entry in ranking], add_to_output=True)

    def _ranking(self, confidences: np.ndarray) -> List[Dict[str, Any]]:
        best = np.argsort(-confidences)[:RANKING_LENGTH]
        return [{"label": self._model.labels[i], "score": float(confidences[i])} for i in best]

    def _in_context(
        self, message: Message, alone: np.ndarray, tracker: Optional[DialogueStateTracker]
    ) -> List[Dict[str, Any]]:
        """The ranking of a message that is not understood by itself, after what was said just before."""
        before, weight = words_before(tracker), float(self._config[CONTEXT_WEIGHT])
        subject = subject_of(tracker) or subject_of_risk(from_dict(message.get(RISK)))
        if before is not None:
            text = clean(f"{before} {message.get(TEXT)}").text
            together = Encoded(get_encoder().encode([text]), get_english().vectors([text]))
            alone = read_together(alone, self._model.confidences(together)[0], self._frightening(alone, subject))
            # The words before hold the subject already.
            weight = weight**0.5
        ranking = self._ranking(alone)
        return in_context(ranking, subject, weight) if subject else ranking

    def _frightening(self, alone: np.ndarray, subject: Optional[Subject]) -> np.ndarray:
        """Places of labels that the words before must not lead to: of a sensitive topic that nobody spoke of."""
        spoken_of, nearest = subject.topics if subject else frozenset(), int(alone.argmax())
        places = [place for place, topic in self._sensitive if topic not in spoken_of and place != nearest]
        return np.array(places, dtype=int)

    @cached_property
    def _sensitive(self) -> List[Tuple[int, str]]:
        """Places of the labels of sensitive topics, with their topic; read once."""
        topics = ((place, topic_of(label)) for place, label in enumerate(self._model.labels))
        return [(place, topic) for place, topic in topics if topic in SENSITIVE_TOPICS]

    def _intent_of(self, ranking: List[Dict[str, Any]], least: float = 0.0) -> Dict[str, Any]:
        return _as_intent(ranking[0], max(least, self._threshold(ranking[0]["label"])))

    def _threshold(self, label: str) -> float:
        is_answer = label.startswith(RETRIEVAL_INTENT + "/")
        return float(self._config[ANSWER_THRESHOLD if is_answer else THRESHOLD])

    def _options(self) -> LabelModelOptions:
        return LabelModelOptions(**{field.name: float(self._config[field.name]) for field in fields(LabelModelOptions)})


def _encoded(messages: List[Message]) -> Encoded:
    meanings, details = (np.stack([message.get(key) for message in messages]) for key in (EMBEDDING, DETAIL))
    return Encoded(meanings, details)


def _as_intent(entry: Dict[str, Any], threshold: float) -> Dict[str, Any]:
    label, score = entry["label"], entry["score"]
    if score < threshold:
        return {"name": FALLBACK_INTENT, "confidence": 1.0 - score}
    if label.startswith(RETRIEVAL_INTENT + "/"):
        return {"name": RETRIEVAL_INTENT, FULL_RETRIEVAL_INTENT_NAME_KEY: label, "confidence": score}
    return {"name": label, "confidence": score}
