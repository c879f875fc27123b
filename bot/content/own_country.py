"""Whose country a message names: where the writer is, or somebody else's, a background, a past. Pure.

"I live in india" and "numbers for india" are taken. "He lives in india", "cos im indian" and "when my mum was in india"
are not: they would replace the helplines of a person who lives elsewhere. Names are looked up by `countries.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterable, Iterator, List, Match, Pattern

from bot.content.countries import PRONOUN, Place, Words, find_places, get_country_names, place_first, resolve_country
from bot.content.others import REPORTED, SOMEBODY, of_oneself

#: More than anybody types before they say where they are; an endless text is not searched to its end.
_MAX_CHARS = 4000
#: An answer to "which country?" that names it among other words.
_SHORT_ANSWER_WORDS = 4
#: A message that is nothing but a name, with "its", "hi" and the like.
_MOST_WORDS_ALONE = 12

_ADVERBS = r"(?:(?:right|still|just|now|here|both|all|actually|currently|only|also|rn|atm|at the moment)\s+)*"
#: "were" is "we're" at the beginning of a sentence, and the past elsewhere.
_I_AM = rf"(?:\b(?:i am|i'?m|we are|we're|im)|(?:^|[.,;:!?\n])\s*were)\s+{_ADVERBS}"
_I = r"\b(?:i|we)\s+" + _ADVERBS
_IN = rf"\s+{_ADVERBS}(?:in|at|near|outside)"
_HERE = r"(?:living|livin|based|staying|located|stationed|residing)"
#: "A girl from kenya", not "a fan of a girl from kenya".
_PERSON = r"(?:an?\s+(?:(?!(?:of|with|by|to|in|for|and)\b)[\w'-]+\s+){1,5})?"
#: "In a small town in kenya". The place is looked at, not taken: "im in trouble, im in spain" holds two, and "paris,
#: texas" is one.
_PLACE = r"\s+(?:(?:an?|my)\s+(?:[\w'-]+\s+){1,3}(?:in|near|outside)\s+)?(?=(?P<place>[^.;:!?()\n]{1,80}))"
#: Words in front of a name that belong to it.
_PARTS = frozenset(
    ("near", "outside", "north", "south", "east", "west", "northern", "southern", "eastern", "western", "central",
     "rural", "county")
)  # fmt: skip


def _own(words: str) -> Pattern[str]:
    return re.compile(REPORTED + f"(?:{words})" + _PLACE)


#: Where somebody says that they themselves are, surest first.
_LIVING = _own(f"{_I}(?:live|liv|stay|reside){_IN}|{_I_AM}{_HERE}{_IN}")
_BEING = _own(f"{_I_AM}{_PERSON}(?:in|near)")
_BELONGING = (
    _own(r"\b(?:my|our|the) country (?:is|to|=|:)|^\W*country(?: is|:)"),
    _own(rf"{_I}(?:work|study|teach){_IN}|\b(?:the|our) school (?:\w+ ){{0,4}}is{_IN}"),
    _own(rf"\bmy (?:home|house|school) is{_IN}|\bour (?:family|home|house) (?:is|lives|is {_HERE}){_IN}"),
    _own(rf"{_I_AM}(?:writing|messaging|texting|calling)(?: to you)? from"),
    _own(r"\b(?:(?:i|we)(?: have)?|i'?ve|we'?ve) (?:just |recently )?moved(?: here)?(?: \w+)? to"),
)
#: Without a subject: of the writer, unless somebody else was spoken of before.
_LOOSE = _own(
    rf"(?:^|[,;.!?\n]|\band\b|\bbut\b)\s*{_ADVERBS}(?:now|currently|{_HERE}|live|work(?:ing)?|writing(?: to you)?)"
    rf"\s+{_ADVERBS}(?:in|from|at)"
)
#: Where they may have left.
_FROM = _own(f"{_I_AM}{_PERSON}from")
_LEFT = re.compile(
    r"\boriginally\b|\b(?:live|lives|living|been|moved|came|settled|based|stay|staying|grew up|now)\b.{0,20}\bhere\b"
    r"|\bbut\b(?: \w+){0,3} (?:live|living|stay|staying|moved|born|raised|grew|been|in|left)\b|\bhere now\b|\bcame to\b"
)
_REASON = re.compile(r"\b(?:cos|coz|cuz|bc|because|cause|since|that|for being|as)\s*$")
_NOT_NOW = re.compile(r"\b(?:when|whenever|wish|until|till|before|after|once|next time|imagine|like if)\s*$")

_PRONOUN = re.compile(r"\b(?:he|she|they|him|hes|shes|theyre|(?:s?he|they)(?:'s|'re))\b")
_PAST = re.compile(r"\b(?:was|(?:i|we) were|went|used to|lived|born|came|met|happened|visited|grew up|holidays?)\b")
#: "64gb" is no Britain.
_QUANTITY = re.compile(r"\d[^\W\d_]")
_WISHED = re.compile(r"\b(?:wish|wanna|want|going to|gonna|would|like to|love to|dream|hope|if)\b")
#: "I rly live up north near leeds", not "we met in spain" or "im talking to someone in spain".
_STAYS = re.compile(r"\b(?:i|we) (?:\w+ ){0,3}(?:live|liv|stay|am|are)\b|\b(?:i'?m|we're)\b")
_UNSAID = re.compile(
    r"\b(?:not|isn'?t|don'?t|from|with|to|of|on|about|online|someone|somebody|anyone|people|told|tell|said|say|says|thinks?"
    r"|likes?|loves?|(?!living|staying)\w+ing|\w+ed)\b"
)
#: "She is blackmailed with a picture, UK", "who do i call (ireland)".
_LAST = re.compile(r"(?:[.,;:!?\n(–]|\s-\s)(?P<last>(?:(?!\s-\s)[^.,;:!?\n()–]){2,30})[.!)\s]*\Z")
#: Words with which a last name may be where somebody else is, or was.
_ELSEWHERE = re.compile(
    r"\b(?:from|born|holidays?|trips?|visit\w*|travel\w*|fl(?:y|ying|ight)|went|goes|going|moved|lives?|living|lived|came"
    r"|comes?|coming|like|countr(?:y|ies))\b"
)
_CLAUSE = re.compile(r"[.,;:!?\n()]+|\b(?:but|and|cos|coz|cuz|because)\b")
#: What is asked for, or done, with the lines of a country; "someone in spain" is that in a request for helplines only.
_LINES = r"child\s?lines?|help\s?lines?|hot\s?lines?|phone\s?lines?|numbers?|services?"
_NAMES_LINES = re.compile(rf"\b(?:{_LINES})\b")
_REQUEST = re.compile(
    rf"\b(?:{_LINES}|lines?|contacts?|support|help|call|ring|phone|text|report\w*|centres?|centers?|police|who|someone"
    r"|somebody|anyone|anybody)\b"
)
_MOVED_ON = re.compile(r"\b(?:lives?|living|went|moved|was|comes?|came)\b")
#: "Irish helplines", "canadian child helplines".
_BETWEEN = frozenset(("child", "children", "kids", "teen", "crisis", "emergency", "free", "phone", "police"))
#: A name that is a person's, too, is a country behind these: "numbers for kenya".
_LINES_BEFORE = frozenset(("for", "of"))
#: Beside a name these words tell of nobody: "from india".
_NOBODY = frozenset(("from", "in", "the", "near", "at", "of", "not"))


@dataclass(frozen=True)
class CountryReading:
    """What a message says of the writer's country.

    Attributes:
        country: ISO code to be kept, or None.
        is_meant: The words are about the writer's own country or its lines, also where nobody can tell which it is.
        asks_for_lines: All the words ask for the lines of that country: "numbers for india please".
    """

    country: str | None
    is_meant: bool
    asks_for_lines: bool = False


def find_own_country(text: str, known: str | None = None) -> str | None:
    """The country in which a person says that they are ("im in the uk", "we live in Ireland"), else None.

    Unlike `resolve_country` it may be asked of any message: "he lives in canada" is not where the person is.

    Args:
        known: As for `resolve_country`.
    """
    plain = _plain(text)
    places = (place for match in _own_matches(plain) if (place := _named(match["place"], known)))
    return next((place.code for place in places), None) or _said_behind_the_name(Words(plain), known)


def newest_own_country(newest_first: Iterable[str], known: str | None = None) -> str | None:
    """The country that a person gave as their own last, in any of these messages."""
    return next(filter(None, (find_own_country(text, known) for text in newest_first)), None)


def read_country(
    text: str,
    known: str | None = None,
    was_asked: bool = False,
    names_a_country: bool = False,
    asks_for_lines: bool = False,
) -> CountryReading:
    """Reads a quiet message.

    Args:
        known: As for `resolve_country`.
        was_asked: We asked for the country just before.
        names_a_country: The message was understood as naming one.
        asks_for_lines: The message was understood as a request for helplines.
    """
    plain = _plain(text)
    lines = _lines_asked_for(text, known)
    if lines is not None:
        return CountryReading(lines, is_meant=True, asks_for_lines=True)
    country = find_own_country(text, known) or _alone(text, known, was_asked) or said_apart(text, known, was_asked)
    if country is None and (names_a_country or asks_for_lines):
        country = _lines_named(plain, _REQUEST if asks_for_lines else _NAMES_LINES, known)
    if country is None and names_a_country:
        country = _in_a_part(plain, known)
    if country is None and was_asked and (names_a_country or len(plain.split()) <= _SHORT_ANSWER_WORDS):
        country = _answered(plain, known)
    return CountryReading(country, country is not None or _is_of_the_writer(plain, known, was_asked))


def _lines_asked_for(text: str, known: str | None = None) -> str | None:
    """The country whose lines a message asks for with all its words: "numbers for india please"; else None."""
    names = get_country_names()
    words = Words(text)
    places = find_places(words, known, _LINES_BEFORE)
    rest = set(_rest(words, places))
    if not places or not names.numbers & rest or not rest <= names.numbers | names.asked_with | names.said_with:
        return None
    fits = (place for place in places if not place.is_people or _has_lines_after(place, words))
    return next((place.code for place in fits), None)


def named_alone(text: str, known: str | None = None) -> str | None:
    """The country that is all an answer to our question says ("ireland", "im irish"), so that it tells of no risk."""
    return _alone(text, known, was_asked=True)


def said_apart(text: str, known: str | None = None, was_asked: bool = False) -> str | None:
    """The country that stands by itself at the beginning or the end of a message, else None.

    Args:
        known: As for `resolve_country`.
        was_asked: We asked for the country just before.
    """
    return said_first(text, known, was_asked) or said_last(text, known, was_asked)


def said_last(text: str, known: str | None = None, was_asked: bool = False) -> str | None:
    """The country with which a message ends ("he wants more money, uk"), else None.

    Unasked only where none is known, behind words that name no other place and tell of nobody's travels.

    Args:
        known: As for `resolve_country`.
        was_asked: We asked for the country just before.
    """
    plain = _plain(text)
    found = _LAST.search(plain)
    if found is None or (known and not was_asked):
        return None
    before, last = plain[: found.start()], found["last"]
    if not before.strip() or _ELSEWHERE.search(before) or _PAST.search(before) or find_places(Words(before), known):
        return None
    names = {place.name for place in find_places(Words(last), known)}
    return None if names & {*get_country_names().ambiguous, PRONOUN} else _alone(last, known, was_asked)


def said_first(text: str, known: str | None = None, was_asked: bool = False) -> str | None:
    """The country with which a message begins before it goes on ("uk. he paid already"), else None.

    Unasked only where none is known, and not for a name that is a person's, too ("jordan. he keeps texting me").

    Args:
        known: As for `resolve_country`.
        was_asked: We asked for the country just before.
    """
    plain = _plain(text).strip()
    first, *more = _CLAUSE.split(plain, maxsplit=1)
    if not any(map(str.strip, more)) or _LEFT.search(plain):
        return None
    names = {place.name for place in find_places(Words(first), known)}
    if not was_asked and (known or names & {*get_country_names().ambiguous, PRONOUN}):
        return None
    return _alone(first, known, was_asked)


def _plain(text: str) -> str:
    return text[:_MAX_CHARS].lower().replace("’", "'")


def _own_matches(plain: str) -> Iterator[Match[str]]:
    """Where the words begin to say where the writer is."""
    for pattern in (_LIVING, _BEING, *_BELONGING, _LOOSE, _FROM):
        for match in of_oneself(pattern, plain):
            before = plain[: match.start()]
            if match["to_others"] or _NOT_NOW.search(before):
                continue
            if pattern is _LOOSE and SOMEBODY.search(before):
                continue
            if pattern is _FROM and (_REASON.search(before) or _LEFT.search(plain)):
                continue
            yield match


def _named(place: str, known: str | None) -> Place | None:
    """The name with which a place begins: "the uk", "south london"; a nationality is none ("im in german class")."""
    words = Words(place)
    named = place_first(words, known)
    while named is None and words.plain and words.plain[0] in _PARTS:
        words = words.after(1)
        named = place_first(words, known)
    return None if named is None or named.is_people else named


def _said_behind_the_name(words: Words, known: str | None) -> str | None:
    """ "Sri lanka is where i live", "from ireland here"."""
    for place in find_places(words, known):
        before, after = words.plain[: place.start], words.plain[place.end :]
        is_home = after[:2] == ["is", "where"] and after[2:3] and after[2] in ("i", "we", "im", "i'm", "we're")
        is_here = after[:1] == ["here"] and set(before) <= {"hi", "hello", "hey", "from", "in", "the"}
        if not place.is_people and (is_home or is_here):
            return place.code
    return None


def _alone(text: str, known: str | None, was_asked: bool) -> str | None:
    """The name that is all a message says. "From india" is as often somebody else's when the own country is known."""
    words = Words(text)
    places = find_places(words, known)
    rest = _rest(words, places)
    if len(words.plain) > _MOST_WORDS_ALONE or not all(map(_says_nothing, rest)):
        return None
    if _PAST.search(text.lower()) or _QUANTITY.search(text):
        return None
    if not was_asked and any(place.is_people for place in places):
        return None
    if not was_asked and known and {"from", "in"} & set(rest) and set(rest) <= _NOBODY:
        return None
    return _not_denied(text, words, places, known)


def _says_nothing(word: str) -> bool:
    """Whether a word beside a name leaves it alone; a code, and a name in a script without spaces, are names."""
    names = get_country_names()
    is_code = len(word) == 2 and resolve_country(word.upper()) is not None
    return word in names.said_with or word == "not" or is_code or any(name in word for name in names.unspaced)


def _not_denied(text: str, words: Words, places: List[Place], known: str | None) -> str | None:
    """The country that a text names; of "its poland not portugal" the one that it is."""
    said = [place for place in places if not _is_denied(place, words)]
    if len(said) == len(places):
        return resolve_country(text, known)
    return said[0].code if said else None


def _is_denied(place: Place, words: Words) -> bool:
    before = [word for word in words.plain[: place.start] if word not in ("the", "in", "from")]
    return bool(before) and before[-1] in ("not", "isnt", "isn't", "no")


def _rest(words: Words, places: List[Place]) -> List[str]:
    covered = {position for place in places for position in range(place.start, place.end)}
    return [word for position, word in enumerate(words.plain) if position not in covered]


def _lines_named(plain: str, request: Pattern[str], known: str | None) -> str | None:
    """The country in a request: "is there a number for kids in kenya", "my son is hit, who do i call in india"."""
    for part in _CLAUSE.split(plain):
        words = Words(part)
        for place in find_places(words, known, _LINES_BEFORE):
            before = " ".join(words.plain[: place.start])
            asked = [match.end() for match in request.finditer(before)]
            between = before[asked[-1] :] if asked else ""
            is_asked_for = asked and not SOMEBODY.search(between) and not _MOVED_ON.search(between)
            if place.is_people:
                is_asked_for = _has_lines_after(place, words) and not SOMEBODY.search(before)
            if is_asked_for:
                return place.code
    return None


def _has_lines_after(place: Place, words: Words) -> bool:
    after = words.plain[place.end : place.end + 2]
    numbers = get_country_names().numbers
    return bool(after) and (after[0] in numbers or (after[0] in _BETWEEN and after[-1] in numbers))


def _in_a_part(plain: str, known: str | None) -> str | None:
    """Of words understood as naming a country: the part of them that says no more, or that is about the writer."""
    told_of_others = _PRONOUN.search(plain) is not None
    for part in _CLAUSE.split(plain):
        # "From" was read before, with what stands beside it: "they tease me because im from poland".
        alone = None if told_of_others or "from" in part else _alone(part, known, False)
        country = alone or _beside_the_writer(part, known)
        if country is not None:
            return country
    return None


def _beside_the_writer(part: str, known: str | None) -> str | None:
    """ "I rly live up north near leeds": no listed way to say it, and nobody else in it."""
    if not _STAYS.search(part) or any(one.search(part) for one in (SOMEBODY, _PAST, _WISHED, _UNSAID)):
        return None
    words = Words(part)
    fits = (place for place in find_places(words, known) if not place.is_people and place.start)
    return next((place.code for place in fits if words.plain[place.start - 1] in ("in", "at", "near", "the")), None)


def _answered(plain: str, known: str | None) -> str | None:
    """An answer to "which country?" that is about nobody else and no past: "i think its scotland"."""
    words = Words(plain)
    places = find_places(words, known)
    if any(one.search(plain) for one in (SOMEBODY, _PAST, _WISHED, _LEFT)) or _CLAUSE.match(plain) or not places:
        return None
    return _not_denied(plain, words, places, known)


def _is_of_the_writer(plain: str, known: str | None, was_asked: bool) -> bool:
    """Whether words without a country to keep are still about the writer's own: "i live in georgia"."""
    people = get_country_names().people
    if any(not people & set(Words(match["place"]).plain) for match in _own_matches(plain)):
        return True
    if SOMEBODY.search(plain) or _CLAUSE.match(plain):
        return False
    return was_asked or (known is None and not find_places(Words(plain), known))
