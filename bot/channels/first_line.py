"""What a lock screen shows of a reply about someone's safety: a neutral first line, in fixed words. Pure."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence

from bot.channels.service_cards import language_of
from bot.content.responses import get_responses

#: Names of wordings that are about someone's safety.
_SAFETY = ("utter_crisis_", "utter_check_in", "utter_emergency")
_URGENT = "utter_emergency"


def is_about_safety(reply: Mapping[str, Any]) -> bool:
    """Whether a reply would tell a bystander that someone is at risk."""
    return bool(reply.get("card_level")) or str(reply.get("response") or "").startswith(_SAFETY)


def with_first_line(
    replies: Sequence[Mapping[str, Any]], channel: str, audience: str | None, carded: bool
) -> List[Dict[str, Any]]:
    """Puts a neutral line in front of an answer that is about someone's safety; other answers stay as they are.

    Args:
        replies: The whole answer, as the channels collect it.
        channel, audience: Decide on the wording.
        carded: Whether the chat had such an answer before; the question for a private place is asked once.

    Returns:
        The same replies; the first has the line in its own text, so that no other order of arrival can undo it.
    """
    answer = [dict(reply) for reply in replies]
    if not any(map(is_about_safety, answer)):
        return answer
    first = answer[0]
    line = get_responses().choose(_name(answer, carded, channel), audience, channel).text
    first["text"] = f"{line}\n\n{first.get('text') or ''}".rstrip()
    return answer


def _name(answer: Sequence[Mapping[str, Any]], carded: bool, channel: str) -> str:
    own = f"utter_messaging_first_line_{language_of(answer[0].get('response'))}"
    # In a text message a card in another script fills its segments by itself.
    if own in get_responses() and channel != "sms":
        return own
    if any(str(reply.get("response") or "").startswith(_URGENT) for reply in answer):
        return "utter_messaging_urgent_line"
    return "utter_messaging_next_line" if carded else "utter_messaging_first_line"
