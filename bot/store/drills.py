"""Drills in the staff database: entered before the message is sent, with their result afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.store import constants
from bot.store.models import Conversation, DrillRun


def enter_drill(session: Session, conversation_id: str, channel: str, now: datetime) -> Conversation:
    """Makes the conversation's row and marks it as a drill, so that its messages count as one from the first."""
    conversation = Conversation(
        id=conversation_id,
        channel=channel,
        started_at=now,
        last_at=now,
        drill=True,
        turn_count=0,
        user_turn_count=0,
        unanswered_count=0,
        level=0,
        categories={},
        helplines_shown=[],
        status=constants.NEW,
    )
    session.add(conversation)
    session.flush()
    return conversation


def record_drill(session: Session, channel: str, case: str, milliseconds: float, problem: str, now: datetime) -> None:
    """Keeps one result; `problem` is empty when all was well."""
    session.add(
        DrillRun(
            run_at=now,
            channel=channel,
            case=case,
            passed=not problem,
            milliseconds=milliseconds,
            problem=problem[:200] or None,
        )
    )
    session.flush()
