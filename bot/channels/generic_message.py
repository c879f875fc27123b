"""What a gateway sends and gets. Pure: a JSON object in, a message out; bad input is an InputError in one sentence."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Sequence

from bot.channels.incoming import BUTTON, TEXT, UNREAD_KINDS, Incoming
from bot.channels.rendering import Outgoing
from bot.errors import InputError

KINDS = (TEXT, BUTTON, *UNREAD_KINDS)
_ID = re.compile(r"^[A-Za-z0-9._:-]{1,100}$")
_LONGEST_PERSON = 200
#: JSON may spell out half a character, which no text can hold.
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def read_incoming(gateway: str, sent: Mapping[str, Any]) -> Incoming:
    """The message in a gateway's object; fields we do not know are passed over.

    Args:
        gateway: Its name. Two gateways may use the same ids for different people.
        sent: `id`, `from`, `text`, and where they apply `kind` (one of KINDS) and `edited`.

    Raises:
        InputError: A field cannot be used.
    """
    identity, person, text = sent.get("id"), sent.get("from"), sent.get("text", "")
    kind, edited = sent.get("kind", TEXT), sent.get("edited", False)
    if not isinstance(identity, str) or not _ID.match(identity):
        raise InputError("`id` must be the message's own id: 1 to 100 letters, digits, dots, colons or dashes.")
    if not isinstance(person, str) or not 1 <= len(person.strip()) <= _LONGEST_PERSON:
        raise InputError("`from` must be your id of the person, 1 to 200 characters. It is hashed and not kept.")
    if _HALF_CHARACTER.search(person):
        raise InputError("`from` holds half a character (a lone surrogate). Send it as valid Unicode.")
    if not isinstance(text, str):
        raise InputError("`text` must be a string.")
    if kind not in KINDS:
        raise InputError(f"`kind` must be one of: {', '.join(KINDS)}.")
    if kind in (TEXT, BUTTON) and not text.strip():
        raise InputError("A message needs a `text`; for a picture, a recording or a place, say so with `kind`.")
    if not isinstance(edited, bool):
        raise InputError("`edited` must be true or false.")
    return Incoming(f"{gateway} {identity}", f"{gateway} {person.strip()}", text, kind, edited)


def as_reply(message: Outgoing) -> Dict[str, Any]:
    """One message for the gateway to show: plain text, and choices to show as buttons or by number."""
    buttons = [
        {"number": number, "title": button.title, "payload": button.payload}
        for number, button in enumerate(message.buttons, start=1)
    ]
    return {"text": message.text, "buttons": buttons}


def as_answer(identity: Any, messages: Sequence[Outgoing]) -> Dict[str, Any]:
    """The whole answer to one message."""
    replies: List[Dict[str, Any]] = [as_reply(message) for message in messages]
    return {"id": identity, "replies": replies}
