"""Reads what the widget sends. Pure: a JSON object in, a message out; bad input is an InputError in one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, Mapping

from bot.content.countries import country_code
from bot.errors import InputError
from bot.text.readable import readable

#: In a message's metadata: its country is the person's own choice and replaces what they said before.
COUNTRY_CHOSEN = "country_chosen"
_AUDIENCES = ("child", "parent", "professional")
_MESSAGE_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")


@dataclass(frozen=True)
class WebMessage:
    """One message.

    Attributes:
        id: Made by the client; sent again with every attempt.
        text: As typed, not redacted, or a button's payload.
        attempt: 1 for the first try; a higher number says that an answer may have been lost.
        country_chosen: The person chose the country, or that it is not said, since the message before.
    """

    id: str
    text: str
    audience: str | None
    country: str | None
    language: str | None
    attempt: int
    country_chosen: bool = False

    def sent_along(self) -> Dict[str, Any]:
        """What is known, for the message's metadata."""
        known = {
            "audience": self.audience,
            "country": self.country,
            "language": self.language,
            COUNTRY_CHOSEN: self.country_chosen,
        }
        return {name: value for name, value in known.items() if value}


def read_message(sent: Mapping[str, Any]) -> WebMessage:
    """The message in an object. Raises InputError when text or id cannot be used; other fields are optional."""
    text = sent.get("text")
    if not isinstance(text, str) or not readable(text).strip():
        raise InputError("A message needs a text.")
    if not _MESSAGE_ID.match(str(sent.get("id", ""))):
        raise InputError("A message needs an id of 8 to 64 letters or digits.")
    language = str(sent.get("language") or "").lower()
    attempt = sent.get("attempt")
    return WebMessage(
        id=str(sent["id"]),
        text=readable(text),
        audience=audience_of(sent),
        country=country_of(sent),
        language=language if re.fullmatch("[a-z]{2}", language) else None,
        attempt=attempt if isinstance(attempt, int) and attempt > 0 else 1,
        country_chosen=sent.get("country_chosen") is True,
    )


def audience_of(sent: Mapping[str, Any]) -> str | None:
    """The audience named in an object; None when it is none of ours."""
    audience = sent.get("audience")
    return audience if isinstance(audience, str) and audience in _AUDIENCES else None


def country_of(sent: Mapping[str, Any]) -> str | None:
    """The ISO code of the country in an object; None when it is no country."""
    return country_code(sent.get("country"))
