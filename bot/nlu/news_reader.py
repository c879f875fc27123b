"""Graph component: the news that a message after a crisis card brings."""

from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue.facts import is_card_open, language_of_card
from bot.nlu.case_messages import load_case_messages
from bot.nlu.cases import case_told, encode_for_training, encode_pairs, encode_with_case, words_of_the_case
from bot.nlu.constants import BEHIND_THE_CASE, DETAIL, EMBEDDING, NEWS
from bot.nlu.label_model import Encoded
from bot.nlu.news import QUIET, UNSURE, Heard, News, NewsModel
from bot.nlu.news_messages import load_news
from bot.safety.answers import is_one_word

#: The files in which rows of earlier trainings are kept.
_KEPT = ("news-embeddings.npz", "news-details.npz")
ASKED_FROM = "danger_asked_from"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NewsReader(GraphComponent):
    """Sets NEWS on a message after an open card that brings any: see `bot.nlu.news.News`."""

    FILE_NAME = "news.npz"

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """From which probability each kind is heard; figures in `config.yml`."""
        return {**{news.value: 0.5 for news in News}, ASKED_FROM: 0.5}

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
    ) -> "NewsReader":
        """Creates an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NewsReader":
        """Loads a trained component.

        Raises:
            ModelError: The arrays are missing or of another version.
        """
        with model_storage.read_from(resource) as folder:
            model = NewsModel.load(Path(folder) / cls.FILE_NAME)
        return cls(config, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the model on `data/news/` and stores it; what Rasa reads has no part in it."""
        self._model = train_model()
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder) / self.FILE_NAME)
        return self._resource

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        """Reads each encoded message while a card in English is open."""
        if self._model is None or tracker is None or not is_card_open(tracker) or language_of_card(tracker):
            return messages
        for message in messages:
            # "Yes" and "again" are answers to what was said just before.
            if message.get(EMBEDDING) is not None and not is_one_word(message.get(TEXT)):
                self._read(message, tracker, self._model)
        return messages

    def _read(self, message: Message, tracker: DialogueStateTracker, model: NewsModel) -> None:
        alone = Encoded(message.get(EMBEDDING)[None], message.get(DETAIL)[None])
        together = encode_with_case(words_of_the_case(tracker), message.get(TEXT))
        message.set(BEHIND_THE_CASE, together)
        likely = model.confidences([case_told(tracker)], alone, together)[0]
        heard = self._heard(dict(zip(model.kinds, map(float, likely), strict=True)))
        if heard is not None:
            message.set(NEWS, heard.as_dict(), add_to_output=True)

    def _heard(self, likely: Dict[str, float]) -> Optional[Heard]:
        """The likeliest news, where it reaches its threshold; danger that is less likely is asked about."""
        kind = max((name for name in likely if name != QUIET), key=lambda name: likely[name])
        if likely[kind] >= self._config[kind]:
            return Heard(News(kind), likely[kind])
        in_danger = likely[News.DANGER_NOW.value]
        return Heard(News.DANGER_NOW, in_danger, is_sure=False) if in_danger >= self._config[ASKED_FROM] else None


def train_model() -> NewsModel:
    """The model of `data/news/`, and of what is told in `data/cases/`, most of which is no news."""
    messages, told = load_news(), load_case_messages()
    learned_from = [place for place, one in enumerate(told) if one.is_told and one.news != UNSURE]
    of_news, of_cases = encode_news(), (encoded.of(learned_from) for encoded in encode_for_training(told))
    alone, together = (one.joined_to(other) for one, other in zip(of_news, of_cases, strict=True))
    cases = [message.case for message in messages] + [told[place].case for place in learned_from]
    kinds = [message.kind for message in messages] + [told[place].news for place in learned_from]
    return NewsModel.train(cases, alone, together, kinds)


def encode_news() -> Tuple[Encoded, Encoded]:
    """The messages of `data/news/` alone and behind their openings; rows of an earlier training are read back."""
    return encode_pairs([(message.opening, message.text) for message in load_news()], *_KEPT)
