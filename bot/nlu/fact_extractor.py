"""Graph component: the facts a message names: platform, privacy setting, country, audience.

Last in the pipeline, it also knows when words were understood as a fact about the writer that they do not tell: "cos im
indian" is not where somebody is, "hes a teacher" not who writes. Such a message counts as not understood.
"""

from itertools import islice
from typing import Any, Dict, List, Optional, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.audience import find_audience
from bot.content.own_country import CountryReading, find_own_country, read_country, said_apart
from bot.content.own_role import RoleReading, read_role
from bot.content.platforms import find_platform, find_setting, read_question
from bot.dialogue.constants import AUDIENCE, CHILD, CHILD_CHANNELS
from bot.dialogue.facts import is_audience_asked, is_card_open, is_country_asked, typed_in_session
from bot.nlu.constants import FALLBACK_INTENT, HOTLINE_INTENT, LABEL_RANKING, NEAREST, RETRIEVAL_INTENT, RISK
from bot.nlu.faq_selector import leaving_out, nearest_answers
from bot.safety.answers import is_question
from bot.text.vocabulary import get_vocabulary

COUNTRY_INTENT = "ask_country"
AUDIENCE_INTENT = "choose_audience"
AGE_INTENT = "other_age"
THANK_INTENT = "thank"
#: Rasa forgets the session at this intent.
RESTART_INTENT = "restart"
#: What one word must be to ask for it while a card is open: "again", after "my dad hits me", tells something.
RESTART_WORDS = frozenset({"restart", "reset"})
PRIVACY_INTENT = "ask_privacy_setting"
#: Of words that were taken for something else, answers less likely than this are not offered.
NEAR_ENOUGH = 0.1
#: A message of so many words may be no more than the name of an app, and of so many a question about a setting.
FEW_WORDS, MOST_WORDS = 5, 14
#: In how many messages before it the missing half is looked for.
LOOKED_BACK = 3
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
        """Adds entities to each message that carries a person's words, and corrects its intent where they say so."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith(INTENT_MESSAGE_PREFIX):
                _prefer_privacy_steps(message, text)
                _hear_thanks(message, text)
                platform, setting = _completed(message, text, tracker, find_platform(text), find_setting(text))
                country = _read_country(message, text, tracker)
                role = _read_role(message, text, tracker)
                found = {
                    "platform": platform,
                    "setting": setting,
                    "country": country.country,
                    "audience": role.audience or _audience(text, tracker),
                }
                _follow(message, country, role, found["audience"] or _known_audience(message, tracker))
                _keep_session(message, text, tracker)
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


def _hear_thanks(message: Message, text: str) -> None:
    """ "Asante sana" is thanks; learned from examples, every short message in another language would be."""
    words = " ".join(text.casefold().strip(" \t\n.!?,…❤😊🙏").split())
    if words in get_vocabulary().thanks and (message.get(RISK) or {}).get("level", "none") == "none":
        message.set(INTENT, {"name": THANK_INTENT, "confidence": 1.0}, add_to_output=True)


def _completed(
    message: Message,
    text: str,
    tracker: Optional[DialogueStateTracker],
    platform: Optional[str],
    setting: Optional[str],
) -> Tuple[Optional[str], Optional[str]]:
    """The app and the setting that are meant: what a message lacks is taken from what was said just before.

    "And for Telegram?" and "how do i turn chat off" lack a half. Only where nothing at risk is heard and no answer is
    certain, and where both are found, they make a question for privacy steps.
    """
    intent, risk = message.get(INTENT) or {}, message.get(RISK) or {}
    is_certain = intent.get("name") == RETRIEVAL_INTENT and intent.get("confidence", 0.0) >= CERTAIN
    is_whole = (platform is None) == (setting is None)
    if tracker is None or is_whole or is_certain or risk.get("level", "none") != "none" or is_card_open(tracker):
        return platform, setting
    words = len(text.split())
    if not (words <= FEW_WORDS if platform else words <= MOST_WORDS and is_question(text)):
        return platform, setting
    typed = (before for before in typed_in_session(tracker) if not before.startswith(INTENT_MESSAGE_PREFIX))
    for before in islice(typed, LOOKED_BACK):
        found = platform or find_platform(before), setting or find_setting(before)
        if all(found):
            message.set(INTENT, {"name": PRIVACY_INTENT, "confidence": 1.0}, add_to_output=True)
            return found
    return platform, setting


def _known_country(message: Message, tracker: Optional[DialogueStateTracker]) -> Optional[str]:
    """What the person said before, else what the page or channel sent along."""
    said = tracker.get_slot("country") if tracker is not None else None
    return said or (message.get("metadata") or {}).get("country")


def _read_country(message: Message, text: str, tracker: Optional[DialogueStateTracker]) -> CountryReading:
    """Where the writer is. A disclosure typed while we ask for the country is a disclosure: only plain words count."""
    known = _known_country(message, tracker)
    was_asked = tracker is not None and is_country_asked(tracker)
    risk = message.get(RISK) or {}
    # By themselves: "ireland", said after what worries, is an answer like any other.
    if risk.get("alone", risk.get("level", "none")) != "none":
        country = find_own_country(text, known) or said_apart(text, known, was_asked)
        return CountryReading(country, country is not None)
    intent = (message.get(INTENT) or {}).get("name")
    return read_country(
        text,
        known,
        was_asked=was_asked,
        names_a_country=intent == COUNTRY_INTENT,
        asks_for_lines=intent == HOTLINE_INTENT,
    )


def _read_role(message: Message, text: str, tracker: Optional[DialogueStateTracker]) -> RoleReading:
    """Who writes, where the message was understood as saying so."""
    if (message.get(INTENT) or {}).get("name") != AUDIENCE_INTENT:
        return RoleReading(is_own=False)
    return read_role(
        text,
        _known_audience(message, tracker),
        was_asked=tracker is not None and is_audience_asked(tracker),
        is_card_open=tracker is not None and is_card_open(tracker),
    )


def _known_audience(message: Message, tracker: Optional[DialogueStateTracker]) -> Optional[str]:
    """What the person said before, else what the page or channel sent along, else whose channel it mostly is."""
    said = tracker.get_slot(AUDIENCE) if tracker is not None else None
    sent = message.get("metadata") or {}
    return said or sent.get(AUDIENCE) or (CHILD if sent.get("channel_kind") in CHILD_CHANNELS else None)


def _follow(message: Message, country: CountryReading, role: RoleReading, audience: Optional[str]) -> None:
    """The intent that goes with what was read: no answer that takes somebody else's facts for the writer's.

    Nor is a child who tells somebody's age ("hes 12 too") offered answers for parents by age.
    """
    intent = (message.get(INTENT) or {}).get("name")
    if country.asks_for_lines and intent not in (COUNTRY_INTENT, HOTLINE_INTENT):
        message.set(INTENT, {"name": HOTLINE_INTENT, "confidence": 1.0}, add_to_output=True)
    is_misread = {
        COUNTRY_INTENT: not country.is_meant,
        AUDIENCE_INTENT: not role.is_own,
        AGE_INTENT: audience == CHILD,
    }
    if intent is not None and is_misread.get(intent, False):
        _not_understood(message)


def _keep_session(message: Message, text: str, tracker: Optional[DialogueStateTracker]) -> None:
    """One word after a card starts nothing afresh, unless it is a word for that."""
    words = text.split()
    is_restart = (message.get(INTENT) or {}).get("name") == RESTART_INTENT
    says_it = len(words) != 1 or words[0].strip(".!?").lower() in RESTART_WORDS
    if is_restart and not says_it and tracker is not None and is_card_open(tracker):
        _not_understood(message)


def _not_understood(message: Message) -> None:
    """As if the intent were none of ours: what is near without it may be offered, what is far away confuses."""
    ranking = leaving_out(message.get(LABEL_RANKING) or [], message.get(INTENT)["name"])
    near = [entry for entry in ranking if entry["score"] >= NEAR_ENOUGH]
    message.set(NEAREST, nearest_answers(near), add_to_output=True)
    message.set(INTENT, {"name": FALLBACK_INTENT, "confidence": 1.0}, add_to_output=True)


def _audience(text: str, tracker: Optional[DialogueStateTracker]) -> Optional[str]:
    audience, is_own_word = find_audience(text)
    if is_own_word:
        return audience
    known = tracker.get_slot("audience") if tracker is not None else None
    return None if known else audience


def _as_entity(name: str, value: str, text: str) -> Dict[str, Any]:
    return {"entity": name, "value": value, "start": 0, "end": len(text), "extractor": FactExtractor.__name__}
