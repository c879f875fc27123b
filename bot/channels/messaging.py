"""What every messaging channel does with a message: once, in order, guarded, in a child's words, and deletable.

A platform's channel (`telegram.py`, `twilio.py`, `generic.py`) does three things of its own: it proves where a request
comes from, turns it into `Incoming`, and is the `Carrier` that shows an answer. The rest is here:

    messaging = Messaging(carrier)                       # once for a channel
    messaging.connect(on_new_message, app)               # when Rasa is there
    messaging.resume()                                   # sends what an earlier process could not
    outcome = await messaging.receive(Incoming(…))       # for each update; waits until the answer is out
    await messaging.close()                              # finishes what is under way

`receive` never raises. A webhook says "delivered" unless the outcome is `Outcome.TRY_AGAIN`; then it says 503, and the
platform delivers again. Platform ids are hashed with a key before anything is kept; no words are kept here. An answer
that cannot be sent is kept sealed, with the id it goes to (`unsent.py`); `resume` sends what an earlier process left.
"""

import asyncio
import logging
import math
import time
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Any, Awaitable, Callable, Coroutine, List, Optional, Set, Tuple, Union

from bot.channels.answering import Answering, OnNewMessage
from bot.channels.carrier import Carrier
from bot.channels.chat_file import ChatFile
from bot.channels.chat_queues import Arrivals, ChatQueues, Full
from bot.channels.chat_store import Begun, Chat, ChatStore
from bot.channels.delivery import Refused, TryLater, deliver
from bot.channels.guard import Guard
from bot.channels.guard_log import make_logged_guard
from bot.channels.identity import pseudonym
from bot.channels.incoming import Incoming, Reply, Turn
from bot.channels.limits import RateLimit
from bot.channels.recent import Recent
from bot.channels.rendering import Outgoing
from bot.channels.unsent import Answer, seal, unseal

logger = logging.getLogger(__name__)

#: A webhook waits this long for the answer to be out before it says "delivered"; it is sent all the same.
ANSWER_SECONDS = 10.0
#: Waits until the answer is out or cannot be sent, for a platform that keeps a message until then.
UNTIL_OUT = math.inf
#: After these pauses an answer that could not be sent by then is tried again from here: no platform delivers again what
#: it believes to have arrived.
AGAIN_SECONDS = (30.0, 120.0, 600.0)
CLOSE_SECONDS = 10.0
#: A card on its way gets this much longer; what waits for another attempt lies sealed in the file, for the next start.
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
        file: Optional[ChatFile] = None,
    ) -> None:
        """Creates the channel's core.

        Args:
            carrier: The platform.
            guard: By default one that writes to the log.
            store: By default `channels.db` in the data folder, opened at the first message.
            queues: How much runs at once; by default 64 chats.
            rate: What one person may send; by default 10 at once and 30 a minute.
            file: By default one for `store`; closed with this.
        """
        self.figures = Figures()
        self._carrier = carrier
        self._file = file or ChatFile(carrier.name, store)
        self._answering = Answering(carrier, guard or make_logged_guard(), self._file)
        self._queues = queues or ChatQueues()
        self._rate = rate or RateLimit(burst=10, per_minute=30)
        self._arrivals = Arrivals()
        self._taken: Recent[str, bool] = Recent()
        self._at_work: Set[str] = set()
        self._aside: Set[asyncio.Task[None]] = set()
        self._is_closing = False

    @property
    def name(self) -> str:
        """The channel's name, on which wording may depend."""
        return self._carrier.name

    def connect(self, on_new_message: OnNewMessage, app: Any = None) -> None:
        """Says who answers: Rasa's handler, and the server whose conversations are read."""
        self._answering.connect(on_new_message, app)

    def resume(self) -> None:
        """Sends, in the background, the answers that an earlier process could not send."""
        self._set_aside(self._send_what_is_left())

    async def close(self) -> None:
        """Answers what has come, for a few seconds, then closes the file; what comes later is not taken."""
        self._is_closing = True
        # What is being taken at this moment is to be in its queue by then.
        await self._arrivals.settle()
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
            seconds: By default `ANSWER_SECONDS`; `UNTIL_OUT` never gives `Outcome.ACCEPTED`.
        """
        self.figures.received += 1
        done = await self._accept(incoming)
        if isinstance(done, Outcome):
            return done
        longest = ANSWER_SECONDS if seconds is None else seconds
        try:
            await asyncio.wait({done}, timeout=None if longest == UNTIL_OUT else longest)
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
        if update in self._taken:
            return self._repeated()
        if self._is_closing:
            return Outcome.TRY_AGAIN
        self._taken.note(update)
        self._at_work.add(update)
        done: Union[Outcome, asyncio.Future[None]] = Outcome.TRY_AGAIN
        try:
            done = await self._begin(incoming, update, is_again)
        finally:
            if isinstance(done, Outcome):
                self._at_work.discard(update)
            else:
                done.add_done_callback(lambda _: self._at_work.discard(update))
        return done

    async def _begin(self, incoming: Incoming, update: str, is_again: bool) -> "Union[Outcome, asyncio.Future[None]]":
        key = pseudonym(self.name, incoming.person)
        begun = None
        # The file may keep an earlier message waiting longer than a later one.
        with self._arrivals.place(key) as my_turn:
            try:
                begun = await self._file.begin(update)
                await my_turn()
            except asyncio.CancelledError:
                # The platform hung up, and will deliver again what nobody has begun.
                self._taken.pop(update, None)
                if begun in (Begun.NEW, Begun.AGAIN):
                    self._set_aside(self._let_go(update))
                raise
            if begun is Begun.ANSWERED:
                return self._repeated()
            if begun is Begun.BUSY:
                self._taken.pop(update, None)
                return Outcome.TRY_AGAIN
            # What was taken before may have its answer waiting, which words about writing fast must not replace.
            is_new = begun is Begun.NEW and not is_again
            try:
                if is_new and self._rate.wait_seconds(key, time.monotonic()):
                    raise Full(of_chat=True)
                return self._queues.add(key, lambda: self._work(incoming, key, update, begun))
            except Full as full:
                is_of_chat = full.of_chat and is_new
        return await self._no_room(incoming, key, update, is_of_chat)

    async def _send_what_is_left(self) -> None:
        for update in await self._file.keep(lambda store: store.all_unsent(self.name)) or []:
            left = await self._kept(update)
            if left is not None:
                # What was asked is not known any more, and need not be: the answer is.
                self._set_aside(self._until_sent(Incoming(left.update, left.person, "")))

    async def _until_sent(self, incoming: Incoming, done: "Optional[asyncio.Future[None]]" = None) -> None:
        """Sees to an answer that the platform no longer waits for; `AGAIN_SECONDS` says how often it is tried.

        Args:
            incoming: What is answered.
            done: The attempt under way; without one, the first is made at once.
        """
        for pause in AGAIN_SECONDS if done is not None else (0.0, *AGAIN_SECONDS):
            if done is not None and not await _fails(done):
                return
            await asyncio.sleep(pause)
            again = await self._accept(incoming, is_again=True)
            if not isinstance(again, Outcome):
                done = again
            elif again is not Outcome.TRY_AGAIN:
                # It was delivered again after all, or another server has sent it.
                return
        if done is None or await _fails(done):
            logger.error("%s: an answer was given up after several rounds.", self.name)

    def _set_aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs something that nobody waits for."""
        task = asyncio.ensure_future(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    def _repeated(self) -> Outcome:
        self.figures.repeated += 1
        return Outcome.REPEATED

    async def _no_room(self, incoming: Incoming, key: str, update: str, of_chat: bool) -> Outcome:
        if not of_chat:
            await self._let_go(update)
            return Outcome.TRY_AGAIN
        self.figures.limited += 1
        self._set_aside(self._answer_beyond_limit(incoming, key, update))
        return Outcome.LIMITED

    async def _answer_beyond_limit(self, incoming: Incoming, key: str, update: str) -> None:
        """A risk still gets the guard's card, however fast somebody writes; anything else the request to slow down."""
        chat = await self._file.chat(key)
        turn = Turn(incoming, chat, self.conversation_of(incoming.person, chat), update, Begun.NEW)
        is_card = False
        try:
            replies, is_card = await self._answering.beyond_limit(turn)
            await self._send(_answer(turn, replies, chat), update if is_card else None)
            if is_card:
                await self._answering.keep_offer(chat, replies)
        except asyncio.CancelledError:
            await self._let_go(update)
            raise
        except (TryLater, Refused) as error:
            logger.error("%s: an answer beyond the limit was not sent (%s).", self.name, type(error).__name__)
            if is_card and isinstance(error, TryLater):
                await self._let_go(update)
                await self._until_sent(incoming)
                return
        await self._file.keep(lambda store: store.finish(update))

    async def _work(self, incoming: Incoming, key: str, update: str, begun: Begun) -> None:
        """One turn of a chat; runs alone in its chat."""
        chat = await self._file.chat(key)
        turn = Turn(incoming, chat, self.conversation_of(incoming.person, chat), update, begun)
        if incoming.message is not None:
            await self._note_sent(key, incoming.message)
        try:
            answer = await self._answer_to(turn)
            await self._send(answer, update, self._queues.pause)
            # Not before: a "1" that is delivered again must mean what it meant the first time.
            await self._answering.keep_offer(answer.chat, answer.replies)
        except Refused as error:
            self.figures.refused += 1
            logger.error("%s: an answer was refused by the platform (%s).", self.name, error)
            await self._file.keep(lambda store: store.finish(update))
            return
        except asyncio.CancelledError:
            # The server stops; the next one need not wait for the lease.
            await self._let_go(update)
            raise
        except Exception as error:
            self.figures.failed += 1
            logger.error("%s: an answer could not be sent (%s).", self.name, type(error).__name__)
            await self._let_go(update)
            raise
        self.figures.answered += 1
        # First: while a slow database is asked what it has learned, nobody else may take it for unanswered.
        await self._file.keep(lambda store: store.finish(update))
        after = await self._answering.learn(turn, answer.chat)
        await self._file.keep(lambda store: store.save(after) if after != chat else store.touch(key))

    async def _answer_to(self, turn: Turn) -> Answer:
        """What could not be sent before, else a new answer."""
        kept = await self._kept(turn.update) if turn.begun is Begun.AGAIN else None
        if kept is not None:
            return kept.knowing(turn.chat)
        return _answer(turn, *await self._answering.replies(turn))

    async def _kept(self, update: str) -> Optional[Answer]:
        return unseal(await self._file.keep(lambda store: store.unsent(update)), update)

    async def _let_go(self, update: str) -> None:
        """The update is not answered: whoever gets it next begins it AGAIN."""
        self._taken.pop(update, None)
        await self._file.keep(lambda store: store.release(update))

    async def _send(
        self, answer: Answer, update: Optional[str], pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Sends what is not out yet of an answer.

        Args:
            answer: All of it.
            update: Under which it is kept while it cannot be sent; None keeps nothing.
            pause: Waits between two attempts.
        """
        messages = self._carrier.render(answer.conversation_id, answer.replies)
        for place, message in enumerate(messages[answer.out :], answer.out):
            left = replace(answer, out=place)
            number = await deliver(partial(self._attempt, message, left, update), sleep=pause)
            self.figures.sent += 1
            if number is not None:
                await self._note_sent(answer.chat.key, number)

    async def _note_sent(self, key: str, number: str) -> None:
        """So that "delete my chat" can take the message back."""
        await self._file.keep(lambda store: store.note_sent(key, number))

    async def _attempt(self, message: Outgoing, left: Answer, update: Optional[str]) -> Optional[str]:
        """Makes one attempt; when it fails, or the server stops in the middle of it, the answer is kept."""
        try:
            return await self._carrier.send(left.person, message)
        except (TryLater, asyncio.CancelledError) as reason:
            if update is not None:
                await self._keep(left, update, getattr(reason, "seconds", 0.0))
            raise

    async def _keep(self, left: Answer, update: str, seconds: float) -> None:
        def keep(store: ChatStore) -> None:
            sealed = seal(left, update)
            if sealed is not None:
                store.keep_unsent(update, self.name, left.chat.key, sealed, left.made, seconds)

        await self._file.keep(keep)


def _answer(turn: Turn, replies: List[Reply], after: Chat) -> Answer:
    incoming = turn.incoming
    return Answer(incoming.update, incoming.person, turn.conversation_id, replies, after, time.time())


async def _fails(done: "asyncio.Future[None]") -> bool:
    await asyncio.wait({done})
    return _has_failed(done)


def _has_failed(done: "asyncio.Future[None]") -> bool:
    return done.cancelled() or done.exception() is not None
