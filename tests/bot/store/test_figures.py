"""Figures count what people did, not drills, and each wait once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.store import constants, queries, reviews
from bot.store.figures import raise_figure, read_figures
from bot.store.models import Conversation, Metric
from bot.store.staff_models import User
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW

SLA = {3: timedelta(hours=1)}


@pytest.fixture
def figures(database):
    def read():
        with UnitOfWork(database) as work:
            return read_figures(work.session, NOW - timedelta(days=1), NOW + timedelta(days=9), SLA)

    return read


def test_a_figure_is_raised_not_repeated(database):
    with UnitOfWork(database) as work:
        for _ in range(3):
            raise_figure(work.session, "answers", NOW, {"channel": "web", "audience": "child"})
        metric = work.session.execute(sa.select(Metric)).scalar_one()
        assert (metric.labels, metric.value) == ("audience=child,channel=web", 3.0)


@pytest.mark.parametrize("before", [0.0, 4.0])
def test_two_writers_that_raise_a_figure_at_the_same_time_both_count(database, before):
    def raise_it(by):
        with UnitOfWork(database) as work:
            raise_figure(work.session, "journey", NOW, {"event": "started"}, by)
            begun.set()
            may_commit.wait(5)
            work.commit()

    begun, may_commit = threading.Event(), threading.Event()
    may_commit.set()
    if before:
        raise_it(before)
    begun.clear(), may_commit.clear()
    writers = [threading.Thread(target=raise_it, args=(by,)) for by in (1.0, 2.0)]
    writers[0].start()
    assert begun.wait(5)
    writers[1].start()
    # Time to read the figure, as a writer that does not wait for the first one would.
    writers[1].join(0.2)
    may_commit.set()
    [writer.join(10) for writer in writers]
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(Metric.value)).scalar_one() == before + 3.0


def test_topics_and_unanswered_questions_of_drills_are_not_counted(database, write, user_event, figures):
    asked = {"nearest": [{"faq": "what_is_grooming", "topic": "grooming", "score": 0.8}]}
    missed = {"intent": {"name": "nlu_fallback", "confidence": 0.3}}
    for name, metadata in (("c1", {}), ("d1", {"drill": True})):
        write(user_event(name, "what is grooming", metadata=metadata, **asked))
        write(user_event(name, "colour of tuesday", metadata=metadata, **missed))
    assert figures().topics == [("grooming", 1)]
    with UnitOfWork(database) as work:
        found = queries.find_unanswered(work.session, NOW - timedelta(days=1))
        assert [turn.conversation_id for turn in found] == ["c1"]


def test_done_after_follow_up_is_no_second_wait(database, write, user_event, figures):
    write(user_event("c1", "im on the bridge", level="emergency", categories={"self_harm": 0.9}))
    with UnitOfWork(database) as work:
        ada = User(email="ada@example.org", name="Ada", created_at=NOW)
        work.session.add(ada)
        row = work.session.get(Conversation, "c1")
        reviews.set_status(work.session, ada, row, constants.FOLLOW_UP, NOW + timedelta(minutes=30))
        reviews.set_status(work.session, ada, row, constants.DONE, NOW + timedelta(days=6))
        work.commit()
    (wait, *_) = figures().waits
    assert (wait.level, wait.count, wait.median, wait.within) == (3, 1, 1800.0, 1.0)
