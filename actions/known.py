"""What is known of the person: the slots, else what the page or the channel sent along with the newest message."""

from __future__ import annotations

from typing import Any, Dict, Optional

from rasa_sdk import Tracker


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
