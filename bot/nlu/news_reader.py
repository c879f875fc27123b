"""Graph component: the news that a message after a crisis card brings."""

from typing import Any, Dict, Mapping, Optional

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.after_card_reader import AfterCardReader, encode_told
from bot.nlu.case_messages import load_case_messages
from bot.nlu.cases import encode_for_training
from bot.nlu.constants import NEWS
from bot.nlu.news import QUIET, UNSURE, Heard, News, NewsModel
from bot.nlu.news_messages import load_news

#: The files in which rows of earlier trainings are kept.
KEPT = ("news-embeddings.npz", "news-details.npz")
ASKED_FROM = "danger_asked_from"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NewsReader(AfterCardReader):
    """Sets NEWS on a message after an open card that brings any: see `bot.nlu.news.News`."""

    FILE_NAME = "news.npz"
    KINDS = News

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """From which probability each kind is heard; figures in `config.yml`."""
        return {**{news.value: 0.5 for news in News}, ASKED_FROM: 0.5}

    @staticmethod
    def train_model() -> NewsModel:
        """The model of `data/news/`, and of what is told in `data/cases/`, most of which is no news."""
        messages, told = load_news(), load_case_messages()
        learned_from = [place for place, one in enumerate(told) if one.is_told and one.news != UNSURE]
        of_news = encode_told(messages, KEPT)
        of_cases = (encoded.of(learned_from) for encoded in encode_for_training(told))
        alone, together = (one.joined_to(other) for one, other in zip(of_news, of_cases, strict=True))
        cases = [message.case for message in messages] + [told[place].case for place in learned_from]
        kinds = [message.kind for message in messages] + [told[place].news for place in learned_from]
        return NewsModel.train(cases, alone, together, kinds)

    def listens(self, message: Message, tracker: DialogueStateTracker) -> bool:
        """After any card, whatever is open."""
        return True

    def hears(self, message: Message, likely: Mapping[str, float]) -> None:
        """Sets the likeliest news that reaches its threshold."""
        heard = self._heard(likely)
        if heard is not None:
            message.set(NEWS, heard.as_dict(), add_to_output=True)

    def _heard(self, likely: Mapping[str, float]) -> Optional[Heard]:
        """The likeliest news, where it reaches its threshold; danger that is less likely is asked about."""
        kind = max((name for name in likely if name != QUIET), key=lambda name: likely[name])
        if likely[kind] >= self._config[kind]:
            return Heard(News(kind), likely[kind])
        in_danger = likely[News.DANGER_NOW.value]
        return Heard(News.DANGER_NOW, in_danger, is_sure=False) if in_danger >= self._config[ASKED_FROM] else None
