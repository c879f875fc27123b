"""The door of redaction: text in, text without personal details out."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Callable, List, Sequence, Tuple

from bot.redaction.chat_text import make_plain, pieces
from bot.redaction.constants import ENTITIES, LANGUAGE, MAX_CHARS, PIECE_CHARS, WITHHELD
from bot.redaction.memory import ConversationMemory

logger = logging.getLogger(__name__)

_PLACEHOLDER = re.compile(r"<[A-Z_]{2,12}_\d{1,4}>|<WITHHELD>")
_RANK = {entity: rank for rank, entity in enumerate(ENTITIES)}
_CACHE_SIZE = 512
_PART = re.compile(r"[^\W\d_]{4,}|[^\W_]{4,}")


@dataclass(frozen=True)
class Found:
    """One detail.

    Attributes:
        type: One of `constants.ENTITIES`.
        start, end: `[start, end)` in the text as given.
    """

    type: str
    start: int
    end: int


@dataclass(frozen=True)
class Redacted:
    """What may be written.

    Attributes:
        text: With a placeholder for each detail; never the words themselves.
        found: Where details stood in the original, in order; no two overlap.
    """

    text: str
    found: Tuple[Found, ...] = ()


class Redactor:
    """Finds and replaces personal details. Thread-safe; one a process (`get_redactor`)."""

    def __init__(
        self, analyzer: Any, phrases: Sequence[str] = (), is_ordinary: Callable[[str], bool] | None = None
    ) -> None:
        """Takes a Presidio AnalyzerEngine.

        Args:
            analyzer: See `analyzer.build_analyzer`.
            phrases: Lower-case names of helplines that stay.
            is_ordinary: Tells a dictionary word; parts of a detail that are none are remembered as well.
        """
        from presidio_anonymizer import AnonymizerEngine

        from bot.redaction.operators import Placeholder

        self._analyzer = analyzer
        self._is_ordinary = is_ordinary or (lambda word: True)
        self._anonymizer = AnonymizerEngine()
        self._anonymizer.add_anonymizer(Placeholder)
        self._kept = re.compile("|".join(map(re.escape, phrases)), re.IGNORECASE) if phrases else None
        # Tracker store and event broker redact the same message one after the other: spans are kept a while
        # under a keyed digest, so that no words stay in memory.
        self._cache_key = os.urandom(16)
        self._cache: OrderedDict[bytes, Tuple[Found, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, text: str) -> Tuple[Found, ...]:
        """Where personal details stand.

        Raises:
            TimeoutError: The text kept an expression busy for too long, twice.
        """
        digest = hmac.new(self._cache_key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        with self._lock:
            cached = self._cache.get(digest)
        if cached is not None:
            return cached
        found: List[Found] = []
        for offset, piece in pieces(text, PIECE_CHARS):
            found += [Found(one.type, one.start + offset, one.end + offset) for one in self._find_or_try_again(piece)]
        result = tuple(found)
        with self._lock:
            self._cache[digest] = result
            while len(self._cache) > _CACHE_SIZE:
                self._cache.popitem(last=False)
        return result

    def redact(self, text: str, memory: ConversationMemory | None = None) -> Redacted:
        """Replaces each detail by its placeholder; withholds the whole text when the search fails.

        Args:
            text: As typed.
            memory: The conversation's memory; without one, numbers hold for this text only.
        """
        if not text or not text.strip():
            return Redacted(text)
        if len(text) > MAX_CHARS:
            return Redacted(WITHHELD, (Found("WITHHELD", 0, len(text)),))
        try:
            found = self.find(text)
        except Exception as error:  # noqa: BLE001 - whatever fails, unredacted words must not be written
            logger.error("redaction failed, the text is withheld: %s", type(error).__name__)
            return Redacted(WITHHELD, (Found("WITHHELD", 0, len(text)),))
        if not found:
            return Redacted(text)
        return Redacted(self._replace(text, found, memory or ConversationMemory(os.urandom(16))), found)

    def _find_or_try_again(self, text: str) -> List[Found]:
        """A second search after one that took too long.

        The limit counts the whole process's time: while models load, a short text may reach it without being at fault.
        """
        try:
            return self._find_in_piece(text)
        except TimeoutError:
            return self._find_in_piece(text)

    def _find_in_piece(self, text: str) -> List[Found]:
        plain = make_plain(text)
        results = self._analyzer.analyze(plain.text, language=LANGUAGE)
        spans = [Found(one.entity_type, *plain.span(one.start, one.end)) for one in results]
        return _merge(self._without_kept(text, spans))

    def _without_kept(self, text: str, spans: List[Found]) -> List[Found]:
        """Drops findings inside helpline names and inside placeholders of an earlier redaction."""
        keep = [match.span() for match in _PLACEHOLDER.finditer(text)]
        if self._kept is not None:
            keep += [match.span() for match in self._kept.finditer(text)]
        return [one for one in spans if not any(start <= one.start and one.end <= end for start, end in keep)]

    def _telling_parts(self, detail: str) -> List[str]:
        """The parts of a detail that would give it away on their own."""
        parts = [part for part in _PART.findall(detail) if part != detail]
        return [part for part in parts if any(c.isdigit() for c in part) or not self._is_ordinary(part.lower())][:8]

    def _replace(self, text: str, found: Sequence[Found], memory: ConversationMemory) -> str:
        from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

        from bot.redaction.operators import MEMORY, PLACEHOLDER

        # Presidio replaces from the end; numbers must follow reading order, so they are given out first.
        for one in found:
            detail = text[one.start : one.end]
            placeholder = memory.placeholder(one.type, detail)
            for part in self._telling_parts(detail):
                memory.remember_part(one.type, part, placeholder)
        results = [RecognizerResult(one.type, one.start, one.end, 1.0) for one in found]
        operators = {"DEFAULT": OperatorConfig(PLACEHOLDER, {MEMORY: memory})}
        return self._anonymizer.anonymize(text, results, operators).text


def _merge(spans: Sequence[Found]) -> List[Found]:
    """Overlapping findings become one that covers them all, named after the longest."""
    merged: List[List[Found]] = []
    reach = -1
    for one in sorted(spans, key=lambda span: (span.start, -span.end)):
        if merged and one.start < reach:
            merged[-1].append(one)
        else:
            merged.append([one])
        reach = max(reach, one.end)
    return [
        Found(
            min(group, key=lambda span: (span.start - span.end, _RANK.get(span.type, len(_RANK)))).type,
            min(span.start for span in group),
            max(span.end for span in group),
        )
        for group in merged
    ]


@lru_cache(maxsize=1)
def get_redactor() -> Redactor:
    """The redactor of this process; the first call loads spaCy and Presidio (about three seconds)."""
    from bot.config import get_settings
    from bot.redaction.analyzer import build_analyzer

    engine, lexicon = build_analyzer(get_settings().spacy_model)

    def is_known_word(word: str) -> bool:
        return word in lexicon.kept.words or lexicon.is_ordinary(word)

    return Redactor(engine, lexicon.kept.phrases, is_known_word)
