"""Any change to the audit trail is found."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.store import audit
from bot.store.queries import latest_change
from bot.store.staff_models import AuditEntry
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW


@pytest.fixture
def trail(database):
    with UnitOfWork(database) as work:
        for number in range(5):
            audit.record(
                work.session, "ada@example.org", "conversation.view", "conversation", f"c{number}", {"n": number}, NOW
            )
        work.commit()
    return database


def check(database):
    with UnitOfWork(database) as work:
        return audit.verify(work.session)


def test_an_untouched_trail_is_whole(trail):
    found = check(trail)
    assert (found.entries, found.broken_at) == (5, None)
    assert len(found.last_digest) == 64


@pytest.mark.parametrize(
    "tampering, broken_at",
    [
        ("UPDATE audit_entries SET actor = 'eve@example.org' WHERE id = 3", 3),
        ("UPDATE audit_entries SET object_id = 'c9' WHERE id = 1", 1),
        ("DELETE FROM audit_entries WHERE id = 2", 2),
        ("DELETE FROM audit_entries WHERE id = 1", 2),
        ("UPDATE audit_entries SET digest = 'f' WHERE id = 5", 5),
    ],
)
def test_a_change_is_found_where_it_was_made(trail, tampering, broken_at):
    with trail.engine.begin() as connection:
        connection.execute(sa.text(tampering))
    assert check(trail).broken_at == broken_at


def test_a_rewritten_entry_needs_the_key(trail, keys):
    from bot.store.keys import KeyRing, Keys

    stranger = KeyRing(Keys("stranger", {"stranger": b"x" * 32}, b"y" * 32))
    with UnitOfWork(trail) as work:
        entry = work.session.get(AuditEntry, 5)
        entry.actor = "eve@example.org"
        entry.digest = audit.digest_of(entry, stranger)
        work.commit()
    assert check(trail).broken_at == 5


def test_an_open_queue_looks_for_the_newest_step_without_reading_the_whole_trail(database):
    """Nobody has reviewed for a long time: only looks are in the trail."""
    columns = {"actor": "a@example.org", "action": "conversation.view", "at": NOW, "details": {}, "previous": ""}
    with UnitOfWork(database) as work:
        looks = [{"id": number, "digest": str(number), **columns} for number in range(1, 3001)]
        work.session.execute(sa.insert(AuditEntry), looks)
        work.session.execute(sa.text("ANALYZE"))
        work.commit()
        asked = []
        sa.event.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2:4]))
        assert latest_change(work.session) == (0, 0)
        (statement,) = [one for one in asked if "audit_entries" in one[0]]
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        plan = work.session.connection().exec_driver_sql(explain + statement[0], statement[1]).all()
    steps = [str(step[-1]) for step in plan]
    looks = [step for step in steps if "audit_entries" in step]
    assert looks and all("ix_audit_action" in step for step in looks), steps
    assert not [step for step in steps if "Sort" in step or "ORDER BY" in step], steps
