"""A message as the page shows it: pieces with and without a mark, and the reasons behind its level. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Sequence, Tuple


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `category` is empty where nothing was found."""

    text: str
    category: str = ""


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
