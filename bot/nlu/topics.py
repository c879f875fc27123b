"""The topic of an answer."""

from typing import Optional

from bot.content.responses import get_responses


def topic_of(label: str) -> Optional[str]:
    """The topic of a label, from the metadata of its response; None for intents that only drive dialogue."""
    book, name = get_responses(), f"utter_{label}"
    if name not in book:
        return None
    return next((v.metadata["topic"] for v in book.variations(name) if "topic" in v.metadata), None)
