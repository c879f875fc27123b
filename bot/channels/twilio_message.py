"""What Twilio tells: an incoming message, or what became of one we sent. Pure: a checked form in, facts out.

Addresses of pictures and recordings (`MediaUrl0` …) are never read: what a person sends as a file stays with Twilio.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Mapping, Tuple

from bot.errors import InputError

SMS, WHATSAPP = "sms", "whatsapp"

_SID = re.compile(r"^[A-Z]{2}[0-9a-fA-F]{32}$")
_NUMBER = re.compile(r"^\+?[0-9]{3,20}$")
_MOST_MEDIA = 10
#: Ends of a delivery, and steps on the way there; others are counted as "other".
STATUSES = frozenset(
    ("accepted", "queued", "sending", "sent", "delivered", "read", "undelivered", "failed", "canceled", "scheduled")
)


@dataclass(frozen=True)
class IncomingText:
    """One message of a person.

    Attributes:
        id: `MessageSid`; the same when Twilio delivers again.
        channel: `sms` or `whatsapp`.
        sender: The person's address as Twilio writes it, such as `whatsapp:+15005550006`.
        recipient: Our own address, from which the answer goes.
        text: As typed, not redacted, or the title of a tapped choice; empty when only a file came.
        attachments: Kinds: `image`, `video`, `voice`, `contact`, `location`, `file`, one each.
        answered_opt: True when Twilio itself has already answered STOP, START or HELP.
    """

    id: str
    channel: str
    sender: str
    recipient: str
    text: str
    attachments: Tuple[str, ...]
    answered_opt: bool


@dataclass(frozen=True)
class DeliveryStatus:
    """What became of a message we sent: `status` as in STATUSES or `other`, `error` Twilio's number or empty."""

    channel: str
    status: str
    error: str


def read_incoming(form: Mapping[str, str], account: str) -> IncomingText:
    """The message in a form.

    Args:
        form: With a signature that was right.
        account: Our account's id.

    Raises:
        InputError: It is no message, or one for another account.
    """
    identity = form.get("MessageSid") or form.get("SmsSid") or ""
    if not _SID.match(identity) or form.get("AccountSid") != account:
        raise InputError("The form is no message to this account.")
    channel, _ = _channel_of(form.get("From", ""))
    own_channel, _ = _channel_of(form.get("To", ""))
    if channel != own_channel:
        raise InputError("The message goes from one channel to another.")
    return IncomingText(
        id=identity,
        channel=channel,
        sender=form["From"],
        recipient=form["To"],
        text=form.get("Body", "").replace("\x00", "").strip(),
        attachments=_attachments(form),
        answered_opt=bool(form.get("OptOutType")),
    )


def read_status(form: Mapping[str, str], account: str) -> DeliveryStatus:
    """The status in a form. Raises InputError when it is none, or one of another account."""
    status = form.get("MessageStatus") or form.get("SmsStatus") or ""
    if not status or form.get("AccountSid") != account:
        raise InputError("The form is no status of a message of this account.")
    channel, _ = _channel_of(form.get("To", ""))
    error = form.get("ErrorCode", "")
    return DeliveryStatus(
        channel=channel,
        status=status if status in STATUSES else "other",
        # Only Twilio's own five digits are used, so that a label cannot hold anything else.
        error=error if re.fullmatch(r"[0-9]{5}", error) else "",
    )


def _channel_of(address: str) -> Tuple[str, str]:
    """The channel of an address, and its number. Raises InputError for a channel we do not serve."""
    kind, colon, number = address.rpartition(":")
    if colon and kind == WHATSAPP and _NUMBER.match(number):
        return WHATSAPP, number
    if not colon and _NUMBER.match(number):
        return SMS, number
    raise InputError("The message is from a channel that is not served.")


def _attachments(form: Mapping[str, str]) -> Tuple[str, ...]:
    count = form.get("NumMedia", "0")
    media = min(int(count), _MOST_MEDIA) if re.fullmatch(r"[0-9]{1,3}", count) else 0
    kinds = [_kind_of(form.get(f"MediaContentType{number}", "")) for number in range(media)]
    if form.get("Latitude") or form.get("Longitude"):
        kinds.append("location")
    return tuple(dict.fromkeys(kinds))


def _kind_of(content_type: str) -> str:
    kind = content_type.partition("/")[0]
    if "vcard" in content_type:
        return "contact"
    return {"image": "image", "video": "video", "audio": "voice"}.get(kind, "file")
