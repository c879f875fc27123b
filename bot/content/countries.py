"""From what a person writes ("uk", "lagos", "I live in Österreich", a flag) to an ISO 3166 country code. Pure.

Names in many languages come from CLDR (package `babel`); short forms, people and cities from
`data/hotlines/aliases.yml`. A word that is also a person's name or an everyday word counts only alone or after a
place word, so that "my friend jordan said" is no country.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Dict, FrozenSet, Iterable, List, Mapping, Tuple

import yaml

from bot.content.hotlines import FOLDER, Loader
from bot.errors import ContentError

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
#: Only the first words of a message are searched; an answer to "which country?" is short.
MAX_WORDS = 60
_WORD = re.compile(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*\.?")
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
#: Scripts without spaces: the name is looked for inside the text.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
#: Two letters in capitals that more often mean something else when typed.
_NOT_CODES = frozenset(("IN", "IT", "IS", "NO", "ME", "MY", "BE", "SO", "TO", "DO", "AM", "AS", "AT", "HM", "OK", "MS"))
#: Where somebody says that they themselves are; "from" is where they may have left.
_OWN_PLACES = tuple(
    re.compile(
        rf"\b(?:{who})\s+(?:here\s+)?{word}\s+(?:(?:an?|my)\s+(?:[\w'-]+\s+){{1,3}}in\s+)?"
        r"(?P<place>[^.,;:!?()\n]{1,80})",
        re.IGNORECASE,
    )
    for who, word in (
        ("i live|we live|i am living|i'm living|im living|i am based|i'm based|im based|i stay|we stay", "in"),
        ("i am|i'm|im|we are|we're", "in"),
        ("i am|i'm|im|we are|we're", "from"),
    )
)
#: More than anybody types before they say where they are; an endless text is not searched to its end.
_OWN_CHARS = 4000
#: "us" in small letters is a pronoun unless one of these stands before it or it stands alone.
_PRONOUN = "us"


@dataclass(frozen=True)
class CountryNames:
    """All names by lower-case words, those of unspaced scripts, and the words that need a place word before them."""

    by_words: Mapping[str, str]
    unspaced: Mapping[str, str]
    ambiguous: FrozenSet[str]
    place_words: FrozenSet[str]


@lru_cache(maxsize=1)
def get_country_names() -> CountryNames:
    """The names of this process; about 0.15 s at the first call. Raises ContentError for a broken alias file."""
    by_words: Dict[str, str] = {}
    unspaced: Dict[str, str] = {}
    for language in reversed(LANGUAGES):
        for code, name in _territories(language).items():
            if len(code) != 2 or not code.isalpha() or code in ("EU", "UN", "EZ", "QO", "ZZ"):
                continue
            if _UNSPACED.search(name):
                unspaced[name] = code
            elif language == "en" or len(name) >= SHORTEST_FOREIGN_NAME:
                by_words[_normal(name)] = code
    aliases = _read_aliases()
    for code, words in aliases["aliases"].items():
        by_words.update({_normal(word): code for word in words})
    return CountryNames(
        by_words, unspaced, frozenset(map(_normal, aliases["ambiguous"])), frozenset(aliases["place_words"])
    )


def _territories(language: str) -> Dict[str, str]:
    from babel import Locale, localedata

    found = dict(Locale.parse(language).territories)
    # babel keeps every language it ever read, and with 45 of them 44 MB; one that is needed again is read again.
    getattr(localedata, "_cache", {}).clear()
    return found


def _read_aliases() -> Any:
    try:
        content = yaml.load(FILE.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506 (safe loader)
        if not {"aliases", "ambiguous", "place_words"} <= set(content):
            raise KeyError("aliases, ambiguous or place_words")
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ContentError(f"{FILE} cannot be read ({error}). Copy it from the repository.") from error
    return content


def _normal(name: str) -> str:
    return " ".join(word.casefold().rstrip(".").replace("’", "'") for word in _WORD.findall(name))


def resolve_country(text: str) -> str | None:
    """The country a text names, or None.

    Args:
        text: A short answer or a sentence, as typed.

    Returns:
        ISO code in capitals. When several are named, the one after "in" wins, then the longest name, then the first.
    """
    flag = _FLAG.search(text)
    if flag:
        return "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in flag.groups())
    names = get_country_names()
    stripped = text.strip().strip(".!?")
    if re.fullmatch("[A-Z]{2}", stripped) and stripped not in _NOT_CODES:
        code = "GB" if stripped == "UK" else stripped
        return code if code in names.by_words.values() else None
    for name, code in names.unspaced.items():
        if name in text:
            return code
    return _search(_WORD.findall(text)[:MAX_WORDS], names)


def find_own_country(text: str) -> str | None:
    """The country in which a person says that they are ("im in the uk", "we live in Ireland"), else None.

    Unlike `resolve_country` it may be asked of any message: "he lives in canada" is not where the person is.
    """
    names = get_country_names().by_words
    plain = text[:_OWN_CHARS].replace("’", "'")
    for match in (match for pattern in _OWN_PLACES for match in pattern.finditer(plain)):
        country = _named_first(match["place"].split(), names)
        if country is not None:
            return country
    return None


def _named_first(words: List[str], names: Mapping[str, str]) -> str | None:
    """The name that stands first: "in love with a boy from spain" says nothing of where the writer is."""
    starts = (words, words[1:]) if words and words[0].casefold() == "the" else (words,)
    phrases = [" ".join(start[:length]) for start in starts for length in range(LONGEST_NAME_WORDS, 0, -1)]
    return next(filter(None, (names.get(_normal(phrase)) for phrase in phrases)), None)


def newest_own_country(newest_first: Iterable[str]) -> str | None:
    """The country that a person gave as their own last, in any of these messages."""
    return next(filter(None, map(find_own_country, newest_first)), None)


def _search(typed: List[str], names: CountryNames) -> str | None:
    words = [word.casefold().rstrip(".").replace("’", "'") for word in typed]
    best: Tuple[Tuple[int, int, int], str] | None = None
    for start in range(len(words)):
        for length in range(min(LONGEST_NAME_WORDS, len(words) - start), 0, -1):
            phrase = " ".join(words[start : start + length])
            code = names.by_words.get(phrase)
            if code is None or not _counts(phrase, start, typed, words, names):
                continue
            placed = start > 0 and words[start - 1] in ("in", "en", "em")
            rank = (int(not placed), -length, start)
            if best is None or rank < best[0]:
                best = (rank, code)
            break
    return best[1] if best else None


def _counts(phrase: str, start: int, typed: List[str], words: List[str], names: CountryNames) -> bool:
    alone = len(words) == len(phrase.split())
    before = words[start - 1] if start else ""
    if phrase == _PRONOUN:
        return alone or before in ("the", "from", "in") or typed[start].rstrip(".") in ("US", "U.S")
    if phrase in names.ambiguous:
        return alone or before in names.place_words
    return True
