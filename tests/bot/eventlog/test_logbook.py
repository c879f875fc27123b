"""The logbook never blocks, delivers each event once and in order, and forgets nothing while the store is away."""

from __future__ import annotations

import errno
import threading
import time

import pytest

from bot.errors import StoreError
from bot.eventlog import logbook as logbook_module
from bot.eventlog.logbook import Logbook
from bot.eventlog.spool import Spool, SpoolFolder
from bot.redaction.events import redact_event
from bot.redaction.memory import MemoryBook
from bot.store.keys import KeyRing, Keys
from bot.store.records import EventsRefused
from tests.waiting import wait_until


class FakeStore:
    """Takes batches while it is up."""

    def __init__(self):
        self.up = True
        self.events = []
        self.tries = 0

    def __call__(self, events):
        self.tries += 1
        if not self.up:
            raise StoreError("away")
        self.events += events

    @property
    def numbers(self):
        return [event.event["n"] for event in self.events]


def redact(event, memory):
    return {**event, "text": "<REDACTED>"} if "text" in event else event


def fails(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def make(tmp_path, keys, store):
    made = []

    def start(folder=tmp_path / "spool", redactor=redact, deliver=None):
        logbook = Logbook(folder, keys, deliver or store, redactor, MemoryBook(b"m" * 16), sync=False)
        logbook.start()
        made.append(logbook)
        return logbook

    yield start
    for logbook in made:
        logbook.close(1.0)


def event(number, conversation="c1", **values):
    found = {"event": "user", "timestamp": 1000.0 + number, "text": f"im katie {number}", "sender_id": conversation}
    return {**found, "n": number, **values}


def test_events_arrive_redacted_in_order_and_once(make, store):
    logbook = make()
    for number in range(300):
        logbook.publish(event(number))
    assert logbook.flush()
    assert store.numbers == list(range(300))
    assert {found.event["text"] for found in store.events} == {"<REDACTED>"}
    assert len({found.event_id for found in store.events}) == 300


def test_what_a_store_outage_holds_back_arrives_once_and_in_order(make, store):
    logbook = make()
    store.up = False
    for number in range(100):
        logbook.publish(event(number))
    assert wait_until(lambda: logbook.figures.away_since is not None)
    assert store.events == []
    store.up = True
    for number in range(100, 120):
        logbook.publish(event(number))
    assert logbook.flush()
    assert store.numbers == list(range(120))
    # Noted by the delivery thread a moment after the last batch is out.
    assert wait_until(lambda: logbook.figures.away_since is None)


@pytest.mark.parametrize("broken", ["append", "read", "finish"])
def test_a_disk_that_fails_for_a_moment_ends_no_thread(make, store, monkeypatch, broken):
    logbook = make()
    with monkeypatch.context() as full:
        full.setattr(logbook._spool, broken, fails)
        logbook.publish(event(1))
        assert wait_until(lambda: logbook.figures.dropped or logbook.figures.away_since is not None)
    logbook.publish(event(2))
    assert wait_until(lambda: 2 in store.numbers)
    assert wait_until(lambda: logbook.figures.away_since is None)
    # What was on disk already is not lost, at most sent again; the store takes each event once.
    assert set(store.numbers) == ({2} if broken == "append" else {1, 2})


def test_a_folder_that_cannot_be_taken_over_does_not_hold_up_new_events(make, store, monkeypatch):
    monkeypatch.setattr(SpoolFolder, "abandoned", fails)
    logbook = make()
    logbook.publish(event(1))
    assert logbook.flush()
    assert store.numbers == [1]


def test_what_arrives_within_a_moment_is_stored_together_and_nobody_who_waits_is_kept(make, store, monkeypatch):
    monkeypatch.setattr(logbook_module, "GATHER_SECONDS", 60.0)
    logbook = make()
    for number in range(3):
        logbook.publish(event(number))
        assert wait_until(lambda: not logbook._waiting and not logbook._busy)
    assert store.tries == 0
    assert logbook.flush(10.0)
    assert (store.tries, store.numbers) == (1, [0, 1, 2])


def test_publish_returns_at_once_while_the_store_hangs(make, store):
    release = threading.Event()

    def hang(events):
        release.wait(5)
        store(events)

    logbook = make(deliver=hang)
    started = time.monotonic()
    for number in range(500):
        logbook.publish(event(number))
    assert time.monotonic() - started < 1.0
    release.set()
    assert logbook.flush()
    assert store.numbers == list(range(500))


def test_events_that_a_killed_process_left_on_disk_are_delivered_by_the_next_one(make, store, tmp_path, keys):
    store.up = False
    first = make()
    for number in range(10):
        first.publish(event(number))
    time.sleep(0.4)
    # As after kill -9: nothing is closed, only the lock goes with the process.
    first._stopping.set()
    first._own.release()
    store.up = True
    second = make()
    second.publish(event(10))
    assert wait_until(lambda: len(store.events) >= 11)
    assert sorted(set(store.numbers)) == list(range(11))


def test_with_too_many_waiting_the_words_go_and_the_facts_stay(make, store, monkeypatch):
    monkeypatch.setattr(logbook_module, "NORMAL_WAITING", 0)
    logbook = make()
    risk = {"level": "escalate", "categories": {"extortion": 0.9}}
    logbook.publish(event(1, parse_data={"text": "im katie", "intent": {"name": "faq"}, "risk": risk}))
    assert logbook.flush()
    stored = store.events[0].event if store.events else None
    assert stored is not None and "katie" not in str(stored)
    assert stored["parse_data"]["risk"]["level"] == "escalate"
    assert logbook.figures.without_words == 1


def test_above_the_last_bound_events_are_counted_and_dropped(make, monkeypatch):
    monkeypatch.setattr(logbook_module, "MOST_WAITING", 0)
    logbook = make()
    logbook.publish(event(1))
    assert logbook.figures.dropped == 1


def test_a_strange_event_is_dropped_and_the_next_one_arrives(make, store):
    def fussy(found, memory):
        if found["n"] == 1:
            raise ValueError("strange")
        return found

    logbook = make(redactor=fussy)
    logbook.publish({"event": "user", "sender_id": object(), "text": "x", "n": 0, "timestamp": float("nan")})
    for number in (1, 2):
        logbook.publish(event(number))
    assert logbook.flush()
    assert store.numbers[-1] == 2


def test_numbers_of_numpy_are_taken(make, store):
    import numpy

    logbook = make()
    logbook.publish(event(1, parse_data={"intent": {"confidence": numpy.float32(0.5)}}))
    assert logbook.flush()
    assert store.events[0].event["parse_data"]["intent"]["confidence"] == 0.5


@pytest.mark.parametrize(
    "ignored", [{"event": "action", "name": "action_listen"}, {"event": "slot", "name": "last_faq", "value": "x"}]
)
def test_events_without_a_place_in_the_log_are_not_taken(make, ignored):
    logbook = make()
    logbook.publish({**ignored, "sender_id": "c1", "timestamp": 1.0})
    assert logbook.figures.taken == 0


def test_batches_under_a_lost_key_do_not_stop_the_log(make, store, tmp_path):
    lost = KeyRing(Keys("lostkey1", {"lostkey1": b"l" * 32}, b"i" * 32))
    Spool(tmp_path / "spool" / "0", lost, 10_000, sync=False).append([{"id": "x"}])
    Spool(tmp_path / "spool" / "1", lost, 10_000, sync=False).append([{"id": "y"}])
    logbook = make()
    logbook.publish(event(1))
    assert logbook.flush() and wait_until(lambda: logbook.figures.dropped == 2)
    assert store.numbers == [1]


def test_an_event_that_the_store_refuses_is_put_aside_and_does_not_hold_up_the_rest(make, store, tmp_path, keys):
    def deliver(events):
        store([found for found in events if found.event["n"] != 1])
        refused = [found for found in events if found.event["n"] == 1]
        if refused:
            raise EventsRefused(refused)

    logbook = make(deliver=deliver)
    for number in range(3):
        logbook.publish(event(number))
    assert logbook.flush() and wait_until(lambda: logbook.figures.delivered == 2)
    assert (store.numbers, logbook.figures.dropped, logbook.figures.away_since) == ([0, 2], 1, None)
    # With the reason gone it is delivered like any other batch, see the run-book.
    (tmp_path / "again").mkdir()
    (tmp_path / "spool" / "0" / "unreadable").rename(tmp_path / "again" / "0000000001.log")
    assert [found["event"]["n"] for found in Spool(tmp_path / "again", keys, 0).read(10)[0]] == [1]


@pytest.mark.parametrize("redactor", [redact_event, redact])
def test_half_a_character_in_one_conversation_loses_no_event_of_another(make, store, redactor):
    """Typed as `/start{"country":"\\udfff"}`; the second redactor stands for a place that nobody thought of."""
    logbook = make(redactor=redactor)
    slot = {"event": "slot", "sender_id": "a" * 32, "timestamp": 1.0, "name": "country", "value": "\udfff", "n": 0}
    for published in (slot, event(1, "b" * 32), event(2, "c" * 32)):
        logbook.publish(published)
    assert logbook.flush()
    assert (store.numbers, logbook.figures.dropped) == ([0, 1, 2], 0)
