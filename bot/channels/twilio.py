"""Text messages and WhatsApp by Twilio. See docs/channels.md.

Twilio's signature is checked before anything is read. Pictures, recordings, places and contacts are never fetched: this
module keeps none of their addresses. Answers leave through Twilio's REST interface while the webhook is answered.
"""

import asyncio
import logging
from functools import partial
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional, Sequence, Set, Union

from prometheus_client import Counter
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.bodies import TooLarge, read_body
from bot.channels.carrier import Carrier
from bot.channels.chat_file import ChatFile
from bot.channels.chat_store import Chat, ChatStore
from bot.channels.delivery import Refused, TryLater, deliver
from bot.channels.drills import answer_drill
from bot.channels.guard import Guard
from bot.channels.incoming import Incoming, Reply
from bot.channels.messaging import Messaging, Outcome
from bot.channels.not_running import ask_again
from bot.channels.offers import Offer
from bot.channels.rendering import Outgoing
from bot.channels.sms import as_text_messages, choices_of, meant_by, reserved_command
from bot.channels.twilio_api import OutgoingText, TwilioApi, TwilioRefused
from bot.channels.twilio_message import SMS, WHATSAPP, IncomingText, read_incoming, read_status
from bot.channels.twilio_settings import twilio_problems
from bot.channels.twilio_signature import is_signed, read_form, signed_address
from bot.channels.twilio_whatsapp import as_whatsapp_messages, variables_of
from bot.config import Settings, get_settings
from bot.errors import ConfigError, InputError

logger = logging.getLogger(__name__)

CHANNEL_NAME = "twilio"
#: A form of Twilio has a few kilobytes.
MOST_BODY_BYTES = 64 * 1024
#: Twilio gives a webhook 15 s; the answer itself goes out through the REST interface and may take longer.
WEBHOOK_SECONDS = 8.0
#: Messages that are removed from Twilio's log at the same time, after "delete my chat".
_REMOVALS_AT_ONCE = 4

DELIVERIES = Counter(
    "kindlight_twilio_deliveries_total", "What became of messages we sent, as Twilio reports it.", ["channel", "status"]
)
ERRORS = Counter("kindlight_twilio_errors_total", "Twilio's reasons for messages that did not arrive.", ["error"])

#: What we say about each kind of file; the first one that came counts.
_KINDS = {"image": "image", "video": "image", "voice": "sound", "location": "place", "contact": "contact"}
_EMPTY_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class TwilioCarrier(Carrier):
    """How an answer looks as a text message or in WhatsApp, and how it gets there."""

    keeps_offers = True

    def __init__(self, name: str, api: TwilioApi, templates: Sequence[str] = ()) -> None:
        """Creates the carrier.

        Args:
            name: `sms` or `whatsapp`.
            api: Sends.
            templates: Ids of WhatsApp templates with one, two, three quick replies.
        """
        self.name = name
        self._api = api
        self._templates = tuple(templates) if name == WHATSAPP else ()
        self._removals: Set[asyncio.Task[None]] = set()
        self._removing = asyncio.Semaphore(_REMOVALS_AT_ONCE)

    def render(self, conversation_id: str, replies: Sequence[Reply]) -> List[Outgoing]:
        """Text messages in few segments, or WhatsApp messages with quick replies or numbers."""
        if self.name == WHATSAPP:
            return as_whatsapp_messages(replies, len(self._templates))
        return [Outgoing(part) for part in as_text_messages(replies).parts]

    def offer_of(self, replies: Sequence[Reply]) -> Optional[Offer]:
        """The choices, and for text messages the rest of a long answer."""
        return Offer(choices_of(replies)) if self.name == WHATSAPP else as_text_messages(replies).offer

    def meant_by(self, offer: Offer, text: str) -> Union[str, Reply, None]:
        """A number, the words of a choice, or "more"."""
        return meant_by(offer, text)

    async def send(self, person: str, message: Outgoing) -> Optional[str]:
        """One message; returns Twilio's id of it, by which it can be removed from Twilio's log."""
        try:
            return await self._api.send(self.outgoing(person, message)) or None
        except TwilioRefused as refused:
            ERRORS.labels(str(refused.code)).inc()
            raise

    def outgoing(self, person: str, message: Outgoing) -> OutgoingText:
        """The request for one message to a `person` as `_person` writes it."""
        recipient, sender = person.split(" ", 1)
        if message.buttons:
            template = self._templates[len(message.buttons) - 1]
            return OutgoingText(recipient, sender, message.text, template, variables_of(message))
        return OutgoingText(recipient, sender, message.text)

    async def withdraw(self, person: str, messages: Sequence[str]) -> None:
        """Removes messages from Twilio's log, in the background; nobody can take them off a phone."""
        for message in messages:
            removal = asyncio.ensure_future(self._remove(message))
            self._removals.add(removal)
            removal.add_done_callback(self._removals.discard)

    async def _remove(self, message: str) -> None:
        async with self._removing:
            try:
                await deliver(lambda: self._api.remove(message))
            except (TryLater, Refused) as error:
                logger.warning("%s: a message stays in Twilio's log (%s).", self.name, error)

    async def close(self, seconds: float) -> None:
        """Waits for removals under way, at most so long."""
        if self._removals:
            await asyncio.wait(self._removals, timeout=seconds)


class TwilioChannel(InputChannel):
    """Named in `credentials.yml`; without an account it is silent. Keeps no phone number and no words."""

    def __init__(
        self, settings: Optional[Settings] = None, guard: Optional[Guard] = None, store: Optional[ChatStore] = None
    ) -> None:
        """Creates the channel; nothing is opened before the server starts.

        Raises:
            ConfigError: A setting cannot be used; the message names it.
        """
        self._settings = settings or get_settings()
        self._tokens = self._settings.twilio_auth_token.split()
        self._templates = self._settings.twilio_quick_replies.split()
        problems = twilio_problems(self._settings)
        if problems:
            raise ConfigError(problems[0])
        self._guard, self._store = guard, store
        self._api: Optional[TwilioApi] = None
        self._messaging: Dict[str, Messaging] = {}
        self._carriers: Dict[str, TwilioCarrier] = {}
        self._ignored = 0

    @classmethod
    def name(cls) -> str:
        """The path under `/webhooks/`."""
        return CHANNEL_NAME

    @property
    def is_on(self) -> bool:
        """Whether there is an account."""
        return bool(self._tokens)

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes: health, messages, statuses, drills."""
        routes = Blueprint("kindlight_twilio")

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json(self.status())

        @routes.route("/webhook", methods=["POST"], stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await self._take(request, self._receive)

        @routes.route("/status", methods=["POST"], stream=True)
        async def status(request: Request) -> HTTPResponse:
            return await self._take(request, self._count)

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
        """On or off, and counts for each channel."""
        if not self._messaging:
            return {"status": "off"}
        counts = {name: vars(messaging.figures) for name, messaging in self._messaging.items()}
        return {"status": "ok", "ignored": self._ignored, **counts}

    async def start(self, on_new_message: OnNewMessage, app: Any = None) -> None:
        """Opens what the channel needs; does nothing without an account."""
        if not self.is_on:
            return
        settings = self._settings
        self._api = TwilioApi(
            settings.twilio_account_sid, self._tokens[0], settings.twilio_api_url, _status_address(settings)
        )
        for name in (SMS, WHATSAPP):
            # A connection of its own for each, so that the one that ends first closes nothing of the other.
            file = ChatFile(name, self._store, settings.var_dir / "channels.db")
            self._carriers[name] = TwilioCarrier(name, self._api, self._templates)
            self._messaging[name] = Messaging(self._carriers[name], self._guard, file=file)
            self._messaging[name].connect(on_new_message, app)
            self._messaging[name].resume()

    async def stop(self) -> None:
        """Answers what is under way, then closes."""
        messaging, self._messaging = list(self._messaging.values()), {}
        for core in messaging:
            await core.close()
        for carrier in self._carriers.values():
            await carrier.close(seconds=2.0)
        if self._api is not None:
            await self._api.close()

    async def _take(
        self, request: Request, use: Callable[[Mapping[str, str]], Awaitable[HTTPResponse]]
    ) -> HTTPResponse:
        """Hands a form on when Twilio has signed it."""
        if not self._messaging:
            return self._no_answer()
        try:
            form = read_form(await read_body(request, MOST_BODY_BYTES))
        except TooLarge as error:
            return response.json({"error": str(error)}, status=413)
        except InputError as error:
            return response.json({"error": str(error)}, status=403)
        address = signed_address(
            self._settings.twilio_public_url, request.scheme, request.path, request.query_string, request.headers
        )
        if not is_signed(self._tokens, address, form, request.headers.get("x-twilio-signature", "")):
            return response.json({"error": "The signature does not fit."}, status=403)
        try:
            return await use(form)
        except InputError:
            # Twilio's, but of a kind or a channel that is not served; another delivery would change nothing.
            self._ignored += 1
            return response.empty()

    async def _receive(self, form: Mapping[str, str]) -> HTTPResponse:
        read = read_incoming(form, self._settings.twilio_account_sid)
        incoming = as_incoming(read)
        if incoming is not None:
            messaging = self._messaging.get(read.channel)
            if messaging is None:
                # The server began to stop while the form was read.
                return ask_again()
            if await messaging.receive(incoming, WEBHOOK_SECONDS) is Outcome.TRY_AGAIN:
                return response.json({"error": "Please deliver this again."}, status=503)
        return response.raw(_EMPTY_ANSWER.encode("ascii"), content_type="text/xml")

    async def _count(self, form: Mapping[str, str]) -> HTTPResponse:
        found = read_status(form, self._settings.twilio_account_sid)
        DELIVERIES.labels(found.channel, found.status).inc()
        if found.error:
            ERRORS.labels(found.error).inc()
        return response.empty()

    async def _drill(self, request: Request) -> HTTPResponse:
        """A drill's form goes the whole way; what would be sent is the answer of this request."""
        if not self._messaging:
            return self._no_answer()
        return await answer_drill(request, MOST_BODY_BYTES, partial(self._rehearse, self._messaging))

    def _no_answer(self) -> HTTPResponse:
        """Without an account there is nothing here; with one, the channel only does not run at this moment."""
        return ask_again() if self.is_on else response.json({"error": "Twilio is not set up here."}, status=404)

    async def _rehearse(self, running: Mapping[str, Messaging], update: Dict[str, Any], chat: Chat) -> Dict[str, Any]:
        read = read_incoming({name: str(value) for name, value in update.items()}, self._settings.twilio_account_sid)
        incoming = as_incoming(read)
        if incoming is None:
            raise InputError("The form is no message of a person.")
        replies, shown = await running[read.channel].rehearse(chat.key, incoming, chat)
        carrier = self._carriers[read.channel]
        calls = [{"text": message.text, **carrier.outgoing(incoming.person, message).form("")} for message in shown]
        return {"replies": replies, "calls": calls}


def as_incoming(read: IncomingText) -> Optional[Incoming]:
    """One message for the core; None when Twilio has already said all that may be said (STOP).

    The person is their number and ours together: each of our numbers answers from itself.
    """
    command = reserved_command(read.text) if read.channel == SMS else None
    if command == "/stop" and read.answered_opt:
        return None
    kind = "text"
    if read.attachments or not read.text:
        kind = next((_KINDS[name] for name in _KINDS if name in read.attachments), "other")
    person = f"{read.sender} {read.recipient}"
    return Incoming(read.id, person, command or read.text, kind, message=read.id)


def _status_address(settings: Settings) -> str:
    """Where Twilio reports deliveries; it must be public, so without that setting there are no reports."""
    address = settings.twilio_public_url.rstrip("/")
    return f"{address}/webhooks/{CHANNEL_NAME}/status" if address.startswith("https://") else ""
