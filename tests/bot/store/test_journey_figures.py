"""Journeys are counted by day, without the conversation they came from, each message once."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from bot.console.charts import journey_rows
from bot.store.figures import JourneyFigures, read_figures
from bot.store.models import Metric
from bot.store.records import read_journey_outcome
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW


def with_outcome(event, outcome):
    event.event["metadata"]["journey_outcome"] = outcome
    return event


def quiz_done(bot_event, conversation, before, after):
    return with_outcome(bot_event(conversation, "Done.", NOW), f"safety_quiz/age_8_11/completed/{before}/{after}/4")


def figures_of(database):
    with UnitOfWork(database) as work:
        return read_figures(work.session, NOW - timedelta(days=1), NOW + timedelta(days=1), {}).journeys


def test_completion_and_gain_of_a_quiz_become_figures(database, write, user_event, bot_event):
    for number in range(6):
        write(
            user_event(f"c{number}", "quiz"),
            with_outcome(bot_event(f"c{number}", "Hi.", NOW), "safety_quiz/_/started/0/0/0"),
            quiz_done(bot_event, f"c{number}", 2, 4),
        )
    whole, band = figures_of(database)
    assert (whole.journey, whole.group, whole.started, whole.completed) == ("safety_quiz", "", 6, 6)
    assert (band.group, band.completed, band.right_before, band.right_after) == ("age_8_11", 6, 0.5, 1.0)


def test_a_message_delivered_twice_counts_once(database, write, user_event, bot_event):
    event = quiz_done(bot_event, "c1", 1, 2)
    write(user_event("c1", "quiz"), event)
    write(event)
    assert figures_of(database)[0].completed == 1


def test_a_drill_is_not_counted(database, write, user_event, bot_event):
    write(user_event("d1", "quiz", metadata={"drill": True}), quiz_done(bot_event, "d1", 1, 2))
    assert figures_of(database) == []


def test_a_figure_holds_nothing_of_the_conversation(database, write, user_event, bot_event):
    write(user_event("secretid", "quiz"), quiz_done(bot_event, "secretid", 1, 2))
    with UnitOfWork(database) as work:
        rows = work.session.execute(sa.select(Metric.name, Metric.labels, Metric.bucket)).all()
        assert rows and all("secretid" not in f"{name}{labels}" for name, labels, _ in rows)
        assert {(bucket.hour, bucket.minute) for _, _, bucket in rows} == {(0, 0)}


def test_anything_else_in_its_place_is_no_outcome():
    for text in (None, 7, "", "a/b/c", "a/b/completed/x/1/4", ["a"]):
        assert read_journey_outcome({"event": "bot", "metadata": {"journey_outcome": text}}) is None
    assert read_journey_outcome({"event": "user", "metadata": {"journey_outcome": "a/_/left/0/0/0"}}) is None


def test_small_counts_and_their_shares_are_not_shown():
    few, many = journey_rows(
        [JourneyFigures("quiz", "a", 9, 4, 0, 0.5, 0.75), JourneyFigures("quiz", "b", 9, 5, 1, 0.5, 0.75)]
    )
    assert (few.started, few.completed, few.right_before, few.right_after) == (9, None, None, None)
    assert (many.completed, many.left, many.right_before, many.right_after) == (5, None, 0.5, 0.75)
