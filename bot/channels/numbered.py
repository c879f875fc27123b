"""Choices as numbers, where a channel has no buttons: "1", "one", or the words of the choice. Pure.

Only our own words are kept (a choice's title and what it leads to), in memory, and only the newest list of a
conversation. What a person wrote is compared and dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from typing import Any, List, Mapping, Sequence, Tuple

#: A title and the payload it stands for.
Choice = Tuple[str, str]

_REMEMBERED = 20_000
_NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINAL_WORDS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
#: Words that may stand before or after a number and change nothing: "number 1", "the first one please".
_FILLERS = frozenset(("number", "nr", "option", "choice", "answer", "the", "please", "pls", "reply", "its", "it's"))
_LONGEST_REPLY_WORDS = 12


class Choices:
    """The newest list of choices of each conversation; bounded, so that memory is."""

    def __init__(self, most: int = _REMEMBERED) -> None:
        """Creates an empty memory for at most so many conversations."""
        self._most = most
        self._lists: OrderedDict[str, Tuple[Choice, ...]] = OrderedDict()

    def offer(self, conversation_id: str, choices: Sequence[Choice]) -> None:
        """Replaces the list of a conversation; an empty one removes it."""
        self._lists.pop(conversation_id, None)
        if choices:
            self._lists[conversation_id] = tuple(choices)
        while len(self._lists) > self._most:
            self._lists.popitem(last=False)

    def of(self, conversation_id: str) -> Tuple[Choice, ...]:
        """The newest list, or an empty one."""
        return self._lists.get(conversation_id, ())

    def knows(self, conversation_id: str) -> bool:
        """Whether a list is remembered; after a restart none is."""
        return conversation_id in self._lists

    def forget(self, conversation_id: str) -> None:
        """Drops the list of a conversation (called when the chat is deleted)."""
        self._lists.pop(conversation_id, None)


def choices_from(replies: Sequence[Mapping[str, Any]]) -> Tuple[Choice, ...]:
    """The choices of the last reply that has any, without repeats; each reply as the channels collect them."""
    for reply in reversed(replies):
        buttons = reply.get("buttons") or ()
        if buttons:
            return tuple(OrderedDict.fromkeys((str(b["title"]), str(b.get("payload", b["title"]))) for b in buttons))
    return ()


def as_lines(choices: Sequence[Choice]) -> str:
    """The list as a person reads it: `1 Yes`, one a line."""
    return "\n".join(f"{number} {title}" for number, (title, _) in enumerate(choices, start=1))


def read_reply(text: str, choices: Sequence[Choice]) -> str | None:
    """The payload of the choice that a reply means.

    Args:
        text: As typed. A longer sentence that only begins with a number ("1 guy keeps asking") means no choice.
        choices: The list that the person saw.

    Returns:
        None when the reply is not clearly one of the choices; it is then read like any other message.
    """
    said = _words(text)
    if not choices or not said or len(said) > _LONGEST_REPLY_WORDS:
        return None
    for title, payload in choices:
        if said == _words(title):
            return payload
    number = _number(said)
    if number is None:
        # "1 yes", as the list shows it.
        number = _number(said[:1])
        if number is None or not 1 <= number <= len(choices) or said[1:] != _words(choices[number - 1][0]):
            return None
    return choices[number - 1][1] if 1 <= number <= len(choices) else None


def _number(words: Sequence[str]) -> int | None:
    left = [word for word in words if word not in _FILLERS]
    if len(left) == 2 and left[0] in _ORDINAL_WORDS and left[1] == "one":
        left = left[:1]
    if len(left) != 1:
        return None
    (word,) = left
    if word.isdecimal() and len(word) <= 2:
        # `int` reads the digits of every script.
        return int(word)
    for names in (_NUMBER_WORDS, _ORDINAL_WORDS):
        if word in names:
            return names.index(word) + 1
    return None


def _words(text: str) -> List[str]:
    """Lower-case words without punctuation; digits in a circle or a key cap become digits."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    return re.findall(r"[\w']+", "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Me", "Cf")))
