"""Asks for the country inside a journey, when nobody said it, so that a page can carry local numbers. Pure.

The country is kept as the answer of the step, as its code in lower case; it is asked, never sensed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, Mapping, Tuple

from bot.content.composed import Answers, Composed, JourneyFacts, choice_in, entities_of
from bot.content.countries import get_country_names
from bot.content.hotlines import get_directory
from bot.content.journeys import Choice
from bot.content.responses import get_responses

STEP = "place"
WORDING = "utter_journey_place"
#: The buttons of this wording name the countries offered first.
OFFER = "utter_hotlines_anywhere"
#: Two letters that people do write for a country; others are everyday words.
_SHORT_NAMES = frozenset(("uk", "nz", "gb"))
_SHORTEST = 3


def ask_country(answers: Answers, facts: JourneyFacts) -> Composed | None:
    """The question with the countries of the directory; None when the country is known or was asked for."""
    if facts.country or answers.get(STEP):
        return None
    asked = get_responses().choose(WORDING, facts.audience, facts.channel, facts.slots)
    leave_out = tuple(Choice(choice_in(button.payload), button.title) for button in asked.buttons)
    return Composed(text=asked.text, choices=(*_countries(), *leave_out))


def country_from(answers: Answers, facts: JourneyFacts) -> str | None:
    """The country known or chosen: two capital letters, or None."""
    chosen = next((code.upper() for code in answers.get(STEP, ())), None)
    return facts.country or (chosen if get_directory().knows(chosen) else None)


@lru_cache(maxsize=1)
def _countries() -> Tuple[Choice, ...]:
    """Those offered on buttons first; every other one is understood when its name is typed."""
    directory, words = get_directory(), _words_by_country()
    named = (entities_of(button.payload).get("country") for button in get_responses().variations(OFFER)[0].buttons)
    first = [str(code) for code in named if code]
    rest = [code for code in directory.countries if code not in first]
    return tuple(
        Choice(code.lower(), directory.names[code], words=words.get(code, ()), hidden=code in rest)
        for code in (*first, *rest)
    )


def _words_by_country() -> Mapping[str, Tuple[str, ...]]:
    names = get_country_names()
    found: Dict[str, Tuple[str, ...]] = {}
    for words, code in names.by_words.items():
        if words not in names.ambiguous and (len(words) >= _SHORTEST or words in _SHORT_NAMES):
            found[code] = (*found.get(code, ()), words)
    return found
