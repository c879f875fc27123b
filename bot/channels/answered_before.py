"""Finds the answer to a message that was handled before this process started, so that it is not handled twice."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

from rasa.shared.core.events import BotUttered, Event, UserUttered


def replies_to(message_id: str, events: Sequence[Event]) -> List[Dict[str, Any]] | None:
    """What the assistant said to the message with this id.

    Args:
        message_id: The client's id; it is kept with the message.
        events: Of the conversation, oldest first.

    Returns:
        The replies as the channel sends them, or None when the message was not handled or got no answer: then it
        is safe to handle it now.
    """
    found: List[Dict[str, Any]] | None = None
    for event in events:
        if isinstance(event, UserUttered):
            if found:
                break
            found = [] if event.message_id == message_id else None
        elif isinstance(event, BotUttered) and found is not None:
            found.append(_as_reply(event))
    return found or None


def _as_reply(event: BotUttered) -> Dict[str, Any]:
    metadata = event.metadata or {}
    return {
        "text": event.text or "",
        "buttons": event.data.get("buttons") or [],
        "custom": event.data.get("custom"),
        "response": metadata.get("response") or metadata.get("utter_action"),
        "hotlines": metadata.get("hotlines") or [],
        "card_level": metadata.get("card_level"),
        "card_category": metadata.get("card_category"),
        "practised": bool(metadata.get("practised")),
    }
