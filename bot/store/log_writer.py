"""Redacted events become rows, each event once, in order. Called with a batch inside one transaction."""

from __future__ import annotations

import logging
import re
from dataclasses import asdict
from datetime import datetime
from typing import Any, Dict, List, Mapping, Optional, Sequence, Set

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.safety.levels import CATEGORIES, RiskLevel
from bot.store import constants
from bot.store.constants import ERASURE_GRACE
from bot.store.database import Database, try_to_write
from bot.store.erasure import conversation_digest, hold_conversations
from bot.store.figures import (
    COMPLETED,
    JOURNEY_METRIC,
    QUIZ_ASKED,
    QUIZ_RIGHT_AFTER,
    QUIZ_RIGHT_BEFORE,
    raise_figure,
)
from bot.store.keys import KeyRing
from bot.store.models import Alert, Conversation, Erasure, Escalation, SealedOriginal, SearchToken, Turn
from bot.store.policy import StorePolicy
from bot.store.records import (
    ANSWERED_RESPONSES,
    UNANSWERED_RESPONSES,
    UNSPECIFIED,
    LoggedEvent,
    TurnFacts,
    read_facts,
    read_journey_outcome,
    read_turn,
)
from bot.store.search import tokens_of
from bot.store.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

_ALERT_KEY = "{conversation}:{level}"
#: What facts look like; other text in a slot was typed by hand (`/inform{"country": "ßß"}`) and may not fit its column.
_FACT_SHAPES = {
    "audience": re.compile(r"[\w\-]{1,16}", re.ASCII),
    "country": re.compile(r"[A-Za-z]{2}"),
    "language": re.compile(r"[\w\-]{1,8}", re.ASCII),
    "channel": re.compile(r"[\w\-]{1,32}", re.ASCII),
    "barrier": re.compile(r"[\w\-]{1,40}", re.ASCII),
    "barrier_outcome": re.compile(r"[\w\-]{1,40}", re.ASCII),
}
#: An event that is written alone is tried this often: a second writer may have been at the same conversation.
_TRIES_ALONE = 2


class LogWriter:
    """Writes one batch. Make a new one for each transaction."""

    def __init__(self, session: Session, policy: StorePolicy, keys: KeyRing, now: datetime) -> None:
        self._session = session
        self._policy = policy
        self._keys = keys
        self._now = now
        self._search_key = keys.derive("search")
        self._conversations: Dict[str, Conversation] = {}
        self._escalations: Dict[tuple[str, str], Escalation] = {}

    def write(self, events: Sequence[LoggedEvent]) -> int:
        """Adds what is new.

        Args:
            events: In the order in which they happened; some may have been written before.

        Returns:
            The number of messages added.
        """
        hold_conversations(self._session, {logged.conversation_id for logged in events})
        self._load(events)
        known = self._known_event_ids(events)
        erased = self._erased(events)
        added = 0
        for logged in events:
            if was_before(logged, erased):
                continue
            facts = read_turn(logged)
            if facts is not None and logged.event_id not in known:
                known.add(logged.event_id)
                self._add_turn(facts, logged)
                added += 1
            else:
                self._apply_facts(logged)
        self._session.flush()
        return added

    def _load(self, events: Sequence[LoggedEvent]) -> None:
        ids = {logged.conversation_id for logged in events}
        for chunk in _chunks(sorted(ids)):
            query = sa.select(Conversation).where(Conversation.id.in_(chunk))
            if self._session.get_bind().dialect.name == "postgresql":
                # Several consumers may write at once: counts and positions are read and raised under the row's lock.
                query = query.order_by(Conversation.id).with_for_update()
            for conversation in self._session.execute(query).scalars():
                self._conversations[conversation.id] = conversation
            for escalation in self._session.execute(
                sa.select(Escalation).where(Escalation.conversation_id.in_(chunk))
            ).scalars():
                self._escalations[(escalation.conversation_id, escalation.category)] = escalation

    def _known_event_ids(self, events: Sequence[LoggedEvent]) -> Set[str]:
        known: Set[str] = set()
        for chunk in _chunks([logged.event_id for logged in events]):
            known.update(self._session.execute(sa.select(Turn.event_id).where(Turn.event_id.in_(chunk))).scalars())
        return known

    def _erased(self, events: Sequence[LoggedEvent]) -> Dict[str, datetime]:
        """When conversations were erased: an event still on its way must not bring them back."""
        ids = sorted({logged.conversation_id for logged in events})
        digests = {conversation_digest(self._keys, name): name for name in ids}
        found: Dict[str, datetime] = {}
        for chunk in _chunks(list(digests)):
            query = sa.select(Erasure.conversation, Erasure.erased_at).where(Erasure.conversation.in_(chunk))
            for row in self._session.execute(query):
                name = digests[row.conversation]
                found[name] = max(row.erased_at, found.get(name, row.erased_at))
        return found

    def _add_turn(self, facts: TurnFacts, logged: LoggedEvent) -> None:
        conversation = self._conversation(facts)
        # Before the message itself, so that a drill is known as one when its escalation is opened.
        self._apply_facts(logged)
        turn = Turn(**asdict(facts), position=conversation.turn_count)
        self._session.add(turn)
        conversation.turn_count += 1
        conversation.last_at = max(conversation.last_at, facts.sent_at)
        # A conversation that goes on after retention emptied it holds words again, which have a time of their own.
        conversation.text_removed_at = None
        if facts.author == constants.USER:
            self._session.flush()
            self._index(turn, facts.text or "")
            self._note_user_turn(conversation, turn, facts)
            if logged.original is not None and self._policy.originals is not None:
                self._seal(logged, facts)
        else:
            self._note_answer(conversation, facts)
            self._count_journey(conversation, logged)

    def _conversation(self, facts: TurnFacts) -> Conversation:
        conversation = self._conversations.get(facts.conversation_id)
        if conversation is None:
            conversation = Conversation(
                id=facts.conversation_id,
                channel=facts.channel or "",
                started_at=facts.sent_at,
                last_at=facts.sent_at,
                drill=False,
                turn_count=0,
                user_turn_count=0,
                unanswered_count=0,
                level=0,
                categories={},
                helplines_shown=[],
                status=constants.NEW,
            )
            self._session.add(conversation)
            self._conversations[facts.conversation_id] = conversation
        return conversation

    def _index(self, turn: Turn, text: str) -> None:
        rows = [{"token": token, "turn_id": turn.id} for token in sorted(tokens_of(text, self._search_key))]
        if rows:
            self._session.execute(sa.insert(SearchToken), rows)

    def _note_user_turn(self, conversation: Conversation, turn: Turn, facts: TurnFacts) -> None:
        conversation.user_turn_count += 1
        conversation.unanswered_count += int(facts.unanswered)
        conversation.unread_since = conversation.unread_since or facts.sent_at
        if conversation.status == constants.DONE:
            conversation.status = constants.NEW
        if facts.topic:
            conversation.topic = facts.topic
        if facts.risk_level > 0:
            conversation.categories = _highest(conversation.categories or {}, facts.risk_categories)
            conversation.speaker = facts.risk_speaker or conversation.speaker
        # "Done" stops the clock; a new message at risk starts it again, also below the highest level reached.
        if facts.risk_level > conversation.level or (facts.risk_level > 0 and conversation.sla_due_at is None):
            due = facts.sent_at + self._policy.sla[facts.risk_level]
            conversation.sla_due_at = min(due, conversation.sla_due_at or due)
        conversation.level = max(conversation.level, facts.risk_level)
        conversation.main_category = next((name for name in CATEGORIES if name in conversation.categories), None)
        if facts.risk_level >= RiskLevel.ESCALATE:
            self._escalate(conversation, turn, facts)

    def _note_answer(self, conversation: Conversation, facts: TurnFacts) -> None:
        if facts.helplines:
            shown = list(conversation.helplines_shown or [])
            conversation.helplines_shown = shown + [name for name in facts.helplines if name not in shown]
        if facts.response and facts.response.startswith(UNANSWERED_RESPONSES):
            self._mark_unanswered(conversation)
        elif facts.response and facts.response.startswith(ANSWERED_RESPONSES):
            self._mark_answered(conversation)

    def _count_journey(self, conversation: Conversation, logged: LoggedEvent) -> None:
        """Counts by day: with the message, so once; as a sum, so that nobody is in it."""
        outcome = read_journey_outcome(logged.event)
        if outcome is None or conversation.drill:
            return
        day = conversation.last_at.replace(hour=0, minute=0, second=0, microsecond=0)
        labels = {"journey": outcome.journey, "group": outcome.group}
        raise_figure(self._session, JOURNEY_METRIC, day, {**labels, "event": outcome.event})
        if outcome.event == COMPLETED and outcome.asked:
            raise_figure(self._session, QUIZ_RIGHT_BEFORE, day, labels, outcome.right_before)
            raise_figure(self._session, QUIZ_RIGHT_AFTER, day, labels, outcome.right_after)
            raise_figure(self._session, QUIZ_ASKED, day, labels, outcome.asked)

    def _mark_unanswered(self, conversation: Conversation) -> None:
        """The fallback was spoken: the question before it had no answer."""
        latest = self._latest_of_the_person(conversation)
        if latest is not None and not latest.unanswered and latest.risk_level == 0:
            latest.unanswered = True
            conversation.unanswered_count += 1

    def _mark_answered(self, conversation: Conversation) -> None:
        """What was asked for was spoken, though the words by themselves were understood as nothing."""
        latest = self._latest_of_the_person(conversation)
        if latest is not None and latest.unanswered:
            latest.unanswered = False
            conversation.unanswered_count -= 1

    def _latest_of_the_person(self, conversation: Conversation) -> Optional[Turn]:
        self._session.flush()
        return self._session.execute(
            sa.select(Turn)
            .where(Turn.conversation_id == conversation.id, Turn.author == constants.USER)
            .order_by(Turn.position.desc())
            .limit(1)
        ).scalar_one_or_none()

    def _escalate(self, conversation: Conversation, turn: Turn, facts: TurnFacts) -> None:
        category = facts.main_category or UNSPECIFIED
        escalation = self._escalations.get((conversation.id, category))
        due = facts.sent_at + self._policy.sla[facts.risk_level]
        nobody_is_on_it = self._all_closed(conversation)
        if escalation is None:
            escalation = Escalation(
                conversation_id=conversation.id,
                turn_id=turn.id,
                level=facts.risk_level,
                category=category,
                opened_at=facts.sent_at,
                last_at=facts.sent_at,
                count=1,
                status=constants.OPEN,
                sla_due_at=due,
                drill=conversation.drill,
            )
            self._session.add(escalation)
            self._escalations[(conversation.id, category)] = escalation
        else:
            escalation.count += 1
            escalation.last_at = facts.sent_at
            escalation.sla_due_at = min(escalation.sla_due_at, due)
            escalation.level = max(escalation.level, facts.risk_level)
            if escalation.status == constants.CLOSED:
                escalation.status, escalation.closed_at, escalation.sla_due_at = constants.OPEN, None, due
                # Nobody has taken up what came now.
                escalation.acknowledged_at = escalation.acknowledged_by = None
        self._session.flush()
        self._alert(conversation, escalation, facts, nobody_is_on_it)

    def _all_closed(self, conversation: Conversation) -> bool:
        known = (one for (name, _), one in self._escalations.items() if name == conversation.id)
        return all(one.status == constants.CLOSED for one in known)

    def _alert(
        self, conversation: Conversation, escalation: Escalation, facts: TurnFacts, nobody_is_on_it: bool
    ) -> None:
        """Written in the same transaction as the escalation: no alarm is lost between the two."""
        if self._policy.alert_level is None or facts.risk_level < self._policy.alert_level or conversation.drill:
            return
        key = _ALERT_KEY.format(conversation=conversation.id, level=facts.risk_level)
        known = self._session.execute(sa.select(Alert).where(Alert.key == key)).scalar_one_or_none()
        if known is not None:
            if nobody_is_on_it or self._is_spent(known, conversation):
                self._alert_again(known, escalation)
            return
        self._session.add(
            Alert(
                key=key,
                escalation_id=escalation.id,
                level=facts.risk_level,
                category=escalation.category,
                drill=conversation.drill,
                created_at=self._now,
                status=constants.PENDING,
                attempts=0,
                next_attempt_at=self._now,
            )
        )
        self._session.flush()

    def _is_spent(self, alert: Alert, conversation: Conversation) -> bool:
        """Whether an earlier alarm tells nobody of what came now.

        It reached nobody; or staff looked since and left the conversation for a follow-up; or the time within which
        they should have looked is over (a chat on Telegram is one conversation for months).
        """
        if alert.status != constants.SENT:
            return bool(alert.status == constants.FAILED)
        put_aside = conversation.status == constants.FOLLOW_UP and conversation.reviewed_at is not None
        if put_aside and conversation.reviewed_at >= alert.created_at:
            return True
        return bool(self._now - alert.created_at > self._policy.sla[alert.level])

    def _alert_again(self, alert: Alert, escalation: Escalation) -> None:
        alert.escalation_id, alert.category = escalation.id, escalation.category
        if alert.status != constants.FAILED:
            # Of one that failed it stays, so that the console goes on showing it (`queries.find_failed_alerts`).
            alert.last_error = None
        alert.status, alert.attempts, alert.sent_at = constants.PENDING, 0, None
        alert.created_at = alert.next_attempt_at = self._now
        self._session.flush()

    def _seal(self, logged: LoggedEvent, facts: TurnFacts) -> None:
        assert self._policy.originals is not None
        self._session.add(
            SealedOriginal(
                event_id=logged.event_id,
                conversation_id=logged.conversation_id,
                text=logged.original,
                expires_at=facts.sent_at + self._policy.originals,
            )
        )

    def _apply_facts(self, logged: LoggedEvent) -> None:
        conversation = self._conversations.get(logged.conversation_id)
        if conversation is None:
            return
        for column, value in _checked(read_facts(logged.event).values).items():
            if column == "drill":
                self._mark_drill(conversation)
            elif column in ("barrier", "barrier_outcome") or value is not None:
                setattr(conversation, column, value)

    def _mark_drill(self, conversation: Conversation) -> None:
        if conversation.drill:
            return
        conversation.drill = True
        self._session.flush()
        self._session.execute(
            sa.update(Escalation).where(Escalation.conversation_id == conversation.id).values(drill=True)
        )
        keys = [_ALERT_KEY.format(conversation=conversation.id, level=level) for level in range(1, 4)]
        self._session.execute(sa.update(Alert).where(Alert.key.in_(keys)).values(drill=True))


def write_events(
    events: Sequence[LoggedEvent], policy: StorePolicy, keys: KeyRing, now: datetime, database: Database | None = None
) -> List[LoggedEvent]:
    """Writes a batch in one transaction, or, when something in it cannot be stored, each of its events in its own.

    One event that nobody thought of must not keep an emergency behind it from staff.

    Args:
        events, policy, keys, now: As for LogWriter.
        database: The one of this process by default.

    Returns:
        The events that cannot be stored; all others are.

    Raises:
        StoreError: The database is away; the batch has to come again.
    """
    if try_to_write(lambda: _write(events, policy, keys, now, database)) is None:
        return []
    return [logged for logged in events if not _is_written_alone(logged, policy, keys, now, database)]


def _write(
    events: Sequence[LoggedEvent], policy: StorePolicy, keys: KeyRing, now: datetime, database: Database | None
) -> None:
    with UnitOfWork(database) as work:
        LogWriter(work.session, policy, keys, now).write(events)
        work.commit()


def _is_written_alone(
    logged: LoggedEvent, policy: StorePolicy, keys: KeyRing, now: datetime, database: Database | None
) -> bool:
    failure: Exception | None = None
    for _ in range(_TRIES_ALONE):
        failure = try_to_write(lambda: _write([logged], policy, keys, now, database))
        if failure is None:
            return True
    # Without the text of the error, which may repeat the words.
    logger.error("an event cannot be stored: %s", type(failure and failure.__cause__ or failure).__name__)
    return False


def was_before(logged: LoggedEvent, erased: Mapping[str, datetime]) -> bool:
    """Whether the event belongs to what was erased: the farewell comes moments after the erasure itself."""
    moment = erased.get(logged.conversation_id)
    return moment is not None and float(logged.event.get("timestamp") or 0) <= (moment + ERASURE_GRACE).timestamp()


def _checked(values: Mapping[str, Any]) -> Dict[str, Any]:
    """Values that fit their column; a slot may hold anything."""
    checked: Dict[str, Any] = {}
    for name, value in values.items():
        if name == "drill":
            if value in (True, "true", "True", 1):
                checked[name] = True
        elif value is None:
            checked[name] = None
        elif isinstance(value, str) and name in _FACT_SHAPES and _FACT_SHAPES[name].fullmatch(value):
            checked[name] = value.upper() if name == "country" else value
    return checked


def _highest(old: Mapping[str, float], new: Mapping[str, float]) -> Dict[str, float]:
    return {name: max(old.get(name, 0.0), new.get(name, 0.0)) for name in [*old, *(n for n in new if n not in old)]}


def _chunks(items: List[Any], size: int = 400) -> List[List[Any]]:
    """SQLite allows about a thousand parameters a statement."""
    return [items[start : start + size] for start in range(0, len(items), size)]
