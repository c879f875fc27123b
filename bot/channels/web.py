"""The widget's transport: JSON over POST, one signed token a conversation, each message answered exactly once."""

import asyncio
import logging
import re
import time
from collections import OrderedDict
from typing import Any, Awaitable, Callable, Dict, List, Optional, Tuple

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.guard import Guard, GuardContext, answer_guarded
from bot.channels.identity import new_conversation_id, read_token, sign
from bot.channels.limits import MAX_MESSAGE_CHARS, RateLimit
from bot.channels.replies import RepliesChannel
from bot.content.responses import get_responses
from bot.errors import InputError

logger = logging.getLogger(__name__)

CHANNEL_NAME = "web"
_ANSWERED_KEPT = 20_000
_AUDIENCES = ("child", "parent", "professional")
_PAYLOAD = re.compile(r"^/[a-z_]+(\{.*\})?$")
_MESSAGE_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
Answer = List[Dict[str, Any]]


class WebChannel(InputChannel):
    """Named in `credentials.yml`. Keeps no IP address, sets no cookie."""

    def __init__(self, guard: Optional[Guard] = None) -> None:
        self._guard = guard or Guard()
        self._rate = RateLimit(burst=10, per_minute=30)
        self._answers: OrderedDict[Tuple[str, str], "asyncio.Future[Answer]"] = OrderedDict()

    @classmethod
    def name(cls) -> str:
        """The path under `/webhooks/` and the channel name that wording may depend on."""
        return CHANNEL_NAME

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes: health, a new conversation, a message."""
        routes = Blueprint("kindlight_web")

        @routes.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/conversations", methods=["POST"])
        async def start(_: Request) -> HTTPResponse:
            return response.json({"token": sign(new_conversation_id())}, status=201)

        @routes.route("/messages", methods=["POST"])
        async def message(request: Request) -> HTTPResponse:
            return await self._receive(request, on_new_message)

        return routes

    async def _receive(self, request: Request, on_new_message: OnNewMessage) -> HTTPResponse:
        try:
            sent = _read_body(request)
            conversation_id = read_token(str(sent.get("token", "")))
        except InputError as error:
            return _refuse(400, str(error))
        if len(sent["text"]) > MAX_MESSAGE_CHARS:
            return _refuse(413, _wording("utter_message_too_long"))
        wait = self._rate.wait_seconds(conversation_id, time.monotonic())
        if wait and (conversation_id, sent["id"]) not in self._answers:
            refused = _refuse(429, _wording("utter_slow_down"))
            refused.headers["Retry-After"] = str(int(wait) + 1)
            return refused
        answer = await self._answer_once(conversation_id, sent, on_new_message)
        return response.json({"id": sent["id"], "replies": answer})

    async def _answer_once(self, conversation_id: str, sent: Dict[str, Any], on_new_message: OnNewMessage) -> Answer:
        """A message sent again (bad line, impatient finger) gets the same answer and is not handled twice."""
        key = (conversation_id, sent["id"])
        if key not in self._answers:
            self._answers[key] = asyncio.ensure_future(self._answer(conversation_id, sent, on_new_message))
            while len(self._answers) > _ANSWERED_KEPT:
                self._answers.popitem(last=False)
        return await asyncio.shield(self._answers[key])

    async def _answer(self, conversation_id: str, sent: Dict[str, Any], on_new_message: OnNewMessage) -> Answer:
        output = RepliesChannel(CHANNEL_NAME)
        text = _as_words(sent["text"])
        sent_along = {name: sent[name] for name in ("audience", "country", "language") if sent.get(name)}
        message = UserMessage(
            text,
            output,
            conversation_id,
            input_channel=CHANNEL_NAME,
            message_id=sent["id"],
            metadata={**sent_along, "channel_kind": CHANNEL_NAME},
        )
        context = GuardContext(
            conversation_id, sent_along.get("audience"), sent_along.get("country"), CHANNEL_NAME, sent.get("language")
        )

        async def handle() -> None:
            await on_new_message(message)

        return await answer_guarded(self._guard, context, text, handle, output.replies)


def _read_body(request: Request) -> Dict[str, Any]:
    try:
        sent = request.json
    except Exception:  # noqa: BLE001 - Sanic raises its own InvalidUsage for any bad body
        sent = None
    if not isinstance(sent, dict) or not isinstance(sent.get("text"), str) or not sent["text"].strip():
        raise InputError("A message needs a text.")
    if not _MESSAGE_ID.match(str(sent.get("id", ""))):
        raise InputError("A message needs an id of 8 to 64 letters or digits.")
    country = str(sent.get("country") or "").upper()
    sent["country"] = country if re.fullmatch("[A-Z]{2}", country) else None
    sent["audience"] = sent.get("audience") if sent.get("audience") in _AUDIENCES else None
    language = str(sent.get("language") or "").lower()
    sent["language"] = language if re.fullmatch("[a-z]{2}", language) else None
    return sent


def _as_words(text: str) -> str:
    """A typed text that begins with "/" but is no button payload must not be read as a command by Rasa."""
    stripped = text.strip()
    return stripped if _PAYLOAD.match(stripped) else stripped.lstrip("/") or "?"


def _wording(name: str) -> str:
    return get_responses().choose(name).text


def _refuse(status: int, sentence: str) -> HTTPResponse:
    return response.json({"error": sentence}, status=status)
