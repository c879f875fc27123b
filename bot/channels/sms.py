"""Replies as text messages: plain characters, few segments, choices as numbers, words that carriers reserve. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, List, Mapping, Sequence, Tuple

from bot.channels.first_line import is_about_safety
from bot.channels.numbered import Choice, as_lines
from bot.channels.rendering import buttons_of, text_of
from bot.channels.segments import MOST_PARTS, cheapest, cut_answer
from bot.content.responses import get_responses

Reply = Mapping[str, Any]

CHOOSE, MORE_OFFER = "utter_texts_choose", "utter_texts_more"
#: Choices that a text message lists; the answer can always be written in words.
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
class Unread:
    """What "more" brings: the rest of an answer and the choices that come at its end."""

    text: str
    choices: Tuple[Choice, ...] = ()
    listed: bool = True


@dataclass(frozen=True)
class TextMessages:
    """What leaves as text messages.

    Attributes:
        parts: The messages, in order.
        choices: What a number now stands for.
        unread: What is left for "more", or None.
    """

    parts: Tuple[str, ...]
    choices: Tuple[Choice, ...] = ()
    unread: Unread | None = None


def reserved_command(text: str) -> str | None:
    """The command that a reserved word stands for, or None; inside a longer message the words mean nothing special."""
    return RESERVED.get(_alone(text))


def asks_for_more(text: str) -> bool:
    """Whether the person wants the rest of an answer."""
    return _alone(text) in _MORE


def _alone(text: str) -> str:
    return " ".join(text.casefold().strip(" .!?\"'\n\t").split())


def as_text_messages(replies: Sequence[Reply]) -> TextMessages:
    """The messages for replies as the channels collect them.

    A reply with helplines goes out whole: help never waits behind "more". Everything else shares what is left of
    MOST_PARTS.
    """
    blocks = [(cheapest(_tight(text_of(reply))), shows_help(reply)) for reply in replies]
    blocks = [block for block in blocks if block[0]]
    choices = _choices(replies)
    listed = bool(choices and blocks) and not _SPELLED_OUT.search(blocks[-1][0])
    ends = max((number for number, (_, helps) in enumerate(blocks, start=1) if helps), default=0)
    last = ends == len(blocks)
    parts: List[str] = []
    for number, (text, _) in enumerate(blocks[:ends], start=1):
        parts.extend(_whole(text, _tail(choices) if listed and last and number == ends else ""))
    if last:
        return TextMessages(tuple(parts), choices)
    rest = "\n".join(text for text, _ in blocks[ends:])
    page = read_on(Unread(rest, choices, listed), max(1, MOST_PARTS - len(parts)))
    return TextMessages((*parts, *page.parts), page.choices, page.unread)


def read_on(unread: Unread, most: int = MOST_PARTS) -> TextMessages:
    """The next messages of an answer; the choices come with the last one."""
    tail = _tail(unread.choices) if unread.listed else ""
    cut = cut_answer(unread.text, tail, _words(MORE_OFFER), most=most)
    if cut.rest:
        return TextMessages(cut.parts, (), Unread(cut.rest, unread.choices, unread.listed))
    return TextMessages(cut.parts, unread.choices)


def shows_help(reply: Reply) -> bool:
    """Whether a reply is about someone's safety or shows helplines."""
    return bool(reply.get("hotlines")) or is_about_safety(reply)


def numbered_list(choices: Sequence[Choice]) -> str:
    """The choices with the words that say what to do with them; empty without choices."""
    return f"{_words(CHOOSE)}\n{as_lines(choices)}" if choices else ""


def _tail(choices: Sequence[Choice]) -> str:
    return cheapest(numbered_list(choices))


def _choices(replies: Sequence[Reply]) -> Tuple[Choice, ...]:
    for reply in reversed(replies):
        found = tuple((button.title, button.payload) for button in buttons_of(reply))
        if found:
            return found[:MOST_CHOICES]
    return ()


def _whole(text: str, tail: str) -> Tuple[str, ...]:
    return cut_answer(text, tail, "", most=_MOST_WHOLE_PARTS).parts


def _tight(text: str) -> str:
    """Without empty lines: each would cost a character and show nothing."""
    return re.sub(r"\n\s*\n+", "\n", text)


def _words(name: str) -> str:
    return get_responses().choose(name, None, "sms").text
