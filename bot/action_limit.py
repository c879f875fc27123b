"""A conversation goes on after a turn that failed.

Rasa stops a turn after ten actions, counted from the last time it listened. A turn that fails never comes to listen, so
that every later message of that conversation counts those ten again and gets no answer (rasa 3.6.21,
`MessageProcessor.is_action_limit_reached`). Counted from the message that is being answered, the next one is answered.
"""

from __future__ import annotations

from typing import Any


def install() -> None:
    """Changes Rasa's processor. Call it before Rasa serves; once more changes nothing."""
    from rasa.core.processor import MessageProcessor

    MessageProcessor.is_action_limit_reached = _is_limit_reached  # type: ignore[method-assign]


def _is_limit_reached(self: Any, tracker: Any, should_predict_another_action: bool) -> bool:
    """Whether as many actions were taken for the newest message as may be."""
    from rasa.core.actions.action import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
    from rasa.shared.core.events import ActionExecuted, UserUttered

    taken = 0
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, ActionExecuted):
            if event.action_name in (ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME):
                break
            taken += 1
    return should_predict_another_action and taken >= self.max_number_of_predictions
