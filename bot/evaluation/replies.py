"""What matters of a result of `Assistant.converse` for judging it."""

from __future__ import annotations

import re
from typing import Any, FrozenSet, Mapping

from bot.dialogue.constants import FAQ_PREFIX

_ASK_BUTTON = re.compile(r'^/ask\{"faq": "(\w+)"\}$')


def response_of(result: Mapping[str, Any]) -> str:
    """The name of the first response; empty where nothing was said."""
    replies = result["replies"]
    return str(replies[0]["response"] or "") if replies else ""


def answer_in(result: Mapping[str, Any]) -> str | None:
    """The faq id of the answer that was given; None where the reply is something else."""
    response = response_of(result)
    return response.removeprefix(FAQ_PREFIX) if response.startswith(FAQ_PREFIX) else None


def answers_offered(result: Mapping[str, Any]) -> FrozenSet[str]:
    """Faq ids of the answers offered as choices."""
    payloads = (button["payload"] for reply in result["replies"] for button in reply["buttons"])
    return frozenset(found.group(1) for found in map(_ASK_BUTTON.match, payloads) if found)
