"""Conversation ids are random. Where some channel hands over a phone number or address, a keyed digest stands in."""

from __future__ import annotations

import hashlib
import hmac
import re

from bot.store.keys import KeyRing, get_key_ring

_RANDOM = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_\-]{16,64}")
_TELLING = re.compile(r"[@+:]|\d{6,}|\s")
MAX_CHARS = 64


def conversation_key(sender_id: str, keys: KeyRing | None = None) -> str:
    """The id under which a conversation is stored.

    Args:
        sender_id: As Rasa has it; our channels give random ids, Rasa's own connectors may give phone numbers.
        keys: For tests.

    Returns:
        The id itself when it tells nothing, else `c-` and 32 hex characters of a keyed digest.
    """
    if _RANDOM.fullmatch(sender_id):
        return sender_id
    if len(sender_id) <= MAX_CHARS and not _TELLING.search(sender_id):
        return sender_id
    key = (keys or get_key_ring()).derive("sender")
    return "c-" + hmac.new(key, sender_id.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]
