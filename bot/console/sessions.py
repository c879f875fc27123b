"""Who is signed in: a signed cookie that names account, session version and times; checked at every request."""

from __future__ import annotations

import secrets
from datetime import datetime, timezone
from typing import Any, Mapping, Optional

from flask import session

from bot.config import Settings
from bot.store.accounts import get_user
from bot.store.staff_models import User

#: Seconds between password and code.
PENDING_SECONDS = 600


def now() -> datetime:
    """The time of this request."""
    return datetime.now(timezone.utc)


def begin_pending(user: User, after: str) -> None:
    """The password was right; the second factor is still due. What the cookie held before is dropped."""
    session.clear()
    session.update(pending=user.id, pending_at=now().timestamp(), after=after)


def begin(user: User) -> None:
    """Signs in under a fresh cookie: one planted before sign-in is worth nothing afterwards."""
    session.clear()
    moment = now().timestamp()
    session.update(user=user.id, version=user.session_version, since=moment, seen=moment, nonce=secrets.token_hex(8))


def pending_user_id() -> Optional[int]:
    """The account that gave its password within the last ten minutes."""
    if now().timestamp() - float(session.get("pending_at") or 0) > PENDING_SECONDS:
        return None
    return session.get("pending")


def is_live(state: Mapping[str, Any], user: Optional[User], settings: Settings, moment: datetime) -> bool:
    """Whether a cookie still counts.

    Args:
        state: Content of the cookie.
        user: The account it names.
        settings: Holds the idle and the longest time.
        moment: Now.
    """
    if user is None or not user.active or state.get("version") != user.session_version:
        return False
    at = moment.timestamp()
    idle, whole = at - float(state.get("seen") or 0), at - float(state.get("since") or 0)
    return idle <= settings.session_idle_minutes * 60 and whole <= settings.session_hours * 3600


def current_user(database_session: Any, settings: Settings, touch: bool) -> Optional[User]:
    """The signed-in account; None when there is none or its time is up, and the cookie then names nobody."""
    user_id = session.get("user")
    if user_id is None:
        return None
    user = get_user(database_session, int(user_id))
    if not is_live(session, user, settings, now()):
        _time_out()
        return None
    # A page that refreshes itself is not a person at the desk.
    if touch and now().timestamp() - float(session["seen"]) > 30:
        session["seen"] = now().timestamp()
    return user


def _time_out() -> None:
    # The token stays until the next sign-in: a form that is still open in another tab is told why it is not taken.
    kept = {name: session[name] for name in ("csrf_token",) if name in session}
    session.clear()
    session.update(kept, timed_out=True)
