"""Repairs inside one word. Each repair is made only when its result is a known word."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.text.vocabulary import Vocabulary, get_vocabulary

_STRETCHED = re.compile(r"(.)\1{2,}")
#: Numbers with a unit, and "m37" or "f19" for a person's sex and age.
_NUMBER = re.compile(
    r"[€$]?\d+(?:s|th|am|pm|m|f|k|kg|km|cm|mm|h|hrs?|mins?|yo|yrs?|gb|mb|tb|p|lbs?|ft|mg|ml|bn)?[!+]?"
    r"|\d*1st|\d*2nd|\d*3rd|[mf]\d\d|\w\d"
)
_SHORTEST_TYPO = 4
#: Longer tokens are ids, addresses or keyboard noise; repairing them costs time and helps nobody.
_LONGEST_WORD = 24


@lru_cache(maxsize=4096)
def repair(word: str) -> str:
    """Undoes disguise and stretching in one lower-case word.

    Args:
        word: Letters, digits and the signs people put in place of letters, such as `k1ll`, `su*cide`, `heeelp`.

    Returns:
        The known word it stands for (or its slang expansion), or the word unchanged.
    """
    vocabulary = get_vocabulary()
    if word in vocabulary.slang:
        return vocabulary.slang[word]
    if len(word) > _LONGEST_WORD or vocabulary.knows(word):
        return word
    for candidate in (_unstretch(word, vocabulary), _unleet(word, vocabulary), _unmask(word, vocabulary)):
        if candidate is not None:
            return vocabulary.slang.get(candidate, candidate)
    return word


@lru_cache(maxsize=4096)
def fix_typo(word: str) -> str:
    """Corrects one typing slip: a letter missing, doubled, swapped with its neighbour or replaced.

    Args:
        word: Lower-case letters only; other words come back unchanged.
    """
    vocabulary = get_vocabulary()
    if not _SHORTEST_TYPO <= len(word) <= _LONGEST_WORD or not word.isalpha() or vocabulary.knows(word):
        return word
    if word in vocabulary.protected:
        return word
    return _nearest(word, vocabulary)


def _nearest(word: str, vocabulary: Vocabulary) -> str:
    """The likeliest repair: neighbours swapped, a letter too many, one missing, one replaced, in this order."""
    swapped = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
    shorter = [word[:i] + word[i + 1 :] for i in range(len(word))]
    missing = [vocabulary.deletions[word]] if word in vocabulary.deletions else []
    if len(word) > _SHORTEST_TYPO:
        replaced = [vocabulary.deletions[found] for found in shorter if found in vocabulary.deletions]
    else:
        # Four letters fit many words; only one worth the risk counts.
        replaced = [key for key in vocabulary.key_words if len(key) == len(word) and _differ_by_one(key, word)]
    for kind in (swapped, shorter, missing, replaced):
        # People rarely mistype the first letter; keeping it avoids most wrong repairs.
        known = [found for found in kind if found[:1] == word[0] and len(found) >= _SHORTEST_TYPO]
        known = [found for found in known if found in vocabulary.ranks or found in vocabulary.key_words]
        if known:
            return min(known, key=lambda found: vocabulary.ranks.get(found, 0))
    return word


def _differ_by_one(one: str, other: str) -> bool:
    return sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _unstretch(word: str, vocabulary: Vocabulary) -> str | None:
    if not _STRETCHED.search(word):
        return None
    for letters in (r"\1", r"\1\1"):
        candidate = _STRETCHED.sub(letters, word)
        if vocabulary.knows(candidate):
            return candidate
    return None


def _unleet(word: str, vocabulary: Vocabulary) -> str | None:
    signs = sum(1 for char in word if char in vocabulary.leet)
    letters = sum(1 for char in word if char.isalpha())
    if not signs or not letters or len(word) < 3 or _NUMBER.fullmatch(word):
        return None
    for one in ("i", "l"):
        mapped = "".join(one if char in "1!" else vocabulary.leet.get(char, char) for char in word)
        if vocabulary.knows(mapped):
            return mapped
    return None


def _unmask(word: str, vocabulary: Vocabulary) -> str | None:
    if not any(sign in word for sign in "*#") or len(word) < 4:
        return None
    pattern = re.compile("".join(r"\w" if char in "*#" else re.escape(char) for char in word))
    fitting = [key for key in vocabulary.key_words if len(key) == len(word) and pattern.fullmatch(key)]
    return fitting[0] if len(fitting) == 1 else None


def split_joined(letters: str) -> str | None:
    """Splits letters written together into known words, as few as possible: `killmyself` → `kill myself`.

    Args:
        letters: At most about 40 lower-case letters.

    Returns:
        The words with single spaces, or None when some part is no word.
    """
    vocabulary = get_vocabulary()
    best: list[list[str] | None] = [[]] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 16), end):
            before, word = best[start], letters[start:end]
            if before is None or not vocabulary.knows(word) or (len(word) == 1 and word not in "aiun"):
                continue
            current = best[end]
            if current is None or len(before) + 1 < len(current):
                best[end] = before + [word]
    found = best[-1]
    return None if found is None else " ".join(vocabulary.slang.get(word, word) for word in found)
