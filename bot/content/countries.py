"""From what a person writes ("uk", "lagos", "I live in Österreich", a flag) to an ISO 3166 country code. Pure.

Names in many languages come from CLDR (package `babel`); short forms, people and cities from
`data/hotlines/aliases.yml`. A word that is also a person's name or an everyday word counts only alone or after a
place word, so that "my friend jordan said" is no country. Whose country it is, `own_country.py` says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import AbstractSet, Any, Dict, FrozenSet, Iterable, Iterator, List, Mapping, Tuple

import yaml

from bot.content.hotlines import FOLDER, get_directory
from bot.errors import ContentError
from bot.yaml_text import parse_yaml

FILE = FOLDER / "aliases.yml"
LANGUAGES = tuple(
    re.findall(
        "[a-z]+",
        "en es fr de pt it nl pl tr ru uk ar fa he hi bn ur ta id ms vi th ja ko zh sv da nb fi el ro hu cs sk bg hr "
        "sl et lv lt is sw af fil zu",
    )
)
#: Shorter names in other languages than English collide with everyday words ("y" is Italy in Vietnamese).
SHORTEST_FOREIGN_NAME = 4
LONGEST_NAME_WORDS = 5
#: Codes of CLDR that are no country.
_NO_COUNTRIES = frozenset(("EU", "UN", "EZ", "QO", "ZZ"))
#: Two letters that are used for a country and are not its ISO code.
_OTHER_CODES = {"UK": "GB", "EL": "GR"}
_SECTIONS = frozenset(
    ("aliases", "people", "ambiguous", "place_words", "also_in", "regions", "not_before", "said_with", "numbers",
     "asked_with")
)  # fmt: skip
#: Only the first words of a message are searched; an answer to "which country?" is short.
MAX_WORDS = 60
_WORD = re.compile(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*\.?")
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
#: Scripts without spaces: the name is looked for inside the text.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
#: Two letters in capitals that more often mean something else when typed.
_NOT_CODES = frozenset(("IN", "IT", "IS", "NO", "ME", "MY", "BE", "SO", "TO", "DO", "AM", "AS", "AT", "HM", "OK", "MS"))
#: "us" in small letters is a pronoun unless one of these stands before it or it stands alone.
PRONOUN = "us"


@dataclass(frozen=True)
class CountryNames:
    """All names of this process; every name in lower-case words.

    Attributes:
        by_words: Name → code.
        unspaced: The same for scripts without spaces.
        ambiguous, place_words: Words that need one of the place words before them.
        also_in: Name → codes of the other countries with a place of that name.
        regions: Name → code, of names that say where a town before them is.
        not_before: Words before which a name is no place.
        people: The names that say whom somebody belongs to ("irish"), not where they are.
        said_with: Words that with a name, and nothing else, say where the writer is.
        numbers: Words for what is asked for, in "numbers for india".
        asked_with: Words that may stand beside those in such a request.
    """

    by_words: Mapping[str, str]
    unspaced: Mapping[str, str]
    ambiguous: FrozenSet[str]
    place_words: FrozenSet[str]
    also_in: Mapping[str, FrozenSet[str]]
    regions: Mapping[str, str]
    not_before: FrozenSet[str]
    people: FrozenSet[str]
    said_with: FrozenSet[str]
    numbers: FrozenSet[str]
    asked_with: FrozenSet[str]


@dataclass(frozen=True)
class Place:
    """A name found in words; `start` and `end` are positions among them."""

    code: str
    name: str
    start: int
    end: int
    is_people: bool


@lru_cache(maxsize=1)
def get_country_names() -> CountryNames:
    """The names of this process; about 0.15 s at the first call. Raises ContentError for a broken alias file."""
    by_words: Dict[str, str] = {}
    unspaced: Dict[str, str] = {}
    for language in reversed(LANGUAGES):
        for code, name in _territories(language).items():
            if not _is_country(code):
                continue
            if _UNSPACED.search(name):
                unspaced[name] = code
            elif language == "en" or len(name) >= SHORTEST_FOREIGN_NAME:
                by_words[_normal(name)] = code
    aliases = _read_aliases()
    regions, people = _by_name(aliases["regions"]), _by_name(aliases["people"])
    by_words.update({**regions, **people, **_by_name(aliases["aliases"])})
    return CountryNames(
        by_words=by_words,
        unspaced=unspaced,
        ambiguous=frozenset(map(_normal, aliases["ambiguous"])),
        place_words=frozenset(aliases["place_words"]),
        also_in={_normal(name): frozenset(codes) for name, codes in aliases["also_in"].items()},
        regions=regions,
        not_before=frozenset(aliases["not_before"]),
        people=frozenset(people),
        said_with=frozenset(aliases["said_with"]),
        numbers=frozenset(aliases["numbers"]),
        asked_with=frozenset(aliases["asked_with"]),
    )


def _by_name(by_country: Mapping[str, Iterable[str]]) -> Dict[str, str]:
    return {_normal(name): code for code, names in by_country.items() for name in names}


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES


@lru_cache(maxsize=1)
def _codes() -> FrozenSet[str]:
    return frozenset(filter(_is_country, _territories("en")))


def country_code(value: object) -> str | None:
    """The ISO code for the two letters of a page, a setting or a form ("gb", "UK"); None when they are no country."""
    code = str(value or "").strip().upper()
    code = _OTHER_CODES.get(code, code)
    return code if code in _codes() else None


def _territories(language: str) -> Dict[str, str]:
    from babel import Locale, localedata

    found = dict(Locale.parse(language).territories)
    # babel keeps every language it ever read, and with 45 of them 44 MB; one that is needed again is read again.
    getattr(localedata, "_cache", {}).clear()
    return found


def _read_aliases() -> Any:
    try:
        content = parse_yaml(FILE.read_text(encoding="utf-8"))
        if _SECTIONS - set(content):
            raise KeyError(" or ".join(sorted(_SECTIONS)))
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ContentError(f"{FILE} cannot be read ({error}). Copy it from the repository.") from error
    return content


def _normal(name: str) -> str:
    return " ".join(word.casefold().rstrip(".").replace("’", "'") for word in _WORD.findall(name))


def resolve_country(text: str, known: str | None = None) -> str | None:
    """The country a text names, or None.

    Args:
        text: A short answer or a sentence, as typed.
        known: The country known before, which wins where a place of that name is in it too ("georgia" for `US`).

    Returns:
        ISO code in capitals. When several are named, the one after "in" wins, then the longest name, then the first.
        None also for a name of two countries, when that of them which is meant first has no helplines: better asked.
    """
    flag = _FLAG.search(text)
    if flag:
        return "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in flag.groups())
    names = get_country_names()
    stripped = text.strip().strip(".!?")
    if re.fullmatch("[A-Z]{2}", stripped) and stripped not in _NOT_CODES:
        return country_code(stripped)
    for name, code in names.unspaced.items():
        if name in text:
            return code
    return _search(Words(text), known)


class Words:
    """The words of a text, as typed and in lower case."""

    def __init__(self, text: str) -> None:
        """Reads the first words of a text."""
        self.typed = _WORD.findall(text)[:MAX_WORDS]
        self.plain = [word.casefold().rstrip(".").replace("’", "'") for word in self.typed]

    def after(self, count: int) -> Words:
        """The words behind the first ones."""
        rest = Words("")
        rest.typed, rest.plain = self.typed[count:], self.plain[count:]
        return rest

    def phrases(self, start: int) -> Iterator[Tuple[str, int]]:
        """Every phrase that begins here, longest first, with the position after it."""
        for end in range(min(start + LONGEST_NAME_WORDS, len(self.plain)), start, -1):
            yield " ".join(self.plain[start:end]), end


def find_places(words: Words, known: str | None = None, before: AbstractSet[str] = frozenset()) -> List[Place]:
    """Every name that counts as one where it stands, in order.

    Args:
        known: As for `resolve_country`.
        before: Words that make a country of a person's name behind them, besides the place words of the file.
    """
    names = get_country_names()
    found: List[Place] = []
    start = 0
    while start < len(words.plain):
        counted = (place for place in _places_at(start, words, names, known) if _counts(place, words, names, before))
        place = next(counted, None)
        start = place.end if place else start + 1
        found += [place] if place else []
    return found


def place_first(words: Words, known: str | None = None) -> Place | None:
    """The name that stands first: "in love with a boy from spain" says nothing of where the writer is."""
    names = get_country_names()
    starts = (0, 1) if words.plain[:1] == ["the"] else (0,)
    return next((place for start in starts for place in _places_at(start, words, names, known)), None)


def _places_at(start: int, words: Words, names: CountryNames, known: str | None) -> Iterator[Place]:
    """The names that begin here, longest first."""
    for phrase, end in words.phrases(start):
        code = _meant(phrase, end, words, names, known)
        if code is not None:
            yield Place(code, phrase, start, end, phrase in names.people)


def _search(words: Words, known: str | None) -> str | None:
    def rank(place: Place) -> Tuple[bool, int, int]:
        placed = place.start > 0 and words.plain[place.start - 1] in ("in", "en", "em")
        return not placed, place.start - place.end, place.start

    return next((place.code for place in sorted(find_places(words, known), key=rank)), None)


def _meant(phrase: str, end: int, words: Words, names: CountryNames, known: str | None) -> str | None:
    """The country that a name stands for at its place in a text; None when it is no name, or nobody can say."""
    code = names.by_words.get(phrase)
    if code is None or words.plain[end : end + 1] and words.plain[end] in names.not_before:
        return None
    after = _region_at(end, words, names)
    if after is not None:
        return after
    elsewhere = names.also_in.get(phrase, frozenset())
    if known in elsewhere:
        return known
    return None if elsewhere and not get_directory().knows(code) else code


def _region_at(start: int, words: Words, names: CountryNames) -> str | None:
    """The country of the region that says where the place before it is: "paris texas", "panama city florida"."""
    skipped = start + int(words.plain[start : start + 1] == ["city"])
    phrases = [phrase for phrase, _ in words.phrases(skipped) if phrase not in names.ambiguous]
    return next((names.regions[phrase] for phrase in phrases if phrase in names.regions), None)


def _counts(place: Place, words: Words, names: CountryNames, more: AbstractSet[str] = frozenset()) -> bool:
    alone = len(words.plain) == place.end - place.start
    before = words.plain[place.start - 1] if place.start else ""
    if place.name == PRONOUN:
        return alone or before in ("the", "from", "in") or words.typed[place.start].rstrip(".") in ("US", "U.S")
    if place.name in names.ambiguous:
        return alone or before in names.place_words or before in more
    return True
