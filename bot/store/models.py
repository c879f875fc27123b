"""What is kept of a conversation. Staff tables are in `staff_models`; both share one metadata.

Text columns hold redacted words and are encrypted on top. Numbers named `level` are those of
`bot.safety.levels.RiskLevel` (0 none … 3 emergency).
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import relationship

from bot.store.base import Base, BigId
from bot.store.columns import EncryptedJson, EncryptedText, UtcDateTime
from bot.store.constants import NEW, OPEN, PENDING


class Conversation(Base):
    """One conversation, under the random id its channel gave it."""

    __tablename__ = "conversations"

    id = Column(String(64), primary_key=True)
    channel = Column(String(32), nullable=False, default="")
    audience = Column(String(16))
    country = Column(String(2))
    language = Column(String(8))
    #: Made by `python -m bot drill`: left out of figures and of the queue.
    drill = Column(Boolean, nullable=False, default=False)
    started_at = Column(UtcDateTime, nullable=False)
    last_at = Column(UtcDateTime, nullable=False)
    turn_count = Column(Integer, nullable=False, default=0)
    user_turn_count = Column(Integer, nullable=False, default=0)
    unanswered_count = Column(Integer, nullable=False, default=0)
    #: Highest level reached, and the categories named on the way with their highest score.
    level = Column(SmallInteger, nullable=False, default=0)
    categories = Column(JSON, nullable=False, default=dict)
    main_category = Column(String(24))
    speaker = Column(String(16))
    #: Topic of the latest answered question.
    topic = Column(String(40))
    #: What stands in the way of contacting help, as chosen by a button.
    barrier = Column(String(40))
    barrier_outcome = Column(String(40))
    helplines_shown = Column(JSON, nullable=False, default=list)
    #: Review.
    status = Column(String(12), nullable=False, default=NEW)
    assignee_id = Column(Integer, ForeignKey("users.id", ondelete="SET NULL"))
    #: Since when something in it is unread; None when staff have seen everything.
    unread_since = Column(UtcDateTime)
    sla_due_at = Column(UtcDateTime)
    reviewed_at = Column(UtcDateTime)
    #: Set when the words were removed by retention or by the person; nothing but facts is left then.
    text_removed_at = Column(UtcDateTime)
    erased_at = Column(UtcDateTime)

    turns = relationship(
        "Turn", back_populates="conversation", order_by="(Turn.sent_at, Turn.position)", passive_deletes=True
    )
    escalations = relationship("Escalation", back_populates="conversation", passive_deletes=True)
    tags = relationship("Tag", secondary="conversation_tags", order_by="Tag.name", passive_deletes=True)

    __table_args__ = (
        # The queue: one range an index scan for each level, status, and unread or read (`queries.find_queue`);
        # the columns behind `id` let filters be decided inside the index.
        Index(
            "ix_conversations_queue",
            *("drill", "status", "level", "unread_since", "last_at", "id"),
            *("channel", "audience", "country", "language", "main_category"),
        ),
        Index("ix_conversations_status", "status", "drill"),
        Index("ix_conversations_last_at", "last_at"),
        Index("ix_conversations_started_at", "started_at"),
        Index("ix_conversations_assignee", "assignee_id"),
    )


class Turn(Base):
    """One message of the person or one of the assistant."""

    __tablename__ = "turns"

    id = Column(BigId, primary_key=True)
    #: Keyed digest of the event it came from: the same event is stored once.
    event_id = Column(String(32), nullable=False, unique=True)
    conversation_id = Column(String(64), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False)
    #: Order inside the conversation, from 0.
    position = Column(Integer, nullable=False)
    sent_at = Column(UtcDateTime, nullable=False)
    author = Column(String(8), nullable=False)
    text = Column(EncryptedText)
    channel = Column(String(32))
    # A person's message:
    intent = Column(String(80))
    confidence = Column(Float)
    #: FAQ id that the model ranked first, and the first three as [{"faq", "topic", "score"}].
    faq = Column(String(80))
    topic = Column(String(40))
    nearest = Column(JSON)
    risk_level = Column(SmallInteger, nullable=False, default=0)
    risk_categories = Column(JSON)
    risk_speaker = Column(String(16))
    risk_stance = Column(String(16))
    #: [{"category", "source", "start", "end", "sentence"}]; spans fit the redacted text.
    risk_findings = Column(EncryptedJson)
    risk_failed = Column(Boolean, nullable=False, default=False)
    unanswered = Column(Boolean, nullable=False, default=False)
    # An answer:
    #: Response name that was spoken, such as `utter_faq/what_is_grooming`.
    response = Column(String(120))
    #: Button titles as shown.
    buttons = Column(JSON)
    #: Ids of the helplines shown with this answer.
    helplines = Column(JSON)
    barrier = Column(String(40))

    conversation = relationship("Conversation", back_populates="turns")

    __table_args__ = (
        Index("ix_turns_conversation", "conversation_id", "position"),
        Index("ix_turns_sent_at", "sent_at"),
        Index("ix_turns_unanswered", "unanswered", "sent_at"),
    )


class Escalation(Base):
    """A risk at `escalate` or above, one row a conversation and category."""

    __tablename__ = "escalations"

    id = Column(BigId, primary_key=True)
    conversation_id = Column(String(64), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False)
    turn_id = Column(BigId, ForeignKey("turns.id", ondelete="SET NULL"))
    level = Column(SmallInteger, nullable=False)
    category = Column(String(24), nullable=False)
    opened_at = Column(UtcDateTime, nullable=False)
    last_at = Column(UtcDateTime, nullable=False)
    #: How many messages named this category at `escalate` or above.
    count = Column(Integer, nullable=False, default=1)
    status = Column(String(12), nullable=False, default=OPEN)
    sla_due_at = Column(UtcDateTime, nullable=False)
    acknowledged_at = Column(UtcDateTime)
    acknowledged_by = Column(Integer, ForeignKey("users.id", ondelete="SET NULL"))
    closed_at = Column(UtcDateTime)
    drill = Column(Boolean, nullable=False, default=False)

    conversation = relationship("Conversation", back_populates="escalations")

    __table_args__ = (
        UniqueConstraint("conversation_id", "category", name="uq_escalations_conversation_category"),
        Index("ix_escalations_open", "status", "level", "opened_at"),
        Index("ix_escalations_opened_at", "opened_at"),
    )


class SearchToken(Base):
    """Which words occur in which message, as keyed digests: search without decrypting."""

    __tablename__ = "search_tokens"

    token = Column(BigInteger, primary_key=True, autoincrement=False)
    turn_id = Column(
        BigId, ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )

    __table_args__ = ({"sqlite_with_rowid": False},)


class SealedOriginal(Base):
    """The words as typed, only where a deployment switched this on; removed after hours, opened by two people."""

    __tablename__ = "sealed_originals"

    id = Column(BigId, primary_key=True)
    event_id = Column(String(32), nullable=False, unique=True)
    conversation_id = Column(String(64), nullable=False, index=True)
    text = Column(EncryptedText, nullable=False)
    expires_at = Column(UtcDateTime, nullable=False, index=True)


class OriginalRequest(Base):
    """A lead's wish to open the originals of one conversation, with a reason, and a second person's yes."""

    __tablename__ = "original_requests"

    id = Column(Integer, primary_key=True)
    conversation_id = Column(String(64), nullable=False, index=True)
    requested_by = Column(Integer, ForeignKey("users.id", ondelete="SET NULL"))
    reason = Column(EncryptedText, nullable=False)
    requested_at = Column(UtcDateTime, nullable=False)
    confirmed_by = Column(Integer, ForeignKey("users.id", ondelete="SET NULL"))
    confirmed_at = Column(UtcDateTime)
    #: The words may be read until then.
    open_until = Column(UtcDateTime)


class Erasure(Base):
    """A tombstone: proof that a conversation was erased, without a word or an id of it."""

    __tablename__ = "erasures"

    id = Column(Integer, primary_key=True)
    #: Keyed digest of the receipt code, so that a receipt can be checked later.
    receipt = Column(String(64), nullable=False, unique=True)
    #: Keyed digest of the conversation id, so that late events of it are not stored again.
    conversation = Column(String(64), nullable=False, index=True)
    erased_at = Column(UtcDateTime, nullable=False)
    turns = Column(Integer, nullable=False, default=0)
    #: Category and time of an open emergency, the only facts that stay.
    kept_category = Column(String(24))
    kept_at = Column(UtcDateTime)


class Alert(Base):
    """A message to staff that must go out: written with the escalation, sent by `bot.alerts`."""

    __tablename__ = "alerts"

    id = Column(BigId, primary_key=True)
    #: Conversation and level: one row, which is sent again when `log_writer` finds it spent.
    key = Column(String(96), nullable=False, unique=True)
    escalation_id = Column(BigId, ForeignKey("escalations.id", ondelete="CASCADE"))
    level = Column(SmallInteger, nullable=False)
    category = Column(String(24), nullable=False)
    drill = Column(Boolean, nullable=False, default=False)
    created_at = Column(UtcDateTime, nullable=False)
    status = Column(String(12), nullable=False, default=PENDING)
    attempts = Column(Integer, nullable=False, default=0)
    next_attempt_at = Column(UtcDateTime, nullable=False)
    sent_at = Column(UtcDateTime)
    #: Kind of the last failure, never what the other side answered.
    last_error = Column(String(120))

    escalation = relationship("Escalation")

    __table_args__ = (Index("ix_alerts_due", "status", "next_attempt_at"),)


class Metric(Base):
    """A figure for the dashboard: one number an hour or day and set of labels, without any personal detail."""

    __tablename__ = "metrics"

    id = Column(BigId, primary_key=True)
    name = Column(String(60), nullable=False)
    bucket = Column(UtcDateTime, nullable=False)
    #: `key=value` pairs, sorted, joined by commas; empty for none.
    labels = Column(String(200), nullable=False, default="")
    value = Column(Float, nullable=False, default=0.0)

    __table_args__ = (UniqueConstraint("name", "bucket", "labels", name="uq_metrics_name_bucket_labels"),)


class DrillRun(Base):
    """What one synthetic crisis message brought back through one channel."""

    __tablename__ = "drill_runs"

    id = Column(Integer, primary_key=True)
    run_at = Column(UtcDateTime, nullable=False, index=True)
    channel = Column(String(32), nullable=False)
    case = Column(String(60), nullable=False)
    passed = Column(Boolean, nullable=False)
    milliseconds = Column(Float, nullable=False)
    problem = Column(String(200))


from bot.store import staff_models  # noqa: E402, F401 - one metadata, so that foreign keys resolve
