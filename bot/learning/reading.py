"""What typed words mean inside a journey: a control ("stop", "back") or one of the choices. Pure."""

from __future__ import annotations

import re
from typing import Mapping, Sequence, Tuple

from rapidfuzz import fuzz

from bot.content.journeys import Choice

_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
    "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6,
}  # fmt: skip
_NUMBER = re.compile(r"(?:number |option |answer |the )?(\w+)(?: one)?")
#: Asked of us, where "why?" and "how old are you?" are asked of the other person in the story.
_INFORMATION = re.compile(
    r"^\W*(?:what (?:is|are|does)|whats (?:a|an|the)|how (?:do|does|can|to)|where (?:do|can)|who can|tell me"
    r"|explain)\b",
    re.IGNORECASE,
)
#: Typing slips are forgiven from this likeness (0 to 100) on, when no second choice comes near.
_LIKENESS = 84.0
_MARGIN = 8.0
#: A word that stands for a choice counts inside a message of at most this many words.
_SHORT = 4


def plain(text: str) -> str:
    """Lower case, letters and digits only, single spaces, apostrophes closed up."""
    closed = re.sub(r"['’`]", "", text.lower())
    return " ".join(re.findall(r"[^\W_]+", closed))


def read_control(text: str, phrases: Mapping[str, Sequence[str]], names: Sequence[str]) -> str | None:
    """The first of `names` that has the whole message among its phrases."""
    said = plain(text)
    return next((name for name in names if said and said in phrases.get(name, ())), None)


def asks_for_information(text: str) -> bool:
    """Whether the words ask us for something, rather than the other person in the story."""
    return _INFORMATION.search(text) is not None


def read_choice(text: str, choices: Sequence[Choice], loosely: bool = True) -> str | None:
    """The id of the choice that the words name: its title, its number, one of its words, or nearly its title.

    Args:
        text: As typed.
        choices: In the order of the buttons; hidden ones can be named, but have no number.
        loosely: A word inside a short message counts too; not so when the message asks something of its own.
    """
    said = plain(text)
    if not said:
        return None
    found = read_exactly(text, choices) or _by_number(said, choices) or _by_likeness(said, choices)
    return found or (_by_word(said, choices) if loosely else None)


def read_exactly(text: str, choices: Sequence[Choice]) -> str | None:
    """The id of the choice whose title, or one of whose words, is the whole message; None without one."""
    said = plain(text)
    for choice in choices:
        if said and (said in (plain(choice.title), plain(choice.id)) or said in map(plain, choice.words)):
            return choice.id
    return None


def _by_number(said: str, choices: Sequence[Choice]) -> str | None:
    match = _NUMBER.fullmatch(said)
    name = match.group(1) if match else ""
    place = int(name) if name.isdecimal() and len(name) == 1 else _NUMBER_WORDS.get(name, 0)
    shown = [choice for choice in choices if not choice.hidden]
    return shown[place - 1].id if 1 <= place <= len(shown) else None


def _by_word(said: str, choices: Sequence[Choice]) -> str | None:
    if len(said.split()) > _SHORT:
        return None
    found = {c.id for c in choices for word in c.words if re.search(rf"\b{re.escape(plain(word))}\b", said)}
    return found.pop() if len(found) == 1 else None


def _by_likeness(said: str, choices: Sequence[Choice]) -> str | None:
    ranked: Sequence[Tuple[float, str]] = sorted(
        ((fuzz.ratio(said, plain(choice.title)), choice.id) for choice in choices if not choice.hidden), reverse=True
    )
    if not ranked or ranked[0][0] < _LIKENESS:
        return None
    return ranked[0][1] if len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= _MARGIN else None
