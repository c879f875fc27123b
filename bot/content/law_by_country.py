"""What holds in the reader's own country stands first. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from typing import FrozenSet

from bot.content.countries import Words, place_first

_POINT = "• "
#: What a point of a list is about: "India and Northern Ireland" in "• India and Northern Ireland: duties that …".
_LABEL = re.compile(rf"{_POINT}(?P<label>[^:]{{2,60}}):")
_BETWEEN_NAMES = re.compile(r",| and ")


def own_country_first(text: str, country: str | None) -> str:
    """The same text, in each list with the points about the reader's country first; nothing else changes its place.

    Args:
        text: An answer whose lists have a point for some countries each, such as who must report abuse by law.
        country: ISO code; None leaves the order of the file.
    """
    if country is None or _POINT not in text:
        return text
    lines = []
    for is_list, group in groupby(text.split("\n"), lambda line: line.startswith(_POINT)):
        found = list(group)
        lines += sorted(found, key=lambda line: country not in _countries_of(line)) if is_list else found
    return "\n".join(lines)


@lru_cache(maxsize=1024)
def _countries_of(line: str) -> FrozenSet[str]:
    match = _LABEL.match(line)
    names = _BETWEEN_NAMES.split(match["label"]) if match else ()
    # "16 in the EU and UK" is about an age: a name has to stand first.
    places = [place_first(Words(name)) for name in names]
    return frozenset(place.code for place in places if place) if places and places[0] else frozenset()
