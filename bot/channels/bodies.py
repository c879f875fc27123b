"""Reads the body of a request up to a size, so that nobody fills the memory."""

import json
from typing import Any, Dict

from sanic.request import Request

from bot.errors import InputError


class TooLarge(InputError):
    """The body is larger than anything we take."""


async def read_body(request: Request, most: int) -> bytes:
    """The body of a streamed request (`stream=True` on its route).

    Raises:
        TooLarge: It has more than `most` bytes; the rest is not read.
    """
    body = bytearray()
    while request.stream is not None:
        chunk = await request.stream.read()
        if chunk is None:
            break
        body += chunk
        if len(body) > most:
            raise TooLarge(f"The body is larger than {most} bytes.")
    return bytes(body)


def read_object(body: bytes) -> Dict[str, Any]:
    """The JSON object in a body. Raises InputError when it is anything else, also when it is nested too deep."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise InputError("The body is not JSON.") from None
    if not isinstance(content, dict):
        raise InputError("The body is not a JSON object.")
    return content
