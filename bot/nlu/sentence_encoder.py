"""Graph component: encodes each message once, for every component after it."""

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.constants import ASKED, ASKED_TEXT, DETAIL, EMBEDDING
from bot.nlu.courtesies import without_courtesies
from bot.nlu.label_model import Encoded
from bot.text.cleanup import clean
from bot.text.embedding_cache import encode_kept
from bot.text.encoder import get_encoder
from bot.text.english import details, encode_details, get_english


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(GraphComponent):
    """Sets EMBEDDING and DETAIL on each message that carries a person's words (button payloads are left alone).

    Where courtesies stand around what is asked, ASKED and ASKED_TEXT hold it without them.
    """

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoder":
        """Creates the component; it has no options and nothing to load but the shared encoders."""
        get_encoder()
        get_english()
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Encodes the messages' texts in one call, and what is asked in them where that is not all of their words."""
        wanted = [message for message in messages if _has_words(message)]
        if wanted:
            texts = [clean(message.get(TEXT)).text for message in wanted]
            asked = [without_courtesies(text) for text in texts]
            both = [*texts, *asked]
            meanings, details_of = get_encoder().encode(both), encode_details(both)
            for place, message in enumerate(wanted):
                message.set(EMBEDDING, meanings[place])
                message.set(DETAIL, details_of[place])
                if asked[place] != texts[place]:
                    row = slice(len(texts) + place, len(texts) + place + 1)
                    message.set(ASKED_TEXT, asked[place])
                    message.set(ASKED, Encoded(meanings[row], details_of[row]))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encodes every training example; rows of an earlier training are read back."""
        wanted = [example for example in training_data.training_examples if _has_words(example)]
        texts = [clean(example.get(TEXT)).text for example in wanted]
        meanings = encode_kept(texts, "answer-embeddings.npz")
        for example, meaning, detail in zip(wanted, meanings, encode_kept(texts, "answer-details.npz", details())):
            example.set(EMBEDDING, meaning)
            example.set(DETAIL, detail)
        return training_data


def _has_words(message: Message) -> bool:
    text = message.get(TEXT)
    return bool(text) and not text.startswith(INTENT_MESSAGE_PREFIX)
