"""What pages read: the queue, one conversation, search. Figures are in `figures`, writes in `reviews`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from bot.store.columns import UtcDateTime
from bot.store.constants import FAILED, PENDING, USER
from bot.store.models import Alert, Conversation, Escalation, SearchToken, Turn
from bot.store.search import token_of, words_of
from bot.store.staff_models import AuditEntry, ConversationTag, Note, Review, SavedView, Tag, User

PAGE_SIZE = 25
#: Exact up to here; beyond it a page says "more than".
COUNT_LIMIT = 1000
TURNS_SHOWN = 300
_LEVELS = (3, 2, 1, 0)
#: Entries of the audit trail about who works on a conversation, and how far they are.
_CHANGES = ("conversation.status", "conversation.assign", "conversation.take_over")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue.

    Attributes:
        rows: Conversations, riskiest first: level, then unread before read, then longest waiting.
        next_cursor: Where the next page begins, None at the end.
        total: How many fit in all, at most COUNT_LIMIT + 1; None on later pages.
    """

    rows: Sequence[Conversation]
    next_cursor: Optional[str]
    total: Optional[int] = None


@dataclass(frozen=True)
class _Place:
    """Where a page begins: after this conversation."""

    level: int
    unread_since: Optional[datetime]
    last_at: datetime
    name: str

    @property
    def is_unread(self) -> bool:
        return self.unread_since is not None


def find_queue(
    session: Session,
    wanted: Any,
    user_id: int,
    cursor: Optional[str] = None,
    size: int = PAGE_SIZE,
    unread_only: bool = False,
) -> QueuePage:
    """One page of the queue.

    The queue is walked in segments (level × unread or read), each of which is one range of an index, so that the
    first page costs the same in a small and in a large database.

    Args:
        session: Open transaction.
        wanted: A `bot.console.filters.QueueFilter`.
        user_id: Who "me" is.
        cursor: From the page before.
        size: Rows a page.
        unread_only: Leave out what staff have read, such as a conversation that waits for a follow-up.
    """
    conditions = _conditions(wanted, user_id)
    start = _read_cursor(cursor)
    rows: List[Conversation] = []
    states = (True,) if unread_only else (True, False)
    for level, unread in [(level, unread) for level in _LEVELS for unread in states]:
        if wanted.level and int(wanted.level) != level:
            continue
        if wanted.category and level == 0:
            continue
        if start is not None and (-level, not unread) < (-start.level, not start.is_unread):
            continue
        after = start if start is not None and (level, unread) == (start.level, start.is_unread) else None
        rows += _segment(session, conditions, wanted.statuses, level, unread, after, size + 1 - len(rows))
        if len(rows) > size:
            break
    shown = rows[:size]
    following = _write_cursor(shown[-1]) if len(rows) > size else None
    total = count_queue(session, wanted, user_id) if cursor is None else None
    return QueuePage(shown, following, total)


def _segment(
    session: Session,
    conditions: Sequence[Any],
    statuses: Sequence[str],
    level: int,
    unread: bool,
    after: Optional[_Place],
    limit: int,
) -> List[Conversation]:
    found: List[Conversation] = []
    for status in statuses:
        query = sa.select(Conversation).where(
            *conditions, Conversation.status == status, Conversation.level == level, _is_unread(unread)
        )
        if after is not None:
            query = query.where(_beyond(after))
        # The order of the index in both databases; `unread_since` is the same (empty) for all that were read.
        ordered = query.order_by(Conversation.unread_since, Conversation.last_at, Conversation.id)
        found += session.execute(ordered.limit(limit)).scalars()
    found.sort(key=_order)
    return found[:limit]


def _is_unread(unread: bool) -> Any:
    return Conversation.unread_since.is_not(None) if unread else Conversation.unread_since.is_(None)


def _order(row: Conversation) -> Tuple[datetime, datetime, str]:
    return (row.unread_since or row.last_at, row.last_at, row.id)


def _beyond(place: _Place, backwards: bool = False) -> Any:
    columns: List[Any] = [Conversation.last_at, Conversation.id]
    values: List[Any] = [sa.literal(place.last_at, UtcDateTime()), sa.literal(place.name)]
    if place.unread_since is not None:
        columns.insert(0, Conversation.unread_since)
        values.insert(0, sa.literal(place.unread_since, UtcDateTime()))
    return sa.tuple_(*columns) < sa.tuple_(*values) if backwards else sa.tuple_(*columns) > sa.tuple_(*values)


def _conditions(wanted: Any, user_id: int) -> List[Any]:
    found: List[Any] = []
    if wanted.drill != "all":
        found.append(Conversation.drill == (sa.true() if wanted.drill == "only" else sa.false()))
    else:
        found.append(Conversation.drill.in_([True, False]))
    for name in ("channel", "audience", "country", "language"):
        if getattr(wanted, name):
            found.append(getattr(Conversation, name) == getattr(wanted, name))
    if wanted.category:
        # A JSON object's text holds its keys in quotes; the value comes from a fixed list.
        found.append(Conversation.main_category.is_not(None))
        found.append(sa.cast(Conversation.categories, sa.Text).like(f'%"{wanted.category}"%'))
    if wanted.tag:
        tagged = sa.select(ConversationTag.conversation_id).join(Tag).where(Tag.name == wanted.tag.lower())
        found.append(Conversation.id.in_(tagged))
    if wanted.assignee == "nobody":
        found.append(Conversation.assignee_id.is_(None))
    elif wanted.assignee:
        found.append(Conversation.assignee_id == (user_id if wanted.assignee == "me" else int(wanted.assignee)))
    if wanted.since:
        found.append(Conversation.last_at >= _midnight(wanted.since))
    if wanted.until:
        found.append(Conversation.last_at < _midnight(wanted.until) + timedelta(days=1))
    return found


def _midnight(day: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(day).date(), time(), timezone.utc)


def count_queue(session: Session, wanted: Any, user_id: int) -> int:
    """How many conversations fit, counted up to COUNT_LIMIT + 1."""
    query = sa.select(sa.literal(1)).where(*_conditions(wanted, user_id), Conversation.status.in_(wanted.statuses))
    if wanted.level:
        query = query.where(Conversation.level == int(wanted.level))
    inner = query.limit(COUNT_LIMIT + 1).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(inner)).scalar_one())


def count_waiting(session: Session) -> Dict[int, int]:
    """Unread conversations by level, drills left out."""
    rows = session.execute(
        sa.select(Conversation.level, sa.func.count())
        .where(
            Conversation.drill == sa.false(),
            Conversation.status.in_(("new", "in_review", "follow_up")),
            Conversation.unread_since.is_not(None),
        )
        .group_by(Conversation.level)
    )
    found = {int(level): int(count) for level, count in rows}
    return {level: found.get(level, 0) for level in _LEVELS}


def find_failed_alerts(session: Session, limit: int = 20) -> Sequence[Alert]:
    """Alerts that reached nobody so far, for conversations that nobody has read since; highest level first."""
    query = (
        sa.select(Alert)
        .join(Escalation, Escalation.id == Alert.escalation_id)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .where(sa.or_(Alert.status == FAILED, sa.and_(Alert.status == PENDING, Alert.last_error.is_not(None))))
        .where(Alert.drill.is_(False), Conversation.unread_since.is_not(None))
        .order_by(Alert.level.desc(), Alert.created_at)
        .options(joinedload(Alert.escalation))
    )
    return session.execute(query.limit(limit)).scalars().all()


def latest_change(session: Session) -> Tuple[int, int]:
    """Newest message and newest step of a review: when this pair moves, the queue has changed."""
    turn = session.execute(sa.select(sa.func.max(Turn.id))).scalar() or 0
    # One look into the index for each action: with all of them in one condition, every step ever made would be read and
    # sorted, and this is asked every second.
    newest = sa.select(*(_newest_entry(action) for action in (*_CHANGES, "conversation.mark")))
    step = max(number or 0 for number in session.execute(newest).one())
    return int(turn), int(step)


def _newest_entry(action: str) -> Any:
    return sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.action == action).scalar_subquery()


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _write_cursor(row: Conversation) -> str:
    unread = "" if row.unread_since is None else _micros(row.unread_since)
    return f"{row.level}_{unread}_{_micros(row.last_at)}_{row.id}"


def _read_cursor(cursor: Optional[str]) -> Optional[_Place]:
    try:
        level, unread, last, name = (cursor or "").split("_", 3)
        unread_since = _EPOCH + timedelta(microseconds=int(unread)) if unread else None
        return _Place(int(level), unread_since, _EPOCH + timedelta(microseconds=int(last)), name)
    except (ValueError, OverflowError):
        return None


def get_conversation(session: Session, conversation_id: str) -> Optional[Conversation]:
    """One conversation without its messages."""
    return session.get(Conversation, conversation_id)


def find_turns(session: Session, conversation_id: str, before: Optional[int] = None) -> Sequence[Turn]:
    """The newest TURNS_SHOWN messages of a conversation (before a position), oldest first."""
    query = sa.select(Turn).where(Turn.conversation_id == conversation_id)
    if before is not None:
        query = query.where(Turn.position < before)
    rows = session.execute(query.order_by(Turn.position.desc()).limit(TURNS_SHOWN)).scalars().all()
    return rows[::-1]


def find_page_of(turn: Turn, conversation: Conversation) -> Optional[int]:
    """The `before` with which `find_turns` gives a part that holds this message; None where the newest part does."""
    if turn.position >= conversation.turn_count - TURNS_SHOWN:
        return None
    # In the middle, so that one reads what led to it and what followed.
    return int(turn.position) + 1 + TURNS_SHOWN // 2


def find_all_turns(session: Session, conversation_id: str) -> Sequence[Turn]:
    """Every message of a conversation, oldest first: a case file must not begin in the middle."""
    query = sa.select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.position)
    return session.execute(query).scalars().all()


def get_turn(session: Session, turn_id: int) -> Optional[Turn]:
    """One message."""
    return session.get(Turn, turn_id)


def find_escalations(session: Session, conversation_id: str) -> Sequence[Escalation]:
    """Escalations of a conversation, highest first."""
    query = sa.select(Escalation).where(Escalation.conversation_id == conversation_id)
    return session.execute(query.order_by(Escalation.level.desc(), Escalation.opened_at)).scalars().all()


def find_notes(session: Session, conversation_id: str) -> Sequence[Note]:
    """Notes, oldest first."""
    query = sa.select(Note).where(Note.conversation_id == conversation_id).order_by(Note.id)
    return session.execute(query).scalars().all()


def find_reviews(session: Session, conversation_id: str) -> Sequence[Review]:
    """Marks and closings, oldest first."""
    query = sa.select(Review).where(Review.conversation_id == conversation_id).order_by(Review.id)
    return session.execute(query).scalars().all()


def find_neighbours(session: Session, row: Conversation, wanted: Any, user_id: int) -> Optional[str]:
    """The id of the conversation that follows `row` in the queue, None at its end."""
    page = find_queue(session, wanted, user_id, cursor=_write_cursor(row), size=1)
    return page.rows[0].id if page.rows else None


def find_previous(session: Session, row: Conversation, wanted: Any, user_id: int) -> Optional[str]:
    """The id of the conversation before `row` in its own level and status, else None."""
    place = _Place(row.level, row.unread_since, row.last_at, row.id)
    query = sa.select(Conversation.id).where(
        *_conditions(wanted, user_id),
        Conversation.status == row.status,
        Conversation.level == row.level,
        _is_unread(place.is_unread),
        _beyond(place, backwards=True),
    )
    back = (Conversation.unread_since.desc(), Conversation.last_at.desc(), Conversation.id.desc())
    return session.execute(query.order_by(*back).limit(1)).scalar_one_or_none()


def find_reviewers(session: Session) -> Sequence[User]:
    """Staff to whom a conversation can be given."""
    query = sa.select(User).where(User.active.is_(True), User.role.in_(("reviewer", "lead", "admin")))
    return session.execute(query.order_by(User.name)).scalars().all()


def names_of(session: Session, user_ids: Sequence[Optional[int]]) -> Mapping[int, str]:
    """Account number → name."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    return {row.id: row.name for row in session.execute(sa.select(User.id, User.name).where(User.id.in_(wanted)))}


def find_last_changer(session: Session, conversation_id: str) -> Optional[User]:
    """Who last changed the status of a conversation or whose it is; None when that account is gone."""
    query = (
        sa.select(User)
        .join(AuditEntry, AuditEntry.actor == User.email)
        .where(AuditEntry.object_type == "conversation", AuditEntry.object_id == conversation_id)
        .where(AuditEntry.action.in_(_CHANGES))
    )
    return session.execute(query.order_by(AuditEntry.id.desc()).limit(1)).scalar_one_or_none()


def find_tags(session: Session) -> Sequence[str]:
    """Every tag in use."""
    used = sa.select(ConversationTag.tag_id)
    return session.execute(sa.select(Tag.name).where(Tag.id.in_(used)).order_by(Tag.name).limit(200)).scalars().all()


def find_saved_views(session: Session, user_id: int) -> Sequence[SavedView]:
    """The saved views of one person."""
    query = sa.select(SavedView).where(SavedView.user_id == user_id).order_by(SavedView.name)
    return session.execute(query).scalars().all()


def search_turns(
    session: Session, text: str, key: bytes, before: Optional[int] = None, size: int = PAGE_SIZE
) -> Tuple[List[Tuple[Turn, Conversation]], Optional[int]]:
    """Messages that hold every word, newest first.

    Returns:
        Pairs of message and conversation, and the message number where the next page begins.
    """
    words = words_of(text)
    if not words:
        return [], None
    tokens = [token_of(word, key) for word in words[:8]]
    tokens = _rarest_first(session, tokens)
    first = aliased(SearchToken)
    query = sa.select(first.turn_id).where(first.token == tokens[0])
    for token in tokens[1:]:
        other = aliased(SearchToken)
        query = query.where(sa.exists().where(other.token == token, other.turn_id == first.turn_id))
    if before is not None:
        query = query.where(first.turn_id < before)
    ids = session.execute(query.order_by(first.turn_id.desc()).limit(size + 1)).scalars().all()
    pairs = session.execute(
        sa.select(Turn, Conversation)
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(Turn.id.in_(ids[:size]))
        .order_by(Turn.id.desc())
    )
    return [(turn, conversation) for turn, conversation in pairs], ids[size - 1] if len(ids) > size else None


def _rarest_first(session: Session, tokens: Sequence[int]) -> List[int]:
    """The word with fewest messages leads; counting stops early."""
    if len(tokens) < 2:
        return list(tokens)
    counted = []
    for token in tokens:
        inner = sa.select(sa.literal(1)).where(SearchToken.token == token).limit(2000).subquery()
        counted.append((session.execute(sa.select(sa.func.count()).select_from(inner)).scalar_one(), token))
    return [token for _, token in sorted(counted)]


def find_unanswered(session: Session, since: datetime, limit: int = 200) -> Sequence[Turn]:
    """The newest questions without an answer, drills left out."""
    query = (
        sa.select(Turn)
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(Turn.unanswered.is_(True), Turn.sent_at >= since, Turn.author == USER, Turn.text.is_not(None))
        .where(Conversation.drill.is_(False))
        .order_by(Turn.sent_at.desc())
        .limit(limit)
    )
    return session.execute(query).scalars().all()


def find_audit(
    session: Session,
    actor: str = "",
    action: str = "",
    object_id: str = "",
    before: Optional[int] = None,
    size: int = 50,
) -> Sequence[AuditEntry]:
    """Entries, newest first; empty text means any."""
    query = sa.select(AuditEntry)
    if actor:
        query = query.where(AuditEntry.actor == actor)
    if action:
        query = query.where(AuditEntry.action == action)
    if object_id:
        query = query.where(AuditEntry.object_id == object_id)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return session.execute(query.order_by(AuditEntry.id.desc()).limit(size)).scalars().all()
