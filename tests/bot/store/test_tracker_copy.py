"""The events of a turn are written in one statement, and their row ids come back in the order of the events."""

from __future__ import annotations

from datetime import datetime, timezone

from bot.store.tracker_copy import TrackerCopy

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
