"""A message as the page shows it: pieces with and without a mark, and the reasons behind its level. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterator, List, Sequence, Tuple

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_LINK = re.compile(r"\[([^\]\n]+)\]\(((?:https?://|tel:|sms:|mailto:)[^\s)]+)\)")


@dataclass(frozen=True)
class Piece:
    """A stretch of text.

    Attributes:
        category: What was found there, or nothing.
        strong: It was shown in bold.
        address: Where it led to when it was shown, or nothing.
    """

    text: str
    category: str = ""
    strong: bool = False
    address: str = ""


def as_shown(text: str) -> Tuple[Piece, ...]:
    """Cuts a message of the assistant the way the person saw it: bold stretches and links, without their marks."""
    pieces: List[Piece] = []
    place = 0
    for match in _BOLD.finditer(text):
        pieces += [*_linked(text[place : match.start()], False), *_linked(match.group(1), True)]
        place = match.end()
    return (*pieces, *_linked(text[place:], False))


def _linked(text: str, strong: bool) -> Iterator[Piece]:
    place = 0
    for match in _LINK.finditer(text):
        if match.start() > place:
            yield Piece(text[place : match.start()], strong=strong)
        yield Piece(match.group(1), strong=strong, address=match.group(2))
        place = match.end()
    if place < len(text):
        yield Piece(text[place:], strong=strong)


def cut(text: str, findings: Sequence[dict[str, Any]] | None) -> Tuple[Piece, ...]:
    """Cuts a text at the spans of its findings.

    Args:
        text: Redacted.
        findings: With `start`, `end` as `[start, end)` in characters; spans that do not fit or overlap are skipped.
    """
    pieces: List[Piece] = []
    place = 0
    for finding in sorted(findings or [], key=lambda one: (one.get("start") or 0, -(one.get("end") or 0))):
        start, end = int(finding.get("start") or 0), int(finding.get("end") or 0)
        if start < place or end <= start or end > len(text):
            continue
        if start > place:
            pieces.append(Piece(text[place:start]))
        pieces.append(Piece(text[start:end], str(finding.get("category") or "")))
        place = end
    if place < len(text):
        pieces.append(Piece(text[place:]))
    return tuple(pieces)


def is_veiled(level: int, preference: bool) -> bool:
    """Whether a message is shown only when asked for: at `escalate` and above, unless the reader chose otherwise."""
    return level >= 2 and not preference
