"""The widget's transport: JSON over POST, one signed token a conversation, each message answered exactly once.

A request is a "simple" one in the browser's sense (`text/plain` body, no custom header), so that a bad line is not
asked twice: there is no preflight. The origin is checked here instead.
"""

import asyncio
import re
import time
from typing import Any, Awaitable, Callable, Container, Dict, FrozenSet, List, Optional, Tuple

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.answered_before import replies_to
from bot.channels.bodies import Damaged, TooLarge, read_body, read_object
from bot.channels.commands import find_command
from bot.channels.deletion import CONFIRM_DELETE, DELETED, NOT_DELETED, deletion_reply, try_to_delete
from bot.channels.guard import Guard, GuardContext, answer_guarded
from bot.channels.guard_log import make_logged_guard
from bot.channels.identity import new_conversation_id, read_token, sign
from bot.channels.limits import MAX_MESSAGE_CHARS, RateLimit
from bot.channels.numbered import Choice, read_title
from bot.channels.origins import allowed_origins
from bot.channels.recent import Recent
from bot.channels.rendering import buttons_of
from bot.channels.replies import RepliesChannel
from bot.channels.service_cards import dressed
from bot.channels.trackers import tracker_of
from bot.channels.web_lines import send_lines, wants_lines
from bot.channels.web_message import WebMessage, read_message
from bot.config import get_settings
from bot.content.countries import country_code
from bot.content.responses import get_responses
from bot.errors import InputError

CHANNEL_NAME = "web"
MOST_BODY_BYTES = 64 * 1024
#: Of any request to this server whose body is not read piece by piece, whatever its address.
MOST_BYTES_AT_ONCE = 2 * 1024 * 1024
_ANSWERED_KEPT = 4_000
_PAYLOAD = re.compile(r"^/([a-z_]+)(\{.*\})?$")

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
Answer = Dict[str, Any]


class WebChannel(InputChannel):
    """Named in `credentials.yml`. Keeps no IP address, sets no cookie."""

    def __init__(self, guard: Optional[Guard] = None, origins: Optional[FrozenSet[str]] = None) -> None:
        self._guard = guard or make_logged_guard()
        self._origins = allowed_origins(get_settings()) if origins is None else origins
        self._rate = RateLimit(burst=10, per_minute=30)
        # No address is kept, so new conversations share one bucket; it only stops a flood. nginx sees to it that one
        # client does not empty it for everybody.
        self._starts = RateLimit(burst=60, per_minute=600)
        #: Conversations that this process knows, with the choices shown last; our own words only.
        self._known: Recent[str, Tuple[Choice, ...]] = Recent(_ANSWERED_KEPT)
        self._answers: Recent[Tuple[str, str], asyncio.Future[Answer]] = Recent(_ANSWERED_KEPT)

    @classmethod
    def name(cls) -> str:
        """The path under `/webhooks/` and the channel name that wording may depend on."""
        return CHANNEL_NAME

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes: health, a new conversation, a message, the end of a conversation."""
        routes = Blueprint("kindlight_web")

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"}, headers=self._headers(request))

        @routes.route("/conversations", methods=["POST"], stream=True)
        async def start(request: Request) -> HTTPResponse:
            return await self._start(request)

        @routes.route("/messages", methods=["POST"], stream=True)
        async def message(request: Request) -> Optional[HTTPResponse]:
            return await self._receive(request, on_new_message)

        @routes.route("/delete", methods=["POST"], stream=True)
        async def delete(request: Request) -> HTTPResponse:
            return await self._delete(request)

        @routes.listener("before_server_start")
        async def bound_bodies(app: Sanic, loop: Any) -> None:
            # Sanic would take 100 MB into memory before any of us is asked.
            app.config.REQUEST_MAX_SIZE = MOST_BYTES_AT_ONCE

        return routes

    def _headers(self, request: Request) -> Dict[str, str]:
        headers = {"Cache-Control": "no-store", "Vary": "Origin"}
        origin = request.headers.get("origin")
        if origin in self._origins:
            headers.update({"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After"})
        return headers

    def _is_stranger(self, request: Request) -> bool:
        """A browser names the page's origin; without one the request is no page's (a program, a test)."""
        origin = request.headers.get("origin")
        return origin is not None and origin not in self._origins

    def _refuse(
        self, request: Request, status: int, sentence: str, code: str, wait_seconds: float = 0.0
    ) -> HTTPResponse:
        headers = self._headers(request)
        if wait_seconds:
            headers["Retry-After"] = str(int(wait_seconds) + 1)
        return response.json({"error": sentence, "code": code}, status=status, headers=headers)

    def _stranger(self, request: Request) -> HTTPResponse:
        sentence = "This page may not open the chat. Add its origin to KINDLIGHT_WEB_ORIGINS."
        return self._refuse(request, 403, sentence, "origin")

    def _unopened(self, request: Request, error: InputError) -> HTTPResponse:
        """The refusal of a request that names no conversation, or one that is over."""
        if isinstance(error, TooLarge):
            return self._refuse(request, 413, _wording("utter_message_too_long"), "too_long")
        # A line that cut the request says nothing of the conversation: the widget keeps it, and sends again.
        return self._refuse(request, 400, str(error), "damaged" if isinstance(error, Damaged) else "token")

    async def _start(self, request: Request) -> HTTPResponse:
        if self._is_stranger(request):
            return self._stranger(request)
        try:
            await read_body(request, MOST_BODY_BYTES)
        except TooLarge as error:
            return self._refuse(request, 413, str(error), "too_long")
        wait = self._starts.wait_seconds("all", time.monotonic())
        if wait:
            return self._refuse(request, 429, _wording("utter_slow_down"), "slow_down", wait)
        token = sign(new_conversation_id())
        return response.json({"token": token}, status=201, headers=self._headers(request))

    async def _delete(self, request: Request) -> HTTPResponse:
        if self._is_stranger(request):
            return self._stranger(request)
        try:
            _, conversation_id = await _opened(request, for_deletion=True)
        except InputError as error:
            return self._unopened(request, error)
        self._forget(conversation_id)
        receipt = await try_to_delete(conversation_id)
        if receipt is None:
            return self._refuse(request, 503, _wording(NOT_DELETED), "try_again", 5)
        chosen = get_responses().choose(DELETED, None, CHANNEL_NAME, {"receipt": receipt})
        answer = {"receipt": receipt, "text": chosen.text, "language": "en"}
        return response.json(answer, headers=self._headers(request))

    def _forget(self, conversation_id: str, but: str = "") -> None:
        """Drops what is remembered of a conversation, the answer to the message `but` left out."""
        self._guard.forget(conversation_id)
        self._known.pop(conversation_id, None)
        for key in [key for key in self._answers if key[0] == conversation_id and key[1] != but]:
            del self._answers[key]

    async def _receive(self, request: Request, on_new_message: OnNewMessage) -> Optional[HTTPResponse]:
        if self._is_stranger(request):
            return self._stranger(request)
        try:
            content, conversation_id = await _opened(request)
        except InputError as error:
            return self._unopened(request, error)
        try:
            sent = read_message(content)
        except InputError as error:
            return self._refuse(request, 400, str(error), "message")
        if len(sent.text) > MAX_MESSAGE_CHARS:
            return self._refuse(request, 413, _wording("utter_message_too_long"), "too_long")
        if (conversation_id, sent.id) not in self._answers:
            wait = self._rate.wait_seconds(conversation_id, time.monotonic())
            if wait:
                return self._refuse(request, 429, _wording("utter_slow_down"), "slow_down", wait)
        answer = asyncio.ensure_future(self._answer_once(conversation_id, sent, on_new_message, request.app))
        if wants_lines(request):
            await send_lines(request, sent.id, answer, self._headers(request))
            return None
        return response.json({"id": sent.id, **(await answer)}, headers=self._headers(request))

    async def _answer_once(
        self, conversation_id: str, sent: WebMessage, on_new_message: OnNewMessage, app: Sanic
    ) -> Answer:
        """A message sent again (bad line, impatient finger) gets the same answer and is not handled twice."""
        key = (conversation_id, sent.id)
        if key not in self._answers:
            self._answers.note(key, asyncio.ensure_future(self._answer(conversation_id, sent, on_new_message, app)))
        try:
            return await asyncio.shield(self._answers[key])
        except Exception:
            # The next attempt is a new one; a failure is not remembered as an answer.
            self._answers.pop(key, None)
            raise

    async def _answer(self, conversation_id: str, sent: WebMessage, on_new_message: OnNewMessage, app: Sanic) -> Answer:
        # The words of a button, typed, are that button: no other meaning is looked for in them.
        text = read_title(sent.text, self._known.get(conversation_id, ())) or _as_words(sent.text, _intents(app))
        if text == CONFIRM_DELETE:
            return await self._deleted(conversation_id, sent)
        replies = await self._replies(conversation_id, sent, text, on_new_message, app)
        self._known[conversation_id] = _choices(replies)
        country = await self._country(_context(conversation_id, sent), replies, app)
        return {"replies": [dressed(reply, country) for reply in replies], "country": country}

    async def _country(self, context: GuardContext, replies: List[Dict[str, Any]], app: Sanic) -> Optional[str]:
        """The country that the replies are for, so that the page shows no other: said in the chat, else sent along."""
        if any(reply.get("guard") for reply in replies):
            return self._guard.country_of(context)
        tracker = await tracker_of(app, context.conversation_id)
        return country_code(tracker.get_slot("country") if tracker else None) or context.country

    async def _deleted(self, conversation_id: str, sent: WebMessage) -> Answer:
        """The receipt, and the token of a new conversation: for some seconds whatever is said in the old one is dropped
        from the log, and an emergency written right after the deletion must reach the staff."""
        receipt = await try_to_delete(conversation_id)
        slots = {"receipt": receipt, "country": sent.country}
        reply = deletion_reply(DELETED if receipt else NOT_DELETED, sent.audience, CHANNEL_NAME, slots)
        answer: Answer = {"replies": [dressed(reply)]}
        if receipt:
            self._forget(conversation_id, but=sent.id)
            answer["token"] = sign(new_conversation_id())
        return answer

    def _knows(self, conversation_id: str) -> bool:
        """Whether this process handled a message of the conversation before; remembers it from now on."""
        known = conversation_id in self._known
        self._known.note(conversation_id, self._known.get(conversation_id, ()))
        return known

    async def _replies(
        self, conversation_id: str, sent: WebMessage, text: str, on_new_message: OnNewMessage, app: Sanic
    ) -> List[Dict[str, Any]]:
        # This process may not know the message, but one before a restart may have answered it. A browser sends a
        # request again by itself when a kept connection breaks, so that even a first attempt may be a second one.
        may_be_answered = not self._knows(conversation_id) or sent.attempt > 1
        output = RepliesChannel(CHANNEL_NAME)
        sent_along = sent.sent_along()
        message = UserMessage(
            text,
            output,
            conversation_id,
            input_channel=CHANNEL_NAME,
            message_id=sent.id,
            metadata={**sent_along, "channel_kind": CHANNEL_NAME},
        )

        async def handle() -> None:
            given = await _given_before(app, conversation_id, sent.id) if may_be_answered else []
            if given:
                output.replies.extend(given)
            else:
                await on_new_message(message)

        if sent.country_chosen:
            self._guard.note_country_chosen(conversation_id)
        return await answer_guarded(self._guard, _context(conversation_id, sent), text, handle, output.replies)


async def _opened(request: Request, for_deletion: bool = False) -> Tuple[Answer, str]:
    """What a request says, and the conversation that its token proves, to delete also one that has ended.

    Raises:
        InputError: The body is TooLarge or Damaged, or the token is none of ours or too old.
    """
    content = read_object(await read_body(request, MOST_BODY_BYTES))
    return content, read_token(str(content.get("token", "")), for_deletion)


def _context(conversation_id: str, sent: WebMessage) -> GuardContext:
    return GuardContext(conversation_id, sent.audience, sent.country, CHANNEL_NAME, sent.language)


async def _given_before(app: Sanic, conversation_id: str, message_id: str) -> List[Dict[str, Any]]:
    """What was said to a message before this process started; empty when nobody knows."""
    tracker = await tracker_of(app, conversation_id)
    return replies_to(message_id, list(tracker.events)) or [] if tracker else []


def _choices(replies: List[Dict[str, Any]]) -> Tuple[Choice, ...]:
    return tuple((button.title, button.payload) for reply in replies for button in buttons_of(reply))


def _as_words(text: str, intents: Optional[Container[str]] = None) -> str:
    """What Rasa reads. Only a button's payload keeps its "/": nothing else that begins with one is looked at for risk.

    Args:
        text: As sent.
        intents: Those that the model knows; None when it cannot be asked.
    """
    stripped = text.strip()
    command = find_command(stripped)
    if command is not None and command.name == "delete" and not command.rest:
        return "/delete_chat_request"
    payload = _PAYLOAD.match(stripped)
    if payload and (intents is None or payload.group(1) in intents):
        return stripped
    return stripped.lstrip("/") or "?"


def _intents(app: Sanic) -> Optional[Container[str]]:
    domain = getattr(getattr(app.ctx, "agent", None), "domain", None)
    return None if domain is None else frozenset(domain.intents)


def _wording(name: str) -> str:
    return get_responses().choose(name).text
