"""What matters of a result of `Assistant.converse` for judging it."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import Any, Dict, FrozenSet, Mapping, Set

from bot.content.responses import get_responses
from bot.dialogue.constants import FAQ_PREFIX, TAKE_BACK, TOLD_OF_ANOTHER_CHILD, TOLD_STILL_NEAR, UTTER_TOLD

_SAID_AFTER_CARDS = (UTTER_TOLD, "utter_barrier_", "utter_outcome_", f"utter_{TAKE_BACK}")
_ASK_BUTTON = re.compile(r'^/ask\{"faq": "(\w+)"\}$')


def response_of(result: Mapping[str, Any]) -> str:
    """The name of the first response; empty where nothing was said."""
    replies = result["replies"]
    return str(replies[0]["response"] or "") if replies else ""


def answer_in(result: Mapping[str, Any]) -> str | None:
    """The faq id of the answer that was given; None where the reply is something else."""
    response = response_of(result)
    return response.removeprefix(FAQ_PREFIX) if response.startswith(FAQ_PREFIX) else None


def intents_in(result: Mapping[str, Any]) -> FrozenSet[str]:
    """Intents that the reply is words for: a fact told after a card, what holds somebody back, how it went.

    Several where the same words also stand in for others: of family, of several children.
    """
    response = response_of(result)
    names = {response, *_stands_in_for().get(response, ())}
    return frozenset(name.removeprefix("utter_") for name in names if name.startswith(_SAID_AFTER_CARDS))


@lru_cache(maxsize=1)
def _stands_in_for() -> Mapping[str, Set[str]]:
    """Responses that are said in place of others, and those others."""
    news = {
        "utter_crisis_other_children": {f"utter_{TOLD_OF_ANOTHER_CHILD}"},
        "utter_crisis_danger_ahead": {f"utter_{TOLD_STILL_NEAR}"},
    }
    found: Dict[str, Set[str]] = defaultdict(set, news)
    book = get_responses()
    for name in book.names:
        metadata = book.variations(name)[0].metadata if name.startswith(UTTER_TOLD) else {}
        for key in ("of_family", "instead"):
            if key in metadata:
                found[str(metadata[key])].add(name)
    return found


def answers_offered(result: Mapping[str, Any]) -> FrozenSet[str]:
    """Faq ids of the answers offered as choices."""
    payloads = (button["payload"] for reply in result["replies"] for button in reply["buttons"])
    return frozenset(found.group(1) for found in map(_ASK_BUTTON.match, payloads) if found)
