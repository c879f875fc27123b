"""Is a request from one of our gateways? HMAC-SHA256 over time and body, valid for a few minutes. Pure.

`X-Kindlight-Timestamp: 1764000000` (Unix seconds) and `X-Kindlight-Signature: v1=<64 hex digits>`, where the digits are
HMAC-SHA256(secret, "1764000000." + body). Answers are not signed: each goes back on the connection that asked.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import List, Sequence

from bot.config import Settings
from bot.errors import ConfigError, InputError

TIMESTAMP_HEADER = "X-Kindlight-Timestamp"
SIGNATURE_HEADER = "X-Kindlight-Signature"
#: A request is refused when it is older than this, or when its clock is ahead by as much.
WINDOW_SECONDS = 300
_VERSION = "v1="
_SHORTEST_SECRET = 24
_NAME = re.compile(r"^[a-z0-9_-]{1,32}$")


@dataclass(frozen=True)
class Gateway:
    """One that may connect. Two entries with one name are the old and the new secret while it is changed."""

    name: str
    secret: str = field(repr=False)


def read_gateways(setting: str) -> List[Gateway]:
    """The gateways of the setting `name=secret`, several separated by blanks.

    Raises:
        ConfigError: An entry has another form or a secret that can be guessed.
    """
    found = []
    for entry in setting.split():
        name, _, secret = entry.partition("=")
        if not _NAME.match(name) or len(secret) < _SHORTEST_SECRET:
            raise ConfigError(
                "KINDLIGHT_GATEWAYS needs name=secret, with a name of small letters and a secret of at least "
                f"{_SHORTEST_SECRET} characters. Make one with: openssl rand -hex 32"
            )
        found.append(Gateway(name, secret))
    return found


def gateway_problems(settings: Settings) -> List[str]:
    """A sentence when the setting cannot be used; empty when it can."""
    try:
        read_gateways(settings.gateways)
    except ConfigError as error:
        return [str(error)]
    return []


def gateway_lines(settings: Settings) -> List[str]:
    """What `make run` prints about the signed webhook."""
    names = sorted({gateway.name for gateway in read_gateways(settings.gateways)})
    if not names:
        return ["Signed webhook     off; docs/channels.md says how to switch it on"]
    return [f"Signed webhook     on, for {', '.join(names)}"]


def signature_of(secret: str, timestamp: int, body: bytes) -> str:
    """The signature header of a body at a time in Unix seconds."""
    signed = f"{timestamp}.".encode("ascii") + body
    return _VERSION + hmac.new(secret.encode("utf-8"), signed, hashlib.sha256).hexdigest()


def check_signature(gateways: Sequence[Gateway], timestamp: str, signature: str, body: bytes, now: float) -> str:
    """The name of the gateway that signed the body.

    Args:
        gateways: Those of the settings.
        timestamp, signature: The two headers as sent; empty when missing.
        body: The bytes as received.
        now: Unix seconds.

    Raises:
        InputError: Missing, altered, too old or from nobody we know. Which of these is told to nobody but a
            gateway whose clock is wrong, after its signature was found to be right.
    """
    if not re.fullmatch(r"\d{1,12}", timestamp, re.ASCII):
        raise InputError("The request needs a time in Unix seconds and a signature.")
    sent = signature.encode("utf-8", "replace")
    name = None
    # Every secret is tried, so that the time taken says nothing about which one came near.
    for gateway in gateways:
        expected = signature_of(gateway.secret, int(timestamp), body).encode("ascii")
        if hmac.compare_digest(expected, sent):
            name = gateway.name
    if name is None:
        raise InputError("The signature does not fit.")
    if abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise InputError("The time of the request is more than five minutes off. Set the clock and sign it again.")
    return name
