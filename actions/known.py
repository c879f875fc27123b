"""What is known of the person: the slots, else what the page or the channel sent along with the newest message."""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

from rasa_sdk import Tracker

from bot.content.audience import newest_own_age


def known(tracker: Tracker, name: str) -> Optional[str]:
    """The value of `audience`, `country` or `language`, or None when nobody said.

    A child's voice by default in messaging channels comes this way: the channel sends it along, no slot holds it.
    """
    value = tracker.get_slot(name)
    if not value:
        said: Dict[str, Any] = next(
            (event for event in reversed(tracker.events or []) if event.get("event") == "user"), {}
        )
        value = (said.get("metadata") or {}).get(name)
    return str(value) if value else None


def card_needs(tracker: Tracker) -> Tuple[str, ...]:
    """What helplines the newest card's situation called for, such as `domestic_violence`; empty without one."""
    for event in reversed(tracker.events or []):
        metadata = event.get("metadata") or {}
        if event.get("event") == "bot" and metadata.get("card_category"):
            return tuple(metadata.get("card_needs") or ())
    return ()


def own_age(tracker: Tracker) -> Optional[int]:
    """Years, when the person said it of themselves; the newest such words count."""
    events = reversed(tracker.events or [])
    return newest_own_age(str(event.get("text") or "") for event in events if event.get("event") == "user")
