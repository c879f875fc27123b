"""Helplines of a card beneath what an action says by itself; for the rest see `bot/dialogue/help_in_sight.py`."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.constants import CARD_CATEGORY, LOOK_BACK, UTTER_CRISIS_MISREAD

HELP_STAYS = "utter_crisis_help_stays"
#: A text message costs by the letter.
_WITHOUT_ROOM = "sms"


def is_help_due(tracker: Tracker, channel: str) -> bool:
    """Whether a card is among the last few messages of the assistant, so that its helplines are to stay in sight.

    Args:
        channel: Name of the channel that will carry them.
    """
    return channel != _WITHOUT_ROOM and _is_a_card_near(tracker.events)


def say_help_stays(dispatcher: CollectingDispatcher, buttons: List[Dict[str, str]]) -> None:
    """Sends the helplines in one line, with the choices of the message before: a page shows only the last ones."""
    # Rasa words it from the card's own slots.
    dispatcher.utter_message(response=HELP_STAYS, buttons=buttons)


def _is_a_card_near(events: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a card is among the last few messages that was not taken back since."""
    told = [event.get("metadata") or {} for event in events if event.get("event") == "bot"][-LOOK_BACK:]
    for metadata in reversed(told):
        if str(metadata.get("response") or "").startswith(UTTER_CRISIS_MISREAD):
            return False
        if metadata.get(CARD_CATEGORY):
            return True
    return False
