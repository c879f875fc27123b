""" "Delete my chat": words, Rasa's copy and originals go; a receipt and a tombstone without content stay."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Iterable, Optional

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.errors import StoreError
from bot.safety.levels import RiskLevel
from bot.store import audit, constants
from bot.store.database import describe
from bot.store.keys import KeyRing, get_key_ring
from bot.store.models import Alert, Conversation, Erasure, Escalation, OriginalRequest, SealedOriginal, Turn
from bot.store.staff_models import StagedExample
from bot.store.tracker_copy import get_tracker_copy
from bot.store.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

#: No letters or digits that are mistaken for each other when read aloud or copied by hand.
_RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_RECEIPT_LENGTH = 8


@dataclass(frozen=True)
class ErasureReceipt:
    """What the person gets.

    Attributes:
        code: Eight letters and digits in two groups, such as `7KQM-2XHT`.
        erased_at: When.
        turns: How many messages were removed from the staff database.
        kept_category: Category of an open emergency that stays as a bare fact, with its time; else None.
    """

    code: str
    erased_at: datetime
    turns: int
    kept_category: Optional[str] = None


def conversation_digest(keys: KeyRing, conversation_id: str) -> str:
    """Keyed digest by which a tombstone knows its conversation; nobody can read the id back."""
    known_as = conversation_id.encode("utf-8", "surrogatepass")
    return hmac.new(keys.derive("tombstone"), known_as, hashlib.sha256).hexdigest()


def receipt_digest(keys: KeyRing, code: str) -> str:
    """Keyed digest of a receipt code, written with or without its hyphen."""
    plain = code.replace("-", "").strip().upper()
    return hmac.new(keys.derive("receipt"), plain.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def make_receipt_code() -> str:
    """A new random code."""
    letters = "".join(secrets.choice(_RECEIPT_LETTERS) for _ in range(_RECEIPT_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def hold_conversations(session: Session, conversation_ids: Iterable[str]) -> None:
    """Until the transaction ends nobody else writes or erases these conversations.

    Call it before anything is read: a writer that looked for a tombstone before the erasure, and commits after it,
    would bring the conversation back. Row locks are not enough, since a new conversation has no row yet.
    """
    if session.get_bind().dialect.name == "sqlite":
        # Takes the write lock: a read that turns into a write fails at once when another process writes.
        nothing = sa.update(Conversation).where(Conversation.id == "").values(channel="")
        session.execute(nothing.execution_options(synchronize_session=False))
        return
    # Sorted, so that two writers with the same conversations do not wait for each other.
    locks = "SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest(CAST(:ids AS text[])) AS id"
    session.execute(sa.text(locks), {"ids": sorted(conversation_ids)})


def must_keep_emergency(session: Session, conversation_id: str) -> Optional[Escalation]:
    """The open emergency whose category and time stay; the policy page and the widget's question say so."""
    return session.execute(
        sa.select(Escalation)
        .where(
            Escalation.conversation_id == conversation_id,
            Escalation.level >= int(RiskLevel.EMERGENCY),
            Escalation.status != constants.CLOSED,
            Escalation.drill.is_(False),
        )
        .order_by(Escalation.opened_at)
        .limit(1)
    ).scalar_one_or_none()


def erase(conversation_id: str, work: UnitOfWork | None = None, now: datetime | None = None) -> ErasureReceipt:
    """Removes everything a conversation left and returns a receipt. Safe to call again.

    Removes in this order: the staff database with its search index, staged examples and sealed originals, then
    Rasa's own copy, and at last what SQLite keeps in its write-ahead log. Events that still wait in a spool or queue
    meet the tombstone and are dropped. The audit trail says that it happened, not to whom.

    Args:
        conversation_id: The random id, as the channel knows it.
        work: For tests and the console; by default a new transaction on the process's database.
        now: For tests.

    Raises:
        StoreError: The database is away; nothing was promised, the caller says to try again.
    """
    moment = now or datetime.now(timezone.utc)
    keys = get_key_ring()
    opened = work or UnitOfWork()
    code = make_receipt_code()
    with opened:
        receipt = _erase_rows(opened.session, keys, conversation_id, code, moment)
        opened.commit()
    try:
        get_tracker_copy().delete(conversation_id)
        opened.database.empty_log_files()
    except SQLAlchemyError as error:
        raise StoreError(f"Rasa's copy of the conversation cannot be removed now: {describe(error)}.") from error
    logger.info("a conversation was erased on request: %d messages", receipt.turns)
    return receipt


def _erase_rows(session: Session, keys: KeyRing, conversation_id: str, code: str, now: datetime) -> ErasureReceipt:
    hold_conversations(session, [conversation_id])
    emergency = must_keep_emergency(session, conversation_id)
    kept_category = emergency.category if emergency is not None else None
    kept_at = emergency.opened_at if emergency is not None else None
    turns = session.execute(
        sa.select(sa.func.count()).select_from(Turn).where(Turn.conversation_id == conversation_id)
    ).scalar_one()
    # A writer that waits for us finds the tombstone and drops late events.
    session.add(
        Erasure(
            receipt=receipt_digest(keys, code),
            conversation=conversation_digest(keys, conversation_id),
            erased_at=now,
            turns=turns,
            kept_category=kept_category,
            kept_at=kept_at,
        )
    )
    delete_conversation_rows(session, conversation_id)
    audit.record(session, audit.SYSTEM, "conversation.erase", details={"messages": turns}, at=now, keys=keys)
    return ErasureReceipt(code, now, turns, kept_category)


def delete_conversation_rows(session: Session, conversation_id: str) -> None:
    """Deletes a conversation; turns, escalations, reviews, notes, tags and index entries go with it."""
    keys = [f"{conversation_id}:{level}" for level in range(1, 4)]
    session.execute(sa.delete(Alert).where(Alert.key.in_(keys)).execution_options(synchronize_session=False))
    # Before the messages go: afterwards nothing says which example held whose words.
    turns = sa.select(Turn.id).where(Turn.conversation_id == conversation_id).scalar_subquery()
    staged = sa.delete(StagedExample).where(StagedExample.turn_id.in_(turns))
    session.execute(staged.execution_options(synchronize_session=False))
    for table in (SealedOriginal, OriginalRequest):
        gone = sa.delete(table).where(table.conversation_id == conversation_id)
        session.execute(gone.execution_options(synchronize_session=False))
    whole = sa.delete(Conversation).where(Conversation.id == conversation_id)
    session.execute(whole.execution_options(synchronize_session=False))


def find_receipt(code: str, work: UnitOfWork | None = None) -> Optional[ErasureReceipt]:
    """The erasure behind a receipt code, for a person who asks whether their chat is gone; None when unknown."""
    with work or UnitOfWork() as opened:
        found = opened.session.execute(
            sa.select(Erasure).where(Erasure.receipt == receipt_digest(get_key_ring(), code))
        ).scalar_one_or_none()
        return ErasureReceipt(code, found.erased_at, found.turns, found.kept_category) if found is not None else None
