"""Journeys go on, pause and return, after safety and before everything else."""

from typing import Any, Dict, List, Optional

from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.journeys import get_journeys
from bot.dialogue.constants import SAFETY_RESPONSES, UTTER_JOURNEY
from bot.dialogue.facts import journey_facts, latest_risk, read_facts
from bot.dialogue.journeys import journey_state, session_actions, spoken_last
from bot.learning.decision import Heard, decide, return_after
from bot.learning.engine import Turn
from bot.learning.refusal import get_refusal_reader
from bot.learning.state import JOURNEY_OUTCOME, JourneyState

#: The entity of a button inside a journey.
CHOICE = "choice"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class JourneyPolicy(Policy):
    """Runs `bot.learning` in the place where Rasa would run a form.

    A Rasa form asks the action server about every answer; this decides in process, so that a journey goes on when the
    action server is down. Like a form it predicts with the flag that outranks other policies, and like any form it
    gives way to SafetyPolicy, whose priority is higher. See docs/decisions/0008-journeys-without-forms.md.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`priority` is below SafetyPolicy's and above RulePolicy's."""
        return {"priority": 8}

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "JourneyPolicy":
        """Creates the policy; journeys are read from `data/journeys/` now, so that a broken file stops the start."""
        get_journeys()
        get_refusal_reader()
        return cls(config, model_storage, resource, execution_context)

    def train(
        self,
        training_trackers: List[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Learns nothing by itself; the reader of refusals keeps its embeddings in `models/`, for a quick start."""
        get_refusal_reader()
        with self._model_storage.write_to(self._resource):
            return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[str, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The journey's move for the newest message, its return after something else, listening, or no opinion."""
        actions = session_actions(tracker)
        if actions and actions[0] == UTTER_JOURNEY:
            return self._certain(ACTION_LISTEN_NAME, domain, [])
        state = journey_state(tracker)
        if actions and actions[0] == ACTION_LISTEN_NAME:
            turn = _decide(tracker, state, actions)
        else:
            turn = _return(tracker, state, actions)
        if turn is None:
            return self._prediction(self._default_predictions(domain))
        return self._certain(UTTER_JOURNEY, domain, _as_events(turn))

    def _certain(self, action: str, domain: Domain, events: List[Event]) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities, optional_events=events, is_no_user_prediction=True)


def _decide(tracker: DialogueStateTracker, state: Optional[JourneyState], actions: List[str]) -> Optional[Turn]:
    message = tracker.latest_message
    if message is None:
        return None
    chosen = next((e.get("value") for e in message.entities if e.get("entity") == CHOICE), None)
    is_put_aside = bool((latest_risk(tracker) or {}).get("put_aside"))
    heard = Heard(message.text or "", message.intent.get("name"), str(chosen) if chosen else None, is_put_aside)
    facts = journey_facts(read_facts(tracker, str(tracker.get_latest_input_channel() or "web")))
    return decide(get_journeys(), state, heard, facts, spoken_last(actions[1:]) == UTTER_JOURNEY)


def _return(tracker: DialogueStateTracker, state: Optional[JourneyState], actions: List[str]) -> Optional[Turn]:
    spoken = actions[: actions.index(ACTION_LISTEN_NAME)] if ACTION_LISTEN_NAME in actions else []
    # One return a message, and never right behind a card or a check-in.
    if len(spoken) != 1 or spoken[0] in SAFETY_RESPONSES or not spoken[0].startswith(("utter_", "action_show_")):
        return None
    message = tracker.latest_message
    before = spoken_last(actions[len(spoken) + 1 :])
    return return_after(
        get_journeys(), state, message.intent.get("name") if message else None, before == UTTER_JOURNEY
    )


def _as_events(turn: Turn) -> List[Event]:
    events: List[Event] = [SlotSet(name, value) for name, value in turn.state.as_slots(turn.say).items()]
    # Always set: the wording passes it on with this message and no other.
    return [*events, SlotSet(JOURNEY_OUTCOME, turn.outcome)]
