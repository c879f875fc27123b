"""Packed events behave like a sequence of dictionaries."""

from __future__ import annotations

import json

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


def test_a_slice_across_turns_and_an_index_find_the_same_events():
    packed = PackedEvents()
    for event in EVENTS:
        packed = packed.plus([event])
    assert [packed[at] for at in range(-5, 5)] == [*EVENTS, *EVENTS] and list(packed[1:4]) == EVENTS[1:4]
    assert list(packed.plus([])) == EVENTS


def test_a_window_takes_a_small_part_of_its_json():
    turns = [[{"event": "slot", "name": f"slot_{n}", "value": None, "turn": turn} for n in range(8)] for turn in range(12)]
    packed = PackedEvents()
    for turn in turns:
        packed = packed.plus(turn)
    held = sum(len(part.packed) for part in packed._parts)
    assert list(packed) == [event for turn in turns for event in turn]
    assert held < len(json.dumps(turns)) / 3
