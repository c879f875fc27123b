"""What staff do: accounts, reviews, notes, tags, saved views, staged examples and the audit trail."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
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
from bot.store.constants import REVIEWER


class User(Base):
    """A member of staff."""

    __tablename__ = "users"

    id = Column(Integer, primary_key=True)
    email = Column(String(254), nullable=False, unique=True)
    name = Column(String(120), nullable=False)
    role = Column(String(20), nullable=False, default=REVIEWER)
    #: argon2id; None for accounts that sign in with OpenID Connect only.
    password_hash = Column(String(255))
    totp_secret = Column(EncryptedText)
    #: Argon2 hashes of the recovery codes that are left.
    recovery_codes = Column(EncryptedJson)
    #: Last TOTP time step that was accepted: a code works once.
    totp_last_step = Column(BigInteger)
    oidc_subject = Column(String(255), unique=True)
    active = Column(Boolean, nullable=False, default=True)
    failed_attempts = Column(Integer, nullable=False, default=0)
    locked_until = Column(UtcDateTime)
    password_changed_at = Column(UtcDateTime)
    #: Raised to end all sessions of this account.
    session_version = Column(Integer, nullable=False, default=0)
    created_at = Column(UtcDateTime, nullable=False)
    last_sign_in_at = Column(UtcDateTime)
    #: Choices of the page: blur, theme and the like.
    preferences = Column(JSON, nullable=False, default=dict)


class Review(Base):
    """A person's judgement of one message, or of the conversation when `turn_id` is empty."""

    __tablename__ = "reviews"

    id = Column(BigId, primary_key=True)
    conversation_id = Column(String(64), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True)
    turn_id = Column(BigId, ForeignKey("turns.id", ondelete="CASCADE"), index=True)
    reviewer_id = Column(Integer, ForeignKey("users.id", ondelete="SET NULL"))
    outcome = Column(String(20), nullable=False)
    #: What it should have been: a category, a topic or an answer's name.
    expected = Column(String(120))
    comment = Column(EncryptedText)
    started_at = Column(UtcDateTime)
    finished_at = Column(UtcDateTime, nullable=False, index=True)

    reviewer = relationship("User")


class Note(Base):
    """A remark of staff about a conversation."""

    __tablename__ = "notes"

    id = Column(BigId, primary_key=True)
    conversation_id = Column(String(64), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True)
    author_id = Column(Integer, ForeignKey("users.id", ondelete="SET NULL"))
    text = Column(EncryptedText, nullable=False)
    created_at = Column(UtcDateTime, nullable=False)

    author = relationship("User")


class Tag(Base):
    """A word by which staff group conversations."""

    __tablename__ = "tags"

    id = Column(Integer, primary_key=True)
    name = Column(String(40), nullable=False, unique=True)


class ConversationTag(Base):
    """Which conversation carries which tag."""

    __tablename__ = "conversation_tags"

    conversation_id = Column(String(64), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    tag_id = Column(Integer, ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True)


class SavedView(Base):
    """A set of queue filters under a name."""

    __tablename__ = "saved_views"

    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True)
    name = Column(String(60), nullable=False)
    filters = Column(JSON, nullable=False, default=dict)

    __table_args__ = (UniqueConstraint("user_id", "name", name="uq_saved_views_user_name"),)


class StagedExample(Base):
    """A redacted message on its way into `data/` as an example and a regression case."""

    __tablename__ = "staged_examples"

    id = Column(BigId, primary_key=True)
    turn_id = Column(BigId, ForeignKey("turns.id", ondelete="SET NULL"))
    kind = Column(String(20), nullable=False)
    text = Column(EncryptedText, nullable=False)
    #: What it should become: {"level", "categories"} or {"faq"} or {"intent"}.
    labels = Column(JSON, nullable=False, default=dict)
    created_by = Column(Integer, ForeignKey("users.id", ondelete="SET NULL"))
    created_at = Column(UtcDateTime, nullable=False)
    exported_at = Column(UtcDateTime)


class AuditEntry(Base):
    """One sentence of the audit trail. Rows are only ever added; each carries the digest of the one before."""

    __tablename__ = "audit_entries"

    #: Position in the chain, from 1, without gaps.
    id = Column(BigId, primary_key=True, autoincrement=False)
    at = Column(UtcDateTime, nullable=False)
    #: Who: a staff account's e-mail, or `system`.
    actor = Column(String(254), nullable=False)
    action = Column(String(60), nullable=False)
    object_type = Column(String(40), nullable=False, default="")
    object_id = Column(String(80), nullable=False, default="")
    details = Column(JSON, nullable=False, default=dict)
    #: Hex SHA-256 HMAC of the row before, and of this row.
    previous = Column(String(64), nullable=False)
    digest = Column(String(64), nullable=False, unique=True)

    __table_args__ = (
        Index("ix_audit_at", "at"),
        Index("ix_audit_object", "object_type", "object_id"),
        Index("ix_audit_actor", "actor", "at"),
        Index("ix_audit_action", "action", "id"),
    )


class ExposureDay(Base):
    """How much a reviewer read on one day, for the cap that protects them."""

    __tablename__ = "exposure_days"

    user_id = Column(Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    #: `YYYY-MM-DD` in UTC.
    day = Column(String(10), primary_key=True)
    conversations = Column(Integer, nullable=False, default=0)
    severe = Column(SmallInteger, nullable=False, default=0)
    last_break_at = Column(UtcDateTime)
