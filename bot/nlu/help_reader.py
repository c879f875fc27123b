"""Graph component: whether help has come, or was called, in an emergency that is open."""

from typing import Any, Dict, Mapping

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.dialogue.facts import is_emergency_open
from bot.nlu.after_card_reader import AfterCardReader, encode_told
from bot.nlu.constants import HELP, NEWS
from bot.nlu.news import Heard, Help, News, NewsModel
from bot.nlu.news_messages import load_help

#: The files in which rows of earlier trainings are kept.
KEPT = ("help-embeddings.npz", "help-details.npz")

#: From which probability of either kind help is believed where the intent of the message tells of it, too.
AS_AN_OUTCOME = "as_an_outcome"
#: News that speaks against help that has come: "she's back, and on thursday he takes her over the border".
_DANGER = (News.DANGER_NOW, News.DANGER_SOON, News.DESPAIR)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class HelpReader(AfterCardReader):
    """Sets HELP on a message in an open emergency that tells of help: see `bot.nlu.news.Help`."""

    FILE_NAME = "help.npz"
    KINDS = Help

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """From which probability each kind is believed; figures in `config.yml`."""
        return {**{one.value: 0.9 for one in Help}, AS_AN_OUTCOME: 0.5}

    @staticmethod
    def train_model() -> NewsModel:
        """The model of `data/emergencies/`."""
        messages = load_help()
        alone, together = encode_told(messages, KEPT)
        cases, kinds = [message.case for message in messages], [message.kind for message in messages]
        return NewsModel.train(cases, alone, together, kinds)

    def listens(self, message: Message, tracker: DialogueStateTracker) -> bool:
        """What is told without an emergency has its words elsewhere; danger that is surely heard as well goes first."""
        heard = Heard.from_dict(message.get(NEWS))
        return is_emergency_open(tracker) and (heard is None or not heard.is_sure or heard.news not in _DANGER)

    def hears(self, message: Message, likely: Mapping[str, float]) -> None:
        """Sets what is told of help, and whether that is sure by itself; where hardly any is told, nothing."""
        heard = Heard.from_dict(message.get(NEWS))
        kind = max((one.value for one in Help), key=lambda name: likely[name])
        # Beside danger that is hinted at, help is no more than a hint either.
        is_sure = likely[kind] >= self._config[kind] and (heard is None or heard.news not in _DANGER)
        if is_sure or sum(likely[one.value] for one in Help) >= self._config[AS_AN_OUTCOME]:
            told = {"kind": kind, "score": round(likely[kind], 4), "sure": is_sure}
            message.set(HELP, told, add_to_output=True)
