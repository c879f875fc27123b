"""Where a conversation stands in a journey, read from Rasa's tracker."""

from __future__ import annotations

from itertools import takewhile
from typing import List, Optional

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.journeys import get_journeys
from bot.dialogue.constants import UTTER_JOURNEY
from bot.learning.state import OPEN, JourneyState, from_slots

_UNDOES = (ActionReverted, Restarted, UserUtteranceReverted)


def session_actions(tracker: DialogueStateTracker) -> List[str]:
    """Names of the actions of this session, newest first."""
    # What Rasa applies is looked for from the very beginning, and differs only where something was undone.
    was_undone = any(isinstance(event, _UNDOES) for event in tracker.events)
    events = tracker.applied_events() if was_undone else tracker.events
    session = takewhile(lambda event: not isinstance(event, SessionStarted), reversed(events))
    return [event.action_name for event in session if isinstance(event, ActionExecuted) and event.action_name]


def spoken_last(actions: List[str]) -> Optional[str]:
    """The newest action of a list that said something."""
    return next((name for name in actions if name != ACTION_LISTEN_NAME), None)


def journey_state(tracker: DialogueStateTracker) -> Optional[JourneyState]:
    """The journey of this session; one from an earlier session is over."""
    if UTTER_JOURNEY not in session_actions(tracker):
        return None
    return from_slots(tracker.current_slot_values(), get_journeys().journeys)


def waits_for_free_text(tracker: DialogueStateTracker) -> bool:
    """Whether the newest thing said is a prompt that is answered in the person's own words."""
    if spoken_last(session_actions(tracker)) != UTTER_JOURNEY:
        return False
    state = journey_state(tracker)
    if state is None or state.mode != OPEN:
        return False
    return get_journeys().journeys[state.journey].steps[state.step].reader is not None
