"""What a page or a channel sent along counts like a slot, until the person says otherwise."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.known import known


def tracker(metadata, **slots):
    events = [{"event": "user", "metadata": metadata}, {"event": "action"}]
    return Tracker("1", slots, {}, events, False, None, {}, None)


def test_what_a_channel_sent_along_is_known():
    assert known(tracker({"audience": "child", "country": "IE"}), "audience") == "child"
    assert known(tracker({"audience": "child", "country": "IE"}), "country") == "IE"


def test_what_the_person_said_counts_more():
    assert known(tracker({"audience": "child"}, audience="parent"), "audience") == "parent"


def test_nothing_is_made_up():
    assert known(tracker(None), "audience") is None
    assert known(Tracker("1", {}, {}, [], False, None, {}, None), "country") is None
