"""Telegram: a webhook, or long polling for a machine without a public address. See docs/channels.md.

Pictures, voice, files and places are never fetched: this module has no call that could.
"""

import asyncio
import hmac
import logging
import math
from functools import partial
from typing import Any, Awaitable, Callable, Dict, List, Optional, Sequence, Union

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.bodies import TooLarge, read_body, read_object
from bot.channels.carrier import Carrier
from bot.channels.chat_file import ChatFile
from bot.channels.chat_store import Chat, ChatStore
from bot.channels.commands import get_command_words
from bot.channels.delivery import MOST_PATIENCE_SECONDS, Refused, TryLater, deliver
from bot.channels.drills import answer_drill
from bot.channels.guard import Guard
from bot.channels.identity import pseudonym
from bot.channels.incoming import Incoming, Reply
from bot.channels.limits import RateLimit
from bot.channels.messaging import UNTIL_OUT, Messaging, Outcome
from bot.channels.not_running import ask_again
from bot.channels.numbered import read_title
from bot.channels.offers import Offer
from bot.channels.recent import Recent
from bot.channels.rendering import Form, Outgoing, buttons_of, render
from bot.channels.telegram_api import TelegramApi
from bot.channels.telegram_buttons import ButtonData
from bot.channels.telegram_polling import Poller
from bot.channels.telegram_settings import POLLING, WEBHOOK, telegram_problems
from bot.channels.telegram_updates import ALLOWED_UPDATES, FromGroup, FromPerson, read_update
from bot.config import Settings, get_settings
from bot.content.responses import get_responses
from bot.errors import ConfigError, InputError

logger = logging.getLogger(__name__)

CHANNEL_NAME = "telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
#: https://core.telegram.org/bots/api#sendmessage: 4,096 characters; titles longer than this are cut on a phone.
FORM = Form(most_chars=4096, most_buttons=12, button_chars=48)
#: An update has a few kilobytes.
MOST_BODY_BYTES = 256 * 1024
#: https://core.telegram.org/bots/api#deletemessages
_MESSAGES_A_CALL = 100
_QUICK = 2
#: Without these calls there is no bot, so they are tried until Telegram answers.
_PATIENT = 10**6

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class TelegramCarrier(Carrier):
    """How an answer looks in Telegram and how it gets there."""

    name = CHANNEL_NAME
    #: A button's words may be typed, too.
    keeps_offers = True

    def __init__(self, api: TelegramApi, file: ChatFile) -> None:
        self.api = api
        self.buttons = ButtonData(file)

    def render(self, conversation_id: str, replies: Sequence[Reply]) -> List[Outgoing]:
        """Plain text, the choices as buttons under it."""
        return render(replies, FORM)

    def offer_of(self, replies: Sequence[Reply]) -> Optional[Offer]:
        """The buttons of the whole answer."""
        return Offer(tuple((button.title, button.payload) for reply in replies for button in buttons_of(reply)))

    def meant_by(self, offer: Offer, text: str) -> Union[str, Reply, None]:
        """The words of a button. There are no numbers before them, so "1" or "13" stays what it says."""
        return read_title(text, offer.choices)

    async def send(self, person: str, message: Outgoing) -> Optional[str]:
        """One message; no preview of links, which would show on a lock screen what they are about."""
        sent = await self.api.call("sendMessage", await self.parameters(person, message))
        number = sent.get("message_id") if isinstance(sent, dict) else None
        return str(number) if isinstance(number, int) else None

    async def parameters(self, person: str, message: Outgoing) -> Dict[str, Any]:
        """What `sendMessage` is called with."""
        parameters: Dict[str, Any] = {
            "chat_id": int(person),
            "text": message.text,
            "link_preview_options": {"is_disabled": True},
            # The name of the same wish in older versions of the Bot API.
            "disable_web_page_preview": True,
        }
        if message.buttons:
            data = [(button.title, await self.buttons.encode(button.payload)) for button in message.buttons]
            rows = [[{"text": title, "callback_data": carried}] for title, carried in data]
            parameters["reply_markup"] = {"inline_keyboard": rows}
        return parameters

    async def withdraw(self, person: str, messages: Sequence[str]) -> None:
        """Deletes messages of the last 48 hours for both sides, many a call, else one by one."""
        for start in range(0, len(messages), _MESSAGES_A_CALL):
            numbers = [int(number) for number in messages[start : start + _MESSAGES_A_CALL]]
            if not await self._deleted("deleteMessages", {"chat_id": int(person), "message_ids": numbers}):
                for number in numbers:
                    await self._deleted("deleteMessage", {"chat_id": int(person), "message_id": number})

    async def _deleted(self, method: str, parameters: Dict[str, Any]) -> bool:
        try:
            await deliver(lambda: self.api.call(method, parameters), _QUICK)
        except (TryLater, Refused) as error:
            logger.warning("telegram: messages were not withdrawn (%s).", error)
            return False
        return True


class TelegramChannel(InputChannel):
    """Named in `credentials.yml`; without a token it is silent. Keeps no platform id and no words."""

    def __init__(
        self, settings: Optional[Settings] = None, guard: Optional[Guard] = None, store: Optional[ChatStore] = None
    ) -> None:
        """Creates the channel; nothing is opened before the server starts.

        Raises:
            ConfigError: A setting cannot be used; the message names it.
        """
        self._settings = settings or get_settings()
        check_settings(self._settings)
        self._guard, self._store = guard, store
        self._messaging: Optional[Messaging] = None
        self._carrier: Optional[TelegramCarrier] = None
        self._poller: Optional[Poller] = None
        self._starting: Optional[asyncio.Task[None]] = None
        self._is_accepted = False
        # A finger that taps twice means it once.
        self._taps = RateLimit(burst=1, per_minute=30)
        #: Keyed hash of person and button → the update of the tap that counted last.
        self._counted: Recent[str, str] = Recent()
        self._left = RateLimit(burst=1, per_minute=1)

    @classmethod
    def name(cls) -> str:
        """The path under `/webhooks/` and the channel name that wording may depend on."""
        return CHANNEL_NAME

    @property
    def is_on(self) -> bool:
        """Whether there is a token."""
        return bool(self._settings.telegram_token)

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes: health, Telegram's webhook, drills. Polling starts and ends with the server."""
        routes = Blueprint("kindlight_telegram")

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json(self.status())

        @routes.route("/webhook", methods=["POST"], stream=True)
        async def webhook(request: Request) -> HTTPResponse:
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
        """Whether messages come, how they come, and counts."""
        if self._messaging is None:
            return {"status": "off"}
        return {"status": self._state(), "mode": self._settings.telegram_mode, **vars(self._messaging.figures)}

    def _state(self) -> str:
        has_ended = self._starting is None or self._starting.done()
        if not self._is_accepted:
            return "not accepted" if has_ended else "starting"
        return "not polling" if has_ended and self._polls else "ok"

    @property
    def _polls(self) -> bool:
        return self._settings.telegram_mode == POLLING

    # --- start and stop --------------------------------------------------------------------------------------------

    async def start(self, on_new_message: OnNewMessage, app: Any = None) -> None:
        """Opens what the channel needs and begins to listen; does nothing without a token."""
        if not self.is_on:
            return
        file = ChatFile(CHANNEL_NAME, self._store, self._settings.var_dir / "channels.db")
        api = TelegramApi(self._settings.telegram_token, self._settings.telegram_api_url)
        self._carrier = TelegramCarrier(api, file)
        self._messaging = Messaging(self._carrier, self._guard, file=file)
        self._messaging.connect(on_new_message, app)
        self._messaging.resume()
        if self._polls:
            self._poller = Poller(api, self.handle, self._settings.var_dir / "telegram-polling.lock")
        # In the background: the server must not wait for Telegram.
        self._starting = asyncio.ensure_future(self._introduce(api))

    async def stop(self) -> None:
        """Answers what is under way, then closes."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        if self._poller is not None:
            await self._poller.stop()
        if self._messaging is not None and self._carrier is not None:
            await self._messaging.close()
            await self._carrier.api.close()
        self._messaging = self._carrier = self._poller = self._starting = None
        self._is_accepted = False

    async def _introduce(self, api: TelegramApi) -> None:
        """Tells Telegram how to reach us, until it has understood; then polls, if that is the way."""
        for method, parameters in self._introduction():
            needed = method != "setMyCommands"
            # However long Telegram asks to wait: a bot that gave up would be silent until somebody starts it again.
            attempts, patience = (_PATIENT, math.inf) if needed else (_QUICK, MOST_PATIENCE_SECONDS)
            try:
                await deliver(partial(api.call, method, parameters), attempts, patience=patience)
            except (Refused, TryLater) as error:
                if needed:
                    print(f"kindlight: Telegram does not accept the bot ({error}). See docs/channels.md.", flush=True)
                    return
                logger.warning("telegram: %s was not accepted (%s).", method, error)
        self._is_accepted = True
        print(f"kindlight: Telegram is on, {self._settings.telegram_mode}.", flush=True)
        if self._poller is not None:
            await self._poller.run()

    def _introduction(self) -> List[Any]:
        menu = [{"command": name, "description": words} for name, words in get_command_words().menu]
        calls: List[Any] = [("getMe", {}), ("setMyCommands", {"commands": menu})]
        if self._polls:
            # What waits at Telegram stays: `drop_pending_updates` is not set.
            return [*calls, ("deleteWebhook", {})]
        hook = {
            "url": f"{self._settings.telegram_public_url.rstrip('/')}/webhooks/{CHANNEL_NAME}/webhook",
            "secret_token": webhook_secret(self._settings),
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        return [*calls, ("setWebhook", hook)]

    # --- what arrives -----------------------------------------------------------------------------------------------

    async def _take(self, request: Request) -> HTTPResponse:
        if not self.is_on or self._settings.telegram_mode != WEBHOOK:
            return response.json({"error": "There is no Telegram webhook here."}, status=404)
        if self._messaging is None:
            return ask_again()
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), webhook_secret(self._settings).encode("utf-8")):
            return response.json({"error": "The secret token is missing or wrong."}, status=403)
        try:
            update = read_object(await read_body(request, MOST_BODY_BYTES))
        except TooLarge as error:
            return response.json({"error": str(error)}, status=413)
        except InputError as error:
            return response.json({"error": str(error)}, status=400)
        if await self.handle(update):
            return response.json({"ok": True})
        return response.json({"error": "Please deliver this again."}, status=503, headers={"Retry-After": "5"})

    async def handle(self, update: Any) -> bool:
        """Answers one update, from the webhook or from polling. False when it should be delivered again."""
        messaging, carrier = self._messaging, self._carrier
        if messaging is None or carrier is None:
            return False
        read = read_update(update)
        if isinstance(read, FromGroup):
            await self._leave(carrier, read)
            return True
        if not isinstance(read, FromPerson):
            return True
        incoming = read.incoming
        if read.callback is not None:
            asyncio.ensure_future(_quietly(carrier.api, "answerCallbackQuery", {"callback_query_id": read.callback}))
            if self._is_second_tap(incoming):
                return True
            known = await carrier.buttons.decode(incoming.text)
            # A button so old that nobody knows it leads to the topics.
            incoming = incoming.saying(known or "/show_topics")
        if not self._polls:
            return await messaging.receive(incoming) is not Outcome.TRY_AGAIN
        # What is asked for next confirms this one, and then nobody delivers it again: not before its answer is out.
        outcome = await messaging.receive(incoming, UNTIL_OUT)
        return outcome is not Outcome.TRY_AGAIN and not messaging.is_at_work(incoming)

    def _is_second_tap(self, press: Incoming) -> bool:
        """Whether the same button was tapped a moment ago. A tap that is delivered again is still the first one."""
        key = pseudonym(CHANNEL_NAME, f"{press.person} {press.text}")
        if self._counted.get(key) == press.update:
            return False
        if self._taps.wait_seconds(key, _now()):
            return True
        self._counted.note(key, press.update)
        return False

    async def _leave(self, carrier: TelegramCarrier, group: FromGroup) -> None:
        """Says why, once, and leaves: what people ask here is nobody else's to read."""
        if self._left.wait_seconds(pseudonym(CHANNEL_NAME, group.chat), _now()):
            return
        if group.may_write:
            words = get_responses().choose("utter_messaging_group", None, CHANNEL_NAME).text
            await _quietly(carrier.api, "sendMessage", {"chat_id": int(group.chat), "text": words})
        await _quietly(carrier.api, "leaveChat", {"chat_id": int(group.chat)})

    async def _drill(self, request: Request) -> HTTPResponse:
        """A drill's update goes the whole way; what would be sent to Telegram is the answer of this request."""
        messaging, carrier = self._messaging, self._carrier
        if not self.is_on:
            return response.json({"error": "Telegram is off."}, status=404)
        if messaging is None or carrier is None:
            return ask_again()

        async def rehearse(update: Dict[str, Any], chat: Chat) -> Dict[str, Any]:
            read = read_update(update)
            if not isinstance(read, FromPerson):
                raise InputError("The update is no message of a person.")
            replies, shown = await messaging.rehearse(chat.key, read.incoming, chat)
            return {"replies": replies, "calls": [await carrier.parameters("0", message) for message in shown]}

        return await answer_drill(request, MOST_BODY_BYTES, rehearse)


def check_settings(settings: Settings) -> None:
    """Raises ConfigError when the Telegram settings cannot work together."""
    problems = telegram_problems(settings)
    if problems:
        raise ConfigError(" ".join(problems))


def webhook_secret(settings: Settings) -> str:
    """What Telegram sends along with every update, made from this deployment's key and the token."""
    return pseudonym("telegram webhook", settings.telegram_token)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _quietly(api: TelegramApi, method: str, parameters: Dict[str, Any]) -> None:
    """A call that nobody's help depends on."""
    try:
        await deliver(lambda: api.call(method, parameters), _QUICK)
    except (TryLater, Refused) as error:
        logger.warning("telegram: %s", error)
