"""What a Telegram button carries: at most 64 bytes. A longer payload travels as a short digest that is looked up.

Digests are kept across restarts. When the file cannot be used, this process still knows those that it has shown.
"""

from __future__ import annotations

import hashlib
from typing import Dict, Optional

from bot.channels.chat_file import ChatFile

MOST_BYTES = 64
_MARK = "#"
_DIGEST_CHARS = 32


class ButtonData:
    """Translates payloads of our own buttons; what a person wrote never gets here."""

    def __init__(self, file: ChatFile) -> None:
        """Creates the translation; `file` keeps digests."""
        self._file = file
        self._known: Dict[str, str] = {}

    async def encode(self, payload: str) -> str:
        """The data for a button."""
        if len(payload.encode("utf-8")) <= MOST_BYTES and not payload.startswith(_MARK):
            return payload
        digest = _MARK + hashlib.sha256(payload.encode("utf-8")).hexdigest()[:_DIGEST_CHARS]
        if digest not in self._known:
            self._known[digest] = payload
            await self._file.keep(lambda store: store.note_button(digest, payload))
        return digest

    async def decode(self, data: str) -> Optional[str]:
        """The payload, or None for a digest that nobody knows any more."""
        if not data.startswith(_MARK):
            return data
        return self._known.get(data) or await self._file.keep(lambda store: store.button(data))
