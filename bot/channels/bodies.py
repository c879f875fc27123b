"""Reads the body of a request, or of a platform's answer, up to a size, so that nobody fills the memory."""

import json
from typing import Any, Dict

from aiohttp import StreamReader
from sanic.request import Request

from bot.errors import InputError


class TooLarge(InputError):
    """The body is larger than anything we take."""


class Damaged(InputError):
    """The body is no JSON object: cut on its way, or never one. It says nothing of who sent it."""


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


async def read_answer_body(content: StreamReader, most: int) -> bytes:
    """The body of a platform's answer; what goes beyond `most` bytes is left unread.

    `content.read(most)` would give what has come so far. Half an answer to "send this" reads like none, and the message
    would go out again; see test_an_answer_that_comes_in_pieces_is_read_to_its_end.
    """
    body = bytearray()
    async for piece in content.iter_any():
        body += piece
        if len(body) >= most:
            break
    return bytes(body[:most])


def read_object(body: bytes) -> Dict[str, Any]:
    """The JSON object in a body. Raises Damaged when it is anything else, also when it is nested too deep."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Damaged("The body is not JSON.") from None
    if not isinstance(content, dict):
        raise Damaged("The body is not a JSON object.")
    return content
