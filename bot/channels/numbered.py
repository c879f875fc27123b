"""Choices as numbers, where a channel has no buttons: "1", "one", or the words of the choice. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import List, Sequence, Tuple

#: A title and the payload it stands for.
Choice = Tuple[str, str]

_NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINAL_WORDS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
#: Words that may stand before or after a number and change nothing: "number 1", "the first one please".
_FILLERS = frozenset(("number", "nr", "option", "choice", "answer", "the", "please", "pls", "reply", "its", "it's"))
_LONGEST_REPLY_WORDS = 12
#: Words around the words of a choice that change nothing of it.
_COURTESY = frozenset(
    (
        "yes", "yeah", "yep", "ok", "okay", "please", "pls", "plz", "thanks", "thx", "the", "a", "an", "um", "hi",
        "lets", "let's",
    )
)  # fmt: skip
_FEWEST_TELLING_WORDS = 2
#: A choice that carries out what was just asked about. "Ok" and "thanks" alone agree to nothing that can't be undone.
CONFIRMING = "/confirm_"
_AGREEING = frozenset(("yes", "yeah", "yep", "sure", "do", "delete", "remove", "erase"))
_BESIDE_AGREEING = frozenset(("it", "go", "ahead", "now", "all", "everything", "chat", "my", "this"))


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
    meant = read_title(text, choices)
    if meant is not None:
        return meant
    number = _number(said)
    if number is None:
        # "1 yes", as the list shows it.
        number = _number(said[:1])
        if number is None or not 1 <= number <= len(choices) or said[1:] != _words(choices[number - 1][0]):
            return None
    return choices[number - 1][1] if 1 <= number <= len(choices) else None


def read_title(text: str, choices: Sequence[Choice]) -> str | None:
    """The payload of the choice that was typed instead of pressed: its words, "the first one", or a yes to the one that
    asks for a yes. None when it is none of them.

    "Yes set up an iphone please" is "Set up an iPhone": words of courtesy, and articles, count on neither side, as long
    as two others are left.
    """
    said = _words(text)
    exact = next((payload for title, payload in choices if said and said == _words(title)), None)
    if exact is not None:
        return exact
    bare = _without_courtesy(said)
    if len(bare) >= _FEWEST_TELLING_WORDS:
        exact = next((payload for title, payload in choices if bare == _without_courtesy(_words(title))), None)
    return exact or _by_place(said, choices) or _confirmed(said, choices)


def _by_place(said: Sequence[str], choices: Sequence[Choice]) -> str | None:
    """ "Yes, the first one": an ordinal with its noun, since "second" alone may be a span of time."""
    left = [word for word in _without_courtesy(said) if word not in _FILLERS]
    if len(left) != 2 or left[0] not in _ORDINAL_WORDS or left[1] != "one":
        return None
    place = _ORDINAL_WORDS.index(left[0])
    return choices[place][1] if place < len(choices) else None


def _confirmed(said: Sequence[str], choices: Sequence[Choice]) -> str | None:
    """ "Yes" or "ok delete it" to a question that offers to do it now."""
    is_nothing_else = _AGREEING.union(_COURTESY, _BESIDE_AGREEING).issuperset(said)
    is_agreed = is_nothing_else and not _AGREEING.isdisjoint(said)
    offered = next((payload for _, payload in choices if payload.startswith(CONFIRMING)), None)
    return offered if is_agreed else None


def _without_courtesy(words: Sequence[str]) -> List[str]:
    return [word for word in words if word not in _COURTESY]


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
