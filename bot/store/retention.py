"""What is removed when. One function does it, for the scheduled job and for `python -m bot purge`.

Classes: words of a message · words of a conversation with an escalation · facts · audit trail · Rasa's own copy ·
sealed originals. Removing words keeps the facts (level, topic, times), so that figures stay true.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Dict, List

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.store import audit
from bot.store.constants import ERASURE_GRACE
from bot.store.models import (
    Alert,
    Conversation,
    DrillRun,
    Erasure,
    Escalation,
    Metric,
    OriginalRequest,
    SealedOriginal,
    SearchToken,
    Turn,
)
from bot.store.policy import StorePolicy
from bot.store.staff_models import ConversationTag, ExposureDay, Note, Review, StagedExample, Tag
from bot.store.tracker_copy import get_tracker_copy
from bot.store.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

_BATCH = 500
#: The table is small, and a receipt should outlive the facts it speaks of.
_RECEIPTS = timedelta(days=400)


@dataclass(frozen=True)
class PurgeReport:
    """What a purge removed, or would remove.

    Attributes:
        conversations_without_words: Conversations that lost their words and keep their facts.
        conversations: Conversations removed whole.
        originals: Sealed originals.
        trackers: Conversations in Rasa's own copy.
        audit_entries: Entries of the audit trail.
    """

    conversations_without_words: int
    conversations: int
    originals: int
    trackers: int
    audit_entries: int

    def as_dict(self) -> Dict[str, int]:
        """For printing and for the audit trail."""
        return asdict(self)


def purge(session: Session, policy: StorePolicy, now: datetime, dry_run: bool = False) -> PurgeReport:
    """Applies the retention periods inside the caller's transaction.

    Args:
        session: The caller commits.
        policy: The periods.
        now: Moment to reckon from.
        dry_run: Only count.
    """
    wordless = _conversations_to_empty(session, policy, now)
    old = list(
        session.execute(sa.select(Conversation.id).where(Conversation.last_at < now - policy.metadata)).scalars()
    )
    originals = _count(session, SealedOriginal, SealedOriginal.expires_at < now)
    entries = _count(session, audit.AuditEntry, audit.AuditEntry.at < now - policy.audit)
    if not dry_run:
        for conversation_ids in _chunks(wordless):
            _empty(session, conversation_ids, now)
        for conversation_ids in _chunks(old):
            _delete(session, OriginalRequest, OriginalRequest.conversation_id.in_(conversation_ids))
            _delete(session, Conversation, Conversation.id.in_(conversation_ids))
        _remove_small_things(session, policy, now)
        if entries:
            audit.purge_before(session, now - policy.audit)
    report = PurgeReport(len(wordless), len(old), originals, 0, entries)
    if not dry_run and any(report.as_dict().values()):
        audit.record(session, audit.SYSTEM, "retention.purge", details=report.as_dict(), at=now)
    return report


def purge_everything(policy: StorePolicy, now: datetime, dry_run: bool = False) -> PurgeReport:
    """Purges the staff database and Rasa's own copy of this deployment."""
    with UnitOfWork() as work:
        report = purge(work.session, policy, now, dry_run)
        work.commit()
    copy, before = get_tracker_copy(), now - policy.tracker
    trackers = copy.count_older(before) if dry_run else copy.purge(before)
    if not dry_run:
        work.database.empty_log_files()
    return PurgeReport(**{**report.as_dict(), "trackers": trackers})


def _conversations_to_empty(session: Session, policy: StorePolicy, now: datetime) -> List[str]:
    """Ids whose words are due: the longer period holds where there was an escalation (drills excluded)."""
    escalated = sa.exists().where(Escalation.conversation_id == Conversation.id, Escalation.drill.is_(False))
    due = sa.or_(
        sa.and_(sa.not_(escalated), Conversation.last_at < now - policy.text),
        sa.and_(escalated, Conversation.last_at < now - policy.escalation),
    )
    query = sa.select(Conversation.id).where(Conversation.text_removed_at.is_(None), due)
    return list(session.execute(query).scalars())


def _empty(session: Session, conversation_ids: List[str], now: datetime) -> None:
    """Takes out every word: messages, findings, notes, comments, staged examples, and the search index."""
    turns = sa.select(Turn.id).where(Turn.conversation_id.in_(conversation_ids)).scalar_subquery()
    _delete(session, SearchToken, SearchToken.turn_id.in_(turns))
    _delete(session, StagedExample, StagedExample.turn_id.in_(turns))
    _delete(session, Note, Note.conversation_id.in_(conversation_ids))
    _update(session, Review, Review.conversation_id.in_(conversation_ids), comment=None)
    empty = {"text": None, "risk_findings": None, "buttons": None}
    _update(session, Turn, Turn.conversation_id.in_(conversation_ids), **empty)
    _update(session, Conversation, Conversation.id.in_(conversation_ids), text_removed_at=now)


def _remove_small_things(session: Session, policy: StorePolicy, now: datetime) -> None:
    _delete(session, SealedOriginal, SealedOriginal.expires_at < now)
    _delete(session, Alert, Alert.created_at < now - policy.metadata)
    _delete(session, DrillRun, DrillRun.run_at < now - policy.metadata)
    _delete(session, Metric, Metric.bucket < now - policy.metadata)
    _delete(session, OriginalRequest, OriginalRequest.requested_at < now - policy.metadata)
    # A tag is a word of staff: it goes with the last conversation that carries it.
    _delete(session, Tag, Tag.id.not_in(sa.select(ConversationTag.tag_id)))
    _delete(session, StagedExample, StagedExample.created_at < now - policy.escalation)
    _delete(session, ExposureDay, ExposureDay.day < (now - policy.text).date().isoformat())
    _delete(session, Erasure, Erasure.erased_at < now - max(_RECEIPTS, policy.metadata, ERASURE_GRACE))


def _count(session: Session, table: Any, condition: Any) -> int:
    return int(session.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one())


def _delete(session: Session, table: Any, condition: Any) -> None:
    session.execute(sa.delete(table).where(condition).execution_options(synchronize_session=False))


def _update(session: Session, table: Any, condition: Any, **values: Any) -> None:
    session.execute(sa.update(table).where(condition).values(**values).execution_options(synchronize_session=False))


def _chunks(ids: List[str]) -> List[List[str]]:
    return [ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH)]
