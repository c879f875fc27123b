"""Figures of speech that sound of violence: "mum is gonna kill me if i miss the bus", "he hit on my friend". Pure.

A message in which one stands is read once more with plain words in its place: everything else in it still counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Pattern, Sequence

import yaml

from bot.config import DATA_DIR

_FIGURES = DATA_DIR / "risk" / "words" / "figures.yml"
_SPACES = re.compile(" {2,}")
#: A longer message is a story of its own, and could keep a pattern busy.
_MOST_CHARS = 600


@dataclass(frozen=True)
class Figure:
    """One figure of speech.

    Attributes:
        found: Where it stands.
        instead: What is meant by it.
        unless: Words beside which it may be meant as it says.
    """

    found: Pattern[str]
    instead: str
    unless: Pattern[str]


def in_plain_words(text: str) -> str:
    """The text with plain words for its figures of speech; the text itself where it has none.

    Args:
        text: As typed. "He says he is going to kill me" and "my dad will kill me if i tell" stay as they are.
    """
    if len(text) > _MOST_CHARS:
        return text
    straight = text.replace("’", "'")
    plain = straight
    for figure in _figures(_FIGURES):
        if not figure.unless.search(straight):
            plain = figure.found.sub(figure.instead, plain)
    return text if plain == straight else _SPACES.sub(" ", plain)


@lru_cache(maxsize=2)
def _figures(path: Path) -> Sequence[Figure]:
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["figures"]
    return tuple(Figure(_pattern(row["found"]), row["instead"], _pattern(row["unless"])) for row in rows)


def _pattern(row: str) -> Pattern[str]:
    return re.compile(row, re.IGNORECASE)
