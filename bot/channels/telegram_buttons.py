"""What a Telegram button carries: at most 64 bytes. A longer payload travels as a short digest that is looked up."""

from __future__ import annotations

import hashlib
from typing import Callable, Dict, Optional

MOST_BYTES = 64
_MARK = "#"
_DIGEST_CHARS = 32


class ButtonData:
    """Translates payloads of our own buttons; what a person wrote never gets here."""

    def __init__(self, keep: Callable[[str, str], None], find: Callable[[str], Optional[str]]) -> None:
        """Creates the translation.

        Args:
            keep: Keeps (digest, payload) across restarts.
            find: The payload kept for a digest, or None.
        """
        self._keep, self._find = keep, find
        self._known: Dict[str, str] = {}

    def encode(self, payload: str) -> str:
        """The data for a button."""
        if len(payload.encode("utf-8")) <= MOST_BYTES and not payload.startswith(_MARK):
            return payload
        digest = _MARK + hashlib.sha256(payload.encode("utf-8")).hexdigest()[:_DIGEST_CHARS]
        if digest not in self._known:
            self._known[digest] = payload
            self._keep(digest, payload)
        return digest

    def decode(self, data: str) -> Optional[str]:
        """The payload, or None for a digest that nobody knows any more."""
        if not data.startswith(_MARK):
            return data
        return self._known.get(data) or self._find(data)
