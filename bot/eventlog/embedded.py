"""The logbook of this process, wired from the settings: to the store itself, or to RabbitMQ."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from typing import Any, Dict, Optional, Sequence

from bot import metrics
from bot.eventlog.housekeeping import Housekeeper, make_housekeeper
from bot.eventlog.logbook import Deliver, Logbook
from bot.redaction.memory import ConversationMemory, MemoryBook
from bot.store.keys import get_key_ring
from bot.store.records import EventsRefused, LoggedEvent

_AT_REST = metrics.LogState(0, 0, 0, 0, 0, 0, 0.0)
_lock = threading.Lock()
_logbook: Optional[Logbook] = None
_memories: Optional[MemoryBook] = None
_housekeeper: Optional[Housekeeper] = None


def get_memories() -> MemoryBook:
    """Who is `<PERSON_1>` in which conversation; shared by logbook and tracker store of this process."""
    global _memories
    with _lock:
        if _memories is None:
            _memories = MemoryBook(get_key_ring().derive("memory"))
    return _memories


def get_logbook() -> Logbook:
    """The running logbook; started at the first call. `get_logbook().publish(event)` never blocks or raises."""
    from bot.config import get_settings

    global _logbook, _housekeeper
    memories = get_memories()
    with _lock:
        if _logbook is None:
            settings = get_settings()
            _logbook = Logbook(
                settings.var_dir / "spool",
                get_key_ring(),
                _choose_delivery(settings.amqp_url),
                _redact,
                memories,
                settings.spool_megabytes * 1024 * 1024,
                settings.sealed_originals,
            )
            _logbook.start()
            metrics.watch_logbook(lambda: _logbook.state if _logbook is not None else _AT_REST)
            if not settings.amqp_url:
                # With RabbitMQ the consumers do this.
                _housekeeper = make_housekeeper()
                _housekeeper.start()
    return _logbook


def close_logbook() -> None:
    """Stops the logbook of this process, for a clean end and for tests."""
    global _logbook, _memories, _housekeeper
    with _lock:
        logbook, housekeeper = _logbook, _housekeeper
        _logbook, _memories, _housekeeper = None, None, None
    if housekeeper is not None:
        housekeeper.stop()
    if logbook is not None:
        logbook.close()


def store_events(events: Sequence[LoggedEvent]) -> None:
    """Writes a batch to the staff database.

    Raises:
        StoreError: The database is away; nothing is lost, the batch comes again.
        EventsRefused: Some events cannot be stored; all others are.
    """
    from bot.store.log_writer import write_events
    from bot.store.policy import get_policy

    refused = write_events(events, get_policy(), get_key_ring(), datetime.now(timezone.utc))
    metrics.WRITTEN.inc(len(events) - len(refused))
    if refused:
        raise EventsRefused(refused)


def _choose_delivery(amqp_url: str) -> Deliver:
    if not amqp_url:
        return store_events
    from bot.eventlog.amqp import AmqpProducer

    return AmqpProducer(amqp_url, get_key_ring()).send


def _redact(event: Dict[str, Any], memory: ConversationMemory) -> Dict[str, Any]:
    # Imported at the first event: spaCy and Presidio take two seconds, and the reply does not wait for this thread.
    from bot.redaction.events import redact_event

    return redact_event(event, memory)
