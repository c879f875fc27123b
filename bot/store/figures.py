"""Figures for the dashboard, drills left out. Counts only: no text and no id leaves this module."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Dict, List, Mapping, Optional, Tuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.store.constants import USER
from bot.store.models import Conversation, DrillRun, Escalation, Metric, Turn
from bot.store.staff_models import Review
from bot.store.upsert import insert_into

#: Names of the figures of journeys, written by the log writer; see docs/journeys.md.
JOURNEY_METRIC, QUIZ_RIGHT_BEFORE, QUIZ_RIGHT_AFTER = "journey", "quiz_right_before", "quiz_right_after"
QUIZ_ASKED = "quiz_asked"
_JOURNEY_METRICS = (JOURNEY_METRIC, QUIZ_RIGHT_BEFORE, QUIZ_RIGHT_AFTER, QUIZ_ASKED)
COMPLETED = "completed"
Counts = List[Tuple[str, int]]


@dataclass(frozen=True)
class Waits:
    """How long conversations of one level waited for a person.

    Attributes:
        median, p95: Seconds, None without reviews.
        within: Share within the time set for the level, in [0, 1].
    """

    level: int
    count: int
    median: Optional[float] = None
    p95: Optional[float] = None
    within: Optional[float] = None


@dataclass(frozen=True)
class JourneyFigures:
    """How one journey went for one group.

    Attributes:
        group: Age band or role, empty for all together.
        started, completed, left: How often. A person who stops without a word counts in none but `started`.
        right_before, right_after: Share of a quiz's questions answered right, in [0, 1]; None without a quiz.
    """

    journey: str
    group: str
    started: int
    completed: int
    left: int
    right_before: Optional[float] = None
    right_after: Optional[float] = None


@dataclass(frozen=True)
class Figures:
    """What the dashboard shows for a span of time."""

    conversations: int = 0
    messages: int = 0
    unanswered: int = 0
    questions: int = 0
    by_day: Counts = field(default_factory=list)
    escalations_by_day: Counts = field(default_factory=list)
    escalations: Counts = field(default_factory=list)
    levels: Counts = field(default_factory=list)
    topics: Counts = field(default_factory=list)
    barriers: List[Tuple[str, str, int]] = field(default_factory=list)
    channels: Counts = field(default_factory=list)
    countries: Counts = field(default_factory=list)
    waits: List[Waits] = field(default_factory=list)
    drills: Counts = field(default_factory=list)
    journeys: List[JourneyFigures] = field(default_factory=list)


def read_figures(session: Session, since: datetime, until: datetime, sla: Mapping[int, timedelta]) -> Figures:
    """Counts everything that began in `[since, until)`."""
    began = (Conversation.drill.is_(False), Conversation.started_at >= since, Conversation.started_at < until)
    opened = (Escalation.drill.is_(False), Escalation.opened_at >= since, Escalation.opened_at < until)
    totals = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(Conversation.turn_count), 0),
            sa.func.coalesce(sa.func.sum(Conversation.unanswered_count), 0),
            sa.func.coalesce(sa.func.sum(Conversation.user_turn_count), 0),
        ).where(*began)
    ).one()
    days = _days(since, until)
    return Figures(
        conversations=int(totals[0]),
        messages=int(totals[1]),
        unanswered=int(totals[2]),
        questions=int(totals[3]),
        by_day=_by_day(session, Conversation.started_at, began, days),
        escalations_by_day=_by_day(session, Escalation.opened_at, opened, days),
        escalations=_counts(session, Escalation.category, opened),
        levels=_counts(session, Conversation.level, began),
        topics=_topics(session, since, until),
        barriers=_barriers(session, began),
        channels=_counts(session, Conversation.channel, began),
        countries=_counts(session, Conversation.country, began),
        waits=_waits(session, since, until, sla),
        drills=_drills(session, since, until),
        journeys=_journeys(session, since, until),
    )


def raise_figure(
    session: Session, name: str, bucket: datetime, labels: Mapping[str, str] | None = None, by: float = 1.0
) -> None:
    """Raises a figure of one hour or day, inside the caller's transaction."""
    joined = ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items()))[:200]
    insert = insert_into(Metric, session.get_bind().dialect)
    added = insert.values(name=name, bucket=bucket, labels=joined, value=by)
    raised = added.on_conflict_do_update(
        index_elements=["name", "bucket", "labels"], set_={"value": Metric.value + added.excluded.value}
    )
    session.execute(raised)


def _counts(session: Session, column: Any, conditions: Any, limit: int = 20) -> Counts:
    query = sa.select(column, sa.func.count()).where(*conditions).group_by(column).order_by(sa.func.count().desc())
    return [("" if name is None else str(name), int(count)) for name, count in session.execute(query.limit(limit))]


def _days(since: datetime, until: datetime) -> List[str]:
    first, count = since.date(), (until.date() - since.date()).days
    return [(first + timedelta(days=number)).isoformat() for number in range(max(count, 0) + 1)]


def _by_day(session: Session, column: Any, conditions: Any, days: List[str]) -> Counts:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    day = sa.func.date(column) if is_sqlite else sa.func.date(sa.func.timezone("UTC", column))
    rows = session.execute(sa.select(sa.cast(day, sa.Text), sa.func.count()).where(*conditions).group_by(day))
    found = {str(name): int(count) for name, count in rows}
    return [(name, found.get(name, 0)) for name in days]


def _topics(session: Session, since: datetime, until: datetime) -> Counts:
    within = (Turn.sent_at >= since, Turn.sent_at < until, Turn.author == USER, Turn.topic.is_not(None))
    real = (Turn.conversation_id == Conversation.id, Conversation.drill.is_(False))
    return _counts(session, Turn.topic, (*within, *real), limit=15)


def _barriers(session: Session, began: Any) -> List[Tuple[str, str, int]]:
    query = (
        sa.select(Conversation.barrier, Conversation.barrier_outcome, sa.func.count())
        .where(*began, Conversation.barrier.is_not(None))
        .group_by(Conversation.barrier, Conversation.barrier_outcome)
        .order_by(Conversation.barrier)
    )
    return [(str(name), outcome or "", int(count)) for name, outcome, count in session.execute(query)]


def _waits(session: Session, since: datetime, until: datetime, sla: Mapping[int, timedelta]) -> List[Waits]:
    rows = session.execute(
        sa.select(Conversation.level, Review.started_at, Review.finished_at)
        .join(Conversation, Conversation.id == Review.conversation_id)
        .where(
            Review.turn_id.is_(None),
            Review.started_at.is_not(None),
            Review.finished_at >= since,
            Review.finished_at < until,
            Conversation.drill.is_(False),
        )
        .order_by(Review.finished_at.desc())
        .limit(20_000)
    )
    seconds: Dict[int, List[float]] = {}
    for level, started, finished in rows:
        seconds.setdefault(int(level), []).append((finished - started).total_seconds())
    return [_wait(level, sorted(seconds.get(level, [])), sla.get(level)) for level in (3, 2, 1, 0)]


def _wait(level: int, seconds: List[float], limit: timedelta | None) -> Waits:
    if not seconds:
        return Waits(level, 0)
    within = None if limit is None else sum(one <= limit.total_seconds() for one in seconds) / len(seconds)
    return Waits(level, len(seconds), _quantile(seconds, 0.5), _quantile(seconds, 0.95), within)


def _quantile(ordered: List[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _journeys(session: Session, since: datetime, until: datetime) -> List[JourneyFigures]:
    """One row a journey and group, sorted; a start is counted before the group is known, so it is in the row of all."""
    query = (
        sa.select(Metric.name, Metric.labels, sa.func.sum(Metric.value))
        .where(Metric.name.in_(_JOURNEY_METRICS), Metric.bucket >= since, Metric.bucket < until)
        .group_by(Metric.name, Metric.labels)
    )
    sums: Dict[Tuple[str, str], Dict[str, float]] = {}
    for name, joined, value in session.execute(query):
        labels = dict(pair.partition("=")[::2] for pair in joined.split(","))
        kind = labels.get("event") or name
        for group in dict.fromkeys(("", labels.get("group", "_"))):
            row = sums.setdefault((labels.get("journey", ""), "" if group == "_" else group), {})
            row[kind] = row.get(kind, 0.0) + (float(value) if group != "_" else 0.0)
    return [_journey(journey, group, row) for (journey, group), row in sorted(sums.items())]


def _journey(journey: str, group: str, sums: Mapping[str, float]) -> JourneyFigures:
    started, completed, left = (int(sums.get(kind, 0)) for kind in ("started", COMPLETED, "left"))
    asked = sums.get(QUIZ_ASKED, 0.0)
    before, after = (sums.get(name, 0.0) / asked if asked else None for name in (QUIZ_RIGHT_BEFORE, QUIZ_RIGHT_AFTER))
    return JourneyFigures(journey, group, started, completed, left, before, after)


def _drills(session: Session, since: datetime, until: datetime) -> Counts:
    within = (DrillRun.run_at >= since, DrillRun.run_at < until)
    passed = session.execute(sa.select(DrillRun.passed, sa.func.count()).where(*within).group_by(DrillRun.passed))
    return [("passed" if ok else "failed", int(count)) for ok, count in passed]
