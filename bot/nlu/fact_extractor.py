"""Graph component: the facts a message names: platform, privacy setting, country, audience."""

from typing import Any, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.audience import find_audience
from bot.content.countries import find_own_country, resolve_country
from bot.content.platforms import find_platform, find_setting, read_question
from bot.nlu.constants import RETRIEVAL_INTENT, RISK

#: A country named in passing ("he lives in canada") is not the person's own; a short answer says so, or "we live in".
SHORT_ANSWER_WORDS = 4
#: Whose words name a country for its helplines, however long the sentence is.
COUNTRY_INTENTS = ("ask_country", "get_hotline")
PRIVACY_INTENT = "ask_privacy_setting"
#: Above this confidence an FAQ answer is kept although the question names an app and a setting.
CERTAIN = 0.8


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FactExtractor(GraphComponent):
    """Looks names up in `data/`; slots are filled from what it finds."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "FactExtractor":
        """Creates the component; it has no options."""
        return cls()

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        """Adds entities to each message that carries a person's words."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith(INTENT_MESSAGE_PREFIX):
                _prefer_privacy_steps(message, text)
                found = _find(message, text, tracker)
                entities = [_as_entity(name, value, text) for name, value in found.items() if value]
                message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages


def _prefer_privacy_steps(message: Message, text: str) -> None:
    """A question that names an app and a setting is answered with that app's steps, unless an answer is certain."""
    intent = message.get(INTENT) or {}
    is_certain = intent.get("name") == RETRIEVAL_INTENT and intent.get("confidence", 0.0) >= CERTAIN
    risk = message.get(RISK) or {}
    if not is_certain and risk.get("level", "none") == "none" and read_question(text) is not None:
        message.set(INTENT, {"name": PRIVACY_INTENT, "confidence": 1.0}, add_to_output=True)


def _find(message: Message, text: str, tracker: Optional[DialogueStateTracker]) -> Dict[str, Optional[str]]:
    return {
        "platform": find_platform(text),
        "setting": find_setting(text),
        "country": _own_country(message, text, _known_country(message, tracker)),
        "audience": _audience(text, tracker),
    }


def _known_country(message: Message, tracker: Optional[DialogueStateTracker]) -> Optional[str]:
    """What the person said before, else what the page or channel sent along."""
    said = tracker.get_slot("country") if tracker is not None else None
    return said or (message.get("metadata") or {}).get("country")


def _own_country(message: Message, text: str, known: Optional[str]) -> Optional[str]:
    risk = message.get(RISK) or {}
    intent = (message.get(INTENT) or {}).get("name")
    is_answer = len(text.split()) <= SHORT_ANSWER_WORDS or intent in COUNTRY_INTENTS
    if is_answer and risk.get("level", "none") == "none":
        return resolve_country(text, known)
    # A disclosure typed while we ask for the country is a disclosure; where in it somebody says where they are is read.
    return find_own_country(text, known)


def _audience(text: str, tracker: Optional[DialogueStateTracker]) -> Optional[str]:
    audience, is_own_word = find_audience(text)
    if is_own_word:
        return audience
    known = tracker.get_slot("audience") if tracker is not None else None
    return None if known else audience


def _as_entity(name: str, value: str, text: str) -> Dict[str, Any]:
    return {"entity": name, "value": value, "start": 0, "end": len(text), "extractor": FactExtractor.__name__}
