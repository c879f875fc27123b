"""Reads for pages and reports. Everything returns rows or plain numbers; nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Dict, List, Optional, Sequence, Tuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.store import constants
from bot.store.keys import KeyRing, get_key_ring
from bot.store.models import Alert, Conversation, DrillRun, Escalation, SearchToken, Turn
from bot.store.search import token_of, words_of
from bot.store.staff_models import ConversationTag

PAGE_SIZE = 50
SEARCH_LIMIT = 500


@dataclass(frozen=True)
class QueueFilter:
    """What the queue shows. None means "any".

    Attributes:
        statuses: Such as `(new, in_review, follow_up)`.
        minimum_level: Level number or above.
        category, channel, audience, country, language: Exact.
        since, until: `[since, until)` of the last message.
        assignee_id: Of a member of staff; 0 means nobody.
        tag_id: Carries this tag.
        drill: False leaves drills out, True shows only drills.
        unread: True shows only what nobody has read.
    """

    statuses: Sequence[str] = (constants.NEW, constants.IN_REVIEW, constants.FOLLOW_UP)
    minimum_level: Optional[int] = None
    category: Optional[str] = None
    channel: Optional[str] = None
    audience: Optional[str] = None
    country: Optional[str] = None
    language: Optional[str] = None
    since: Optional[datetime] = None
    until: Optional[datetime] = None
    assignee_id: Optional[int] = None
    tag_id: Optional[int] = None
    drill: bool = False
    unread: bool = False


@dataclass(frozen=True)
class QueueCursor:
    """Where a page of the queue begins: after the row with these values. Keeps deep pages as fast as the first."""

    level: int
    last_at: datetime
    id: str


def queue_conditions(wanted: QueueFilter) -> List[Any]:
    """SQL conditions of a filter, for the queue, its counts and exports."""
    conditions: List[Any] = [Conversation.drill.is_(wanted.drill), Conversation.user_turn_count > 0]
    if wanted.statuses:
        conditions.append(Conversation.status.in_(tuple(wanted.statuses)))
    if wanted.minimum_level:
        conditions.append(Conversation.level >= wanted.minimum_level)
    if wanted.category:
        conditions.append(Conversation.main_category == wanted.category)
    for name in ("channel", "audience", "country", "language"):
        value = getattr(wanted, name)
        if value:
            conditions.append(getattr(Conversation, name) == value)
    if wanted.since:
        conditions.append(Conversation.last_at >= wanted.since)
    if wanted.until:
        conditions.append(Conversation.last_at < wanted.until)
    if wanted.assignee_id is not None:
        none = wanted.assignee_id == 0
        conditions.append(
            Conversation.assignee_id.is_(None) if none else Conversation.assignee_id == wanted.assignee_id
        )
    if wanted.tag_id is not None:
        tagged = sa.select(ConversationTag.conversation_id).where(ConversationTag.tag_id == wanted.tag_id)
        conditions.append(Conversation.id.in_(tagged))
    if wanted.unread:
        conditions.append(Conversation.unread_since.is_not(None))
    return conditions


def read_queue(
    session: Session, wanted: QueueFilter, after: Optional[QueueCursor] = None, limit: int = PAGE_SIZE
) -> List[Conversation]:
    """One page, highest level first, then the longest without a message."""
    query = sa.select(Conversation).where(*queue_conditions(wanted))
    if after is not None:
        query = query.where(
            sa.or_(
                Conversation.level < after.level,
                sa.and_(Conversation.level == after.level, Conversation.last_at > after.last_at),
                sa.and_(
                    Conversation.level == after.level,
                    Conversation.last_at == after.last_at,
                    Conversation.id > after.id,
                ),
            )
        )
    query = query.order_by(Conversation.level.desc(), Conversation.last_at, Conversation.id).limit(limit)
    return list(session.execute(query).scalars())


def count_by_level(session: Session, wanted: QueueFilter) -> Dict[int, int]:
    """How many conversations of a filter stand at each level."""
    query = sa.select(Conversation.level, sa.func.count()).where(*queue_conditions(wanted)).group_by(Conversation.level)
    return dict(session.execute(query).all())


def count_by_status(session: Session) -> Dict[str, int]:
    """How many conversations have each status, drills left out."""
    wanted = QueueFilter(statuses=())
    query = sa.select(Conversation.status, sa.func.count()).where(*queue_conditions(wanted))
    return dict(session.execute(query.group_by(Conversation.status)).all())


def read_turns(session: Session, conversation_id: str) -> List[Turn]:
    """All messages of a conversation, oldest first."""
    query = sa.select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.sent_at, Turn.position)
    return list(session.execute(query).scalars())


def search_turns(
    session: Session, text: str, keys: KeyRing | None = None, limit: int = SEARCH_LIMIT
) -> List[Tuple[str, int]]:
    """Messages that hold every word of `text`, newest first.

    Returns:
        (conversation id, turn id) pairs; empty when `text` has no searchable word.
    """
    key = (keys or get_key_ring()).derive("search")
    tokens = [token_of(word, key) for word in words_of(text)]
    if not tokens:
        return []
    first = sa.orm.aliased(SearchToken)
    query = sa.select(first.turn_id).where(first.token == tokens[0])
    for token in tokens[1:]:
        other = sa.orm.aliased(SearchToken)
        query = query.where(sa.exists().where(other.token == token, other.turn_id == first.turn_id))
    newest = query.order_by(first.turn_id.desc()).limit(limit).subquery()
    rows = session.execute(
        sa.select(Turn.conversation_id, Turn.id).join(newest, newest.c.turn_id == Turn.id).order_by(Turn.id.desc())
    )
    return [(row.conversation_id, row.id) for row in rows]


def overdue_escalations(session: Session, now: datetime) -> List[Escalation]:
    """Open escalations whose time for review has passed, the most urgent first."""
    query = (
        sa.select(Escalation)
        .where(Escalation.status != constants.CLOSED, Escalation.drill.is_(False), Escalation.sla_due_at < now)
        .order_by(Escalation.level.desc(), Escalation.sla_due_at)
    )
    return list(session.execute(query).scalars())


def failed_alerts(session: Session) -> List[Alert]:
    """Alerts that did not reach staff, newest first."""
    query = sa.select(Alert).where(Alert.status == constants.FAILED).order_by(Alert.created_at.desc()).limit(100)
    return list(session.execute(query).scalars())


def unanswered_turns(session: Session, since: datetime, limit: int = 500) -> List[Turn]:
    """Questions that had no answer, newest first; drills left out."""
    query = (
        sa.select(Turn)
        .join(Conversation)
        .where(Turn.unanswered.is_(True), Turn.sent_at >= since, Conversation.drill.is_(False), Turn.text.is_not(None))
        .order_by(Turn.sent_at.desc())
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def latest_drills(session: Session, limit: int = 50) -> List[DrillRun]:
    """The latest drill results."""
    return list(session.execute(sa.select(DrillRun).order_by(DrillRun.run_at.desc()).limit(limit)).scalars())


def latest_change(session: Session) -> Optional[datetime]:
    """Time of the newest message: a live page asks this often."""
    found = session.execute(sa.select(sa.func.max(Conversation.last_at))).scalar()
    return found if found is None or found.tzinfo else None
