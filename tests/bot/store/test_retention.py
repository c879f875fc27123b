"""Words, facts and trails go when their time is over, and not before."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.store import audit
from bot.store.models import Conversation, OriginalRequest, SearchToken, Turn
from bot.store.retention import purge
from bot.store.staff_models import AuditEntry, ConversationTag, StagedExample, Tag
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW


def run(database, policy, days, dry_run=False):
    with UnitOfWork(database) as work:
        report = purge(work.session, policy, NOW + timedelta(days=days), dry_run)
        work.commit()
    return report


@pytest.mark.parametrize(
    "level, days, words_left",
    [
        ("none", 29, True),
        ("none", 31, False),
        ("escalate", 31, True),
        ("escalate", 179, True),
        ("escalate", 181, False),
    ],
)
def test_words_go_after_their_period(database, write, user_event, policy, level, days, words_left):
    write(user_event("c1", "some words", level=level, categories={"extortion": 0.9}))
    run(database, policy, days)
    with UnitOfWork(database) as work:
        turn = work.session.execute(sa.select(Turn)).scalar_one()
        assert (turn.text is not None) is words_left
        assert (work.session.execute(sa.select(SearchToken)).first() is not None) is words_left
        assert turn.intent == "faq"
        assert (work.session.get(Conversation, "c1").text_removed_at is None) is words_left


def test_facts_go_at_last(database, write, user_event, policy):
    write(user_event("c1", "some words"))
    assert run(database, policy, 399).conversations == 0
    assert run(database, policy, 401).conversations == 1
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(Turn)).first() is None


def test_a_dry_run_counts_and_removes_nothing(database, write, user_event, policy):
    write(user_event("c1", "some words"))
    assert run(database, policy, 31, dry_run=True).conversations_without_words == 1
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(Turn.text)).scalar_one() == "some words"
        assert work.session.execute(sa.select(AuditEntry)).first() is None


def test_a_purge_leaves_an_audit_entry_and_an_idle_one_does_not(database, write, user_event, policy):
    write(user_event("c1", "some words"))
    run(database, policy, 31)
    run(database, policy, 32)
    with UnitOfWork(database) as work:
        entries = work.session.execute(sa.select(AuditEntry)).scalars().all()
        assert [entry.action for entry in entries] == ["retention.purge"]


def test_the_audit_chain_stays_whole_after_old_entries_went(database, policy):
    with UnitOfWork(database) as work:
        for day in (0, 1, 3000):
            audit.record(work.session, "ada@example.org", "sign_in", at=NOW + timedelta(days=day))
        work.commit()
    run(database, policy, 3000)
    with UnitOfWork(database) as work:
        check = audit.verify(work.session)
        assert check.problem == ""
        assert [entry.id for entry in work.session.execute(sa.select(AuditEntry)).scalars()] == [3, 4, 5]


def test_rasas_copy_goes_after_its_hours(trackers):
    trackers.append("c1", [{"event": "user", "timestamp": 1.0, "text": "hi"}], {}, NOW)
    assert trackers.count_older(NOW + timedelta(hours=1)) == 1
    assert trackers.purge(NOW - timedelta(hours=1)) == 0
    assert trackers.purge(NOW + timedelta(hours=1)) == 1
    assert trackers.load("c1").events == []


def test_words_that_come_after_retention_have_a_time_of_their_own(database, write, user_event, policy):
    write(user_event("c1", "some words"))
    run(database, policy, 31)
    write(user_event("c1", "back again", NOW + timedelta(days=40)))
    assert run(database, policy, 69).conversations_without_words == 0
    assert run(database, policy, 71).conversations_without_words == 1
    with UnitOfWork(database) as work:
        assert set(work.session.execute(sa.select(Turn.text)).scalars()) == {None}


def test_staged_examples_go_with_the_words_they_hold(database, write, user_event, policy):
    write(user_event("c1", "some words"))
    with UnitOfWork(database) as work:
        turn = work.session.execute(sa.select(Turn)).scalar_one()
        work.session.add(StagedExample(turn_id=turn.id, kind="missed_risk", text="some words", created_at=NOW))
        work.commit()
    run(database, policy, 31)
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(StagedExample)).first() is None


def test_requests_for_originals_and_tags_nobody_carries_go_with_the_facts(database, write, user_event, policy):
    write(user_event("c1", "some words"))
    with UnitOfWork(database) as work:
        work.session.add(OriginalRequest(conversation_id="c1", reason="the police ask", requested_at=NOW))
        tag = Tag(name="school trip")
        work.session.add(tag)
        work.session.flush()
        work.session.add(ConversationTag(conversation_id="c1", tag_id=tag.id))
        work.commit()
    run(database, policy, 399)
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(Tag)).first() and work.session.execute(sa.select(OriginalRequest)).first()
    run(database, policy, 401)
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(Tag)).first() is None
        assert work.session.execute(sa.select(OriginalRequest)).first() is None
