"""What staff do with a conversation: every function changes rows and writes one audit entry; the caller commits."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Dict, Optional, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.store import audit, constants
from bot.store.models import Conversation, Escalation, OriginalRequest, Turn
from bot.store.staff_models import (
    AuditEntry,
    ConversationTag,
    ExposureDay,
    Note,
    Review,
    SavedView,
    StagedExample,
    Tag,
    User,
)
from bot.store.upsert import insert_into

_TAG = re.compile(r"[\w -]{1,40}")
#: At most so many on a page or in a download; the next download brings what is left.
_EXAMPLES = 1000


def note_view(
    session: Session, user: User, row: Conversation, now: datetime, action: str = "conversation.view"
) -> None:
    """Records a look, and counts it."""
    count_look(session, user, row, now)
    audit.record(session, user.email, action, "conversation", row.id, at=now)


def count_look(session: Session, user: User, row: Conversation, now: datetime) -> None:
    """Counts the conversation, once a day, for the reader's own protection; called before the look is recorded."""
    key = {"user_id": user.id, "day": now.strftime("%Y-%m-%d")}
    _insert_unless_there(session, ExposureDay, **key, conversations=0, severe=0, last_break_at=now)
    # Under the row's lock: two tabs that open something at the same moment both count.
    day = session.get(ExposureDay, tuple(key.values()), populate_existing=True, with_for_update=True)
    if day is None or was_opened_today(session, user, row, now):
        return
    day.conversations += 1
    if row.level >= constants.LEVEL_ESCALATE:
        day.severe += 1


def _insert_unless_there(session: Session, model: Any, **values: Any) -> bool:
    """Adds a row; False when there is one already, also of a transaction that was faster by a moment."""
    insert = insert_into(model, session.get_bind().dialect)
    done = session.execute(insert.values(**values).on_conflict_do_nothing())
    return bool(done.rowcount == 1)


def was_opened_today(session: Session, user: User, row: Conversation, now: datetime) -> bool:
    """Whether this person opened the conversation before on the same day (UTC)."""
    looks = sa.select(AuditEntry.id).where(
        AuditEntry.object_type == "conversation",
        AuditEntry.object_id == row.id,
        AuditEntry.actor == user.email,
        AuditEntry.action.in_(("conversation.view", "conversation.print", "originals.read")),
        AuditEntry.at >= now.replace(hour=0, minute=0, second=0, microsecond=0),
    )
    return session.execute(looks.limit(1)).first() is not None


def exposure_today(session: Session, user_id: int, now: datetime) -> Optional[ExposureDay]:
    """What a person has read today."""
    return session.get(ExposureDay, (user_id, now.strftime("%Y-%m-%d")))


def take_break(session: Session, user: User, now: datetime) -> None:
    """Notes a break."""
    day = exposure_today(session, user.id, now)
    if day is not None:
        day.last_break_at = now
    audit.record(session, user.email, "break.take", "user", str(user.id), at=now)


def lock_conversation(session: Session, conversation_id: str) -> Optional[Conversation]:
    """The conversation as it stands now; until the caller commits, nobody else changes it and no message joins it."""
    # An update that changes nothing takes PostgreSQL's lock on the row and SQLite's on the file alike.
    session.execute(
        sa.update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(status=Conversation.status)
        .execution_options(synchronize_session=False)
    )
    return session.get(Conversation, conversation_id, populate_existing=True)


def set_status(session: Session, user: User, row: Conversation, status: str, now: datetime) -> None:
    """Moves a conversation: taking it up acknowledges its escalations, finishing closes them and marks it read."""
    before, row.status = row.status, status
    escalations = session.execute(
        sa.select(Escalation).where(Escalation.conversation_id == row.id, Escalation.status != constants.CLOSED)
    ).scalars()
    for escalation in escalations:
        if status != constants.NEW and escalation.acknowledged_at is None:
            escalation.acknowledged_at, escalation.acknowledged_by = now, user.id
            escalation.status = constants.ACKNOWLEDGED
        if status == constants.DONE:
            escalation.status, escalation.closed_at = constants.CLOSED, now
    if status == constants.IN_REVIEW and row.assignee_id is None:
        row.assignee_id = user.id
    if status in (constants.DONE, constants.FOLLOW_UP):
        session.add(
            Review(
                conversation_id=row.id,
                reviewer_id=user.id,
                outcome=constants.CORRECT,
                # Since when it waited: the time to review counts from here. Empty when all was read before: "Done"
                # days after "Needs follow-up" is no second wait (`figures._waits`).
                started_at=row.unread_since,
                finished_at=now,
            )
        )
        row.unread_since, row.reviewed_at = None, now
        row.sla_due_at = None if status == constants.DONE else row.sla_due_at
    details = {"before": before, "after": status}
    audit.record(session, user.email, "conversation.status", "conversation", row.id, details, at=now)


def assign(session: Session, user: User, row: Conversation, to: Optional[User], now: datetime) -> None:
    """Gives a conversation to somebody, or to nobody; taking it from somebody else is an entry of its own kind."""
    holder = session.get(User, row.assignee_id) if row.assignee_id not in (None, user.id) else None
    row.assignee_id = to.id if to is not None else None
    details = {"to": to.email if to is not None else "nobody"}
    action = "conversation.assign"
    if holder is not None:
        action, details["before"] = "conversation.take_over", holder.email
    audit.record(session, user.email, action, "conversation", row.id, details, at=now)


def add_note(session: Session, user: User, row: Conversation, text: str, now: datetime) -> None:
    """Adds a remark; the text is redacted before it comes here."""
    session.add(Note(conversation_id=row.id, author_id=user.id, text=text, created_at=now))
    audit.record(session, user.email, "conversation.note", "conversation", row.id, at=now)


def add_tag(session: Session, user: User, row: Conversation, name: str, now: datetime) -> bool:
    """Tags a conversation. False when the word cannot be a tag.

    The tag is free text: it was looked through for personal details before it comes here, and the audit trail, which
    is kept for years and outlives an erasure, holds no word of it.
    """
    plain = " ".join(name.lower().split())
    if not _TAG.fullmatch(plain):
        return False
    _insert_unless_there(session, Tag, name=plain)
    tag = session.execute(sa.select(Tag).where(Tag.name == plain)).scalar_one()
    if _insert_unless_there(session, ConversationTag, conversation_id=row.id, tag_id=tag.id):
        audit.record(session, user.email, "conversation.tag", "conversation", row.id, at=now)
    return True


def remove_tag(session: Session, user: User, row: Conversation, name: str, now: datetime) -> None:
    """Takes a tag off."""
    tag = session.execute(sa.select(Tag).where(Tag.name == name)).scalar_one_or_none()
    carried = session.get(ConversationTag, (row.id, tag.id)) if tag is not None else None
    if carried is not None:
        session.delete(carried)
        audit.record(session, user.email, "conversation.untag", "conversation", row.id, at=now)


def mark(
    session: Session, user: User, turn: Turn, outcome: str, expected: str, labels: Dict[str, Any], now: datetime
) -> bool:
    """Judges one message; what was wrong is staged as an example.

    Returns:
        True when an example was staged (the words may be gone by retention).
    """
    session.add(
        Review(
            conversation_id=turn.conversation_id,
            turn_id=turn.id,
            reviewer_id=user.id,
            outcome=outcome,
            expected=expected[:120] or None,
            finished_at=now,
        )
    )
    details = {"position": turn.position + 1, "outcome": outcome}
    audit.record(session, user.email, "conversation.mark", "conversation", turn.conversation_id, details, at=now)
    if not turn.text:
        return False
    session.add(
        StagedExample(turn_id=turn.id, kind=outcome, text=turn.text, labels=labels, created_by=user.id, created_at=now)
    )
    return True


def find_examples(session: Session) -> Sequence[StagedExample]:
    """The newest staged examples, newest first."""
    query = sa.select(StagedExample).order_by(StagedExample.id.desc())
    return session.execute(query.limit(_EXAMPLES)).scalars().all()


def find_new_examples(session: Session) -> Sequence[StagedExample]:
    """Examples that nobody has downloaded, oldest first."""
    query = sa.select(StagedExample).where(StagedExample.exported_at.is_(None)).order_by(StagedExample.id)
    return session.execute(query.limit(_EXAMPLES)).scalars().all()


def find_latest_export(session: Session) -> Sequence[StagedExample]:
    """Examples of the latest download, oldest first: the file may have been lost on its way."""
    latest = sa.select(sa.func.max(StagedExample.exported_at)).scalar_subquery()
    query = sa.select(StagedExample).where(StagedExample.exported_at == latest).order_by(StagedExample.id)
    return session.execute(query).scalars().all()


def note_export(session: Session, user: User, examples: Sequence[StagedExample], now: datetime) -> None:
    """Remembers that examples left for the repository; those of an earlier download keep its time."""
    for example in examples:
        example.exported_at = example.exported_at or now
    audit.record(session, user.email, "examples.export", details={"count": len(examples)}, at=now)


def save_view(session: Session, user: User, name: str, filters: Dict[str, str], now: datetime) -> None:
    """Keeps filters under a name; the same name is overwritten."""
    if not _insert_unless_there(session, SavedView, user_id=user.id, name=name, filters=filters):
        same = sa.and_(SavedView.user_id == user.id, SavedView.name == name)
        session.execute(sa.update(SavedView).where(same).values(filters=filters))
    audit.record(session, user.email, "view.save", "user", str(user.id), at=now)


def remove_view(session: Session, user: User, view_id: int) -> None:
    """Removes a saved view of this person."""
    view = session.get(SavedView, view_id)
    if view is not None and view.user_id == user.id:
        session.delete(view)


def find_original_requests(session: Session, conversation_id: str) -> Sequence[OriginalRequest]:
    """Requests for one conversation, newest first."""
    query = sa.select(OriginalRequest).where(OriginalRequest.conversation_id == conversation_id)
    return session.execute(query.order_by(OriginalRequest.id.desc()).limit(20)).scalars().all()


def open_request(session: Session, user: User, conversation_id: str, now: datetime) -> Optional[OriginalRequest]:
    """The confirmed request by which this person may read the originals now, else None."""
    query = sa.select(OriginalRequest).where(
        OriginalRequest.conversation_id == conversation_id,
        OriginalRequest.requested_by == user.id,
        OriginalRequest.open_until > now,
    )
    return session.execute(query.limit(1)).scalar_one_or_none()
