"""What every messaging channel does with a message: once, in order, guarded, in a child's words, and deletable.

A platform's channel (`telegram.py`, `twilio.py`, `generic.py`) does three things of its own: it proves where a request
comes from, turns it into `Incoming`, and is the `Carrier` that shows an answer. The rest is here:

    messaging = Messaging(carrier)                       # once for a channel
    messaging.connect(on_new_message, app)               # when Rasa is there
    outcome = await messaging.receive(Incoming(…))       # for each update; waits until the answer is out
    await messaging.close()                              # finishes what is under way

`receive` never raises. A webhook says "delivered" unless the outcome is `Outcome.TRY_AGAIN`; then it says 503, and the
platform delivers again. Platform ids are hashed with a key before anything is kept; no words are kept here.
"""

import asyncio
import logging
import re
import sqlite3
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Awaitable, Callable, Coroutine, Dict, List, Optional, Sequence, Set, Tuple, TypeVar, Union

from rasa.core.channels.channel import UserMessage

from bot.channels.answered_before import replies_to
from bot.channels.bodies import readable
from bot.channels.chat_queues import ChatQueues, Full
from bot.channels.chat_store import Begun, Chat, ChatStore
from bot.channels.commands import Command, find_command, find_language
from bot.channels.deletion import CONFIRM_DELETE, deletion_reply
from bot.channels.delivery import Refused, TryLater, deliver
from bot.channels.first_line import is_about_safety, with_first_line
from bot.channels.guard import Guard, GuardContext, answer_guarded
from bot.channels.guard_log import make_logged_guard
from bot.channels.identity import pseudonym
from bot.channels.limits import MAX_MESSAGE_CHARS, RateLimit
from bot.channels.offers import Offer, seal, unseal
from bot.channels.rendering import Outgoing
from bot.channels.replies import RepliesChannel
from bot.channels.trackers import tracker_of
from bot.config import get_settings
from bot.content.audience import CHILD
from bot.content.responses import get_responses
from bot.safety.levels import RiskLevel

logger = logging.getLogger(__name__)

#: A webhook waits this long for the answer to be out before it says "delivered"; it is sent all the same.
ANSWER_SECONDS = 10.0
#: After these pauses an answer that could not be sent by then is tried again from here: no platform delivers again what
#: it believes to have arrived.
AGAIN_SECONDS = (30.0, 120.0, 600.0)
#: The request to slow down is made once in this time, however much comes.
SLOW_DOWN_EVERY_SECONDS = 30.0
CLOSE_SECONDS = 10.0
#: A card on its way gets this much longer; what waits for another attempt is begun AGAIN when it is delivered again.
ASIDE_CLOSE_SECONDS = 1.0
_REMEMBERED = 20_000
_PAYLOAD = re.compile(r"^/[a-z_]+(\{.*\})?$", re.DOTALL)

TEXT, BUTTON = "text", "button"
#: Kinds that are answered with fixed words and never fetched; each has its `utter_messaging_<kind>`.
UNREAD_KINDS = ("image", "sound", "place", "contact", "other")

Reply = Dict[str, Any]
OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Incoming:
    """One thing that a person sent.

    Attributes:
        update: The platform's id of the delivery; the same for every repeated delivery.
        person: The platform's id of the chat; hashed here, kept nowhere.
        text: As typed; for a button its payload; for a picture its caption. May be empty unless `kind` is text.
        kind: TEXT, BUTTON or one of UNREAD_KINDS.
        edited: The person changed an earlier message. It is answered only when the change tells of a risk.
        message: The platform's id of the message, where a channel can take it back when the chat is deleted.
    """

    update: str
    person: str
    text: str
    kind: str = TEXT
    edited: bool = False
    message: Optional[str] = None

    def saying(self, text: str) -> "Incoming":
        """The same with other words."""
        return replace(self, text=text)


class Outcome(Enum):
    """What became of an update."""

    ANSWERED = "answered"
    #: Still at work when `ANSWER_SECONDS` had passed.
    ACCEPTED = "accepted"
    REPEATED = "repeated"
    #: More than a person writes; answered with the guard's card, a request to slow down or nothing.
    LIMITED = "limited"
    #: Not taken, or the answer could not be sent: the platform should deliver it again.
    TRY_AGAIN = "try again"


class Carrier:
    """A platform: how an answer looks there and how it gets there. Subclass it; `name` is the channel's name."""

    name = ""
    #: Whether choices are typed, so that `offer_of` and `meant_by` are asked.
    keeps_offers = False

    def render(self, conversation_id: str, replies: Sequence[Reply]) -> List[Outgoing]:
        """The messages to send for one answer, in order."""
        raise NotImplementedError

    async def send(self, person: str, message: Outgoing) -> Optional[str]:
        """Makes one attempt to send one message.

        Returns:
            The platform's id of the message when messages can be withdrawn, else None.

        Raises:
            TryLater: It may work later; it is tried again here.
            Refused: It never will.
        """
        raise NotImplementedError

    def offer_of(self, replies: Sequence[Reply]) -> Optional[Offer]:
        """What a typed "1" or "more" will refer to after these replies, where choices are not buttons."""
        return None

    def meant_by(self, offer: Offer, text: str) -> Union[str, Reply, None]:
        """What a typed text refers to: the payload of a choice, the reply to "more", or None for ordinary words."""
        return None

    async def withdraw(self, person: str, messages: Sequence[str]) -> None:
        """Removes messages of both sides that are known, where the platform allows. Best effort; must not raise."""

    def forget(self, conversation_id: str) -> None:
        """The conversation is deleted: drops what is remembered of it."""


@dataclass
class Figures:
    """What happened since the start, for health and metrics. Counts only."""

    received: int = 0
    answered: int = 0
    repeated: int = 0
    limited: int = 0
    sent: int = 0
    failed: int = 0
    refused: int = 0


class Messaging:
    """One for a channel of a process."""

    def __init__(
        self,
        carrier: Carrier,
        guard: Optional[Guard] = None,
        store: Optional[ChatStore] = None,
        queues: Optional[ChatQueues] = None,
        rate: Optional[RateLimit] = None,
    ) -> None:
        """Creates the channel's core.

        Args:
            carrier: The platform.
            guard: By default one that writes to the log.
            store: By default `channels.db` in the data folder, opened at the first message.
            queues: How much runs at once; by default 64 chats.
            rate: What one person may send; by default 10 at once and 30 a minute.
        """
        self.figures = Figures()
        self._carrier = carrier
        self._guard = guard or make_logged_guard()
        self._store = store
        self._queues = queues
        self._rate = rate or RateLimit(burst=10, per_minute=30)
        # Beyond it the guard still looks for a risk, but not at everything that a machine can send.
        self._looks = RateLimit(burst=20, per_minute=60)
        self._thread = ThreadPoolExecutor(1, f"{carrier.name}-store")
        self._taken: OrderedDict[str, None] = OrderedDict()
        self._at_work: Set[str] = set()
        self._aside: Set[asyncio.Task[None]] = set()
        self._asked_to_slow_down: OrderedDict[str, float] = OrderedDict()
        self._asked_for_language: OrderedDict[str, None] = OrderedDict()
        self._spoke_of_safety: OrderedDict[str, None] = OrderedDict()
        self._on_new_message: Optional[OnNewMessage] = None
        self._app: Any = None

    @property
    def name(self) -> str:
        """The channel's name, on which wording may depend."""
        return self._carrier.name

    def connect(self, on_new_message: OnNewMessage, app: Any = None) -> None:
        """Says who answers: Rasa's handler, and the server whose conversations are read."""
        self._on_new_message = on_new_message
        self._app = app if app is not None else self._app

    async def close(self) -> None:
        """Answers what has come, for a few seconds, then closes the file."""
        if self._queues is not None:
            await self._queues.drain(CLOSE_SECONDS)
        if self._aside:
            _, left = await asyncio.wait(self._aside, timeout=ASIDE_CLOSE_SECONDS)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        if self._store is not None:
            await self._in_thread(self._store.close)
        self._thread.shutdown()

    async def receive(self, incoming: Incoming, seconds: Optional[float] = None) -> Outcome:
        """Takes one update and waits until its answer is out, at most so long. Never raises.

        Args:
            incoming: What came.
            seconds: By default `ANSWER_SECONDS`.
        """
        self.figures.received += 1
        done = await self._accept(incoming)
        if isinstance(done, Outcome):
            return done
        try:
            await asyncio.wait({done}, timeout=ANSWER_SECONDS if seconds is None else seconds)
        finally:
            # Also when the platform hangs up: what it then delivers again is only known as a repetition.
            if not done.done():
                self._set_aside(self._until_sent(incoming, done))
        if not done.done():
            return Outcome.ACCEPTED
        return Outcome.TRY_AGAIN if _has_failed(done) else Outcome.ANSWERED

    def is_at_work(self, incoming: Incoming) -> bool:
        """Whether the answer to an update is still being made."""
        return pseudonym(self.name, f"update {incoming.update}") in self._at_work

    async def rehearse(
        self, conversation_id: str, incoming: Incoming, chat: Chat
    ) -> Tuple[List[Reply], List[Outgoing]]:
        """A drill: the whole way of a message, with everything but the sending.

        Args:
            conversation_id: Of the drill, entered as one before.
            incoming: What is "sent".
            chat: What is to be known of the person.

        Returns:
            What would be said, and how it would look.
        """
        update = pseudonym(self.name, f"drill {conversation_id} {incoming.update}")
        replies, _ = await self._replies(_Turn(incoming, chat, conversation_id, update, Begun.NEW))
        return replies, self._carrier.render(conversation_id, replies)

    async def given_before(self, incoming: Incoming) -> List[Reply]:
        """What was said to an update, also by another process or before a restart; empty when nobody knows."""
        chat = await self._chat(pseudonym(self.name, incoming.person))
        tracker = await tracker_of(self._app, self.conversation_of(incoming.person, chat))
        update = pseudonym(self.name, f"update {incoming.update}")
        return replies_to(update, list(tracker.events)) or [] if tracker else []

    def conversation_of(self, person: str, chat: Chat) -> str:
        """The conversation id under which Rasa and the staff database know this chapter of a chat."""
        return chat.key if chat.chapter == 0 else pseudonym(self.name, f"{person} chapter {chat.chapter}")

    # --- accepting -----------------------------------------------------------------------------------------------

    async def _accept(self, incoming: Incoming, is_again: bool = False) -> "Union[Outcome, asyncio.Future[None]]":
        """Takes one update: what became of it at once, else a future that is done when its answer is out.

        Args:
            incoming: What came.
            is_again: It was taken before; that the person writes fast no longer counts.
        """
        update = pseudonym(self.name, f"update {incoming.update}")
        key = pseudonym(self.name, incoming.person)
        if update in self._taken:
            return self._repeated()
        _remember(self._taken, update)
        try:
            begun = await self._begin(update)
        except asyncio.CancelledError:
            # The platform hung up, and will deliver again what nobody has begun.
            self._taken.pop(update, None)
            raise
        if begun is Begun.ANSWERED:
            return self._repeated()
        if begun is Begun.BUSY:
            self._taken.pop(update, None)
            return Outcome.TRY_AGAIN
        try:
            if not is_again and self._rate.wait_seconds(key, time.monotonic()):
                raise Full(of_chat=True)
            done = self._add(key, lambda: self._work(incoming, key, update, begun))
        except Full as full:
            return await self._no_room(incoming, key, update, full.of_chat)
        self._at_work.add(update)
        done.add_done_callback(lambda _: self._at_work.discard(update))
        return done

    async def _until_sent(self, incoming: Incoming, done: "asyncio.Future[None]") -> None:
        """Sees to an answer that the platform no longer waits for; `AGAIN_SECONDS` says how often it is tried."""
        for pause in AGAIN_SECONDS:
            await asyncio.wait({done})
            if not _has_failed(done):
                return
            await asyncio.sleep(pause)
            again = await self._accept(incoming, is_again=True)
            if not isinstance(again, Outcome):
                done = again
            elif again is not Outcome.TRY_AGAIN:
                # It was delivered again after all.
                return
        await asyncio.wait({done})
        if _has_failed(done):
            logger.error("%s: an answer was given up after several rounds.", self.name)

    def _set_aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs something that nobody waits for."""
        task = asyncio.ensure_future(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    def _repeated(self) -> Outcome:
        self.figures.repeated += 1
        return Outcome.REPEATED

    def _add(self, key: str, job: Callable[[], Awaitable[None]]) -> "asyncio.Future[None]":
        if self._queues is None:
            self._queues = ChatQueues()
        return self._queues.add(key, job)

    async def _no_room(self, incoming: Incoming, key: str, update: str, of_chat: bool) -> Outcome:
        if not of_chat:
            self._taken.pop(update, None)
            await self._keep(lambda store: store.release(update))
            return Outcome.TRY_AGAIN
        self.figures.limited += 1
        await self._keep(lambda store: store.finish(update))
        self._set_aside(self._answer_beyond_limit(incoming, key, update))
        return Outcome.LIMITED

    async def _answer_beyond_limit(self, incoming: Incoming, key: str, update: str) -> None:
        """A risk still gets the guard's card, however fast somebody writes; anything else the request to slow down."""
        chat = await self._chat(key)
        conversation_id = self.conversation_of(incoming.person, chat)
        turn = _Turn(_readable(incoming), chat, conversation_id, update, Begun.NEW)
        replies: List[Reply] = []
        is_at_risk = not self._looks.wait_seconds(key, time.monotonic()) and self._tells_of_new_risk(turn)
        if is_at_risk:
            replies, _ = self._made_private(turn, self._guard_alone(turn), chat)
        elif time.monotonic() - self._asked_to_slow_down.get(key, float("-inf")) > SLOW_DOWN_EVERY_SECONDS:
            _remember(self._asked_to_slow_down, key, time.monotonic())
            replies = [self._say("utter_slow_down", chat)]
        try:
            await self._send(incoming.person, chat, replies, conversation_id)
            if is_at_risk:
                await self._keep_offer(chat, replies)
        except (TryLater, Refused) as error:
            logger.error("%s: an answer beyond the limit was not sent (%s).", self.name, type(error).__name__)

    # --- answering -----------------------------------------------------------------------------------------------

    async def _work(self, incoming: Incoming, key: str, update: str, begun: Begun) -> None:
        """One turn of a chat; runs alone in its chat."""
        chat = await self._chat(key)
        turn = _Turn(incoming, chat, self.conversation_of(incoming.person, chat), update, begun)
        if incoming.message is not None:
            own = incoming.message
            await self._keep(lambda store: store.note_sent(key, own))
        try:
            replies, after = await self._replies(turn)
            await self._send(incoming.person, after, replies, turn.conversation_id)
            # Not before: a "1" that is delivered again must mean what it meant the first time.
            await self._keep_offer(after, replies)
        except Refused as error:
            self.figures.refused += 1
            logger.error("%s: an answer was refused by the platform (%s).", self.name, error)
            await self._keep(lambda store: store.finish(update))
            return
        except Exception as error:
            self.figures.failed += 1
            logger.error("%s: an answer could not be sent (%s).", self.name, type(error).__name__)
            self._taken.pop(update, None)
            await self._keep(lambda store: store.release(update))
            raise
        self.figures.answered += 1
        after = await self._learn(turn, after)
        await self._keep(lambda store: store.save(after) if after != chat else store.touch(key))
        await self._keep(lambda store: store.finish(update))

    async def _replies(self, turn: "_Turn") -> Tuple[List[Reply], Chat]:
        """What to say, and what is known of the chat from now on."""
        turn = replace(turn, incoming=_readable(turn.incoming))
        try:
            meant = await self._meant(turn)
            if isinstance(meant, str):
                turn = turn.saying(meant, BUTTON)
            replies, chat = ([meant], turn.chat) if isinstance(meant, dict) else await self._said(turn)
        except Exception as error:  # noqa: BLE001 - whatever breaks here, the person gets help
            logger.error("%s: a message broke the channel (%s); the guard answers.", self.name, type(error).__name__)
            context = self._context(turn)
            # It may have broken before anybody looked at the words.
            newest = self._guard.read(turn.incoming.text[:MAX_MESSAGE_CHARS])
            together = self._guard.assess_together(turn.conversation_id)
            assessment = max(newest, together, key=lambda found: found.level)
            replies, chat = self._guard.reply(assessment, context), turn.chat
            self._guard.note_said(context, replies)
        return self._made_private(turn, replies, chat)

    def _made_private(self, turn: "_Turn", replies: List[Reply], chat: Chat) -> Tuple[List[Reply], Chat]:
        """With a neutral first line before an answer about safety, and noted that there was one."""
        if any(map(is_about_safety, replies)):
            _remember(self._spoke_of_safety, turn.conversation_id)
            if turn.incoming.kind != BUTTON:
                # A person who has tapped a button has the chat open; the line is for a phone that lies about.
                replies = with_first_line(replies, self.name, chat.audience or CHILD, chat.carded)
            chat = replace(chat, carded=True)
        elif replies:
            self._spoke_of_safety.pop(turn.conversation_id, None)
        return replies, chat

    async def _said(self, turn: "_Turn") -> Tuple[List[Reply], Chat]:
        incoming, chat = turn.incoming, turn.chat
        if incoming.edited and not self._tells_of_new_risk(turn):
            return [], chat
        if incoming.kind == BUTTON and incoming.text.strip() == CONFIRM_DELETE:
            return await self._delete(turn)
        if incoming.kind in UNREAD_KINDS:
            notice = self._say(f"utter_messaging_{incoming.kind}", chat)
            if not incoming.text.strip():
                return [notice], chat
            # The words under a picture are a message like any other, and come first.
            said, chat = await self._typed(replace(turn, incoming=replace(incoming, kind=TEXT)))
            return [*said, notice], chat
        # A gateway may call words a button's; only a payload goes on without being read like any other message.
        if incoming.kind == BUTTON and _PAYLOAD.match(incoming.text.strip()):
            return await self._asked(turn), chat
        return await self._typed(turn)

    async def _typed(self, turn: "_Turn") -> Tuple[List[Reply], Chat]:
        text, chat = turn.incoming.text.strip(), turn.chat
        if not text:
            return [], chat
        if len(text) > MAX_MESSAGE_CHARS:
            return self._too_long(turn), chat
        language = find_language(text) if self._asked_for_language.pop(chat.key, _MISSING) is None else None
        if language:
            return [self._say("utter_messaging_language_noted", chat)], replace(chat, language=language)
        command = find_command(text)
        if command is not None and not self._tells_of_risk(command.rest):
            return await self._commanded(command, turn)
        replies = await self._asked(turn)
        if not chat.greeted and not any(map(is_about_safety, replies)):
            return [*replies, self._say("utter_messaging_notice", chat)], replace(chat, greeted=True)
        return replies, chat

    async def _commanded(self, command: Command, turn: "_Turn") -> Tuple[List[Reply], Chat]:
        chat = turn.chat
        if command.name == "start":
            return await self._asked(turn.saying("/start", BUTTON)), replace(chat, greeted=True)
        if command.name == "delete":
            return await self._asked(turn.saying("/delete_chat_request", BUTTON)), chat
        if command.name == "country" and command.rest:
            return await self._asked(turn.saying(command.rest, TEXT)), chat
        if command.name == "language":
            language = find_language(command.rest)
            if language:
                return [self._say("utter_messaging_language_noted", chat)], replace(chat, language=language)
            _remember(self._asked_for_language, chat.key)
        return [self._say(_COMMAND_WORDS[command.name], chat)], chat

    async def _asked(self, turn: "_Turn") -> List[Reply]:
        """The assistant's answer, or the guard's."""
        if turn.begun is Begun.AGAIN:
            # A process that was stopped may have had the answer, but could not send it.
            tracker = await tracker_of(self._app, turn.conversation_id)
            given = replies_to(turn.update, list(tracker.events)) if tracker else None
            if given:
                return given
        context = self._context(turn)
        output = RepliesChannel(self.name)
        known = {"audience": context.audience, "country": context.country, "language": context.language}
        message = UserMessage(
            turn.words(),
            output,
            turn.conversation_id,
            input_channel=self.name,
            message_id=turn.update,
            metadata={**{name: value for name, value in known.items() if value}, "channel_kind": self.name},
        )

        async def handle() -> None:
            if self._on_new_message is None:
                raise RuntimeError("the channel is not connected")
            await self._on_new_message(message)

        return await answer_guarded(self._guard, context, turn.words(), handle, output.replies)

    def _context(self, turn: "_Turn") -> GuardContext:
        chat = turn.chat
        return GuardContext(turn.conversation_id, chat.audience or CHILD, _country(chat), self.name, chat.language)

    def _too_long(self, turn: "_Turn") -> List[Reply]:
        """A long story is not read by the assistant; when it tells of a risk, the guard's card answers it."""
        notice = self._say("utter_messaging_too_long", turn.chat)
        said = self._guard_alone(turn)
        if said:
            self._guard.note_said(self._context(turn), [notice])
        return [*said, notice]

    def _guard_alone(self, turn: "_Turn") -> List[Reply]:
        """The guard's answer to a message that the assistant does not get; nothing when it tells of no risk."""
        context, text = self._context(turn), turn.incoming.text
        assessment = self._guard.assess(turn.conversation_id, text)
        if assessment.level == RiskLevel.NONE:
            return []
        replies: List[Reply] = self._guard.reply(assessment, context)
        self._guard.note_heard(context, text[:MAX_MESSAGE_CHARS], assessment, time.time())
        self._guard.note_said(context, replies)
        return replies

    def _tells_of_risk(self, text: str) -> bool:
        return bool(text) and self._guard.read(text[:MAX_MESSAGE_CHARS]).level > RiskLevel.NONE

    def _tells_of_new_risk(self, turn: "_Turn") -> bool:
        """It tells of a risk and the last answer did not speak of one: then also an edit is answered."""
        return turn.conversation_id not in self._spoke_of_safety and self._tells_of_risk(turn.incoming.text)

    async def _delete(self, turn: "_Turn") -> Tuple[List[Reply], Chat]:
        chat, conversation_id = turn.chat, turn.conversation_id
        self._guard.forget(conversation_id)
        reply = await deletion_reply(conversation_id, chat.audience or CHILD, self.name)
        if reply["response"] != "utter_chat_deleted":
            return [reply], chat
        self._carrier.forget(conversation_id)
        self._spoke_of_safety.pop(conversation_id, None)
        self._asked_for_language.pop(chat.key, None)
        sent = await self._keep(lambda store: store.sent(chat.key)) or []
        await self._carrier.withdraw(turn.incoming.person, sent)
        fresh = await self._keep(lambda store: store.start_chapter(chat.key))
        return [reply], fresh or replace(Chat(chat.key), chapter=chat.chapter + 1)

    async def _learn(self, turn: "_Turn", chat: Chat) -> Chat:
        """The voice and the country that the person chose, as far as the conversation knows them."""
        if chat.chapter != turn.chat.chapter or turn.incoming.edited:
            return chat
        tracker = await tracker_of(self._app, turn.conversation_id)
        if tracker is None:
            return chat
        audience, country = tracker.get_slot("audience"), tracker.get_slot("country")
        return replace(chat, audience=audience or chat.audience, country=country or chat.country)

    def _say(self, name: str, chat: Chat) -> Reply:
        """One of our own fixed wordings, as a reply."""
        audience = chat.audience or CHILD
        chosen = get_responses().choose(name, audience, self.name, {"country": _country(chat)})
        buttons = [{"title": button.title, "payload": button.payload} for button in chosen.buttons]
        return {"text": chosen.text, "buttons": buttons, "response": chosen.name, "hotlines": []}

    async def _meant(self, turn: "_Turn") -> Union[str, Reply, None]:
        if not self._carrier.keeps_offers or turn.incoming.kind != TEXT or turn.incoming.edited:
            return None
        key = turn.chat.key
        offer = unseal(await self._keep(lambda store: store.offer(key)), key)
        return self._carrier.meant_by(offer, turn.incoming.text) if offer else None

    async def _keep_offer(self, chat: Chat, replies: Sequence[Reply]) -> None:
        if self._carrier.keeps_offers and replies:
            offer = seal(self._carrier.offer_of(replies), chat.key)
            await self._keep(lambda store: store.keep_offer(chat.key, offer))

    # --- sending and keeping -------------------------------------------------------------------------------------

    async def _send(self, person: str, chat: Chat, replies: Sequence[Reply], conversation_id: str = "") -> None:
        for message in self._carrier.render(conversation_id or self.conversation_of(person, chat), replies):
            number = await deliver(lambda message=message: self._carrier.send(person, message))  # type: ignore[misc]
            self.figures.sent += 1
            if number is not None:
                await self._keep(lambda store, number=number: store.note_sent(chat.key, number))  # type: ignore[misc]

    async def _begin(self, update: str) -> Begun:
        # Without the file, this process still knows what it has taken itself.
        return await self._keep(lambda store: store.begin(update)) or Begun.NEW

    async def _chat(self, key: str) -> Chat:
        return await self._keep(lambda store: store.chat(key)) or Chat(key)

    async def _keep(self, work: Callable[[ChatStore], Result]) -> Optional[Result]:
        """Uses the file, in its thread; None when it cannot be used: the person is answered all the same."""
        try:
            return await self._in_thread(lambda: work(self._opened()))
        except (sqlite3.Error, OSError) as error:
            logger.error("%s: channels.db cannot be used (%s).", self.name, type(error).__name__)
            return None

    def _opened(self) -> ChatStore:
        if self._store is None:
            self._store = ChatStore(get_settings().var_dir / "channels.db")
        return self._store

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


@dataclass(frozen=True)
class _Turn:
    """One message on its way through the channel."""

    incoming: Incoming
    chat: Chat
    conversation_id: str
    update: str
    begun: Begun

    def saying(self, text: str, kind: str) -> "_Turn":
        return replace(self, incoming=replace(self.incoming, text=text, kind=kind))

    def words(self) -> str:
        """What Rasa reads: a payload only where a button was pressed; typed words never are a command there."""
        text = self.incoming.text.strip()
        if self.incoming.kind == BUTTON and _PAYLOAD.match(text):
            return text
        return text.lstrip("/") or "?"


_MISSING = object()
_COMMAND_WORDS = {
    "help": "utter_messaging_help",
    "country": "utter_messaging_country",
    "language": "utter_messaging_language",
    "stop": "utter_messaging_stopped",
}


def _has_failed(done: "asyncio.Future[None]") -> bool:
    return done.cancelled() or done.exception() is not None


def _country(chat: Chat) -> Optional[str]:
    """The person's own country, else the one this deployment is for; None leads to the question for it."""
    return chat.country or get_settings().country.upper() or None


def _readable(incoming: Incoming) -> Incoming:
    return incoming.saying(readable(incoming.text))


def _remember(memory: "OrderedDict[str, Any]", key: str, value: Any = None) -> None:
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > _REMEMBERED:
        memory.popitem(last=False)
