"""Is a request from Twilio? Its form is read strictly and its signature is checked by Twilio's own library. Pure.

The signature covers the address, and each parameter's name and value strung together in alphabetical order. Read
loosely, two different bodies can have one signature (a repeated parameter, an `=` in another place), so what Twilio
never sends is refused before the signature is looked at.
"""

from __future__ import annotations

import re
from typing import Dict, Mapping, Sequence
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

from bot.errors import InputError

#: Twilio's parameter names, such as `Body`, `MediaUrl0`, `AddOns`.
_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,63}$")
_MOST_FIELDS = 200


def read_form(body: bytes) -> Dict[str, str]:
    """The parameters of a form body.

    Raises:
        InputError: The body is not a form as Twilio sends it: other characters, a name twice, too many fields.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise InputError("The body is not a form.") from None
    form = dict(pairs)
    if len(form) != len(pairs) or not all(_NAME.match(name) for name in form):
        raise InputError("The form has a parameter that Twilio does not send.")
    return form


def signed_address(public_url: str, scheme: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    """The address that Twilio called, which a proxy may have hidden.

    Args:
        public_url: The setting, such as `https://chat.example.org` (a path in it comes first); empty to go by the
            request itself.
        scheme: Of the request as it reached this process.
        path, query: Of the request.
        headers: Of the request, names in lower case. `X-Forwarded-Proto` and `-Host` are believed: whoever sets them
            cannot make a signature for that address.
    """
    if public_url:
        base = public_url.rstrip("/")
    else:
        first = {
            name: headers.get(name, "").split(",")[0].strip() for name in ("x-forwarded-proto", "x-forwarded-host")
        }
        host = first["x-forwarded-host"] or headers.get("host", "")
        base = f"{first['x-forwarded-proto'] or scheme}://{host}"
    return f"{base}{path}" + (f"?{query}" if query else "")


def is_signed(tokens: Sequence[str], address: str, form: Mapping[str, str], signature: str) -> bool:
    """Whether the signature fits the address and the form under one of the tokens (several while one is changed)."""
    if not signature:
        return False
    try:
        return any(RequestValidator(token).validate(address, dict(form), signature) for token in tokens if token)
    except ValueError:
        # The library reads the port of the address, which a made-up Host header can spoil.
        return False
