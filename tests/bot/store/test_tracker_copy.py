"""The events of a turn are written in one statement, in order; what is erased meanwhile does not come back."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

import pytest

from bot.store import tracker_copy
from bot.store.tracker_copy import TrackerCopy, seal_event

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)


def _events(*names):
    return [{"event": "action", "name": name, "timestamp": float(at)} for at, name in enumerate(names)]


def test_ids_belong_to_the_events_in_their_order_between_two_conversations(database):
    copy = TrackerCopy(database)
    first = copy.append("k1:one", _events("a", "b", "c"), {}, NOW)
    other = copy.append("k1:two", _events("x"), {}, NOW)
    second = copy.append("k1:one", _events("d", "e"), {}, NOW)
    assert sorted(first + other + second) == first + other + second
    stored = copy.load("k1:one", everything=True)
    assert [event["name"] for event in stored.events] == ["a", "b", "c", "d", "e"]
    assert list(stored.ids) == first + second
    assert copy.last_id("k1:one") == second[-1]


def test_a_turn_without_events_still_writes_the_memory(database):
    copy = TrackerCopy(database)
    assert copy.append("k1:none", [], {"PERSON": {"0011223344556677": 1}}, NOW) == []
    assert copy.load("k1:none").memory == {"PERSON": {"0011223344556677": 1}}


def _while_inserting(copy, monkeypatch, work):
    """Starts `work` in a thread after `append` has looked for an erasure and before it inserts its events."""
    insert, threads = copy._insert, []

    def slow_insert(*arguments):
        threads.append(threading.Thread(target=work))
        threads[0].start()
        threads[0].join(0.3)
        return insert(*arguments)

    monkeypatch.setattr(copy, "_insert", slow_insert)
    return threads


@pytest.mark.parametrize("known", [False, True])
def test_an_erasure_while_a_message_is_written_removes_the_message_as_well(database, monkeypatch, known):
    copy = TrackerCopy(database)
    copy.prepare()
    if known:
        copy.append("k1:one", _events("a"), {"PERSON": {"0011223344556677": 1}}, NOW)
    threads = _while_inserting(copy, monkeypatch, lambda: copy.delete("k1:one", NOW))
    copy.append("k1:one", _events("b"), {"PERSON": {"0011223344556677": 1}}, NOW)
    threads[0].join(10)
    left = copy.load("k1:one", everything=True)
    assert (left.events, left.memory, left.erased_at) == ([], {}, NOW)


def test_a_message_that_was_in_hand_before_an_erasure_is_not_written_after_it(database, monkeypatch):
    copy, sealed = TrackerCopy(database), []

    def seal_late(event):
        if not sealed:
            copy.delete("k1:one", NOW)
        sealed.append(event)
        return seal_event(event)

    monkeypatch.setattr(tracker_copy, "seal_event", seal_late)
    assert copy.append("k1:one", _events("a", "b"), {"PERSON": {"0011223344556677": 1}}, NOW) == []
    left = copy.load("k1:one", everything=True)
    assert (left.events, left.memory, left.erased_at) == ([], {}, NOW)


def test_the_slots_of_an_erased_conversation_do_not_come_back_when_its_window_moves(database):
    copy = TrackerCopy(database)
    ids = copy.append("k1:one", _events("a", "b"), {}, NOW)
    opening = [{"event": "slot", "name": "audience", "value": "child", "timestamp": 0.0}]
    copy.move_window("k1:one", ids[1], opening)
    assert copy.load("k1:one").opening == opening
    copy.delete("k1:one", NOW)
    copy.move_window("k1:one", ids[1], opening)
    assert copy.load("k1:one").opening == []


def test_a_message_that_is_written_during_a_purge_stays(database, monkeypatch):
    copy = TrackerCopy(database)
    copy.append("k1:one", _events("a"), {}, NOW)
    later = NOW + timedelta(days=3)
    threads = _while_inserting(copy, monkeypatch, lambda: copy.purge(NOW + timedelta(days=1)))
    copy.append("k1:one", _events("b"), {}, later)
    threads[0].join(10)
    assert [event["name"] for event in copy.load("k1:one").events] == ["a", "b"]
