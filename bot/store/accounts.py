"""Staff accounts in the database. How a password or a code is checked is in `bot.console.accounts`."""

from __future__ import annotations

from datetime import datetime
from typing import Optional, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import InputError
from bot.store import audit
from bot.store.constants import ROLES
from bot.store.staff_models import User


def normal_email(email: str) -> str:
    """How an address is stored and compared. Raises InputError when it cannot be one."""
    plain = email.strip().lower()
    name, at, domain = plain.partition("@")
    if not (at and name and "." in domain) or len(plain) > 254 or any(letter.isspace() for letter in plain):
        raise InputError("That is not an e-mail address; write one such as ada@example.org.")
    return plain


def find_user(session: Session, email: str) -> Optional[User]:
    """The account of an address, None when there is none or the address cannot be one."""
    try:
        plain = normal_email(email)
    except InputError:
        return None
    return session.execute(sa.select(User).where(User.email == plain)).scalar_one_or_none()


def get_user(session: Session, user_id: int) -> Optional[User]:
    """The account with this number."""
    return session.get(User, user_id)


def find_by_subject(session: Session, subject: str) -> Optional[User]:
    """The account that belongs to a subject of the OpenID Connect provider."""
    return session.execute(sa.select(User).where(User.oidc_subject == subject)).scalar_one_or_none()


def list_users(session: Session) -> Sequence[User]:
    """All accounts by name."""
    return session.execute(sa.select(User).order_by(User.name, User.id)).scalars().all()


def count_users(session: Session) -> int:
    """How many accounts there are."""
    return int(session.execute(sa.select(sa.func.count()).select_from(User)).scalar_one())


def add_user(
    session: Session, email: str, name: str, role: str, password_hash: Optional[str], now: datetime, actor: str
) -> User:
    """Adds an account and records it.

    Raises:
        InputError: The address is taken or wrong, the name is empty or the role unknown.
    """
    plain = normal_email(email)
    if role not in ROLES:
        raise InputError(f"There is no role '{role}'. Choose one of: {', '.join(ROLES)}.")
    if not name.strip():
        raise InputError("Write the person's name with --name.")
    if find_user(session, plain) is not None:
        raise InputError(f"There is already an account for {plain}. See `python -m bot user list`.")
    user = User(
        email=plain,
        name=name.strip()[:120],
        role=role,
        password_hash=password_hash,
        password_changed_at=now,
        created_at=now,
        active=True,
        failed_attempts=0,
        session_version=0,
        preferences={},
    )
    session.add(user)
    session.flush()
    audit.record(session, actor, "user.add", "user", str(user.id), {"role": role, "email": plain}, at=now)
    return user


def change_user(session: Session, user: User, actor: str, now: datetime, **changes: object) -> None:
    """Sets columns of an account, ends its sessions and records which columns were set (never secret values)."""
    for column, value in changes.items():
        setattr(user, column, value)
    user.session_version += 1
    told = {name: value for name, value in changes.items() if name in ("role", "active")}
    details = {"fields": sorted(changes), "email": user.email, **told}
    audit.record(session, actor, "user.change", "user", str(user.id), details, at=now)
