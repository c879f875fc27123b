"""The channel guard: a person at risk gets help even when everything behind the channel is slow, broken or silent.

Every channel answers through `answer_guarded`. The safety engine runs here, in process, before the message is
handed on. If no proper reply comes in time, the card is composed here from the same wording and directory.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, Awaitable, Callable, FrozenSet, Mapping, Sequence

from bot import metrics
from bot.channels.limits import MAX_MESSAGE_CHARS
from bot.channels.recent import Recent
from bot.content.audience import newest_own_age
from bot.content.crisis import CrisisContext, CrisisReply, compose
from bot.content.own_country import newest_own_country
from bot.content.responses import Response, get_responses
from bot.nlu.topics import is_a_guess, is_harmless
from bot.safety.answers import read_answer
from bot.safety.levels import RiskAssessment, RiskLevel
from bot.safety.protocol import category_of_yes, is_another_trouble

logger = logging.getLogger(__name__)

#: The guard reads a message in milliseconds. When it has not after this long, it asks rather than waits.
READ_WAIT_SECONDS = 1.0
#: A person at risk waits no longer than this for the assistant before the guard speaks (promise: card within 3 s).
RISK_WAIT_SECONDS = 2.0
#: All that the guard takes for a person at risk, with its own readings; the channel has the rest of the 3 s.
CARD_SECONDS = 2.5
#: The assistant gets this in any case: where a crowd keeps the whole server busy, its answer is the quickest there is.
LEAST_WAIT_SECONDS = 0.5
#: An ordinary question may take longer before the guard admits a technical problem.
ORDINARY_WAIT_SECONDS = 8.0
#: Of the guard alone: the loop's own threads may all wait for a database or a name server that is away.
_THREADS = ThreadPoolExecutor(2, "guard")
_REMEMBERED_CONVERSATIONS = 5000
_REMEMBERED_MESSAGES = 4
#: A person's words stay in memory no longer than this after the last message of their conversation.
_WORDS_SECONDS = 3600.0

TECHNICAL_PROBLEM = "utter_technical_problem"
#: The buttons under a check-in, and what `read_answer` calls the same in words.
_YES, _NO = ("/affirm", "affirm"), ("/deny", "deny")
#: What the assistant says to talk about helplines already shown, and to a no (`bot.policies.safety_decision`).
_LEFT_TO = (
    "utter_barrier_", "utter_outcome_", "utter_crisis_anger", "utter_crisis_silence", "utter_take_back",
    "utter_check_in_no",
)  # fmt: skip
#: Asked instead of an unsure card, in the midst of everyday talk (`bot.nlu.risk_detector`).
_CHECK_IN = "utter_check_in_"
_FAQ_PREFIX = "utter_faq/"

Reply = dict[str, Any]


@dataclass(frozen=True)
class GuardContext:
    """What the channel knows of the person without asking Rasa."""

    conversation_id: str
    audience: str | None
    country: str | None
    channel: str
    language: str | None = None


class Guard:
    """Assesses messages and words replies without Rasa. One for a process; remembers nothing on disk."""

    def __init__(
        self,
        assess: Callable[[list[str]], RiskAssessment] | None = None,
        now: Callable[[], datetime] | None = None,
        log: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        """Creates the guard.

        Args:
            assess: Takes the recent messages, newest last; by default the safety engine.
            now: Clock, for opening hours.
            log: Takes an event about what the guard heard or said; by default nothing is logged.
        """
        self._assess_texts = assess or _assess_with_engine
        self._now = now or (lambda: datetime.now(timezone.utc))
        self._log = log
        self._recent: Recent[str, deque[str]] = Recent(_REMEMBERED_CONVERSATIONS, _WORDS_SECONDS)
        #: Messages from before the person chose a country on the page.
        self._before_choice: Recent[str, FrozenSet[str]] = Recent(_REMEMBERED_CONVERSATIONS, _WORDS_SECONDS)
        self._given: Recent[str, FrozenSet[str]] = Recent(_REMEMBERED_CONVERSATIONS)
        #: Response names of its own cards.
        self._worded: Recent[str, FrozenSet[str]] = Recent(_REMEMBERED_CONVERSATIONS)
        #: What our own check-in asked about, until the next message answers it.
        self._asked: Recent[str, RiskAssessment] = Recent(_REMEMBERED_CONVERSATIONS)

    def assess(self, conversation_id: str, text: str) -> RiskAssessment:
        """Assesses the newest message and remembers it; a failing engine counts as `check_in`, never as quiet."""
        recent = self._recent.setdefault(conversation_id, deque(maxlen=_REMEMBERED_MESSAGES))
        # Of a story that is too long its end is kept, so that memory stays bounded.
        recent.append(text[-MAX_MESSAGE_CHARS:])
        self._recent.note(conversation_id, recent)
        return self._as_answer(conversation_id, text, self.read(text))

    def read(self, text: str) -> RiskAssessment:
        """Assesses a text by itself and remembers nothing."""
        return self._read([text])

    def assess_together(self, conversation_id: str) -> RiskAssessment:
        """Assesses the remembered messages as one session; used when Rasa, which does this, is not there."""
        recent = list(self._recent.get(conversation_id, ()))
        return self._read(recent) if recent else RiskAssessment()

    def _read(self, texts: list[str]) -> RiskAssessment:
        try:
            return self._assess_texts(texts)
        except Exception as error:  # noqa: BLE001 - whatever fails here, the person must still be asked
            logger.error("The safety engine failed in the guard (%s); counts as check_in.", type(error).__name__)
            return RiskAssessment(level=RiskLevel.CHECK_IN, failed=True)

    def _as_answer(self, conversation_id: str, text: str, found: RiskAssessment) -> RiskAssessment:
        """A yes to our own check-in counts as the risk it asked about, and so does a second unclear message.

        Rasa does not know of a question that the guard asked in its place, and "yes" by itself tells of nothing.
        """
        asked = self._asked.pop(conversation_id, None)
        answer = text.strip() if text.startswith("/") else read_answer(text)
        if asked is None or found.level >= RiskLevel.ESCALATE:
            return found
        if answer in _NO and not found.failed:
            # The words that raised the question are answered; read together with this they would raise it again.
            self._recent.pop(conversation_id, None)
            return found
        if answer in _YES or found.level == RiskLevel.CHECK_IN:
            named = asked.categories if asked.asked_category else {category_of_yes(None): 1.0}
            return replace(asked, level=RiskLevel.ESCALATE, categories=named)
        return found

    def forget(self, conversation_id: str) -> None:
        """Drops what is remembered of a conversation (called when it is deleted)."""
        self._recent.pop(conversation_id, None)
        self._before_choice.pop(conversation_id, None)
        self._given.pop(conversation_id, None)
        self._worded.pop(conversation_id, None)
        self._asked.pop(conversation_id, None)

    def reply(self, assessment: RiskAssessment, context: GuardContext) -> list[Reply]:
        """The card or question for a risk, or the honest word about a technical problem."""
        if assessment.level == RiskLevel.NONE:
            return [self._technical_problem(context)]
        # A copy: another message of the same conversation may be read in a thread at this moment.
        recent = list(self._recent.get(context.conversation_id, ()))
        card = compose(
            assessment,
            CrisisContext(
                country=self.country_of(context),
                audience=context.audience,
                channel=context.channel,
                language=context.language,
                cards_given=self.cards_given(context.conversation_id),
                at=self._now(),
                age=newest_own_age(reversed(recent)),
                words="\n".join(text.replace("\n", " ") for text in recent),
                words_given=self._worded.get(context.conversation_id, frozenset()),
            ),
        )
        self._remember_card(context.conversation_id, card, assessment)
        return _as_replies(card)

    def country_of(self, context: GuardContext) -> str | None:
        """The country of the guard's own cards: the one in the messages it remembers, else the channel's."""
        before_choice = self._before_choice.get(context.conversation_id, frozenset())
        # A copy: another message of the same conversation may be read in a thread at this moment.
        recent = list(self._recent.get(context.conversation_id, ()))
        said = (text for text in reversed(recent) if text not in before_choice)
        return newest_own_country(said, context.country) or context.country

    def note_country_chosen(self, conversation_id: str) -> None:
        """The person chose the country that the channel gives: what they said of it before counts no more."""
        self._before_choice.note(conversation_id, frozenset(self._recent.get(conversation_id, ())))

    def cards_given(self, conversation_id: str) -> FrozenSet[str]:
        """What the cards were about that went through this process."""
        return self._given.get(conversation_id, frozenset())

    def note_cards(self, conversation_id: str, replies: Sequence[Reply]) -> None:
        """Remembers what the assistant's own cards were about."""
        shown = {reply["card_category"] for reply in replies if reply.get("card_category")}
        if shown:
            self._given.note(conversation_id, self.cards_given(conversation_id) | shown)

    def note_said(self, context: GuardContext, replies: Sequence[Reply]) -> None:
        """Logs what the guard said in the assistant's place."""
        from bot.channels.guard_log import guard_said

        if self._log is not None:
            for reply in replies:
                self._log(guard_said(context, reply, time.time()))

    def note_heard(self, context: GuardContext, text: str, assessment: RiskAssessment, moment: float) -> None:
        """Logs a message that the assistant lost; one that it only answers late, it logs itself."""
        from bot.channels.guard_log import person_said

        if self._log is not None:
            self._log(person_said(context, text, assessment, moment))

    def _technical_problem(self, context: GuardContext) -> Reply:
        recent = list(self._recent.get(context.conversation_id, ()))
        slots = {
            "country": context.country,
            "own_age": newest_own_age(reversed(recent)),
            "own_language": context.language,
        }
        chosen = get_responses().choose(TECHNICAL_PROBLEM, context.audience, context.channel, slots)
        return _as_reply(chosen)

    def _remember_card(self, conversation_id: str, card: CrisisReply, assessment: RiskAssessment) -> None:
        if card.level >= RiskLevel.ESCALATE:
            self._given.note(conversation_id, self.cards_given(conversation_id) | {card.category})
            worded = self._worded.get(conversation_id, frozenset())
            self._worded.note(conversation_id, worded | {card.messages[0].response})
        else:
            self._asked.note(conversation_id, assessment)


def _assess_with_engine(texts: list[str]) -> RiskAssessment:
    from bot.safety.engine import get_engine

    return get_engine().assess_session(texts)


def _as_reply(chosen: Response) -> Reply:
    buttons = [{"title": button.title, "payload": button.payload} for button in chosen.buttons]
    return {"text": chosen.text, "buttons": buttons, "response": chosen.name, "hotlines": [], "guard": True}


def _as_replies(card: CrisisReply) -> list[Reply]:
    buttons = [
        {"title": button.title, "payload": button.payload} for message in card.messages for button in message.buttons
    ]
    text = "\n\n".join(message.text for message in card.messages)
    level = card.level.label if card.level >= RiskLevel.ESCALATE else None
    return [
        {
            "text": text,
            "buttons": buttons,
            "response": card.messages[0].response,
            "hotlines": list(card.hotlines),
            "card_level": level,
            "guard": True,
        }
    ]


def needs_card(
    assessment: RiskAssessment, replies: Sequence[Mapping[str, Any]], given: FrozenSet[str] = frozenset()
) -> bool:
    """Whether a message at risk was answered without any helpline: then the guard adds its card.

    A line that was taken as an answer to an exercise (`bot.learning.practice`), or as the reason that holds a person
    back from the helplines they were shown, is left to that answer, except in an emergency.

    Args:
        given: What the cards were about that this process knows of.
    """
    if assessment.level == RiskLevel.ESCALATE and any(_is_left_to(reply, assessment, given) for reply in replies):
        return False
    return assessment.level >= RiskLevel.ESCALATE and not any(reply.get("hotlines") for reply in replies)


def _is_left_to(reply: Mapping[str, Any], assessment: RiskAssessment, given: FrozenSet[str]) -> bool:
    if reply.get("practised"):
        return True
    # Cards that another server or an earlier start gave are known to the assistant alone: it has decided by them.
    is_about_another = bool(given) and is_another_trouble(assessment, given)
    response = str(reply.get("response") or "")
    is_asked = response.startswith(_CHECK_IN) and not given and is_a_guess(assessment)
    return (response.startswith(_LEFT_TO) and not is_about_another) or is_asked or _is_harmless(response, assessment)


def _is_harmless(response: str, assessment: RiskAssessment) -> bool:
    """Whether the answer is about what a learned score takes for this risk, as the assistant has decided by it, too."""
    category = assessment.main_category
    score = assessment.categories.get(category or "", 0.0)
    return not assessment.is_told_plainly and is_harmless(response.removeprefix(_FAQ_PREFIX), category, score)


async def answer_guarded(
    guard: Guard,
    context: GuardContext,
    text: str,
    handle: Callable[[], Awaitable[None]],
    collected: list[Reply],
    heard: Callable[[RiskAssessment], None] | None = None,
) -> list[Reply]:
    """Lets the assistant answer, and answers in its place when it does not.

    Args:
        guard: The process's guard.
        context: What the channel knows of the person.
        text: The message as typed.
        handle: Hands the message to Rasa; replies arrive in `collected` while it runs.
        collected: The list that the output channel appends to. What comes after the guard has spoken is not sent.
        heard: Told what the message tells of, so that the channel need not read it again.

    Returns:
        The replies to send, in order. Never empty.
    """
    with metrics.ANSWER_SECONDS.time():
        return await _answer(guard, context, text, handle, collected, heard or (lambda assessment: None))


async def _answer(
    guard: Guard,
    context: GuardContext,
    text: str,
    handle: Callable[[], Awaitable[None]],
    collected: list[Reply],
    heard: Callable[[RiskAssessment], None],
) -> list[Reply]:
    moment, begun = time.time(), time.monotonic()
    reading = _begin(guard.assess, context.conversation_id, text)
    assessment = await _result(reading, READ_WAIT_SECONDS)
    metrics.note_message(context.channel, assessment.level.label)
    at_risk = assessment.level > RiskLevel.NONE
    task = asyncio.ensure_future(handle())
    # What a slow reading took is not added to the wait.
    risk_wait = min(RISK_WAIT_SECONDS, max(begun + CARD_SECONDS - time.monotonic(), LEAST_WAIT_SECONDS))
    done, _ = await asyncio.wait({task}, timeout=risk_wait if at_risk else ORDINARY_WAIT_SECONDS)
    until = begun + CARD_SECONDS if at_risk else math.inf
    # A slow reading may have ended meanwhile; for one that has not, nobody waits any more.
    reading.cancel()
    assessment = assessment if reading.cancelled() else reading.result()
    heard(assessment)
    replies = list(collected)
    # A cancelled task has no exception: asking for it would raise here, and the person would get nothing.
    failed = not done or task.cancelled() or task.exception() is not None
    if not failed and replies and await _is_answered(guard, context, text, assessment, replies, until):
        guard.note_cards(context.conversation_id, replies)
        return replies
    metrics.note_guard(_reason(failed, bool(done), bool(replies)))
    if failed or not replies:
        # An engine that hangs is not asked for more.
        assessment = assessment if reading.cancelled() else await _or_worse(guard, context, assessment, until)
        replies = []
    if failed:
        logger.error("The assistant %s; the guard answers.", "failed" if done else "is slow")
        task.add_done_callback(_Loss(guard, context, text, assessment, moment))
    spoken = guard.reply(assessment, context)
    guard.note_said(context, spoken)
    return spoken + replies


async def _or_worse(guard: Guard, context: GuardContext, assessment: RiskAssessment, until: float) -> RiskAssessment:
    """What a message tells of by itself, or together with those before it, when that is worse."""
    together = await in_time(guard.assess_together, context.conversation_id, until=until)
    return max(assessment, together, key=lambda found: found.level)


async def _is_answered(
    guard: Guard,
    context: GuardContext,
    text: str,
    assessment: RiskAssessment,
    replies: Sequence[Reply],
    until: float,
) -> bool:
    """Whether the assistant's replies hold what this message needs.

    By itself "my teacher gives her lifts" may be at risk, and after talk of a dance school it is not: the assistant has
    weighed it in its conversation, and so does the guard before it speaks as well.
    """
    given = guard.cards_given(context.conversation_id)
    if not needs_card(assessment, replies, given):
        return True
    if (await in_time(guard.read, text, until=until)).level < RiskLevel.ESCALATE:
        # A yes to the guard's own question tells of nothing by itself; the assistant does not know what was asked.
        return False
    in_conversation = await in_time(guard.assess_together, context.conversation_id, until=until)
    return not in_conversation.failed and not needs_card(in_conversation, replies, given)


async def in_time(read: Callable[..., RiskAssessment], *arguments: str, until: float = math.inf) -> RiskAssessment:
    """Reads in a thread, for no longer than `READ_WAIT_SECONDS`; what takes longer counts as `check_in`.

    Args:
        read: What reads: a method of the guard.
        *arguments: Of that method.
        until: The moment of `time.monotonic` at which the result is needed at the latest.
    """
    reading = _begin(read, *arguments)
    found = await _result(reading, min(READ_WAIT_SECONDS, until - time.monotonic()))
    # What still waits for a thread is not begun.
    reading.cancel()
    return found


def _begin(read: Callable[..., RiskAssessment], *arguments: str) -> asyncio.Future[RiskAssessment]:
    """Begins to read in a thread: the encoder takes milliseconds, in which the loop serves others."""
    return asyncio.get_running_loop().run_in_executor(_THREADS, read, *arguments)


async def _result(reading: asyncio.Future[RiskAssessment], seconds: float) -> RiskAssessment:
    await asyncio.wait({reading}, timeout=seconds)
    if reading.done():
        return reading.result()
    logger.error("The guard could not read a message in time; counts as check_in.")
    return RiskAssessment(level=RiskLevel.CHECK_IN, failed=True)


def _reason(failed: bool, done: bool, has_replies: bool) -> str:
    if failed:
        return "failed" if done else "slow"
    return "no_helpline" if has_replies else "silent"


@dataclass(frozen=True)
class _Loss:
    """Called when the assistant has ended with a message: what it lost goes into the log."""

    guard: Guard
    context: GuardContext
    text: str
    assessment: RiskAssessment
    moment: float

    def __call__(self, task: asyncio.Future[None]) -> None:
        if task.cancelled() or task.exception() is not None:
            kind = "cancelled" if task.cancelled() else type(task.exception()).__name__
            logger.error("A message was lost by the assistant (%s); it is logged by the guard.", kind)
            self.guard.note_heard(self.context, self.text, self.assessment, self.moment)
