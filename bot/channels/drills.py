"""What a messaging channel does with a drill's request: only `python -m bot drill` of this deployment can make one."""

import hmac
from typing import Any, Awaitable, Callable, Dict

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.bodies import TooLarge, read_body, read_object
from bot.channels.chat_store import Chat
from bot.channels.identity import drill_proof, read_token
from bot.channels.web_message import audience_of, country_of
from bot.errors import InputError

#: Gets the update and what is to be known of the person, with the drill's conversation as its key.
Rehearse = Callable[[Dict[str, Any], Chat], Awaitable[Dict[str, Any]]]


async def answer_drill(request: Request, most_bytes: int, rehearse: Rehearse) -> HTTPResponse:
    """Hands a drill's update to its channel; what would be said and sent is the answer.

    Args:
        request: Streamed, with `token`, `proof`, `update` as the platform would deliver it, `audience`, `country`.
        most_bytes: As for the channel's messages.
        rehearse: The channel's own part; raises InputError when the update is no message of a person.
    """
    try:
        sent = read_object(await read_body(request, most_bytes))
        chat = Chat(_conversation_of(sent), audience=audience_of(sent), country=country_of(sent))
    except TooLarge as error:
        return _refusal(error, 413)
    except InputError as error:
        return _refusal(error, 403)
    try:
        update = sent.get("update")
        if not isinstance(update, dict):
            raise InputError("The update is no object.")
        return response.json(await rehearse(update, chat))
    except InputError as error:
        return _refusal(error, 400)


def _conversation_of(sent: Dict[str, Any]) -> str:
    """The conversation that was entered as a drill; a visitor's token alone is refused."""
    conversation_id = read_token(str(sent.get("token", "")))
    given = str(sent.get("proof", "")).encode("utf-8", "replace")
    if not hmac.compare_digest(given, drill_proof(conversation_id).encode("ascii")):
        raise InputError("This is no drill of this deployment.")
    return conversation_id


def _refusal(error: InputError, status: int) -> HTTPResponse:
    return response.json({"error": str(error)}, status=status)
