"""RabbitMQ between many Rasa processes and the writers of the log.

The producer sends redacted, encrypted batches and counts one as delivered when RabbitMQ has confirmed it. Events are
spread over PARTITIONS queues by conversation; each queue has a single active consumer, so that a conversation's
events are written in order however many producers and consumers there are. A batch is acknowledged after the commit:
a consumer that dies leaves it to the next one, and the store takes each event once.

What cannot be read or stored is put aside into a queue of its own, for as long as words are kept. Each message there
carries its end date itself: RabbitMQ refuses other arguments for a queue that exists, and the period is a setting.
"""

from __future__ import annotations

import json
import logging
import time
import zlib
from datetime import timedelta
from typing import Any, Dict, List, Mapping, Sequence

import pika
from pika.exceptions import AMQPError

from bot import metrics
from bot.errors import ConfigError, KindlightError, StoreError
from bot.eventlog.logbook import Deliver
from bot.store.database import try_to_write
from bot.store.keys import KeyRing
from bot.store.records import EventsRefused, LoggedEvent

logger = logging.getLogger(__name__)
# pika tells every step of a connection, and each failed one with a traceback; what matters is logged here.
logging.getLogger("pika").setLevel(logging.CRITICAL)

PARTITIONS = 8
QUEUE = "kindlight.events.{partition}"
UNREADABLE = "kindlight.events.unreadable"
_CONTEXT = b"queue"
_RETRY_SECONDS = 1.0
_COUNT_SECONDS = 5.0
_LOOK_SECONDS = 0.2
#: RabbitMQ takes no longer period.
_LONGEST_PERIOD = timedelta(days=3650)
_KIND = {"delivery_mode": 2, "content_type": "application/octet-stream"}
_PERSISTENT = pika.BasicProperties(**_KIND)


def partition_of(conversation_id: str) -> int:
    """Which queue a conversation's events go through."""
    return zlib.crc32(conversation_id.encode("utf-8")) % PARTITIONS


def declare(channel: Any, prefix: str = "") -> None:
    """Durable queues, one active consumer each; what cannot be read goes aside."""
    channel.queue_declare(prefix + UNREADABLE, durable=True)
    # Writers of an earlier version let RabbitMQ move what they could not read. Nothing of it may change: RabbitMQ
    # refuses other arguments for a queue that exists.
    arguments = {
        "x-single-active-consumer": True,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": prefix + UNREADABLE,
    }
    for partition in range(PARTITIONS):
        channel.queue_declare(prefix + QUEUE.format(partition=partition), durable=True, arguments=arguments)


def wait_until_written(url: str, keys: KeyRing, seconds: float, prefix: str = "") -> bool:
    """Whether everything that is in RabbitMQ at this moment is written within so many seconds.

    An empty batch goes into each queue. RabbitMQ does not count what a consumer has in hand; but a queue's one active
    consumer takes one batch at a time, so the empty one leaves when all before it is acknowledged. One that stays,
    since nobody consumes, does no harm.

    Raises:
        StoreError: RabbitMQ is away.
    """
    ends = time.monotonic() + seconds
    try:
        with pika.BlockingConnection(_parameters(url)) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            declare(channel, prefix)
            waiting = [prefix + QUEUE.format(partition=partition) for partition in range(PARTITIONS)]
            for queue in waiting:
                channel.basic_publish("", queue, keys.encrypt(b"[]", _CONTEXT), _PERSISTENT, mandatory=True)
            while True:
                waiting = [queue for queue in waiting if _batches_in(channel, queue)]
                if not waiting or time.monotonic() > ends:
                    return not waiting
                connection.sleep(_LOOK_SECONDS)
    except (AMQPError, OSError) as error:
        raise StoreError(f"RabbitMQ does not say what waits in it ({type(error).__name__}).") from error


def count_aside(url: str, prefix: str = "") -> int:
    """How many batches were put aside.

    Raises:
        StoreError: RabbitMQ is away.
    """
    try:
        with pika.BlockingConnection(_parameters(url)) as connection:
            channel = connection.channel()
            declare(channel, prefix)
            return _batches_in(channel, prefix + UNREADABLE)
    except (AMQPError, OSError) as error:
        raise StoreError(f"RabbitMQ does not say what was put aside in it ({type(error).__name__}).") from error


class AmqpProducer:
    """Used by the logbook's delivery thread: `send` returns when RabbitMQ has the batch on disk, or raises."""

    def __init__(self, url: str, keys: KeyRing, prefix: str = "") -> None:
        self._parameters = _parameters(url)
        self._keys = keys
        self._prefix = prefix
        self._connection: Any = None
        self._channel: Any = None

    def send(self, events: Sequence[LoggedEvent]) -> None:
        """Publishes a batch.

        Raises:
            StoreError: RabbitMQ is away or refused; nothing is lost, the spool keeps the batch.
        """
        parts: Dict[int, List[Dict[str, Any]]] = {}
        for event in events:
            parts.setdefault(partition_of(event.conversation_id), []).append(event.as_dict())
        try:
            channel = self._open()
            for partition, batch in parts.items():
                body = _seal(batch, self._keys)
                _publish(channel, self._prefix + QUEUE.format(partition=partition), body, _PERSISTENT)
        except (AMQPError, OSError) as error:
            self.close()
            raise StoreError(f"RabbitMQ did not take the events ({type(error).__name__}).") from error

    def close(self) -> None:
        """Drops the connection; the next `send` opens a new one."""
        connection, self._connection, self._channel = self._connection, None, None
        try:
            if connection is not None and connection.is_open:
                connection.close()
        except (AMQPError, OSError) as error:
            logger.debug("closing the RabbitMQ connection failed: %s", type(error).__name__)

    def _open(self) -> Any:
        if self._channel is None or not self._channel.is_open:
            self.close()
            self._connection = pika.BlockingConnection(self._parameters)
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
            declare(self._channel, self._prefix)
        return self._channel


class AmqpConsumer:
    """Writes batches from the queues until stopped. Start as many as you like, on as many machines."""

    def __init__(
        self, url: str, keys: KeyRing, deliver: Deliver, prefix: str = "", keep_aside: timedelta = timedelta(days=30)
    ) -> None:
        """Prepares; connects in `run`.

        Args:
            url, keys, prefix: As for the producer.
            deliver: Writes a batch.
            keep_aside: How long a batch that cannot be read or stored is kept: as long as words (`StorePolicy.text`).
        """
        self._parameters = _parameters(url)
        self._keys = keys
        self._deliver = deliver
        self._prefix = prefix
        period = min(keep_aside, _LONGEST_PERIOD) // timedelta(milliseconds=1)
        self._aside = pika.BasicProperties(**_KIND, expiration=str(period))
        #: Set by `stop`.
        self.stopping = False
        self.written = 0
        #: Whether RabbitMQ answers and batches are taken from it.
        self.connected = False
        # Until the first count nothing is known: a 0 would say that the queue is empty.
        self._note_away()

    def run(self, idle_seconds: float | None = None) -> None:
        """Consumes; reconnects when RabbitMQ goes away.

        Args:
            idle_seconds: Return after this long without a message; None means never (tests use it).
        """
        while not self.stopping:
            try:
                self._consume(idle_seconds)
                return
            except (AMQPError, OSError) as error:
                logger.warning("RabbitMQ is away (%s); trying again", type(error).__name__)
                self._note_away()
                time.sleep(_RETRY_SECONDS)

    def stop(self) -> None:
        """Lets `run` return within a second."""
        self.stopping = True

    def _consume(self, idle_seconds: float | None) -> None:
        connection = pika.BlockingConnection(self._parameters)
        try:
            channel = connection.channel()
            # What is put aside is acknowledged in its own queue only when RabbitMQ has it in the other.
            channel.confirm_delivery()
            declare(channel, self._prefix)
            self._limit_what_has_no_end(connection)
            # One batch at a time from each queue keeps the order when a batch has to wait for the database.
            channel.basic_qos(prefetch_count=1)
            for partition in range(PARTITIONS):
                channel.basic_consume(self._prefix + QUEUE.format(partition=partition), self._on_batch)
            last_written, last_change, next_count = self.written, time.monotonic(), 0.0
            self.connected = True
            while not self.stopping:
                if time.monotonic() >= next_count:
                    self._count(channel)
                    next_count = time.monotonic() + _COUNT_SECONDS
                connection.process_data_events(time_limit=0.2)
                if self.written != last_written:
                    last_written, last_change = self.written, time.monotonic()
                elif idle_seconds is not None and time.monotonic() - last_change > idle_seconds:
                    return
        finally:
            if connection.is_open:
                connection.close()

    def _count(self, channel: Any) -> None:
        """How much waits in RabbitMQ, for metrics."""
        queues = [QUEUE.format(partition=partition) for partition in range(PARTITIONS)]
        metrics.QUEUE.set(sum(_batches_in(channel, self._prefix + name) for name in queues))
        metrics.UNREADABLE.set(_batches_in(channel, self._prefix + UNREADABLE))

    def _note_away(self) -> None:
        self.connected = False
        metrics.QUEUE.set(-1)
        metrics.UNREADABLE.set(-1)

    def _on_batch(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        try:
            events = [LoggedEvent.from_dict(item) for item in json.loads(self._keys.decrypt(body, _CONTEXT))]
        except (KindlightError, ValueError, KeyError) as error:
            self._put_aside(channel, body)
            channel.basic_ack(method.delivery_tag)
            logger.error("a batch cannot be read and was put aside: %s", type(error).__name__)
            return
        try:
            failure = try_to_write(lambda: self._deliver(events))
        except (KindlightError, OSError) as error:
            logger.warning("the database is away, the batch goes back into its queue: %s", error)
            time.sleep(_RETRY_SECONDS)
            channel.basic_nack(method.delivery_tag, requeue=True)
            return
        refused: List[LoggedEvent] = []
        if isinstance(failure, EventsRefused):
            refused = failure.events
            self._put_aside(channel, _seal([logged.as_dict() for logged in refused], self._keys))
            logger.error("%d events cannot be stored and were put aside", len(refused))
        elif failure is not None:
            self._put_aside(channel, body)
            channel.basic_ack(method.delivery_tag)
            logger.error("a batch cannot be written and was put aside: %s", type(failure).__name__)
            return
        channel.basic_ack(method.delivery_tag)
        self.written += len(events) - len(refused)

    def _put_aside(self, channel: Any, body: bytes) -> None:
        _publish(channel, self._prefix + UNREADABLE, body, self._aside)

    def _limit_what_has_no_end(self, connection: Any) -> None:
        """What an earlier version put aside stayed for ever, and kept what is behind it: messages end at the head."""
        with connection.channel() as channel:
            channel.confirm_delivery()
            for _ in range(_batches_in(channel, self._prefix + UNREADABLE)):
                method, properties, body = channel.basic_get(self._prefix + UNREADABLE)
                if method is None:
                    return
                if properties.expiration is None:
                    self._put_aside(channel, body)
                    channel.basic_ack(method.delivery_tag)
        # The others were not acknowledged, so that they are in their places again when the channel is closed.


def _seal(batch: Sequence[Mapping[str, Any]], keys: KeyRing) -> bytes:
    """A batch as it stands in a queue; escaped, as in the spool."""
    return keys.encrypt(json.dumps(batch).encode("ascii"), _CONTEXT)


def _publish(channel: Any, queue: str, body: bytes, properties: pika.BasicProperties) -> None:
    channel.basic_publish(exchange="", routing_key=queue, body=body, properties=properties, mandatory=True)


def _batches_in(channel: Any, queue: str) -> int:
    """How many wait; without those that a consumer has in hand."""
    return int(channel.queue_declare(queue, passive=True).method.message_count)


def _parameters(url: str) -> pika.URLParameters:
    try:
        parameters = pika.URLParameters(url)
    except (ValueError, AttributeError, TypeError, LookupError):
        # Without the address: it holds a password.
        raise ConfigError(
            "KINDLIGHT_AMQP_URL cannot be read; write it like amqp://name:password@host:5672/, with special letters "
            "of the password percent-encoded."
        ) from None
    parameters.socket_timeout = 3
    parameters.blocked_connection_timeout = 10
    return parameters
