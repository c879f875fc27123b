"""Reads Telegram's updates. Pure; whatever arrives, the answer is one of three kinds and never an error.

https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional, Union

from bot.channels.incoming import BUTTON, TEXT, Incoming

#: What Telegram is asked to send; it sends nothing else.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

#: Field of a message → kind of content. The first one found counts; a video in a circle is also a document.
_KINDS = (
    ("photo", "image"),
    ("video", "image"),
    ("video_note", "image"),
    ("animation", "image"),
    ("story", "image"),
    ("paid_media", "image"),
    ("voice", "sound"),
    ("audio", "sound"),
    ("venue", "place"),
    ("location", "place"),
    ("contact", "contact"),
    ("document", "other"),
    ("sticker", "other"),
    ("poll", "other"),
    ("dice", "other"),
    ("game", "other"),
)
_GROUPS = ("group", "supergroup", "channel")
_MOST_ID = 2**63


@dataclass(frozen=True)
class FromPerson:
    """Something a person sent in a chat of their own.

    Attributes:
        incoming: For the messaging core.
        callback: Id of the button press, which is to be answered so that the button stops spinning.
    """

    incoming: Incoming
    callback: Optional[str] = None


@dataclass(frozen=True)
class FromGroup:
    """We were put into a group or a channel, or something was written there.

    Attributes:
        chat: The group's id.
        may_write: Whether a word of explanation can be left; in a channel only administrators write.
    """

    chat: str
    may_write: bool


@dataclass(frozen=True)
class Nothing:
    """Nothing that is answered: a kind we do not know, a broken update, a message about a message."""


Update = Union[FromPerson, FromGroup, Nothing]


def read_update(update: Any) -> Update:
    """What an update is about.

    Args:
        update: Whatever JSON arrived.
    """
    number = update_id(update)
    if number is None:
        return Nothing()
    if isinstance(update.get("callback_query"), dict):
        return _read_press(str(number), update["callback_query"])
    for field, edited in (("message", False), ("edited_message", True)):
        if isinstance(update.get(field), dict):
            return _read_message(str(number), update[field], edited)
    for field in ("my_chat_member", "channel_post"):
        if isinstance(update.get(field), dict):
            return _read_membership(update[field])
    return Nothing()


def update_id(update: Any) -> Optional[int]:
    """The number of an update, or None when it has none."""
    return _id(update.get("update_id")) if isinstance(update, dict) else None


def _read_message(number: str, message: Mapping[str, Any], edited: bool) -> Update:
    chat = _chat(message)
    if chat is None:
        return Nothing()
    if chat.get("type") in _GROUPS:
        return FromGroup(str(chat["id"]), chat["type"] != "channel")
    sender = message.get("from")
    if chat.get("type") != "private" or (isinstance(sender, dict) and sender.get("is_bot") is True):
        return Nothing()
    person, own_id = str(chat["id"]), _id(message.get("message_id"))
    shown = str(own_id) if own_id is not None else None
    text = message.get("text")
    if isinstance(text, str):
        return FromPerson(Incoming(number, person, text, TEXT, edited, shown))
    kind = _kind(message)
    if kind is None:
        return Nothing()
    caption = message.get("caption")
    return FromPerson(Incoming(number, person, caption if isinstance(caption, str) else "", kind, edited, shown))


def _kind(message: Mapping[str, Any]) -> Optional[str]:
    kind = next((kind for field, kind in _KINDS if message.get(field) is not None), None)
    document = message.get("document")
    if kind == "other" and isinstance(document, dict):
        # A picture sent "as a file" is a picture.
        mime = str(document.get("mime_type", ""))
        return "image" if mime.startswith(("image/", "video/")) else "sound" if mime.startswith("audio/") else kind
    return kind


def _read_press(number: str, press: Mapping[str, Any]) -> Update:
    callback, data, sender = press.get("id"), press.get("data"), press.get("from")
    if not isinstance(callback, str) or not isinstance(data, str) or not isinstance(sender, dict):
        return Nothing()
    message = press.get("message")
    chat = _chat(message) if isinstance(message, dict) else None
    if chat is not None and chat.get("type") in _GROUPS:
        return FromGroup(str(chat["id"]), True)
    person = chat["id"] if chat is not None else _id(sender.get("id"))
    if person is None:
        return Nothing()
    return FromPerson(Incoming(number, str(person), data, BUTTON), callback)


def _read_membership(change: Mapping[str, Any]) -> Update:
    chat = _chat(change)
    if chat is None or chat.get("type") not in _GROUPS:
        # In a chat of one's own the change says that the person blocked or unblocked us; nothing is sent unasked.
        return Nothing()
    now = change.get("new_chat_member")
    if isinstance(now, dict) and now.get("status") in ("left", "kicked"):
        return Nothing()
    return FromGroup(str(chat["id"]), chat["type"] != "channel")


def _chat(holder: Mapping[str, Any]) -> Optional[Mapping[str, Any]]:
    chat = holder.get("chat")
    return chat if isinstance(chat, dict) and _id(chat.get("id")) is not None else None


def _id(value: Any) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST_ID else None
