"""Taking alerts that are due, and noting what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import List, Optional

import sqlalchemy as sa

from bot.store import constants
from bot.store.database import Database
from bot.store.models import Alert, Escalation
from bot.store.unit_of_work import UnitOfWork

_AT_ONCE = 20


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


def take_due_alerts(database: Database, now: datetime, lease: timedelta) -> List[DueAlert]:
    """Alerts that are due and that no other sender holds; they are held for `lease`."""
    with UnitOfWork(database) as work:
        due = work.session.execute(
            sa.select(Alert.id)
            .where(Alert.status == constants.PENDING, Alert.next_attempt_at <= now, Alert.drill.is_(False))
            .order_by(Alert.level.desc(), Alert.created_at)
            .limit(_AT_ONCE)
        ).scalars()
        taken = [alert_id for alert_id in list(due) if _take(work, alert_id, now, lease)]
        work.commit()
        rows = work.session.execute(
            sa.select(Alert, Escalation.conversation_id)
            .join(Escalation, Escalation.id == Alert.escalation_id)
            .where(Alert.id.in_(taken))
            .order_by(Alert.level.desc(), Alert.created_at)
        ).all()
        return [
            DueAlert(alert.id, conversation_id, alert.level, alert.category, alert.created_at, alert.attempts)
            for alert, conversation_id in rows
        ]


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
    """Notes success, the next try after `pause`, or failure when `pause` is None."""
    if problem is None:
        values = {"status": constants.SENT, "sent_at": now, "last_error": None}
    elif pause is not None:
        values = {"next_attempt_at": now + pause, "last_error": problem[:120]}
    else:
        values = {"status": constants.FAILED, "last_error": problem[:120]}
    with UnitOfWork(database) as work:
        statement = sa.update(Alert).where(Alert.id == alert.id).values(**values)
        work.session.execute(statement.execution_options(synchronize_session=False))
        work.commit()
