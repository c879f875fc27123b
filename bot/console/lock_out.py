"""Lock-out: wrong passwords and codes in a row are recorded, and after some of them the account is closed a while."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.console.accounts import wait_after
from bot.store import audit
from bot.store.staff_models import User


def is_locked(user: User, now: datetime) -> bool:
    """Whether the account takes no password and no code for now, not even the right one."""
    return user.locked_until is not None and bool(user.locked_until > now)


def note_failure(session: Session, user: User, action: str, now: datetime) -> None:
    """Counts a wrong password or code and closes the account after too many; the caller commits.

    Args:
        session: Of the database.
        user: Whose password or code was asked.
        action: Of the audit entry, while the account stays open.
        now: The time of the request.
    """
    user.failed_attempts += 1
    wait = wait_after(user.failed_attempts)
    details = {"failures": user.failed_attempts, "seconds": int(wait.total_seconds())}
    if wait:
        user.locked_until = now + wait
    audit.record(session, user.email, "session.locked" if wait else action, "user", str(user.id), details, now)


def forget_failures(user: User) -> None:
    """Counts from nothing again, after the right password or code."""
    user.failed_attempts, user.locked_until = 0, None
