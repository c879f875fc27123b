"""The word lists of redaction: names, everyday words, and the words that always stay.

Kept, because the meaning of a message needs them: platforms, countries, relations, and the helplines of the
directory with their numbers. Names of towns also stay: many people share them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, FrozenSet, Iterable, Iterator, List, Tuple

from bot.config import DATA_DIR
from bot.errors import ContentError
from bot.yaml_text import parse_yaml

REDACTION_DIR = DATA_DIR / "redaction"
HOTLINES_DIR = DATA_DIR / "hotlines"
_INFLECTIONS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"),
    ("in", ""), ("in", "e"), ("er", ""), ("er", "e"), ("est", ""), ("est", "e"), ("ly", ""), ("ily", "y"), ("y", ""),
    ("ish", ""), ("ness", ""), ("less", ""), ("able", ""), ("'s", ""), ("n't", ""), ("nt", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """What stays readable.

    Attributes:
        words: Single lower-case words (platforms, languages, helplines, countries, large towns).
        place_names: Places that are also given names ("jordan"): kept after "in" or "from".
        places: All countries and large towns; in "my friend kenya said" they are persons.
        numbers: Digits of the directory's helplines, without separators, national and international.
        hosts: Lower-case host names of the directory, without `www.`.
        phrases: Lower-case names of helplines that contain a space or a name.
    """

    words: FrozenSet[str] = frozenset()
    place_names: FrozenSet[str] = frozenset()
    numbers: FrozenSet[str] = frozenset()
    hosts: FrozenSet[str] = frozenset()
    phrases: Tuple[str, ...] = ()
    places: FrozenSet[str] = frozenset()


@dataclass(frozen=True)
class Lexicon:
    """Every list in one place.

    Attributes:
        names: Lower-case names that are not also everyday English words.
        word_names: Lower-case names that are everyday words as well ("rose", "baker").
        given_word_names: Those of `word_names` that are common given names today.
        everyday: Lower-case words that are not in a dictionary but are not names either (slang, chat spelling).
        relations, titles, function_words: Lower-case words with a part in `names`.
        kept: What stays readable.
        dictionary: Lower-case dictionary words; filled from the spaCy model's lemma tables.
        foreign_words: Frequent lower-case words of other languages that are no names.
    """

    names: FrozenSet[str]
    word_names: FrozenSet[str]
    given_word_names: FrozenSet[str]
    everyday: FrozenSet[str]
    relations: FrozenSet[str]
    titles: FrozenSet[str]
    function_words: FrozenSet[str]
    kept: Kept
    dictionary: FrozenSet[str] = field(default_factory=frozenset, repr=False)
    foreign_words: FrozenSet[str] = frozenset()

    def is_ordinary(self, word: str) -> bool:
        """True when a lower-case word, or its base form, is an English or chat word."""
        if word in self.dictionary or word in self.everyday or word in self.function_words:
            return True
        if not word.isascii():
            plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
            return plain.isascii() and self.is_ordinary(plain)
        for ending, base in _INFLECTIONS:
            if word.endswith(ending) and len(word) > len(ending) + 2:
                stem = word[: len(word) - len(ending)] + base
                if stem in self.dictionary or stem in self.everyday:
                    return True
                # "stopped", "running": the last letter is doubled before the ending.
                if base == "" and len(stem) > 3 and stem[-1] == stem[-2] and stem[:-1] in self.dictionary:
                    return True
        return False


def word_set(text: str) -> FrozenSet[str]:
    """The words of a line, as a set."""
    return frozenset(text.split())


def read_words(path: Path) -> FrozenSet[str]:
    """Reads a list of lower-case words, one or several a line; what follows `#` is a comment.

    Raises:
        ContentError: The file is missing.
    """
    if not path.is_file():
        raise ContentError(f"{path} is missing; restore it from the repository, redaction cannot work without it.")
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines for word in line.split("#", 1)[0].split())


def _scalars(value: Any, key: str = "") -> Iterator[Tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _scalars(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _scalars(inner, key)
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield key, str(value)


#: Safe, and in C where it is there: a second less until names are redacted.
_NUMBER_KEYS = ("phone", "sms", "text", "whatsapp", "number", "emergency")
_DIGITS = re.compile(r"\+?\d(?:[\d\s().\-]{1,18}\d)?")
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([a-z0-9\-]+(?:\.[a-z0-9\-]+)+)", re.IGNORECASE)


def _read_directory(folder: Path) -> Tuple[List[str], List[str], List[str]]:
    """Numbers, hosts and names of every helpline file. The directory's own loader checks the schema."""
    numbers: List[str] = []
    hosts: List[str] = []
    names: List[str] = []
    for path in sorted(folder.glob("*.yml")):
        for key, value in _scalars(parse_yaml(path.read_text(encoding="utf-8"))):
            if any(part in key.lower() for part in _NUMBER_KEYS):
                numbers += ["".join(filter(str.isdigit, found)) for found in _DIGITS.findall(value)]
            if "://" in value or value.lower().startswith("www."):
                hosts += [found.lower() for found in _HOST.findall(value)]
            if key in ("name", "short_name"):
                names.append(value.lower())
    return numbers, hosts, names


def _country_words() -> Iterable[str]:
    from babel import Locale

    for name in Locale("en").territories.values():
        if re.fullmatch(r"[A-Za-z]{3,}", name):
            yield name.lower()


def load_kept(folder: Path = HOTLINES_DIR) -> Kept:
    """Collects the words, numbers, hosts and helpline names that stay."""
    numbers, hosts, names = _read_directory(folder)
    countries = set(_country_words())
    given = read_words(REDACTION_DIR / "given_names_that_are_words.txt")
    places = countries | read_words(REDACTION_DIR / "places.txt")
    words = set(read_words(REDACTION_DIR / "kept_words.txt")) | places - given
    short = {word for name in names if " " not in name for word in [name]}
    phrases = tuple(sorted({name for name in names if " " in name}, key=len, reverse=True))
    return Kept(
        words=frozenset(words | short),
        place_names=frozenset(places & given),
        # A trunk zero and a country code come and go when people copy a number.
        numbers=frozenset(number.lstrip("0") for number in numbers if number),
        hosts=frozenset(hosts),
        phrases=phrases,
        places=frozenset(places),
    )


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Reads `data/redaction/` and the helpline directory once a process."""
    kept = load_kept()
    never = read_words(REDACTION_DIR / "relations.txt") | read_words(REDACTION_DIR / "function_words.txt")
    given = read_words(REDACTION_DIR / "given_names_that_are_words.txt") | read_words(
        REDACTION_DIR / "given_names_of_legend.txt"
    )
    given -= never
    return Lexicon(
        names=read_words(REDACTION_DIR / "names.txt") - kept.words,
        word_names=read_words(REDACTION_DIR / "names_that_are_words.txt") | given - kept.words,
        given_word_names=given,
        everyday=read_words(REDACTION_DIR / "everyday_words.txt"),
        relations=read_words(REDACTION_DIR / "relations.txt"),
        titles=read_words(REDACTION_DIR / "titles.txt"),
        function_words=read_words(REDACTION_DIR / "function_words.txt"),
        kept=kept,
        foreign_words=read_words(REDACTION_DIR / "foreign_words.txt"),
    )
