"""Safety decides before anything else, also inside forms."""

from typing import Any, Dict, List, Mapping, Optional

from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.constants import CARD_CATEGORY, CARD_LEVEL, CARD_RESPONSES, CARD_SPEAKER, CHECK_IN, SAFETY_RESPONSES
from bot.dialogue.facts import (
    cards_given,
    emergencies_in_a_row,
    is_direct_question,
    is_emergency_open,
    latest_risk,
    newest_card,
    session_events,
)
from bot.nlu.constants import FALLBACK_INTENT
from bot.nlu.risk_detector import from_dict
from bot.policies.safety_decision import AFTER_CARD_INTENTS, NO_INTENTS, Decision, OpenCard, decide
from bot.safety.answers import OUTCOMES, asks_what_now, is_one_word, is_question, read_answer, says_outcome
from bot.safety.levels import RiskLevel, Speaker


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class SafetyPolicy(Policy):
    """Predicts the safety responses with a flag that outranks every other policy.

    An active form predicts itself with `is_no_user_prediction=True`, which outranks every prediction without
    that flag. This policy answers with the same flag, confidence 1.0 and a higher priority; see the conversation
    test `test_disclosure_inside_form_is_answered_first`.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`priority` is above RulePolicy's, so that safety wins where both are certain."""
        return {"priority": 10}

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SafetyPolicy":
        """Creates the policy; nothing was learned, so nothing is read."""
        return cls(config, model_storage, resource, execution_context)

    def train(
        self,
        training_trackers: List[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Learns nothing: the decisions are in `bot.policies.safety_decision`."""
        with self._model_storage.write_to(self._resource):
            return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[str, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The safety response for the newest message, listening after one was given, or no opinion."""
        if _just_gave_safety_response(tracker):
            return self._certain(ACTION_LISTEN_NAME, domain, [])
        if tracker.latest_action_name != ACTION_LISTEN_NAME or tracker.latest_message is None:
            return self._prediction(self._default_predictions(domain))
        decision = self._decide(tracker)
        if decision is None:
            return self._prediction(self._default_predictions(domain))
        return self._certain(decision.response, domain, [SlotSet(*pair) for pair in decision.slots.items()])

    def _decide(self, tracker: DialogueStateTracker) -> Optional[Decision]:
        message = tracker.latest_message
        if message is None:
            return None
        risk = latest_risk(tracker)
        check_in = _waiting_check_in(tracker)
        text = message.text or ""
        return decide(
            risk=from_dict(risk),
            newest_alone=RiskLevel.from_label((risk or {}).get("alone", "none")),
            intent=_answer_intent(message, is_asked=check_in is not None),
            check_in=check_in,
            card_level=_card_level(tracker),
            told_plainly=_is_told_plainly(risk or {}),
            cards_given=cards_given(tracker),
            no_is_plain=_is_plain(text),
            is_question=is_question(text),
            asks_what_now=asks_what_now(text),
            is_overread=_is_overread(message, tracker),
            open_card=_open_card(tracker),
        )

    def _certain(self, action: str, domain: Domain, events: List[Event]) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities, optional_events=events, is_no_user_prediction=True)


def _answer_intent(message: UserUttered, is_asked: bool) -> Optional[str]:
    """The intent; where it says nothing by itself, plain words of yes or no, as an answer to our own question.

    Laughing says nothing either: "haha im not joking" is a yes. When we asked, plain words are the answer, whatever
    they sound like ("not like that lol just tired"); taking back without them ("forget it") is none, and after a card
    it is an intent of its own. A no may be a call for help: "no please help me".
    """
    intent = message.intent.get("name")
    if intent in (FALLBACK_INTENT, "faq", "laugh") or (is_asked and intent in {*NO_INTENTS, *AFTER_CARD_INTENTS}):
        return read_answer(message.text or "") or intent
    return intent


def _is_overread(message: UserUttered, tracker: DialogueStateTracker) -> bool:
    """Whether "i told him" was read as help found, or "shes asleep now" as safety; a button is always believed."""
    intent, text = message.intent.get("name"), message.text or ""
    if intent not in OUTCOMES or text.startswith(INTENT_MESSAGE_PREFIX):
        return False
    return not says_outcome(intent, text, after_an_emergency=is_emergency_open(tracker))


def _open_card(tracker: DialogueStateTracker) -> Optional[OpenCard]:
    card = newest_card(tracker)
    if not card:
        return None
    speaker = card.get(CARD_SPEAKER) or Speaker.UNKNOWN.value
    return OpenCard(card[CARD_CATEGORY], speaker, is_emergency_open(tracker), emergencies_in_a_row(tracker))


def _is_plain(text: str) -> bool:
    """Whether a no is pressed as a button or is all that the words say."""
    return text.startswith(INTENT_MESSAGE_PREFIX) or is_one_word(text) or read_answer(text) == "deny"


def _card_level(tracker: DialogueStateTracker) -> RiskLevel:
    """The highest level of this session's cards; the slot is carried over, but talk of today is about no older card."""
    spoken = (event.action_name for event in session_events(tracker) if isinstance(event, ActionExecuted))
    if not any(name in CARD_RESPONSES for name in spoken):
        return RiskLevel.NONE
    return RiskLevel.from_label(tracker.get_slot(CARD_LEVEL) or "none")


def _is_told_plainly(risk: Mapping[str, Any]) -> bool:
    """Whether a signal found the risk in the words; a learned score names no place in them."""
    return any(finding["end"] > finding["start"] for finding in risk.get("findings", ()))


def _waiting_check_in(tracker: DialogueStateTracker) -> Optional[str]:
    """The category of a check-in whose answer this message is; a question of an earlier session no longer counts."""
    spoken = next((event for event in session_events(tracker) if isinstance(event, BotUttered)), None)
    if spoken is None or not is_direct_question(spoken):
        return None
    return spoken.metadata.get(CHECK_IN) or tracker.get_slot(CHECK_IN)


def _just_gave_safety_response(tracker: DialogueStateTracker) -> bool:
    last = next((event for event in reversed(tracker.events) if isinstance(event, ActionExecuted)), None)
    return last is not None and last.action_name in SAFETY_RESPONSES
