""" "Delete my chat" removes everything, keeps a receipt, and late events do not bring it back."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.store import erasure
from bot.store.log_writer import LogWriter
from bot.store.models import Alert, Conversation, Erasure, Escalation, SealedOriginal, SearchToken, Turn
from bot.store.staff_models import AuditEntry, StagedExample
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW


@pytest.fixture(autouse=True)
def same_trackers(monkeypatch, trackers):
    monkeypatch.setattr(erasure, "get_tracker_copy", lambda: trackers)


def test_nothing_is_left_but_a_tombstone_without_content(database, write, user_event, bot_event, trackers):
    write(
        user_event("c1", "im <PERSON_1> and he wants pictures", level="escalate", categories={"extortion": 0.9}),
        bot_event("c1", "Thank you for telling me."),
        user_event("c2", "somebody else"),
    )
    trackers.append("c1", [{"event": "user", "timestamp": NOW.timestamp(), "text": "im <PERSON_1>"}], {}, NOW)
    receipt = erasure.erase("c1", UnitOfWork(database), NOW)
    assert receipt.turns == 2
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "c1") is None
        assert work.session.execute(sa.select(Turn.conversation_id).distinct()).scalars().all() == ["c2"]
        assert work.session.execute(sa.select(Escalation)).first() is None
        assert work.session.execute(sa.select(Alert)).first() is None
        left = work.session.execute(sa.select(SearchToken.turn_id).distinct()).scalars().all()
        assert len(left) == 1
        tombstone = work.session.execute(sa.select(Erasure)).scalar_one()
        assert "c1" not in (tombstone.receipt, tombstone.conversation)
        assert tombstone.kept_category is None
    assert trackers.load("c1").events == []


def test_the_receipt_can_be_looked_up(database, write, user_event):
    write(user_event("c1", "hello"))
    receipt = erasure.erase("c1", UnitOfWork(database), NOW)
    assert erasure.find_receipt(receipt.code.lower(), UnitOfWork(database)).turns == 1
    assert erasure.find_receipt("AAAA-AAAA", UnitOfWork(database)) is None


def test_late_events_stay_out_but_a_new_conversation_under_the_same_id_is_stored(database, write, user_event, trackers):
    write(user_event("c1", "hello"))
    erasure.erase("c1", UnitOfWork(database), NOW)
    assert write(user_event("c1", "delete my chat", NOW + timedelta(seconds=1))) == 0
    late = {"event": "user", "timestamp": (NOW + timedelta(seconds=1)).timestamp(), "text": "delete my chat"}
    assert trackers.append("c1", [late], {}, NOW) == []
    assert write(user_event("c1", "hello again", NOW + timedelta(minutes=5))) == 1


def test_an_open_emergency_keeps_its_category_and_time_only(database, write, user_event):
    write(user_event("c1", "im on the bridge", level="emergency", categories={"self_harm": 0.9}))
    receipt = erasure.erase("c1", UnitOfWork(database), NOW + timedelta(minutes=1))
    assert receipt.kept_category == "self_harm"
    with UnitOfWork(database) as work:
        tombstone = work.session.execute(sa.select(Erasure)).scalar_one()
        assert (tombstone.kept_category, tombstone.kept_at) == ("self_harm", NOW)
        assert work.session.execute(sa.select(Turn)).first() is None


def test_erasing_twice_or_an_unknown_conversation_is_no_error(database):
    assert erasure.erase("nobody", UnitOfWork(database), NOW).turns == 0
    assert erasure.erase("nobody", UnitOfWork(database), NOW).turns == 0


def test_a_staged_example_goes_too_and_the_trail_names_nobody(database, write, user_event):
    write(user_event("c1", "he wants my pictures"), user_event("c2", "he wants money"))
    with UnitOfWork(database) as work:
        for turn in work.session.execute(sa.select(Turn)).scalars().all():
            work.session.add(StagedExample(turn_id=turn.id, kind="missed_risk", text=turn.text, created_at=NOW))
        work.commit()
    erasure.erase("c1", UnitOfWork(database), NOW)
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(StagedExample.text)).scalars().all() == ["he wants money"]
        entry = work.session.execute(sa.select(AuditEntry)).scalar_one()
        assert (entry.actor, entry.action, entry.object_id) == ("system", "conversation.erase", "")
        assert entry.details == {"messages": 1}


def _erase_meanwhile(database, work):
    """Starts an erasure of `c1` while `work` has written and not committed; commits, and waits for the erasure."""
    receipts = []
    thread = threading.Thread(target=lambda: receipts.append(erasure.erase("c1", UnitOfWork(database), NOW)))
    thread.start()
    thread.join(0.3)
    work.commit()
    thread.join(10)
    return receipts[0]


def _left(database):
    with UnitOfWork(database) as work:
        tables = (Conversation, Turn, Escalation, Alert, SealedOriginal)
        return [work.session.execute(sa.select(sa.func.count()).select_from(one)).scalar_one() for one in tables]


@pytest.mark.parametrize("known", [False, True])
def test_messages_that_are_written_during_an_erasure_go_with_the_others(
    database, write, policy, keys, user_event, known
):
    if known:
        write(user_event("c1", "hello"))
    late = user_event("c1", "im on the bridge", level="emergency", categories={"self_harm": 0.9})
    with UnitOfWork(database) as work:
        sealing = replace(policy, originals=timedelta(hours=72))
        LogWriter(work.session, sealing, keys, NOW).write([replace(late, original="im on the bridge")])
        receipt = _erase_meanwhile(database, work)
    assert _left(database) == [0, 0, 0, 0, 0]
    assert (receipt.turns, receipt.kept_category) == (1 + known, "self_harm")


@pytest.mark.parametrize("known", [False, True])
def test_a_writer_that_comes_during_an_erasure_finds_it(database, write, user_event, keys, known):
    if known:
        write(user_event("c1", "hello"))
    added = []
    late = user_event("c1", "delete my chat", NOW + timedelta(seconds=1))
    thread = threading.Thread(target=lambda: added.append(write(late)))
    with UnitOfWork(database) as work:
        erasure._erase_rows(work.session, keys, "c1", "AAAA-AAAA", NOW)
        thread.start()
        thread.join(0.3)
        work.commit()
    thread.join(10)
    assert added == [0]
    assert _left(database) == [0, 0, 0, 0, 0]


def test_an_id_and_a_receipt_with_half_a_character_are_known_as_any_other(keys):
    assert erasure.conversation_digest(keys, "half\ud800") != erasure.conversation_digest(keys, "half?")
    assert erasure.receipt_digest(keys, "7KQM-\ud800") != erasure.receipt_digest(keys, "7KQM-2XHT")
