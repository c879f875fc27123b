"""One message as typed, made plain: hostile characters out, disguises undone, slang written out, lower case.

Order matters: characters first, then words written apart, then single words, then phrases, then typing slips.
Every character of the result remembers its place in the message as typed, so that a finding can point there.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Callable, Mapping, Match, Pattern, Sequence, Tuple

from bot.text.spelling import fix_typo, repair, split_joined
from bot.text.vocabulary import Vocabulary, get_vocabulary

#: A longer message is read from both ends: a disclosure tends to stand first or last, and time stays bounded.
MAX_MESSAGE_CHARS = 4000
_TAIL_CHARS = 1000

_LETTER_RUN = re.compile(r"(?<![\w'])(?:[^\W\d_][ ._\-*]{1,3}){2,39}[^\W\d_](?![\w'])")
_DISGUISED_WORD = re.compile(r"(?<![\w@#/:.])[\w@$!|€+*#']{1,30}(?![\w@/])")
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SPACES = re.compile(r"\s+")
_DISTANCE_UNIT = re.compile(r"(?<=\d)\s*kms\b")
#: Below this share of known words the message is taken as another language, where English repairs would do harm.
_ENGLISH_SHARE = 0.6
_MAX_TYPOS = 40


@dataclass(frozen=True)
class CleanText:
    """A message made plain.

    Attributes:
        raw: The message as typed.
        text: The plain form, lower case, single spaces, empty when nothing readable was left.
        starts, ends: For each character of `text`, the span `[start, end)` in `raw` that it came from.
    """

    raw: str
    text: str
    starts: Tuple[int, ...]
    ends: Tuple[int, ...]

    def span(self, start: int, end: int) -> Tuple[int, int]:
        """Turns a span `[start, end)` of `text` into the span of `raw` it came from; (0, 0) for an empty one."""
        if not self.text or start >= end:
            return 0, 0
        return self.starts[start], max(self.ends[start:end])


class _Draft:
    """Text under repair with the origin of every character."""

    def __init__(self, chars: list[str], starts: list[int], ends: list[int]) -> None:
        self.text, self.starts, self.ends = "".join(chars), starts, ends

    def replace(self, pattern: Pattern[str], write: Callable[[Match[str]], str | None]) -> None:
        """Rewrites each match; `write` returns None to leave it as it is."""
        chars: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for match in pattern.finditer(self.text):
            written = write(match)
            if written is None or written == match.group():
                continue
            chars.append(self.text[done : match.start()] + written)
            starts += self.starts[done : match.start()] + [self.starts[match.start()]] * len(written)
            ends += self.ends[done : match.start()] + [self.ends[match.end() - 1]] * len(written)
            done = match.end()
        if done:
            self.text = "".join(chars) + self.text[done:]
            self.starts = starts + self.starts[done:]
            self.ends = ends + self.ends[done:]

    def append_feelings(self, words: Mapping[str, int]) -> None:
        """Adds each word at the end, with the place of an emoji that stands for it."""
        for word, place in words.items():
            self.text += f" {word} "
            self.starts += [place] * (len(word) + 2)
            self.ends += [place + 1] * (len(word) + 2)


def clean(text: str) -> CleanText:
    """Makes one message plain.

    Args:
        text: Anything a person or program may send, of any length, with any characters.

    Returns:
        The plain form with the origin of each character. Never raises on bad characters.
    """
    vocabulary = get_vocabulary()
    draft = _read_characters(text, vocabulary)
    draft.replace(_DISTANCE_UNIT, lambda match: " kilometres")
    draft.replace(_LETTER_RUN, _join_letters)
    draft.replace(_DISGUISED_WORD, _repair_word)
    draft.replace(vocabulary.phrase_pattern, lambda match: vocabulary.phrases[match.group()])
    if _looks_english(draft.text, vocabulary):
        _fix_typos(draft)
    draft.replace(_SPACES, lambda match: " ")
    lead = len(draft.text) - len(draft.text.lstrip())
    plain = draft.text.strip()
    kept = slice(lead, lead + len(plain))
    return CleanText(text, plain, tuple(draft.starts[kept]), tuple(draft.ends[kept]))


def _read_characters(text: str, vocabulary: Vocabulary) -> _Draft:
    """Reads at most MAX_MESSAGE_CHARS characters, dropping or writing out what is no plain letter or sign."""
    positions: Sequence[int] = range(len(text))
    if len(text) > MAX_MESSAGE_CHARS:
        head = MAX_MESSAGE_CHARS - _TAIL_CHARS
        positions = [*range(head), *range(len(text) - _TAIL_CHARS, len(text))]
    latin = sum(1 for i in positions if "a" <= text[i].lower() <= "z")
    foreign = sum(1 for i in positions if "\u0370" <= text[i] <= "\u04ff")
    lookalikes: Mapping[str, str] = vocabulary.lookalikes if latin >= foreign else {}
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for i in positions:
        for char in _plain(text[i], vocabulary, lookalikes):
            chars.append(char)
            starts.append(i)
            ends.append(i + 1)
    # One emoji becomes a word: a wall of them must not become a longer text than was allowed in.
    draft = _Draft(chars[:MAX_MESSAGE_CHARS], starts[:MAX_MESSAGE_CHARS], ends[:MAX_MESSAGE_CHARS])
    draft.append_feelings({vocabulary.feelings[text[i]]: i for i in positions if text[i] in vocabulary.feelings})
    return draft


def _plain(char: str, vocabulary: Vocabulary, lookalikes: Mapping[str, str]) -> str:
    if char.isascii():
        return char.lower() if char.isprintable() else (" " if char in "\n\t\r" else "")
    if char in vocabulary.emoji:
        return f" {vocabulary.emoji[char]} "
    if char in vocabulary.feelings:
        return " "
    if char in "’‘´`ʼ":
        return "'"
    if char in "“”«»„":
        return '"'
    if char in "…。！？":
        return {"…": ". ", "。": ". ", "！": "! ", "？": "? "}[char]
    category = unicodedata.category(char)
    # Cs lone surrogate, Cf bidi and zero-width marks, Co/Cn private or unassigned, So/Sk emoji and skin tones.
    if category in ("Cs", "Cf", "Co", "Cn", "Cc"):
        return ""
    if category in ("So", "Sk"):
        return _plain_symbol(char)
    if category.startswith("Z"):
        return " "
    plain = unicodedata.normalize("NFKC", char).lower()
    return "".join(lookalikes.get(letter, letter) for letter in plain)


def _plain_symbol(char: str) -> str:
    # Letters drawn in circles and squares are symbols to Unicode and letters to a reader.
    plain = unicodedata.normalize("NFKC", char).lower()
    if plain.isascii() and plain.strip("()").isalpha():
        return plain.strip("()")
    return " "


def _join_letters(match: Match[str]) -> str | None:
    letters = re.sub(r"[^\w]|_", "", match.group())
    # Three single letters are an abbreviation or a list ("a b c"), apart from these two.
    if len(letters) == 3 and letters not in ("kms", "kys"):
        return None
    return split_joined(letters)


def _repair_word(match: Match[str]) -> str | None:
    word = match.group()
    core = word.strip("'!")
    if not core or core.isdigit():
        return None
    repaired = repair(core)
    if repaired == core:
        return None
    start = word.index(core)
    return word[:start] + repaired + word[start + len(core) :]


def _looks_english(text: str, vocabulary: Vocabulary) -> bool:
    words = [match.group() for match in _PLAIN_WORD.finditer(text[:1000])]
    if not words:
        return False
    known = sum(1 for word in words if vocabulary.knows(word) or "'" in word)
    return known >= _ENGLISH_SHARE * len(words)


def _fix_typos(draft: _Draft) -> None:
    left = _MAX_TYPOS

    def write(match: Match[str]) -> str | None:
        nonlocal left
        fixed = fix_typo(match.group())
        if fixed == match.group() or left == 0:
            return None
        left -= 1
        return get_vocabulary().slang.get(fixed, fixed)

    draft.replace(_PLAIN_WORD, write)
