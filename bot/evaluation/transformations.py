"""How people, keyboards and filters change a sentence, applied to the evaluation set to see what is still read.

Pure: the same text, kind and seed give the same messages.
"""

from __future__ import annotations

import random
import re
import unicodedata
from typing import Callable, Dict, List, Tuple

#: Letters beside each other on a QWERTY keyboard, for slips of the finger.
_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "ko", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
#: Cyrillic letters that look like Latin ones.
_LOOKALIKES = str.maketrans("aceopxyi", "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456")
_EMOJI = ("😭", "🙏", "😢", "💔", "😳", "🥺", "😬", "🤷", "💀", "👀")

#: Share of words changed. Above these a person could no longer read the sentence either.
_TYPO_SHARE = 0.25
_LEET_SHARE = 0.5
_SPACED_SHARE = 0.3
_LOOKALIKE_SHARE = 0.5
_EMOJI_SHARE = 0.15

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def apply(text: str, kind: str, seed: int) -> Tuple[str, ...]:
    """Changes one text in one way.

    Args:
        text: A message of the evaluation set.
        kind: One of KINDS.
        seed: Chooses the places of the change.

    Returns:
        The message or messages sent instead: two for `split` when the text has two words, else one.

    Raises:
        KeyError: `kind` is not one of KINDS.
    """
    return _CHANGES[kind](text, random.Random(seed))


def _typos(text: str, rng: random.Random) -> Tuple[str, ...]:
    return (_change_words(text, 4, _TYPO_SHARE, rng, _slip),)


def _slip(word: str, rng: random.Random) -> str:
    """One slip inside the word; the first letter stays, as it does for most people."""
    at = rng.randrange(1, len(word) - 1)
    kind = rng.choice(("swap", "drop", "double", "neighbour"))
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice(_NEIGHBOURS.get(word[at].lower(), word[at])) + word[at + 1 :]


def _leet(text: str, rng: random.Random) -> Tuple[str, ...]:
    def disguise(word: str, _: random.Random) -> str:
        return "".join(_LEET.get(letter.lower(), letter) for letter in word)

    return (_change_words(text, 3, _LEET_SHARE, rng, disguise),)


def _emoji(text: str, rng: random.Random) -> Tuple[str, ...]:
    words = text.split(" ")
    out: List[str] = []
    for word in words[:-1]:
        out.append(word)
        if rng.random() < _EMOJI_SHARE:
            out.append(rng.choice(_EMOJI))
    return (" ".join([*out, words[-1], rng.choice(_EMOJI) * rng.randint(1, 3)]),)


def _no_punctuation(text: str, _: random.Random) -> Tuple[str, ...]:
    kept = (letter for letter in text if not unicodedata.category(letter).startswith("P"))
    return (" ".join("".join(kept).split()),)


def _upper(text: str, _: random.Random) -> Tuple[str, ...]:
    return (text.upper(),)


def _lower(text: str, _: random.Random) -> Tuple[str, ...]:
    return (text.lower(),)


def _spaced(text: str, rng: random.Random) -> Tuple[str, ...]:
    return (_change_words(text, 4, _SPACED_SHARE, rng, lambda word, _: " ".join(word)),)


def _homoglyphs(text: str, rng: random.Random) -> Tuple[str, ...]:
    return (_change_words(text, 2, _LOOKALIKE_SHARE, rng, lambda word, _: word.translate(_LOOKALIKES)),)


def _split(text: str, rng: random.Random) -> Tuple[str, ...]:
    """Sends the text as two messages, broken at a space in its middle third."""
    spaces = [match.start() for match in re.finditer(r"\s+", text.strip())]
    if not spaces:
        return (text,)
    third = len(spaces) // 3
    at = rng.choice(spaces[third : len(spaces) - third] or spaces)
    return text.strip()[:at].strip(), text.strip()[at:].strip()


def _change_words(
    text: str, shortest: int, share: float, rng: random.Random, change: Callable[[str, random.Random], str]
) -> str:
    """Changes that share of the words of at least `shortest` letters, at least one when there is one."""
    words = [match for match in _WORD.finditer(text) if len(match.group()) >= shortest]
    if not words:
        return text
    chosen = rng.sample(words, max(1, round(share * len(words))))
    for match in sorted(chosen, key=lambda found: -found.start()):
        text = text[: match.start()] + change(match.group(), rng) + text[match.end() :]
    return text


_CHANGES: Dict[str, Callable[[str, random.Random], Tuple[str, ...]]] = {
    "typos": _typos,
    "leet": _leet,
    "emoji": _emoji,
    "no_punctuation": _no_punctuation,
    "upper": _upper,
    "lower": _lower,
    "spaced": _spaced,
    "homoglyphs": _homoglyphs,
    "split": _split,
}

#: Every kind of change, in the order in which the scorecard shows them.
KINDS: Tuple[str, ...] = tuple(_CHANGES)
