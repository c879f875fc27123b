"""What the graph components share that read a message by what a crisis card before it was given for."""

from __future__ import annotations

from abc import abstractmethod
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, Dict, List, Mapping, Optional, Sequence, Tuple, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue.facts import is_card_open, language_of_card
from bot.nlu.cases import case_told, encode_pairs, encode_with_case, words_of_the_case
from bot.nlu.constants import BEHIND_THE_CASE, DETAIL, EMBEDDING
from bot.nlu.label_model import Encoded
from bot.nlu.news import NewsModel
from bot.nlu.news_messages import NewsMessage
from bot.safety.answers import is_one_word


class AfterCardReader(GraphComponent):
    """Trains, stores and asks a `NewsModel`; a subclass says what it learns from and what becomes of its answer."""

    FILE_NAME: ClassVar[str]
    #: What its model tells apart, beside QUIET.
    KINDS: ClassVar[Type[Enum]]

    def __init__(
        self,
        config: Dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: Optional[NewsModel] = None,
    ) -> None:
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
    ) -> AfterCardReader:
        """Creates an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AfterCardReader:
        """Loads a trained component.

        Raises:
            ModelError: The arrays are missing or of another version.
        """
        with model_storage.read_from(resource) as folder:
            model = NewsModel.load(Path(folder) / cls.FILE_NAME, cls.KINDS)
        return cls(config, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the model on stories of its own and stores it; what Rasa reads has no part in it."""
        self._model = self.train_model()
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder) / self.FILE_NAME)
        return self._resource

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        """Reads each encoded message while a card in English is open."""
        if self._model is None or tracker is None or not is_card_open(tracker) or language_of_card(tracker):
            return messages
        for message in messages:
            # "Yes" and "again" are answers to what was said just before.
            is_read = message.get(EMBEDDING) is not None and not is_one_word(message.get(TEXT))
            if is_read and self.listens(message, tracker):
                self.hears(message, _likely(self._model, message, tracker))
        return messages

    @staticmethod
    @abstractmethod
    def train_model() -> NewsModel:
        """The model, from its stories."""

    @abstractmethod
    def listens(self, message: Message, tracker: DialogueStateTracker) -> bool:
        """Whether this message is to be read."""

    @abstractmethod
    def hears(self, message: Message, likely: Mapping[str, float]) -> None:
        """Sets on the message what is made of the probability of each kind."""


def _likely(model: NewsModel, message: Message, tracker: DialogueStateTracker) -> Mapping[str, float]:
    alone = Encoded(message.get(EMBEDDING)[None], message.get(DETAIL)[None])
    together = message.get(BEHIND_THE_CASE)
    if together is None:
        together = encode_with_case(words_of_the_case(tracker), message.get(TEXT))
        message.set(BEHIND_THE_CASE, together)
    likely = model.confidences([case_told(tracker)], alone, together)[0]
    return dict(zip(model.kinds, map(float, likely), strict=True))


def encode_told(messages: Sequence[NewsMessage], kept: Tuple[str, str]) -> Tuple[Encoded, Encoded]:
    """Messages alone and behind their openings.

    Args:
        messages: Of stories.
        kept: Names of the files in which the rows are kept; those of an earlier training are read back.
    """
    return encode_pairs([(message.opening, message.text) for message in messages], *kept)
