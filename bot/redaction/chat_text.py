"""What every recognizer reads: the text made plain, its words, and how each word was written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import List, Sequence, Tuple

#: A word of letters; apostrophes and hyphens may stand inside it.
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_BETWEEN = re.compile(r"[ \t]*[:\-–=]?[ \t]*[\"'“‘(]?")
_ACRONYM = re.compile(r"[^\W\d_a-z]{2,}(?:['’]?s)?")
_TOKEN_BESIDE = re.compile(r"[\w@#]")
_SENTENCE_END = '.!?\n:;…"“(•-–—'
#: The last two turn a digit into a key of a keyboard, which reads like the digit.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\u20e3"), None)


@dataclass(frozen=True)
class Word:
    """One word.

    Attributes:
        text: As written.
        lower: Lower case, straight apostrophes, long letter runs shortened ("katieeee" → "katie").
        start, end: `[start, end)` in the plain text.
        capital: Starts with a capital that a sentence start or a shouted line does not explain.
        written_capital: Starts with a capital, for whatever reason, and is not all capitals.
        first: First word of a sentence.
        joined: Follows the word before with nothing but spaces, quotes or a colon between them.
        glued: Touches a digit, `@`, `#` or underscore: part of a longer token, not a word of its own.
    """

    text: str
    lower: str
    start: int
    end: int
    capital: bool
    written_capital: bool
    first: bool
    joined: bool
    glued: bool


@dataclass(frozen=True)
class Plain:
    """Text without invisible characters and wide forms, with the way back to the original.

    Attributes:
        text: What is searched.
        positions: For each character of `text`, its index in the original; one more entry for the end.
    """

    text: str
    positions: Tuple[int, ...] | None

    def span(self, start: int, end: int) -> Tuple[int, int]:
        """A span of the original for a span of the plain text."""
        if self.positions is None:
            return start, end
        return self.positions[start], self.positions[end - 1] + 1 if end > start else self.positions[start]


def make_plain(text: str) -> Plain:
    """Drops invisible characters and turns wide or styled letters and digits into plain ones, one for one."""
    if text.isascii():
        return Plain(text, None)
    characters: List[str] = []
    positions: List[int] = []
    for index, character in enumerate(text):
        if ord(character) in _INVISIBLE:
            continue
        characters.append(_plain_character(character))
        positions.append(index)
    positions.append(len(text))
    return Plain("".join(characters), tuple(positions))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if character in "‘’ʼ`´":
        return "'"
    if character.isspace():
        return " " if character not in "\n\r" else character
    if character in "‐‑‒–—−":
        return "-"
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) == 1 and plain.isascii():
        return plain
    digit = unicodedata.digit(character, None) if character.isdigit() else None
    return str(digit) if digit is not None else character


def find_words(text: str) -> List[Word]:
    """Cuts plain text into words and notes how each was written."""
    matches = list(_WORD.finditer(text))
    letters = [match.group() for match in matches if len(match.group()) > 1]
    shouted = bool(letters) and sum(word.isupper() for word in letters) > len(letters) / 2
    titled = len(letters) > 3 and sum(word[0].isupper() for word in letters) > len(letters) * 0.8
    words: List[Word] = []
    reach = -1
    for match in matches:
        written = match.group()
        joined = reach >= 0 and _BETWEEN.fullmatch(text[reach : match.start()]) is not None
        reach = match.end()
        first = _starts_sentence(text, match.start())
        upper_first = written[0].isupper()
        all_upper = len(written) > 1 and _ACRONYM.fullmatch(written) is not None
        before = text[match.start() - 1 : match.start()]
        after = text[match.end() : match.end() + 1]
        words.append(
            Word(
                text=written,
                lower=_shorten(written.lower().replace("’", "'")),
                start=match.start(),
                end=match.end(),
                capital=upper_first and not first and not shouted and not titled and not all_upper,
                written_capital=upper_first and not all_upper and not shouted,
                first=first,
                joined=joined,
                glued=bool(_TOKEN_BESIDE.match(before) or _TOKEN_BESIDE.match(after)),
            )
        )
    return words


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t'\"*_")
    return not before or before[-1] in _SENTENCE_END


def _shorten(word: str) -> str:
    return re.sub(r"(.)\1{2,}", r"\1", word)


def pieces(text: str, size: int) -> Sequence[Tuple[int, str]]:
    """Cuts a long text at spaces into (offset, piece) pairs of at most `size` characters."""
    found: List[Tuple[int, str]] = []
    start = 0
    while len(text) - start > size:
        cut = text.rfind(" ", start + size // 2, start + size)
        cut = cut if cut > 0 else start + size
        found.append((start, text[start:cut]))
        start = cut
    found.append((start, text[start:]))
    return found
