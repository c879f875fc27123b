"""The tables that clean-up works with, read once from `data/text/`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import FrozenSet, Mapping, Pattern

import yaml

from bot.config import DATA_DIR
from bot.errors import ContentError

TEXT_DIR = DATA_DIR / "text"


@dataclass(frozen=True)
class Vocabulary:
    """Everything clean-up looks words up in.

    Attributes:
        slang: One written word to what it stands for.
        phrases: The same for several written words, with one pattern that finds them all.
        emoji: One emoji to the word that stands for it, in its place.
        feelings: The same for emoji that colour a whole message; their words go to its end, once each.
        lookalikes: One letter of another alphabet to a Latin letter.
        leet: One digit or sign to the letter it replaces.
        ranks: Known words with their place in the list, 0 = most frequent.
        deletions: Each known word with one letter left out, to the most frequent word that gives it.
        key_words: Words worth repairing even when a letter is masked with a star.
        protected: Real words that look like a slip in another word and are left alone.
        thanks: Thanks in other languages than English, in lower case.
    """

    slang: Mapping[str, str]
    phrases: Mapping[str, str]
    phrase_pattern: Pattern[str]
    emoji: Mapping[str, str]
    feelings: Mapping[str, str]
    lookalikes: Mapping[str, str]
    leet: Mapping[str, str]
    ranks: Mapping[str, int]
    deletions: Mapping[str, str]
    key_words: FrozenSet[str]
    protected: FrozenSet[str]
    thanks: FrozenSet[str]

    def knows(self, word: str) -> bool:
        """Whether a lower-case word needs no repair."""
        return word in self.ranks or word in self.slang or word in self.key_words


@lru_cache(maxsize=1)
def get_vocabulary() -> Vocabulary:
    """The vocabulary of this process, read once. Raises ContentError when a table cannot be read."""
    slang = _table("slang.yml")
    phrases = slang["phrases"]
    lookalikes = _table("lookalikes.yml")
    words = _words("words.txt")
    ranks = {word: rank for rank, word in enumerate(words)}
    alternatives = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return Vocabulary(
        slang=slang["slang"],
        phrases=phrases,
        phrase_pattern=re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)"),
        emoji=_table("emoji.yml")["emoji"],
        feelings=_table("emoji.yml")["feelings"],
        lookalikes=lookalikes["lookalikes"],
        leet=lookalikes["leet"],
        ranks=ranks,
        deletions=_deletions(words),
        key_words=frozenset(_words("key_words.txt")),
        protected=frozenset(_words("protected_words.txt")),
        thanks=frozenset(_words("thanks.txt")),
    )


def _deletions(words: list[str]) -> Mapping[str, str]:
    """One-letter deletions of every word of four letters or more; the more frequent word wins.

    Source: symmetric delete spelling correction (Garbe, SymSpell), at distance one.
    """
    found: dict[str, str] = {}
    for word in words:
        if len(word) >= 4:
            for position in range(len(word)):
                found.setdefault(word[:position] + word[position + 1 :], word)
    return found


def _table(name: str) -> dict[str, dict[str, str]]:
    path = TEXT_DIR / name
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ContentError(f"{path} cannot be read ({type(error).__name__}); restore it from the repository.") from None
    # YAML reads unquoted `n` and `0` in its own way; every key and value here is a string.
    return {part: {str(key): str(value) for key, value in rows.items()} for part, rows in loaded.items()}


def _words(name: str) -> list[str]:
    path: Path = TEXT_DIR / name
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise ContentError(f"{path} is missing; restore it from the repository.") from None
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
