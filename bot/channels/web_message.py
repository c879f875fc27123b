"""Reads what the widget sends. Pure apart from the request's body; bad input is an InputError in one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict

from sanic.request import Request

from bot.channels.bodies import readable
from bot.errors import InputError

_AUDIENCES = ("child", "parent", "professional")
_MESSAGE_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")


@dataclass(frozen=True)
class WebMessage:
    """One message.

    Attributes:
        id: Made by the client; sent again with every attempt.
        text: As typed, not redacted, or a button's payload.
        attempt: 1 for the first try; a higher number says that an answer may have been lost.
    """

    id: str
    text: str
    audience: str | None
    country: str | None
    language: str | None
    attempt: int

    def sent_along(self) -> Dict[str, str]:
        """What is known, for the message's metadata."""
        known = {"audience": self.audience, "country": self.country, "language": self.language}
        return {name: value for name, value in known.items() if value}


def read_sent(request: Request) -> Dict[str, Any]:
    """The JSON object of a request. Raises InputError when the body is something else."""
    try:
        sent = request.json
    except Exception:  # noqa: BLE001 - Sanic raises its own InvalidUsage for any bad body
        sent = None
    if not isinstance(sent, dict):
        raise InputError("The request needs a JSON object.")
    return sent


def read_message(request: Request) -> WebMessage:
    """The message of a request. Raises InputError when text or id cannot be used; other fields are optional."""
    sent = read_sent(request)
    text = sent.get("text")
    if not isinstance(text, str) or not readable(text).strip():
        raise InputError("A message needs a text.")
    if not _MESSAGE_ID.match(str(sent.get("id", ""))):
        raise InputError("A message needs an id of 8 to 64 letters or digits.")
    country = str(sent.get("country") or "").upper()
    language = str(sent.get("language") or "").lower()
    attempt = sent.get("attempt")
    return WebMessage(
        id=str(sent["id"]),
        text=readable(text),
        audience=sent.get("audience") if sent.get("audience") in _AUDIENCES else None,
        country=country if re.fullmatch("[A-Z]{2}", country) else None,
        language=language if re.fullmatch("[a-z]{2}", language) else None,
        attempt=attempt if isinstance(attempt, int) and attempt > 0 else 1,
    )
