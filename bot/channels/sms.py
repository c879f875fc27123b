"""Replies as text messages: plain characters, few segments, choices as numbers, words that carriers reserve. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from bot.channels.first_line import is_about_safety
from bot.channels.numbered import Choice, as_lines, read_reply
from bot.channels.offers import Offer
from bot.channels.rendering import buttons_of, text_of
from bot.channels.segments import MOST_PARTS, cheapest, cut_answer
from bot.content.responses import get_responses

Reply = Mapping[str, Any]

CHOOSE, MORE_OFFER = "utter_texts_choose", "utter_texts_more"
#: Choices that a list holds; an answer can always be written in words.
MOST_CHOICES = 9
#: A reply that must not be cut short has at most a few parts more than others; this only bounds it.
_MOST_WHOLE_PARTS = 20

#: Words that carriers and Twilio reserve, alone in a message, and the command each stands for. "Yes" would also count
#: as START, but it is what a person answers to a direct question about their safety, so it stays an answer.
RESERVED = {
    **dict.fromkeys(("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"), "/stop"),
    **dict.fromkeys(("start", "unstop"), "/start"),
    **dict.fromkeys(("help", "info"), "/help"),
}
_MORE = frozenset(("more", "read on", "next"))
#: A text that spells out its choices itself: "Reply 1 if you can't talk out loud."
_SPELLED_OUT = re.compile(r"\bReply:? 1\b")


@dataclass(frozen=True)
class TextMessages:
    """What leaves as text messages: the parts in order, and what a number or "more" means afterwards."""

    parts: Tuple[str, ...]
    offer: Offer = Offer()


def reserved_command(text: str) -> str | None:
    """The command that a reserved word stands for, or None; inside a longer message the words mean nothing special."""
    return RESERVED.get(_alone(text))


def as_text_messages(replies: Sequence[Reply]) -> TextMessages:
    """The messages for replies as the channels collect them.

    A reply with helplines goes out whole: help never waits behind "more". Everything else shares what is left of
    MOST_PARTS.
    """
    blocks = [(cheapest(_tight(text_of(reply))), shows_help(reply)) for reply in replies]
    blocks = [block for block in blocks if block[0]]
    choices = choices_of(replies)
    # With a choice spelled out by a card, a list of others would give "1" a second meaning.
    spelled_out = any(_SPELLED_OUT.search(text) for text, _ in blocks)
    tail = "" if not blocks or spelled_out else cheapest(numbered_list(choices))
    # Everything up to the last reply with help goes out whole.
    ends = max((number for number, (_, helps) in enumerate(blocks, start=1) if helps), default=0)
    parts: List[str] = []
    for number, (text, _) in enumerate(blocks[:ends], start=1):
        parts.extend(cut_answer(text, tail if number == len(blocks) else "", "", most=_MOST_WHOLE_PARTS).parts)
    if ends == len(blocks):
        return TextMessages(tuple(parts), Offer(choices))
    rest = "\n".join(text for text, _ in blocks[ends:])
    cut = cut_answer(rest, tail, _words(MORE_OFFER), most=max(1, MOST_PARTS - len(parts)))
    return TextMessages((*parts, *cut.parts), Offer(choices, cut.rest, spelled_out))


def meant_by(offer: Offer, text: str) -> str | Dict[str, Any] | None:
    """What a typed text refers to: the payload of a choice, the rest of an answer as a reply, or None."""
    if not offer.unread or _alone(text) not in _MORE:
        return read_reply(text, offer.choices) if offer.shown or not offer.unread else None
    buttons = [{"title": title, "payload": payload} for title, payload in offer.choices]
    return {"text": offer.unread, "buttons": buttons, "response": MORE_OFFER, "hotlines": []}


def shows_help(reply: Reply) -> bool:
    """Whether a reply is about someone's safety or shows helplines."""
    return bool(reply.get("hotlines")) or is_about_safety(reply)


def choices_of(replies: Sequence[Reply]) -> Tuple[Choice, ...]:
    """The choices of the last reply that has any; those of a reply about someone's safety come before all others."""
    newest_first = list(reversed(replies))
    for reply in [*filter(is_about_safety, newest_first), *newest_first]:
        found = tuple((button.title, button.payload) for button in buttons_of(reply))
        if found:
            return found[:MOST_CHOICES]
    return ()


def numbered_list(choices: Sequence[Choice]) -> str:
    """The choices with the words that say what to do with them; empty without choices."""
    return f"{_words(CHOOSE)}\n{as_lines(choices)}" if choices else ""


def _alone(text: str) -> str:
    return " ".join(text.casefold().strip(" .!?\"'\n\t").split())


def _tight(text: str) -> str:
    """Without empty lines: each would cost a character and show nothing."""
    return re.sub(r"\n\s*\n+", "\n", text)


def _words(name: str) -> str:
    return get_responses().choose(name, None, "sms").text
