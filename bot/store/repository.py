"""Writes that staff cause, each inside the caller's transaction. Reads for pages are in `queries`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping, Optional

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import InputError
from bot.store import constants
from bot.store.models import Conversation, DrillRun, Escalation, Metric, Turn
from bot.store.staff_models import ConversationTag, Note, Review, SavedView, StagedExample, Tag, User


class Repository:
    """One for a transaction: `Repository(work.session)`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def conversation(self, conversation_id: str) -> Optional[Conversation]:
        """One conversation or None."""
        return self._session.get(Conversation, conversation_id)

    def set_status(self, conversation: Conversation, status: str, now: datetime) -> None:
        """Moves a conversation on; `done` also closes its escalations and marks everything as read.

        Raises:
            InputError: No such status.
        """
        if status not in constants.STATUSES:
            raise InputError(f"There is no status '{status}'; use one of {', '.join(constants.STATUSES)}.")
        conversation.status = status
        if status == constants.DONE:
            conversation.reviewed_at, conversation.unread_since = now, None
            for escalation in self._open_escalations(conversation.id):
                escalation.status, escalation.closed_at = constants.CLOSED, now

    def assign(self, conversation: Conversation, user: Optional[User], now: datetime) -> None:
        """Gives a conversation to a member of staff (or to nobody); their escalations count as acknowledged."""
        conversation.assignee_id = user.id if user is not None else None
        if user is None:
            return
        if conversation.status == constants.NEW:
            conversation.status = constants.IN_REVIEW
        for escalation in self._open_escalations(conversation.id):
            if escalation.status == constants.OPEN:
                escalation.status = constants.ACKNOWLEDGED
                escalation.acknowledged_at, escalation.acknowledged_by = now, user.id

    def mark_read(self, conversation: Conversation, now: datetime) -> None:
        """Somebody has read everything up to now."""
        conversation.unread_since = None
        conversation.reviewed_at = conversation.reviewed_at or now

    def add_review(
        self,
        conversation: Conversation,
        reviewer: User,
        outcome: str,
        now: datetime,
        turn: Optional[Turn] = None,
        expected: Optional[str] = None,
        comment: Optional[str] = None,
        started_at: Optional[datetime] = None,
    ) -> Review:
        """Records a judgement. `comment` should already be redacted.

        Raises:
            InputError: No such outcome.
        """
        if outcome not in constants.OUTCOMES:
            raise InputError(f"There is no outcome '{outcome}'; use one of {', '.join(constants.OUTCOMES)}.")
        review = Review(
            conversation_id=conversation.id,
            turn_id=turn.id if turn is not None else None,
            reviewer_id=reviewer.id,
            outcome=outcome,
            expected=expected,
            comment=comment,
            started_at=started_at,
            finished_at=now,
        )
        self._session.add(review)
        self._session.flush()
        return review

    def add_note(self, conversation: Conversation, author: User, text: str, now: datetime) -> Note:
        """Adds a remark; `text` should already be redacted."""
        note = Note(conversation_id=conversation.id, author_id=author.id, text=text, created_at=now)
        self._session.add(note)
        self._session.flush()
        return note

    def tag(self, conversation: Conversation, name: str) -> Tag:
        """Puts a tag on a conversation; the tag is made when it is new."""
        plain = " ".join(name.lower().split())[:40]
        if not plain:
            raise InputError("A tag needs a word.")
        tag = self._session.execute(sa.select(Tag).where(Tag.name == plain)).scalar_one_or_none()
        if tag is None:
            tag = Tag(name=plain)
            self._session.add(tag)
            self._session.flush()
        if self._session.get(ConversationTag, (conversation.id, tag.id)) is None:
            self._session.add(ConversationTag(conversation_id=conversation.id, tag_id=tag.id))
            self._session.flush()
        return tag

    def untag(self, conversation: Conversation, tag_id: int) -> None:
        """Takes a tag off."""
        link = self._session.get(ConversationTag, (conversation.id, tag_id))
        if link is not None:
            self._session.delete(link)
            self._session.flush()

    def save_view(self, user: User, name: str, filters: Mapping[str, Any]) -> SavedView:
        """Keeps queue filters under a name; the same name is overwritten."""
        view = self._session.execute(
            sa.select(SavedView).where(SavedView.user_id == user.id, SavedView.name == name)
        ).scalar_one_or_none()
        if view is None:
            view = SavedView(user_id=user.id, name=name)
            self._session.add(view)
        view.filters = dict(filters)
        self._session.flush()
        return view

    def stage_example(
        self, turn: Turn, kind: str, text: str, labels: Mapping[str, Any], user: User, now: datetime
    ) -> StagedExample:
        """Puts a redacted message on its way into `data/`."""
        example = StagedExample(
            turn_id=turn.id, kind=kind, text=text, labels=dict(labels), created_by=user.id, created_at=now
        )
        self._session.add(example)
        self._session.flush()
        return example

    def count(self, name: str, bucket: datetime, labels: Mapping[str, str] | None = None, by: float = 1.0) -> None:
        """Raises a figure of one hour or day."""
        joined = ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items()))[:200]
        metric = self._session.execute(
            sa.select(Metric).where(Metric.name == name, Metric.bucket == bucket, Metric.labels == joined)
        ).scalar_one_or_none()
        if metric is None:
            metric = Metric(name=name, bucket=bucket, labels=joined, value=0.0)
            self._session.add(metric)
        metric.value += by
        self._session.flush()

    def add_drill_run(
        self, channel: str, case: str, passed: bool, milliseconds: float, problem: Optional[str], now: datetime
    ) -> DrillRun:
        """Records one synthetic crisis message."""
        run = DrillRun(
            run_at=now, channel=channel, case=case, passed=passed, milliseconds=milliseconds, problem=problem
        )
        self._session.add(run)
        self._session.flush()
        return run

    def _open_escalations(self, conversation_id: str) -> list[Escalation]:
        query = sa.select(Escalation).where(
            Escalation.conversation_id == conversation_id, Escalation.status != constants.CLOSED
        )
        return list(self._session.execute(query).scalars())
