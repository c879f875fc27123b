"""What is due is not used any more, and is gone from the file within an hour of messages coming in, however few."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.chat_store import (
    CHAT_SECONDS,
    LEASE_SECONDS,
    OFFER_SECONDS,
    SEEN_SECONDS,
    SENT_SECONDS,
    Begun,
    Chat,
    ChatStore,
)

HOUR = 3600.0
KNOWN = Chat("chat", 0, "child", "GB", "de", True, True)


class Clock:
    """Seconds since the epoch, as told."""

    def __init__(self):
        self.now = 1_760_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(clock):
    return ChatStore(now=clock)


def rows(store, table):
    return [line for line in store._connection.iterdump() if line.startswith(f'INSERT INTO "{table}"')]


def test_what_is_known_of_a_deleted_chapter_does_not_come_back(store):
    store.save(KNOWN)
    fresh = store.start_chapter("chat")
    store.save(KNOWN)
    assert store.chat("chat") == fresh
    store.save(replace(fresh, country="IE"))
    assert store.chat("chat").country == "IE"


@pytest.mark.parametrize(
    "table, seconds",
    [("seen", SEEN_SECONDS), ("sent", SENT_SECONDS), ("offers", OFFER_SECONDS), ("chats", CHAT_SECONDS)],
)
def test_what_is_due_is_removed_also_where_few_messages_come(store, clock, table, seconds):
    store.begin("first")
    store.finish("first")
    store.note_sent("chat", "17")
    store.keep_offer("chat", b"sealed")
    store.save(KNOWN)
    before = rows(store, table)
    clock.now += seconds - HOUR
    store.begin("second")
    assert set(before) <= set(rows(store, table))
    clock.now += HOUR + 1
    store.begin("third")
    assert not set(before) & set(rows(store, table))


def test_tidying_is_left_alone_for_an_hour(store, clock, monkeypatch):
    tidied = []
    monkeypatch.setattr(store, "_tidy", tidied.append)
    for number in range(2500):
        store.begin(str(number))
        clock.now += 1
    assert len(tidied) == 1
    clock.now += HOUR
    store.begin("next")
    assert len(tidied) == 2


def test_an_old_list_is_no_offer_even_before_it_is_removed(store, clock):
    store.keep_offer("chat", b"sealed")
    clock.now += OFFER_SECONDS - 1
    assert store.offer("chat") == b"sealed"
    clock.now += 1
    assert store.offer("chat") is None and rows(store, "offers")


def test_a_chat_of_more_than_a_month_ago_is_as_new_and_keeps_how_often_it_was_deleted(store, clock):
    deleted = store.start_chapter("chat")
    store.save(replace(KNOWN, chapter=deleted.chapter))
    clock.now += CHAT_SECONDS
    assert store.chat("chat") == Chat("chat", 1)
    # A message of that moment does not bring back what was known.
    store.touch("chat")
    assert store.chat("chat") == Chat("chat", 1)
    clock.now += 1
    store.begin("update")
    assert store.chat("chat") == Chat("chat", 1) and "GB" not in str(rows(store, "chats"))
    store.save(replace(KNOWN, chapter=1))
    assert store.chat("chat").country == "GB"


def test_a_chat_in_which_somebody_writes_stays_known(store, clock):
    store.save(KNOWN)
    for _ in range(5):
        clock.now += CHAT_SECONDS - 1
        store.touch("chat")
    assert store.chat("chat") == KNOWN


def test_what_was_released_is_begun_again_at_once_and_after_a_tidying(store, clock):
    assert store.begin("update") is Begun.NEW
    assert store.begin("update") is Begun.BUSY
    store.release("update")
    assert store.begin("update") is Begun.AGAIN
    assert store.begin("update") is Begun.BUSY
    store.release("update")
    clock.now += 2 * HOUR
    store.begin("another")
    assert store.begin("update") is Begun.AGAIN


def test_what_was_lost_is_begun_again_after_its_time(store, clock):
    store.begin("update")
    clock.now += LEASE_SECONDS
    assert store.begin("update") is Begun.AGAIN
    store.finish("update")
    assert store.begin("update") is Begun.ANSWERED
