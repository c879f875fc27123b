"""A signed JSON webhook, through which any gateway can connect: RapidPro, TextIt, Turn.io, a helpline's own.

The answer to a message is the answer of its request. See docs/channels.md for the form and an example.
"""

import asyncio
import logging
import time
from typing import Any, Awaitable, Callable, Dict, List, Optional, Sequence, Tuple, Union
from weakref import WeakValueDictionary

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.bodies import TooLarge, read_body, read_object
from bot.channels.carrier import Carrier
from bot.channels.chat_store import Chat, ChatStore
from bot.channels.drills import answer_drill
from bot.channels.generic_message import as_answer, read_incoming
from bot.channels.generic_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, check_signature, read_gateways
from bot.channels.guard import Guard, in_time
from bot.channels.guard_log import make_logged_guard
from bot.channels.identity import pseudonym
from bot.channels.incoming import Incoming, Reply
from bot.channels.limits import MAX_MESSAGE_CHARS, RateLimit
from bot.channels.messaging import Messaging, Outcome
from bot.channels.not_running import ask_again
from bot.channels.numbered import read_reply
from bot.channels.offers import Offer
from bot.channels.recent import Recent
from bot.channels.rendering import Form, Outgoing, render
from bot.channels.sms import choices_of
from bot.config import Settings, get_settings
from bot.content.responses import get_responses
from bot.errors import InputError
from bot.safety.levels import RiskLevel
from bot.text.readable import readable

logger = logging.getLogger(__name__)

CHANNEL_NAME = "generic"
MOST_BODY_BYTES = 64 * 1024
#: Requests that may wait for their answer at the same time.
MOST_OPEN = 1000
FORM = Form(most_chars=4096, most_buttons=9, button_chars=80)
NOT_SIGNED = "The signature or the time is missing, wrong or too old. See docs/channels.md."
#: Answers that are given again when a gateway repeats a request because it lost the first one.
_ANSWERS_KEPT = 5000
#: An answer whose request was given up is shown with the person's next message, but only so long: later it would answer
#: nothing, and somebody else may hold the phone.
KEPT_SECONDS = 300.0

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class GenericCarrier(Carrier):
    """Collects what is to be said to a person until the request that asked picks it up."""

    name = CHANNEL_NAME
    keeps_offers = True

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        #: Keyed hash of the person → when the last message was laid ready, and all of them. The oldest comes first.
        self._waiting: Recent[str, Tuple[float, List[Outgoing]]] = Recent(_ANSWERS_KEPT)

    def render(self, conversation_id: str, replies: Sequence[Reply]) -> List[Outgoing]:
        """Plain text, the choices beside it."""
        return render(replies, FORM)

    def offer_of(self, replies: Sequence[Reply]) -> Optional[Offer]:
        """The choices: a gateway without buttons shows them by number."""
        return Offer(choices_of(replies))

    def meant_by(self, offer: Offer, text: str) -> Union[str, Reply, None]:
        """A number or the words of a choice."""
        return read_reply(text, offer.choices)

    async def send(self, person: str, message: Outgoing) -> Optional[str]:
        """Lays one message ready."""
        self._waiting.note(pseudonym(CHANNEL_NAME, person), (self._now(), [*self.picked_up(person), message]))
        return None

    def picked_up(self, person: str) -> List[Outgoing]:
        """What lay ready for a person, in order; once."""
        while self._waiting and next(iter(self._waiting.values()))[0] < self._now() - KEPT_SECONDS:
            self._waiting.popitem(last=False)
        _, messages = self._waiting.pop(pseudonym(CHANNEL_NAME, person), (0.0, []))
        return messages

    async def withdraw(self, person: str, messages: Sequence[str]) -> None:
        """The chat is deleted: what nobody has picked up goes, too."""
        self.picked_up(person)


class GenericChannel(InputChannel):
    """Named in `credentials.yml`; without a gateway it is silent. Keeps no id of a person and no words."""

    def __init__(
        self,
        settings: Optional[Settings] = None,
        guard: Optional[Guard] = None,
        store: Optional[ChatStore] = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Creates the channel; nothing is opened before the server starts.

        Raises:
            ConfigError: The setting `gateways` cannot be used.
        """
        self._settings = settings or get_settings()
        self._gateways = read_gateways(self._settings.gateways)
        self._guard, self._store, self._now = guard, store, now
        self._carrier = GenericCarrier()
        self._messaging: Optional[Messaging] = None
        self._rate = RateLimit(burst=10, per_minute=30)
        # Beyond that messages are still looked at for a risk, but not everything a machine can send.
        self._looks = RateLimit(burst=20, per_minute=60)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._answers: Recent[str, List[Outgoing]] = Recent(_ANSWERS_KEPT)
        self._open = 0

    @classmethod
    def name(cls) -> str:
        """The path under `/webhooks/` and the channel name that wording may depend on."""
        return CHANNEL_NAME

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes: health, messages, drills."""
        routes = Blueprint("kindlight_generic")

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json(self.status())

        @routes.route("/messages", methods=["POST"], stream=True)
        async def messages(request: Request) -> HTTPResponse:
            return await self._take(request)

        @routes.route("/drill", methods=["POST"], stream=True)
        async def drill(request: Request) -> HTTPResponse:
            return await self._drill(request)

        @routes.listener("after_server_start")
        async def start(app: Sanic, loop: Any) -> None:
            await self.start(on_new_message, app)

        @routes.listener("before_server_stop")
        async def stop(app: Sanic, loop: Any) -> None:
            await self.stop()

        return routes

    def status(self) -> Dict[str, Any]:
        """On or off, and counts."""
        if self._messaging is None:
            return {"status": "off"}
        return {"status": "ok", **vars(self._messaging.figures)}

    async def start(self, on_new_message: OnNewMessage, app: Any = None) -> None:
        """Opens what the channel needs; does nothing without a gateway."""
        if not self._gateways:
            return
        self._guard = self._guard or make_logged_guard()
        # How often a person may write is looked at here, where the gateway can be told.
        unlimited = RateLimit(burst=10**6, per_minute=10**6)
        self._messaging = Messaging(self._carrier, self._guard, self._store, rate=unlimited)
        self._messaging.connect(on_new_message, app)

    async def stop(self) -> None:
        """Answers what is under way, then closes."""
        messaging, self._messaging = self._messaging, None
        if messaging is not None:
            await messaging.close()

    async def _take(self, request: Request) -> HTTPResponse:
        messaging = self._messaging
        if messaging is None:
            return self._no_answer()
        try:
            body = await read_body(request, MOST_BODY_BYTES)
            gateway = self._signed_by(request, body)
            if gateway is None:
                return _refusal(NOT_SIGNED, 403)
            sent = read_object(body)
            incoming = read_incoming(gateway, sent)
        except TooLarge as error:
            return _refusal(str(error), 413)
        except InputError as error:
            return _refusal(str(error), 400)
        if self._open >= MOST_OPEN:
            return _refusal("Too many requests at once. Please send this again.", 503, wait=5)
        self._open += 1
        try:
            return await self._answer(messaging, sent["id"], incoming)
        finally:
            self._open -= 1

    def _no_answer(self) -> HTTPResponse:
        """Without a gateway there is nothing here; with one, the channel only does not run at this moment."""
        return ask_again() if self._gateways else _refusal("There is no gateway here.", 404)

    def _signed_by(self, request: Request, body: bytes) -> Optional[str]:
        timestamp, signature = (request.headers.get(name.lower(), "") for name in (TIMESTAMP_HEADER, SIGNATURE_HEADER))
        try:
            return check_signature(self._gateways, timestamp, signature, body, self._now())
        except InputError:
            return None

    async def _answer(self, messaging: Messaging, identity: Any, incoming: Incoming) -> HTTPResponse:
        update = pseudonym(CHANNEL_NAME, f"update {incoming.update}")
        person = pseudonym(CHANNEL_NAME, incoming.person)
        turn = self._turns.setdefault(person, asyncio.Lock())
        # One request of a person after the other, so that each picks up its own answer.
        async with turn:
            if update in self._answers:
                return response.json(as_answer(identity, self._answers[update]))
            wait = self._rate.wait_seconds(person, time.monotonic())
            if wait and not await self._tells_of_risk(person, incoming.text):
                words = get_responses().choose("utter_slow_down", None, CHANNEL_NAME).text
                return _refusal(words, 429, wait=int(wait) + 1)
            outcome = await messaging.receive(incoming)
            messages = self._carrier.picked_up(incoming.person)
            if outcome is Outcome.REPEATED and not messages:
                messages = self._carrier.render("", await messaging.given_before(incoming))
            if outcome is Outcome.ANSWERED or messages:
                self._answers.note(update, messages)
                return response.json(as_answer(identity, messages))
            # While the answer is still being made, "no replies" would be taken for the answer.
            if outcome is Outcome.REPEATED and not messaging.is_at_work(incoming):
                return response.json(as_answer(identity, []))
            return _refusal("There is no answer yet. Please send this again.", 503, wait=5)

    async def _tells_of_risk(self, person: str, text: str) -> bool:
        """A message at risk is taken and answered like any other, however fast somebody writes."""
        if self._guard is None or self._looks.wait_seconds(person, time.monotonic()):
            return False
        return (await in_time(self._guard.read, readable(text)[:MAX_MESSAGE_CHARS])).level > RiskLevel.NONE

    async def _drill(self, request: Request) -> HTTPResponse:
        """A drill's message goes the whole way; what would be answered is the answer of this request."""
        messaging = self._messaging
        if messaging is None:
            return self._no_answer()

        async def rehearse(update: Dict[str, Any], chat: Chat) -> Dict[str, Any]:
            replies, shown = await messaging.rehearse(chat.key, read_incoming("drill", update), chat)
            return {"replies": replies, "calls": as_answer(None, shown)["replies"]}

        return await answer_drill(request, MOST_BODY_BYTES, rehearse)


def _refusal(sentence: str, status: int, wait: int = 0) -> HTTPResponse:
    headers = {"Retry-After": str(wait)} if wait else None
    return response.json({"error": sentence}, status=status, headers=headers)
