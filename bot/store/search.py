"""Finding words without decrypting: each message leaves keyed digests of its words.

A digest is the first 8 bytes of an HMAC-SHA256 under a key of its own, so that nobody can read words back from a
copied database; how often a digest occurs can be seen, which words it stands for cannot. The assistant's own
answers are not indexed: they are found by their response name.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import List, Set

_WORD = re.compile(r"[^\W\d_]{2,}(?:'[^\W\d_]+)?|\d{2,}", re.UNICODE)
_PLACEHOLDER = re.compile(r"<[A-Z_]+(?:_\d+)?>")
#: Words that nearly every message holds: they would find everything and fill the index.
STOP_WORDS = frozenset(
    ("the", "and", "that", "this", "with", "for", "you", "my", "me", "he", "she", "it", "is", "was", "are", "to", "of")
    + ("in", "on", "at", "be", "do", "so", "if", "or", "but", "not", "have", "has", "had", "im", "i'm", "an", "they")
    + ("him", "her", "his", "its", "what", "how", "can", "just", "like", "from", "we", "am", "no", "yes", "ok")
)
#: The words of one message that are indexed at most.
MAX_WORDS = 60


def words_of(text: str) -> List[str]:
    """The searchable words of a text, lower case, without a plural s, each once, in order."""
    found: List[str] = []
    for match in _WORD.finditer(_PLACEHOLDER.sub(" ", text).lower().replace("’", "'")):
        word = match.group()
        if word in STOP_WORDS:
            continue
        word = word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        if word not in found:
            found.append(word)
    return found[:MAX_WORDS]


def tokens_of(text: str, key: bytes) -> Set[int]:
    """Signed 64-bit digests of the searchable words."""
    return {token_of(word, key) for word in words_of(text)}


def token_of(word: str, key: bytes) -> int:
    """The digest of one word from `words_of`."""
    digest = hmac.new(key, word.encode("utf-8"), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
