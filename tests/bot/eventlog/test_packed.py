"""Packed events behave like a sequence of dictionaries."""

from __future__ import annotations

from bot.eventlog.packed import PackedEvents

EVENTS = [{"event": "user", "text": f"message ü {number}", "parse_data": {"n": [number]}} for number in range(5)]


def test_what_is_packed_comes_out_as_it_was():
    packed = PackedEvents.of(EVENTS)
    assert list(packed) == EVENTS and len(packed) == 5 and packed[-1] == EVENTS[-1]


def test_slices_and_additions_stay_packed():
    packed = PackedEvents.of(EVENTS[:3]).plus(EVENTS[3:])
    assert isinstance(packed[2:], PackedEvents) and list(packed[2:]) == EVENTS[2:]
    assert PackedEvents.of(packed) is packed and list(PackedEvents()) == []


def test_changing_what_came_out_changes_nothing_inside():
    packed = PackedEvents.of(EVENTS)
    packed[0]["text"] = "other"
    assert packed[0] == EVENTS[0]
