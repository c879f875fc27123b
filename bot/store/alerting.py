"""Taking alerts that are due, and noting what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Collection, Optional

import sqlalchemy as sa

from bot.store import constants
from bot.store.database import Database
from bot.store.models import Alert, Escalation
from bot.store.unit_of_work import UnitOfWork

#: How many are looked at for one that no other sender holds.
_CANDIDATES = 20


@dataclass(frozen=True)
class DueAlert:
    """One alert in hand.

    Attributes:
        id: Row number.
        conversation_id: For the link.
        level: Level number.
        category: Risk category.
        created_at: When the risk was logged.
        attempts: With this one.
    """

    id: int
    conversation_id: str
    level: int
    category: str
    created_at: datetime
    attempts: int


def take_due_alert(
    database: Database, now: datetime, lease: timedelta, without: Collection[int] = ()
) -> Optional[DueAlert]:
    """The highest alert that is due and that no other sender holds; it is held for `lease`.

    One at a time: a slow address must not outlast the lease of the alerts behind it, nor keep a new emergency waiting.

    Args:
        database: The staff database.
        now: This moment, not the beginning of the round.
        lease: How long nobody else takes it.
        without: Row numbers to leave out.
    """
    with UnitOfWork(database) as work:
        due = work.session.execute(
            sa.select(Alert.id)
            .where(Alert.status == constants.PENDING, Alert.next_attempt_at <= now, Alert.drill.is_(False))
            .where(Alert.id.not_in(list(without)))
            .order_by(Alert.level.desc(), Alert.created_at)
            .limit(_CANDIDATES)
        ).scalars()
        taken = next((alert_id for alert_id in list(due) if _take(work, alert_id, now, lease)), None)
        work.commit()
        row = work.session.execute(
            sa.select(Alert, Escalation.conversation_id)
            .join(Escalation, Escalation.id == Alert.escalation_id)
            .where(Alert.id == taken)
        ).one_or_none()
        if row is None:
            return None
        alert, conversation_id = row
        return DueAlert(alert.id, conversation_id, alert.level, alert.category, alert.created_at, alert.attempts)


def _take(work: UnitOfWork, alert_id: int, now: datetime, lease: timedelta) -> bool:
    """One statement decides who gets it."""
    result = work.session.execute(
        sa.update(Alert)
        .where(Alert.id == alert_id, Alert.status == constants.PENDING, Alert.next_attempt_at <= now)
        .values(attempts=Alert.attempts + 1, next_attempt_at=now + lease)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount == 1)


def finish_alert(
    database: Database, alert: DueAlert, problem: Optional[str], now: datetime, pause: Optional[timedelta]
) -> None:
    """Notes success, the next try after `pause`, or failure when `pause` is None.

    A sender that comes too late, after its lease, changes nothing of what another has done since.
    """
    if problem is None:
        values = {"status": constants.SENT, "sent_at": now, "last_error": None}
    elif pause is not None:
        values = {"next_attempt_at": now + pause, "last_error": problem[:120]}
    else:
        values = {"status": constants.FAILED, "last_error": problem[:120]}
    with UnitOfWork(database) as work:
        mine = (Alert.id == alert.id, Alert.attempts == alert.attempts)
        statement = sa.update(Alert).where(*mine).values(**values)
        work.session.execute(statement.execution_options(synchronize_session=False))
        work.commit()
