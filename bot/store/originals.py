"""Sealed originals: off by default. A lead asks with a reason, a second person confirms, both leave an entry."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import List

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import InputError
from bot.store import audit
from bot.store.constants import ADMIN, LEAD
from bot.store.models import OriginalRequest, SealedOriginal, Turn
from bot.store.staff_models import User

#: How long confirmed originals may be read.
OPEN_FOR = timedelta(minutes=30)
_MINIMUM_REASON = 10


def request_originals(
    session: Session, conversation_id: str, user: User, reason: str, now: datetime
) -> OriginalRequest:
    """A lead's request.

    Raises:
        InputError: The role is not enough or the reason says nothing.
    """
    if user.role not in (LEAD, ADMIN):
        raise InputError("Only a lead may ask for originals.")
    if len(reason.strip()) < _MINIMUM_REASON:
        raise InputError("Please give the reason in a few words.")
    wish = OriginalRequest(
        conversation_id=conversation_id, requested_by=user.id, reason=reason.strip(), requested_at=now
    )
    session.add(wish)
    audit.record(session, user.email, "originals.request", "conversation", conversation_id, at=now)
    session.flush()
    return wish


def confirm_originals(session: Session, wish: OriginalRequest, user: User, now: datetime) -> None:
    """The second person's yes.

    Raises:
        InputError: The same person, or not enough of a role.
    """
    if user.id == wish.requested_by:
        raise InputError("A second person must confirm.")
    if user.role not in (LEAD, ADMIN):
        raise InputError("Only a lead may confirm.")
    wish.confirmed_by, wish.confirmed_at, wish.open_until = user.id, now, now + OPEN_FOR
    audit.record(session, user.email, "originals.confirm", "conversation", wish.conversation_id, at=now)


def read_originals(session: Session, wish: OriginalRequest, user: User, now: datetime) -> List[tuple[int, str]]:
    """(turn id, words as typed) of a confirmed request, for the one who asked.

    Raises:
        InputError: Not confirmed, no longer open, or somebody else's request.
    """
    if wish.open_until is None or now > wish.open_until or user.id != wish.requested_by:
        raise InputError("These originals are not open.")
    audit.record(session, user.email, "originals.read", "conversation", wish.conversation_id, at=now)
    query = (
        sa.select(Turn.id, SealedOriginal.text)
        .join(SealedOriginal, SealedOriginal.event_id == Turn.event_id)
        .where(SealedOriginal.conversation_id == wish.conversation_id, SealedOriginal.expires_at > now)
        .order_by(Turn.position)
    )
    return [(row.id, row.text) for row in session.execute(query)]
