"""The audit trail: entries are only ever added, and each is bound to the one before by a keyed digest.

Changing, removing or reordering an entry breaks the chain at that place (`verify`). Cutting off the newest
entries cannot be seen from the chain alone: `verify` reports the last digest, to be noted elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Mapping, Optional

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.store.keys import KeyRing, get_key_ring
from bot.store.staff_models import AuditEntry

GENESIS = "0" * 64
PURGE = "audit.purge"
SYSTEM = "system"
# AuditCheck.problem
MISSING_BEFORE = "missing_before"
MISSING = "missing"
CHANGED = "changed"
_ADVISORY_LOCK = 7305722


@dataclass(frozen=True)
class AuditCheck:
    """What `verify` found.

    Attributes:
        entries: How many were read.
        last_digest: Of the newest entry; note it elsewhere to notice a cut-off end.
        broken_at: Id of the first entry that does not fit, or None.
        problem: What does not fit (`missing_before`, `missing`, `changed`); empty when whole. The console's words.yml
            has the words, filled in with `broken_at`.
    """

    entries: int
    last_digest: str
    broken_at: Optional[int] = None
    problem: str = ""


def record(
    session: Session,
    actor: str,
    action: str,
    object_type: str = "",
    object_id: str = "",
    details: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    keys: KeyRing | None = None,
) -> AuditEntry:
    """Adds one entry inside the caller's transaction.

    Args:
        session: Open transaction; the caller commits.
        actor: A staff account's e-mail, or SYSTEM.
        action: Such as `conversation.view`; the console has a sentence for each.
        object_type: Such as `conversation`.
        object_id: Its id.
        details: Facts without personal details, JSON.
        at: For tests.
        keys: For tests.
    """
    _lock(session)
    last = session.execute(
        sa.select(AuditEntry.id, AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)
    ).one_or_none()
    # Whole microseconds and plain JSON: the digest must be the same when the row is read back.
    entry = AuditEntry(
        id=(last.id if last else 0) + 1,
        at=at or datetime.now(timezone.utc),
        actor=actor,
        action=action,
        object_type=object_type,
        object_id=object_id,
        details=json.loads(json.dumps(dict(details or {}))),
        previous=last.digest if last else GENESIS,
    )
    entry.digest = digest_of(entry, keys or get_key_ring())
    session.add(entry)
    session.flush()
    return entry


def digest_of(entry: AuditEntry, keys: KeyRing) -> str:
    """Hex HMAC-SHA256 over every column of the entry and the digest before."""
    content = json.dumps(
        [
            entry.id,
            entry.at.astimezone(timezone.utc).isoformat(timespec="microseconds"),
            entry.actor,
            entry.action,
            entry.object_type,
            entry.object_id,
            entry.details,
            entry.previous,
        ],
        sort_keys=True,
        ensure_ascii=False,
    )
    return hmac.new(keys.derive("audit"), content.encode("utf-8"), hashlib.sha256).hexdigest()


def verify(session: Session, keys: KeyRing | None = None) -> AuditCheck:
    """Reads the whole trail and reports the first entry that was changed, removed or moved."""
    ring = keys or get_key_ring()
    expected_id, previous, count = 0, GENESIS, 0
    for entry in session.execute(
        sa.select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)
    ).scalars():
        if count == 0 and entry.id != 1:
            if not _was_purged(session, ring, entry):
                return AuditCheck(0, previous, entry.id, MISSING_BEFORE)
            expected_id, previous = entry.id - 1, entry.previous
        expected_id += 1
        if entry.id != expected_id:
            return AuditCheck(count, previous, expected_id, MISSING)
        if entry.previous != previous or not hmac.compare_digest(entry.digest, digest_of(entry, ring)):
            return AuditCheck(count, previous, entry.id, CHANGED)
        previous, count = entry.digest, count + 1
    return AuditCheck(count, previous)


def purge_before(session: Session, moment: datetime) -> int:
    """Removes entries older than `moment` and records where the chain now starts. Returns how many went."""
    last = session.execute(
        sa.select(AuditEntry.id, AuditEntry.digest)
        .where(AuditEntry.at < moment)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return 0
    record(session, SYSTEM, PURGE, details={"last_id": last.id, "last_digest": last.digest})
    removed = session.execute(
        sa.delete(AuditEntry).where(AuditEntry.id <= last.id).execution_options(synchronize_session=False)
    )
    return int(removed.rowcount)


def _was_purged(session: Session, keys: KeyRing, first: AuditEntry) -> bool:
    entries = session.execute(sa.select(AuditEntry).where(AuditEntry.action == PURGE)).scalars()
    return any(
        entry.details == {"last_id": first.id - 1, "last_digest": first.previous}
        and hmac.compare_digest(entry.digest, digest_of(entry, keys))
        for entry in entries
    )


def _lock(session: Session) -> None:
    """One writer at a time, taken before the last entry is read."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
    else:
        session.execute(
            sa.update(AuditEntry)
            .where(AuditEntry.id == -1)
            .values(actor="")
            .execution_options(synchronize_session=False)
        )
