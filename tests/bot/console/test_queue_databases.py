"""The queue page by page gives every conversation once, in the same order, on both databases."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.console.filters import QueueFilter
from bot.evaluation.console_load import fill
from bot.store.database import Database
from bot.store.keys import get_key_ring
from bot.store.queries import find_queue, search_turns
from bot.store.unit_of_work import UnitOfWork
from tests.servers import emptied


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request, tmp_path, postgres_address):
    address = f"sqlite:///{tmp_path / 'queue.db'}" if request.param == "sqlite" else emptied(postgres_address)
    database = Database(address)
    database.migrate()
    fill(database, 150, seed=3, now=datetime(2026, 3, 1, tzinfo=timezone.utc), done_share=0.5)
    yield database
    database.close()


@pytest.mark.parametrize("wanted", [QueueFilter(), QueueFilter(status="done"), QueueFilter(country="GB", drill="all")])
def test_pages_hold_every_conversation_once_riskiest_first(filled, wanted):
    with UnitOfWork(filled) as work:
        page = find_queue(work.session, wanted, 1, size=20)
        rows, total = list(page.rows), page.total
        while page.next_cursor:
            page = find_queue(work.session, wanted, 1, cursor=page.next_cursor, size=20)
            rows += page.rows
        assert len(rows) == total == len({row.id for row in rows})
        order = [(-row.level, row.unread_since is None, row.unread_since or row.last_at) for row in rows]
        assert order == sorted(order)


def test_search_pages_hold_every_message_once(filled):
    key = get_key_ring().derive("search")
    with UnitOfWork(filled) as work:
        found, place = [], None
        while True:
            pairs, place = search_turns(work.session, "daughter phone", key, place, size=10)
            found += [turn.id for turn, _ in pairs]
            assert all("daughter" in turn.text and "phone" in turn.text for turn, _ in pairs)
            if place is None:
                break
        assert len(found) == len(set(found)) > 10 and found == sorted(found, reverse=True)
