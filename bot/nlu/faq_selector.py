"""Graph component: the nearest answers among `data/nlu/faq/`, in the form that Rasa's `utter_faq` reads."""

from typing import Any, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import (
    RESPONSE_SELECTOR_PREDICTION_KEY,
    RESPONSE_SELECTOR_PROPERTY_NAME,
    RESPONSE_SELECTOR_RANKING_KEY,
    RESPONSE_SELECTOR_RESPONSES_KEY,
    RESPONSE_SELECTOR_RETRIEVAL_INTENTS,
    RESPONSE_SELECTOR_UTTER_ACTION_KEY,
)
from rasa.shared.nlu.constants import INTENT_RESPONSE_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.constants import EVERYDAY, IN_CASE, LABEL_RANKING, LIKELY, NEAREST, NEAREST_LENGTH, RETRIEVAL_INTENT
from bot.nlu.topics import topic_of

#: Setting of the component, see its defaults.
LIKELY_FROM = "likely_from"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SemanticFAQSelector(GraphComponent):
    """Turns LABEL_RANKING into `response_selector` output and NEAREST, the three nearest answers with topic."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The confidence from which the nearest answer is shown with a doubt and two others, rather than three choices.

        It counts only below the threshold of the intent classifier; 1.0 switches it off. On the held-out phrasings,
        with that threshold at 0.4, 71 % of the answers shown this way were the right one (219 lines got one).
        """
        return {LIKELY_FROM: 0.25}

    def __init__(self, config: Dict[str, Any]) -> None:
        self._likely_from = float({**self.get_default_config(), **config}[LIKELY_FROM])

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SemanticFAQSelector":
        """Creates the component; topics come from each answer's metadata."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Adds the nearest answers to each message that was ranked."""
        for message in messages:
            ranking = message.get(LABEL_RANKING)
            if ranking:
                message.set(NEAREST, nearest_answers(ranking), add_to_output=True)
                # Ranked with what was said before, what is not sure is no guess worth showing.
                is_ranked_again = message.get(IN_CASE) or message.get(EVERYDAY)
                likely = None if is_ranked_again else likely_answer(ranking, self._likely_from)
                message.set(LIKELY, likely, add_to_output=True)
                message.set(RESPONSE_SELECTOR_PROPERTY_NAME, _selector_output(ranking), add_to_output=True)
        return messages


def nearest_answers(ranking: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """The best labels that have an answer of their own: `{"faq", "topic", "score"}`, best first, at most three."""
    found = []
    for entry in ranking:
        name = entry["label"].split("/", 1)[-1]
        topic = topic_of(entry["label"])
        if topic:
            found.append({"faq": name, "topic": topic, "score": round(entry["score"], 4)})
        if len(found) == NEAREST_LENGTH:
            break
    return found


def leaving_out(ranking: List[Dict[str, Any]], label: str) -> List[Dict[str, Any]]:
    """The ranking given that a label is not meant: the others share what it had, in proportion."""
    kept = max(1 - sum(entry["score"] for entry in ranking if entry["label"] == label), 1e-9)
    return [{**entry, "score": entry["score"] / kept} for entry in ranking if entry["label"] != label]


def likely_answer(ranking: List[Dict[str, Any]], likely_from: float) -> Optional[str]:
    """The faq id of the very best label, when it is an answer and its confidence reaches `likely_from`; else None."""
    prefix, _, faq = ranking[0]["label"].partition("/")
    return faq if prefix == RETRIEVAL_INTENT and ranking[0]["score"] >= likely_from else None


def _selector_output(ranking: List[Dict[str, Any]]) -> Dict[str, Any]:
    answers = [entry for entry in ranking if entry["label"].startswith(RETRIEVAL_INTENT + "/")]
    if not answers:
        return {RESPONSE_SELECTOR_RETRIEVAL_INTENTS: [RETRIEVAL_INTENT]}
    best = answers[0]
    return {
        RESPONSE_SELECTOR_RETRIEVAL_INTENTS: [RETRIEVAL_INTENT],
        RETRIEVAL_INTENT: {
            RESPONSE_SELECTOR_PREDICTION_KEY: {
                # The wording is chosen by bot.nlg when the answer is spoken; Rasa only needs the key to exist.
                RESPONSE_SELECTOR_RESPONSES_KEY: [],
                PREDICTED_CONFIDENCE_KEY: best["score"],
                INTENT_RESPONSE_KEY: best["label"],
                RESPONSE_SELECTOR_UTTER_ACTION_KEY: f"utter_{best['label']}",
            },
            RESPONSE_SELECTOR_RANKING_KEY: [
                {PREDICTED_CONFIDENCE_KEY: entry["score"], INTENT_RESPONSE_KEY: entry["label"]}
                for entry in answers
            ],
        },
    }
