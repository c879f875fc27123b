"""Conversation ids are random. Where some channel hands over a phone number or address, a keyed digest stands in."""

from __future__ import annotations

import hashlib
import hmac
import re

from bot.store.keys import KeyRing, get_key_ring

_RANDOM = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_\-]{16,64}")
_TELLING = re.compile(r"[@+:]|\d{6,}|\s")
#: Half a character (a lone surrogate) or a zero byte: no database takes it.
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")
MAX_CHARS = 64


def conversation_key(sender_id: str, keys: KeyRing | None = None) -> str:
    """The id under which a conversation is stored.

    Args:
        sender_id: As Rasa has it; our channels give random ids, Rasa's own connectors may give phone numbers.
        keys: For tests.

    Returns:
        The id itself when it tells nothing and can be stored, else `c-` and 32 hex characters of a keyed digest.
    """
    if _RANDOM.fullmatch(sender_id):
        return sender_id
    if len(sender_id) <= MAX_CHARS and not _TELLING.search(sender_id) and not _UNSTORABLE.search(sender_id):
        return sender_id
    key = (keys or get_key_ring()).derive("sender")
    # Not "replace": two people whose ids differ in such a half only must not share a conversation.
    return "c-" + hmac.new(key, sender_id.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]
