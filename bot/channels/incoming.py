"""One thing that a person sent on a messaging channel, and its way through the channel."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Dict, Optional

from bot.channels.chat_store import Begun, Chat
from bot.text.readable import readable

TEXT, BUTTON = "text", "button"
#: Kinds that are answered with fixed words and never fetched; each has its `utter_messaging_<kind>`.
UNREAD_KINDS = ("image", "sound", "place", "contact", "other")

_PAYLOAD = re.compile(r"^/[a-z_]+(\{.*\})?$", re.DOTALL)

Reply = Dict[str, Any]


@dataclass(frozen=True)
class Incoming:
    """One thing that a person sent.

    Attributes:
        update: The platform's id of the delivery; the same for every repeated delivery.
        person: The platform's id of the chat; hashed by `messaging.py`, kept nowhere.
        text: As typed; for a button its payload; for a picture its caption. May be empty unless `kind` is text.
        kind: TEXT, BUTTON or one of UNREAD_KINDS.
        edited: The person changed an earlier message. It is answered only when the change tells of a risk.
        message: The platform's id of the message, where a channel can take it back when the chat is deleted.
    """

    update: str
    person: str
    text: str
    kind: str = TEXT
    edited: bool = False
    message: Optional[str] = None

    def saying(self, text: str) -> Incoming:
        """The same with other words."""
        return replace(self, text=text)

    def made_readable(self) -> Incoming:
        """The same without what no database can hold."""
        return self.saying(readable(self.text))

    @property
    def is_payload(self) -> bool:
        """Whether it is a button with one of our payloads. A gateway may call any words a button's."""
        return self.kind == BUTTON and bool(_PAYLOAD.match(self.text.strip()))


@dataclass(frozen=True)
class Turn:
    """One message on its way through the channel.

    Attributes:
        chat: What is known of the person when it comes.
        conversation_id: Under which Rasa and the staff database know it.
        update: The keyed hash of the delivery's id.
        begun: Whether an earlier process may have answered it already.
    """

    incoming: Incoming
    chat: Chat
    conversation_id: str
    update: str
    begun: Begun

    def saying(self, text: str, kind: str) -> Turn:
        """The same with other words of another kind."""
        return replace(self, incoming=replace(self.incoming, text=text, kind=kind))

    def words(self) -> str:
        """What Rasa reads: a payload only where a button was pressed; typed words never are a command there."""
        text = self.incoming.text.strip()
        if self.incoming.is_payload:
            return text
        return text.lstrip("/") or "?"
