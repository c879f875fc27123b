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
import time
from dataclasses import dataclass
from enum import Enum
from typing import Any, Awaitable, Callable, Coroutine, List, Optional, Sequence, Set, Tuple, Union

from bot.channels.answering import Answering, OnNewMessage
from bot.channels.carrier import Carrier
from bot.channels.chat_file import ChatFile
from bot.channels.chat_queues import ChatQueues, Full
from bot.channels.chat_store import Begun, Chat, ChatStore
from bot.channels.delivery import Refused, TryLater, deliver
from bot.channels.guard import Guard
from bot.channels.guard_log import make_logged_guard
from bot.channels.identity import pseudonym
from bot.channels.incoming import Incoming, Reply, Turn
from bot.channels.limits import RateLimit
from bot.channels.recent import Recent
from bot.channels.rendering import Outgoing

logger = logging.getLogger(__name__)

#: A webhook waits this long for the answer to be out before it says "delivered"; it is sent all the same.
ANSWER_SECONDS = 10.0
#: After these pauses an answer that could not be sent by then is tried again from here: no platform delivers again what
#: it believes to have arrived.
AGAIN_SECONDS = (30.0, 120.0, 600.0)
CLOSE_SECONDS = 10.0
#: A card on its way gets this much longer; what waits for another attempt is begun AGAIN when it is delivered again.
ASIDE_CLOSE_SECONDS = 1.0


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
        self._file = ChatFile(carrier.name, store)
        self._answering = Answering(carrier, guard or make_logged_guard(), self._file)
        self._queues = queues
        self._rate = rate or RateLimit(burst=10, per_minute=30)
        self._taken: Recent[str, bool] = Recent()
        self._at_work: Set[str] = set()
        self._aside: Set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """The channel's name, on which wording may depend."""
        return self._carrier.name

    def connect(self, on_new_message: OnNewMessage, app: Any = None) -> None:
        """Says who answers: Rasa's handler, and the server whose conversations are read."""
        self._answering.connect(on_new_message, app)

    async def close(self) -> None:
        """Answers what has come, for a few seconds, then closes the file."""
        if self._queues is not None:
            await self._queues.drain(CLOSE_SECONDS)
        if self._aside:
            _, left = await asyncio.wait(self._aside, timeout=ASIDE_CLOSE_SECONDS)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        await self._file.close()

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
        replies, _ = await self._answering.replies(Turn(incoming, chat, conversation_id, update, Begun.NEW))
        return replies, self._carrier.render(conversation_id, replies)

    async def given_before(self, incoming: Incoming) -> List[Reply]:
        """What was said to an update, also by another process or before a restart; empty when nobody knows."""
        chat = await self._file.chat(pseudonym(self.name, incoming.person))
        update = pseudonym(self.name, f"update {incoming.update}")
        return await self._answering.given_before(self.conversation_of(incoming.person, chat), update)

    def conversation_of(self, person: str, chat: Chat) -> str:
        """The conversation id under which Rasa and the staff database know this chapter of a chat."""
        return chat.key if chat.chapter == 0 else pseudonym(self.name, f"{person} chapter {chat.chapter}")

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
        self._taken.note(update)
        try:
            begun = await self._file.begin(update)
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
            await self._file.keep(lambda store: store.release(update))
            return Outcome.TRY_AGAIN
        self.figures.limited += 1
        await self._file.keep(lambda store: store.finish(update))
        self._set_aside(self._answer_beyond_limit(incoming, key, update))
        return Outcome.LIMITED

    async def _answer_beyond_limit(self, incoming: Incoming, key: str, update: str) -> None:
        """A risk still gets the guard's card, however fast somebody writes; anything else the request to slow down."""
        chat = await self._file.chat(key)
        turn = Turn(incoming, chat, self.conversation_of(incoming.person, chat), update, Begun.NEW)
        replies, is_card = self._answering.beyond_limit(turn)
        try:
            await self._send(incoming.person, chat, replies, turn.conversation_id)
            if is_card:
                await self._answering.keep_offer(chat, replies)
        except (TryLater, Refused) as error:
            logger.error("%s: an answer beyond the limit was not sent (%s).", self.name, type(error).__name__)

    async def _work(self, incoming: Incoming, key: str, update: str, begun: Begun) -> None:
        """One turn of a chat; runs alone in its chat."""
        chat = await self._file.chat(key)
        turn = Turn(incoming, chat, self.conversation_of(incoming.person, chat), update, begun)
        if incoming.message is not None:
            own = incoming.message
            await self._file.keep(lambda store: store.note_sent(key, own))
        try:
            replies, after = await self._answering.replies(turn)
            await self._send(incoming.person, after, replies, turn.conversation_id)
            # Not before: a "1" that is delivered again must mean what it meant the first time.
            await self._answering.keep_offer(after, replies)
        except Refused as error:
            self.figures.refused += 1
            logger.error("%s: an answer was refused by the platform (%s).", self.name, error)
            await self._file.keep(lambda store: store.finish(update))
            return
        except Exception as error:
            self.figures.failed += 1
            logger.error("%s: an answer could not be sent (%s).", self.name, type(error).__name__)
            self._taken.pop(update, None)
            await self._file.keep(lambda store: store.release(update))
            raise
        self.figures.answered += 1
        after = await self._answering.learn(turn, after)
        await self._file.keep(lambda store: store.save(after) if after != chat else store.touch(key))
        await self._file.keep(lambda store: store.finish(update))

    async def _send(self, person: str, chat: Chat, replies: Sequence[Reply], conversation_id: str = "") -> None:
        for message in self._carrier.render(conversation_id or self.conversation_of(person, chat), replies):
            number = await deliver(lambda message=message: self._carrier.send(person, message))  # type: ignore[misc]
            self.figures.sent += 1
            if number is not None:
                await self._file.keep(lambda store, number=number: store.note_sent(chat.key, number))  # type: ignore[misc]


def _has_failed(done: "asyncio.Future[None]") -> bool:
    return done.cancelled() or done.exception() is not None
