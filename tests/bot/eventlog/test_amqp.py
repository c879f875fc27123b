"""RabbitMQ: confirmed, in order, each once, with several producers and consumers."""

from __future__ import annotations

import secrets
import threading
from datetime import timedelta

import pika
import pytest
from prometheus_client import REGISTRY

from bot import metrics
from bot.errors import StoreError
from bot.eventlog import amqp
from bot.eventlog.amqp import AmqpConsumer, AmqpProducer, partition_of
from bot.store.records import EventsRefused, LoggedEvent
from tests.servers import RABBITMQ, rabbitmq
from tests.waiting import wait_until


@pytest.fixture
def prefix():
    """Queues of this test only; skipped with the reason where no RabbitMQ answers."""
    name = f"test.{secrets.token_hex(4)}."
    connection = rabbitmq()
    yield name
    channel = connection.channel()
    for queue in [amqp.UNREADABLE, *(amqp.QUEUE.format(partition=number) for number in range(amqp.PARTITIONS))]:
        channel.queue_delete(name + queue)
    connection.close()


def events(conversation, numbers):
    return [LoggedEvent(f"{conversation}-{number}", conversation, {"event": "user", "n": number}) for number in numbers]


def test_before_the_first_count_the_figures_do_not_say_that_the_queue_is_empty(keys):
    """A writer may wait for its database for hours, and the queue grows meanwhile."""
    metrics.QUEUE.set(0)
    metrics.UNREADABLE.set(0)
    AmqpConsumer(RABBITMQ, keys, lambda batch: None)
    assert [REGISTRY.get_sample_value(f"kindlight_queue_{name}") for name in ("batches", "unreadable")] == [-1, -1]


def test_every_event_arrives_once_and_in_order_with_two_producers_and_two_consumers(prefix, keys):
    stored, lock = [], threading.Lock()

    def deliver(batch):
        with lock:
            stored.extend(batch)

    producers = [AmqpProducer(RABBITMQ, keys, prefix) for _ in range(2)]
    for start in range(0, 50, 5):
        for index, producer in enumerate(producers):
            producer.send([one for c in range(6) for one in events(f"p{index}c{c}", range(start, start + 5))])
    consumers = [AmqpConsumer(RABBITMQ, keys, deliver, prefix) for _ in range(2)]
    threads = [threading.Thread(target=consumer.run, args=(1.5,)) for consumer in consumers]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert len({event.event_id for event in stored}) == len(stored) == 600
    for conversation in {event.conversation_id for event in stored}:
        numbers = [event.event["n"] for event in stored if event.conversation_id == conversation]
        assert numbers == sorted(numbers)


def test_a_batch_that_the_database_refused_comes_again_in_its_place(prefix, keys, monkeypatch):
    monkeypatch.setattr(amqp, "_RETRY_SECONDS", 0.05)
    stored, refusals = [], [StoreError("away")] * 3

    def deliver(batch):
        if refusals:
            raise refusals.pop()
        stored.extend(batch)

    producer = AmqpProducer(RABBITMQ, keys, prefix)
    for number in range(5):
        producer.send(events("c1", [number]))
    AmqpConsumer(RABBITMQ, keys, deliver, prefix).run(idle_seconds=1.0)
    assert [event.event["n"] for event in stored] == [0, 1, 2, 3, 4]


def test_an_unreadable_batch_is_put_aside(prefix, keys):
    producer = AmqpProducer(RABBITMQ, keys, prefix)
    producer.send(events("c1", [0]))
    queue = prefix + amqp.QUEUE.format(partition=partition_of("c1"))
    producer._channel.basic_publish("", queue, b"nonsense")
    producer.send(events("c1", [1]))
    stored = []
    AmqpConsumer(RABBITMQ, keys, stored.extend, prefix).run(idle_seconds=1.0)
    assert [event.event["n"] for event in stored] == [0, 1]
    connection = rabbitmq()
    assert connection.channel().basic_get(prefix + amqp.UNREADABLE, auto_ack=True)[2] == b"nonsense"
    connection.close()


def aside(prefix):
    """[(body, how long it is kept in milliseconds)] of what was put aside, which is left there."""
    connection, found = rabbitmq(), []
    channel = connection.channel()
    while (one := channel.basic_get(prefix + amqp.UNREADABLE))[0] is not None:
        found.append((one[2], one[1].expiration))
    connection.close()
    return found


def refuse_everything(batch):
    if batch[0].conversation_id == "c1":
        raise EventsRefused(batch)
    raise ValueError("a blue elephant")


@pytest.mark.parametrize("why", ["unreadable", "refused", "failed"])
def test_what_was_put_aside_is_kept_as_long_as_words_are(prefix, keys, why):
    producer = AmqpProducer(RABBITMQ, keys, prefix)
    producer.send(events("c2" if why == "failed" else "c1", [0]))
    if why == "unreadable":
        queue = prefix + amqp.QUEUE.format(partition=partition_of("c1"))
        producer._channel.queue_purge(queue)
        producer._channel.basic_publish("", queue, b"nonsense")
    AmqpConsumer(RABBITMQ, keys, refuse_everything, prefix, timedelta(days=12)).run(idle_seconds=0.5)
    assert [kept for _, kept in aside(prefix)] == [str(12 * 24 * 3600 * 1000)]


def test_what_was_put_aside_goes_when_its_time_is_over(prefix, keys):
    AmqpProducer(RABBITMQ, keys, prefix).send(events("c1", [0]))
    consumer = AmqpConsumer(RABBITMQ, keys, refuse_everything, prefix, timedelta(milliseconds=200))
    consumer.run(idle_seconds=0.5)
    assert wait_until(lambda: aside(prefix) == [])


def test_a_period_beyond_what_rabbitmq_takes_does_not_stop_the_writer(prefix, keys):
    AmqpProducer(RABBITMQ, keys, prefix).send(events("c1", [0]))
    AmqpConsumer(RABBITMQ, keys, refuse_everything, prefix, timedelta(days=20000)).run(idle_seconds=0.5)
    assert len(aside(prefix)) == 1


def test_what_an_earlier_version_put_aside_gets_an_end_and_the_rest_keeps_its_own(prefix, keys):
    """Its queues are there already, with the arguments of that version; RabbitMQ ends a message only at the head."""
    connection = rabbitmq()
    channel = connection.channel()
    declare_as_before(channel, prefix)
    queue = prefix + amqp.UNREADABLE
    for body, expiration in ((b"old", None), (b"new", "86400000"), (b"older writer", None)):
        channel.basic_publish("", queue, body, pika.BasicProperties(delivery_mode=2, expiration=expiration))
    connection.close()
    expected = [(b"new", "86400000"), (b"old", "172800000"), (b"older writer", "172800000")]
    for _ in range(2):
        AmqpConsumer(RABBITMQ, keys, lambda batch: None, prefix, timedelta(days=2)).run(idle_seconds=0.3)
        assert wait_until(lambda: aside(prefix) == expected, 5), aside(prefix)


def declare_as_before(channel, prefix):
    channel.queue_declare(prefix + amqp.UNREADABLE, durable=True)
    arguments = {
        "x-single-active-consumer": True,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": prefix + amqp.UNREADABLE,
    }
    for partition in range(amqp.PARTITIONS):
        channel.queue_declare(prefix + amqp.QUEUE.format(partition=partition), durable=True, arguments=arguments)


def refuses_number_one(stored):
    def deliver(batch):
        stored.extend(event for event in batch if event.event["n"] != 1)
        refused = [event for event in batch if event.event["n"] == 1]
        if refused:
            raise EventsRefused(refused)

    return deliver


def test_an_event_that_the_database_refuses_is_put_aside_and_the_rest_of_its_batch_is_written(prefix, keys):
    producer = AmqpProducer(RABBITMQ, keys, prefix)
    producer.send(events("c1", [0, 1, 2]))
    producer.send(events("c1", [3]))
    stored = []
    AmqpConsumer(RABBITMQ, keys, refuses_number_one(stored), prefix).run(idle_seconds=1.0)
    assert [event.event["n"] for event in stored] == [0, 2, 3]
    aside = []
    body = producer._channel.basic_get(prefix + amqp.UNREADABLE, auto_ack=True)[2]
    # Moved back, as the run-book says, it is a batch like any other.
    producer._channel.basic_publish("", prefix + amqp.QUEUE.format(partition=partition_of("c1")), body)
    AmqpConsumer(RABBITMQ, keys, aside.extend, prefix).run(idle_seconds=1.0)
    assert [event.event["n"] for event in aside] == [1]


def test_a_batch_at_which_the_writer_fails_is_put_aside_and_does_not_end_the_consumer(prefix, keys):
    stored = []

    def deliver(batch):
        if batch[0].event["n"] == 1:
            raise ValueError("a blue elephant")
        stored.extend(batch)

    producer = AmqpProducer(RABBITMQ, keys, prefix)
    for number in range(3):
        producer.send(events("c1", [number]))
    AmqpConsumer(RABBITMQ, keys, deliver, prefix).run(idle_seconds=1.0)
    assert [event.event["n"] for event in stored] == [0, 2]
    assert producer._channel.basic_get(prefix + amqp.UNREADABLE, auto_ack=True)[0] is not None


def test_nothing_in_the_queue_is_readable(prefix, keys):
    producer = AmqpProducer(RABBITMQ, keys, prefix)
    producer.send([LoggedEvent("e", "c1", {"event": "user", "text": "a blue elephant"})])
    queue = prefix + amqp.QUEUE.format(partition=partition_of("c1"))
    body = producer._channel.basic_get(queue, auto_ack=True)[2]
    assert b"elephant" not in body


def test_half_a_character_comes_through_the_queue(prefix, keys):
    AmqpProducer(RABBITMQ, keys, prefix).send([LoggedEvent("e", "c1", {"event": "slot", "value": "\udfff"})])
    stored = []
    AmqpConsumer(RABBITMQ, keys, stored.extend, prefix).run(idle_seconds=1.0)
    assert [event.event["value"] for event in stored] == ["\udfff"]


def test_without_rabbitmq_the_producer_says_so(keys):
    with pytest.raises(StoreError):
        AmqpProducer("amqp://guest:guest@127.0.0.1:1/?connection_attempts=1", keys).send(events("c1", [0]))
