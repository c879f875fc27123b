"""Old keys are dropped only when nothing that waits in RabbitMQ needs them."""

from __future__ import annotations

import json
import secrets
import threading

import pytest

from bot.commands import keys as command
from bot.config import get_settings
from bot.errors import StoreError
from bot.eventlog import amqp
from bot.eventlog.amqp import AmqpConsumer, AmqpProducer
from bot.store.database import get_database
from bot.store.keys import get_key_ring, use_key_ring
from bot.store.records import EventsRefused, LoggedEvent
from bot.store.tracker_copy import get_tracker_copy
from tests.servers import RABBITMQ, rabbitmq

CACHED = (get_settings, get_database, get_tracker_copy)


@pytest.fixture
def queues(monkeypatch):
    """Queues of this test only; skipped with the reason where no RabbitMQ answers."""
    connection = rabbitmq()
    prefix = f"test.{secrets.token_hex(4)}."
    queue, unreadable = prefix + amqp.QUEUE, prefix + amqp.UNREADABLE
    monkeypatch.setattr(amqp, "QUEUE", queue)
    monkeypatch.setattr(amqp, "UNREADABLE", unreadable)
    yield
    for name in [unreadable, *(queue.format(partition=number) for number in range(amqp.PARTITIONS))]:
        connection.channel().queue_delete(name)
    connection.close()


@pytest.fixture
def key_file(monkeypatch, tmp_path):
    """The key file of a deployment of its own, on SQLite, with RabbitMQ."""
    settings = {"VAR_DIR": str(tmp_path), "AMQP_URL": RABBITMQ, "DATABASE_URL": "", "TRACKER_URL": "", "ENCRYPTION_KEYS": ""}
    for name, value in settings.items():
        monkeypatch.setenv(f"KINDLIGHT_{name}", value)
    monkeypatch.setattr(command, "_IN_HAND_SECONDS", 0.1)
    monkeypatch.setattr(command, "_QUEUE_SECONDS", 0.3)
    _start_anew()
    yield tmp_path / "keys" / "store.json"
    get_database().close()
    get_tracker_copy().database.close()
    _start_anew()


def _start_anew():
    use_key_ring(None)
    for cached in CACHED:
        cached.cache_clear()


def _key_ids(path):
    return set(json.loads(path.read_text(encoding="utf-8"))["keys"])


def _send(number):
    AmqpProducer(RABBITMQ, get_key_ring()).send([LoggedEvent(f"e{number}", "c1", {"event": "user", "n": number})])


def test_old_keys_stay_while_events_wait_in_rabbitmq(queues, key_file):
    old = get_key_ring().current
    _send(0)
    with pytest.raises(StoreError, match="old keys"):
        command.rotate(drop=True)
    assert len(_key_ids(key_file)) == 2 and old in _key_ids(key_file)
    stored = []
    AmqpConsumer(RABBITMQ, get_key_ring(), stored.extend).run(idle_seconds=0.5)
    assert [event.event_id for event in stored] == ["e0"]


def test_old_keys_stay_while_a_writer_has_a_batch_in_hand(queues, key_file):
    old = get_key_ring().current
    taken, written = threading.Event(), threading.Event()

    def deliver(batch):
        taken.set()
        assert written.wait(20)

    _send(0)
    consumer = AmqpConsumer(RABBITMQ, get_key_ring(), deliver)
    thread = threading.Thread(target=consumer.run)
    thread.start()
    try:
        assert taken.wait(10)
        with pytest.raises(StoreError, match="old keys"):
            command.rotate(drop=True)
        assert old in _key_ids(key_file)
    finally:
        written.set()
        consumer.stop()
        thread.join(10)


def test_old_keys_go_when_rabbitmq_is_empty(queues, key_file, monkeypatch):
    monkeypatch.setattr(command, "_QUEUE_SECONDS", 20.0)
    old, stored = get_key_ring().current, []
    _send(0)
    consumer = AmqpConsumer(RABBITMQ, get_key_ring(), stored.extend)
    thread = threading.Thread(target=consumer.run)
    thread.start()
    try:
        command.rotate(drop=True)
    finally:
        consumer.stop()
        thread.join(10)
    assert [event.event_id for event in stored] == ["e0"]
    assert len(_key_ids(key_file)) == 1 and old not in _key_ids(key_file)


def test_old_keys_stay_while_a_batch_is_put_aside_that_may_need_them(queues, key_file, monkeypatch):
    monkeypatch.setattr(command, "_QUEUE_SECONDS", 20.0)
    old = get_key_ring().current

    def deliver(batch):
        if batch:
            raise EventsRefused(batch)

    _send(0)
    AmqpConsumer(RABBITMQ, get_key_ring(), deliver).run(idle_seconds=0.5)
    consumer = AmqpConsumer(RABBITMQ, get_key_ring(), deliver)
    thread = threading.Thread(target=consumer.run)
    thread.start()
    try:
        with pytest.raises(StoreError, match="1 in RabbitMQ's queue .*unreadable"):
            command.rotate(drop=True)
    finally:
        consumer.stop()
        thread.join(10)
    assert old in _key_ids(key_file)


def test_old_keys_stay_while_rabbitmq_is_away(key_file, monkeypatch):
    old = get_key_ring().current
    monkeypatch.setenv("KINDLIGHT_AMQP_URL", "amqp://guest:guest@127.0.0.1:1/?connection_attempts=1")
    get_settings.cache_clear()
    with pytest.raises(StoreError, match="RabbitMQ"):
        command.rotate(drop=True)
    assert old in _key_ids(key_file)
