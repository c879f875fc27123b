"""Streams an answer: a receipt at once, each reply as a line of JSON, then a closing line.

The receipt tells the widget that the line works, so that it shows "writing" and not the card for a lost connection.
"""

import asyncio
import json
import logging
from typing import Any, Dict

from sanic.request import Request

LINES = "application/x-ndjson"

logger = logging.getLogger(__name__)


def wants_lines(request: Request) -> bool:
    """Whether the client asked for the streamed form."""
    return LINES in request.headers.get("accept", "")


async def send_lines(
    request: Request, message_id: str, answer: "asyncio.Future[Dict[str, Any]]", headers: Dict[str, str]
) -> None:
    """Sends receipt, replies and closing line; a failed answer ends the stream without the closing line."""
    stream = await request.respond(content_type=f"{LINES}; charset=utf-8", headers=headers)
    await stream.send(_line({"received": message_id}))
    try:
        given = await answer
    except Exception as error:  # noqa: BLE001 - the client sees no closing line and tries again
        logger.error("A message could not be answered (%s).", type(error).__name__)
        await stream.eof()
        return
    for reply in given["replies"]:
        await stream.send(_line({"reply": reply}))
    # The token only after a deletion: the widget goes on in a new conversation.
    token = {"token": given["token"]} if "token" in given else {}
    await stream.send(_line({"done": message_id, "country": given.get("country"), **token}))
    await stream.eof()


def _line(content: Dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False) + "\n"
