"""The logbook: takes events without ever blocking, redacts them in a thread, and gets each into the store once.

    publish ──▶ queue (memory, bounded) ──▶ redaction thread ──▶ spool (disk) ──▶ delivery thread ──▶ store or RabbitMQ

How each part fails: database away → batches wait in the spool, in order. Redaction too slow → above NORMAL_WAITING
events the words are left out and only the facts (intent, risk, helplines) are kept; above MOST_WAITING events are
counted and dropped. Process killed → at most the events of the last BATCH_SECONDS are lost.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Deque, Dict, List, Mapping, Optional, Sequence, Tuple

from bot.eventlog.conversation_ids import conversation_key
from bot.eventlog.spool import Spool, SpoolFolder
from bot.metrics import LogState
from bot.redaction.constants import WITHHELD
from bot.redaction.memory import ConversationMemory, MemoryBook
from bot.store.keys import KeyRing
from bot.store.records import FACT_SLOTS, EventsRefused, LoggedEvent, make_event_id

logger = logging.getLogger(__name__)

NORMAL_WAITING = 5_000
MOST_WAITING = 50_000
BATCH_EVENTS = 100
#: An event is on disk this long after it happened, or a little more when many arrive at once.
BATCH_SECONDS = 0.05
DELIVERY_EVENTS = 400
#: What is on disk waits this long for more before it is stored: most of the cost is the transaction, not the rows.
GATHER_SECONDS = 0.3
_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)

Deliver = Callable[[Sequence[LoggedEvent]], None]
RedactEvent = Callable[[Dict[str, Any], ConversationMemory], Dict[str, Any]]


@dataclass
class LogbookFigures:
    """Counters since the start, for metrics; no words."""

    taken: int = 0
    without_words: int = 0
    dropped: int = 0
    delivered: int = 0
    failed_deliveries: int = 0
    #: `time.monotonic()` since when the store has been away, or None.
    away_since: Optional[float] = None


class Logbook:
    """One a process. `start` begins the threads, `close` ends them and leaves waiting batches on disk."""

    def __init__(
        self,
        folder: Path,
        keys: KeyRing,
        deliver: Deliver,
        redact: RedactEvent,
        memories: MemoryBook,
        max_bytes: int = 256 * 1024 * 1024,
        keep_originals: bool = False,
        sync: bool = True,
    ) -> None:
        """Wires the parts; nothing runs yet.

        Args:
            folder: Where spool folders live, such as `var/spool`.
            keys: Encrypts the spool and makes event ids.
            deliver: Stores a batch or raises; called with the same events again after a failure other than
                EventsRefused.
            redact: Such as `bot.redaction.events.redact_event`.
            memories: Placeholders by conversation, shared with the tracker store.
            max_bytes: Most bytes that wait on disk.
            keep_originals: Sealed originals are on.
            sync: See Spool.
        """
        self.figures = LogbookFigures()
        self._keys = keys
        self._event_key = keys.derive("event")
        self._deliver = deliver
        self._redact = redact
        self._memories = memories
        self._keep_originals = keep_originals
        self._own = SpoolFolder(folder)
        self._spool = Spool(self._own.path, keys, max_bytes, sync)
        self._waiting: Deque[Tuple[str, str]] = deque()
        self._arrived = threading.Event()
        self._spooled = threading.Event()
        #: Set while somebody waits for the store: nothing is gathered then.
        self._hurry = threading.Event()
        self._stopping = threading.Event()
        self._threads: List[threading.Thread] = []

    def start(self) -> None:
        """Starts the two threads; batches of earlier processes go out first."""
        for name, target in (("logbook-redaction", self._redact_forever), ("logbook-delivery", self._deliver_forever)):
            thread = threading.Thread(target=target, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def publish(self, event: Mapping[str, Any]) -> None:
        """Takes one event of `Event.as_dict()` with `sender_id`. Returns at once and never raises."""
        try:
            if not _is_wanted(event):
                return
            waiting = len(self._waiting)
            if waiting >= MOST_WAITING:
                self.figures.dropped += 1
                return
            if waiting >= NORMAL_WAITING:
                event = _without_words(event)
                self.figures.without_words += 1
            # A snapshot: Rasa goes on working with the same dictionaries.
            self._waiting.append((str(event.get("sender_id", "")), json.dumps(event, default=plain_value)))
            self.figures.taken += 1
            self._arrived.set()
        except Exception as error:  # noqa: BLE001 - the person's answer must not depend on the log
            self.figures.dropped += 1
            logger.error("an event could not be taken into the log: %s", type(error).__name__)

    @property
    def state(self) -> LogState:
        """The figures of this moment."""
        figures = self.figures
        away = figures.away_since
        return LogState(
            figures.taken,
            figures.without_words,
            figures.dropped,
            figures.delivered,
            len(self._waiting),
            self._spool.waiting_bytes,
            time.monotonic() - away if away is not None else 0.0,
        )

    def flush(self, timeout_seconds: float = 10.0) -> bool:
        """Waits until everything taken so far is delivered. For tests and for a clean end."""
        deadline = time.monotonic() + timeout_seconds
        self._hurry.set()
        try:
            while time.monotonic() < deadline:
                if not self._waiting and not self._busy and self._spool.is_empty:
                    return True
                time.sleep(0.01)
            return False
        finally:
            self._hurry.clear()

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Writes what is in memory to the spool, tries to deliver it, and stops."""
        self.flush(timeout_seconds if self.figures.away_since is None else 0.5)
        self._stopping.set()
        self._hurry.set()
        self._arrived.set()
        self._spooled.set()
        for thread in self._threads:
            thread.join(timeout=timeout_seconds)
        self._spool.close()
        self._own.release()

    # --- redaction thread --------------------------------------------------------------------------------------

    _busy = False

    def _redact_forever(self) -> None:
        while True:
            self._arrived.wait(timeout=1.0)
            self._arrived.clear()
            while self._waiting:
                self._busy = True
                started = time.monotonic()
                batch: List[Dict[str, Any]] = []
                while self._waiting and len(batch) < BATCH_EVENTS and time.monotonic() - started < BATCH_SECONDS:
                    sender_id, content = self._waiting.popleft()
                    logged = self._redacted(sender_id, content)
                    if logged is not None:
                        batch.append(logged.as_dict())
                self._keep(batch)
            self._busy = False
            if self._stopping.is_set() and not self._waiting:
                return

    def _redacted(self, sender_id: str, content: str) -> Optional[LoggedEvent]:
        try:
            event = json.loads(content)
            conversation_id = conversation_key(sender_id, self._keys)
            memory = self._memories.get(conversation_id)
            original = event.get("text") if self._keep_originals and event.get("event") == "user" else None
            event_id = make_event_id(self._event_key, conversation_id, event)
            return LoggedEvent(event_id, conversation_id, self._redact(event, memory), original)
        except Exception as error:  # noqa: BLE001 - one strange event must not stop the log
            self.figures.dropped += 1
            logger.error("an event could not be redacted and was dropped: %s", type(error).__name__)
            return None

    def _keep(self, batch: List[Dict[str, Any]]) -> None:
        try:
            if batch and not self._spool.append(batch):
                self.figures.dropped += len(batch)
                logger.error("the spool is full; %d events were dropped", len(batch))
        except Exception as error:  # noqa: BLE001 - without this thread nothing is logged and nobody alerted
            self.figures.dropped += len(batch)
            logger.error("the spool cannot be written (%s); %d events were dropped", _kind(error), len(batch))
        self._spooled.set()

    # --- delivery thread ---------------------------------------------------------------------------------------

    def _deliver_forever(self) -> None:
        self._take_over()
        failures = 0
        while True:
            if self._spooled.wait(timeout=1.0):
                self._hurry.wait(GATHER_SECONDS)
            self._spooled.clear()
            while not self._deliver_waiting(self._spool):
                pause = _RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)]
                failures += 1
                if self._stopping.wait(pause):
                    return
            failures = 0
            if self._stopping.is_set():
                return

    def _deliver_waiting(self, spool: Spool) -> bool:
        """Delivers everything that waits. False when the store is away."""
        while True:
            try:
                found, position = spool.read(DELIVERY_EVENTS)
                if not found and position == spool.done:
                    return True
                delivered = self._deliver_batch(spool, found) if found else 0
                put_aside = spool.finish(position)
            except Exception as error:  # noqa: BLE001 - of any kind: the batch is on disk and is sent again
                self._note_failure(error)
                return False
            if put_aside:
                self.figures.dropped += put_aside
                logger.error("%d batches of the spool cannot be read and were put aside", put_aside)
            self.figures.delivered += delivered
            if self.figures.away_since is not None:
                logger.warning("the log is stored again; events that waited on disk are in")
                self.figures.away_since = None

    def _deliver_batch(self, spool: Spool, found: List[Any]) -> int:
        """Returns how many events the store took; what it refuses is put aside, so that it holds nothing up."""
        try:
            self._deliver([LoggedEvent.from_dict(item) for item in found])
        except EventsRefused as refused:
            spool.put_aside([logged.as_dict() for logged in refused.events])
            self.figures.dropped += len(refused.events)
            logger.error("%d events cannot be stored and were put aside", len(refused.events))
            return len(found) - len(refused.events)
        return len(found)

    def _note_failure(self, error: Exception) -> None:
        self.figures.failed_deliveries += 1
        if self.figures.away_since is None:
            self.figures.away_since = time.monotonic()
            logger.warning("the log cannot be stored now (%s); events wait on disk", _kind(error))

    def _take_over(self) -> None:
        """Delivers what processes that are gone left behind; what cannot be taken waits for the next start."""
        try:
            for path, lock in self._own.abandoned():
                with lock:
                    self._deliver_left(path)
        except Exception as error:  # noqa: BLE001 - this thread delivers the events of today as well
            logger.error("what an earlier process left in the spool cannot be taken over now (%s)", _kind(error))

    def _deliver_left(self, path: Path) -> None:
        spool = Spool(path, self._keys, 0)
        try:
            while not self._deliver_waiting(spool):
                if self._stopping.wait(_RETRY_SECONDS[-1]):
                    return
        finally:
            spool.close()
        _remove_empty(path)


def _is_wanted(event: Mapping[str, Any]) -> bool:
    kind = event.get("event")
    return kind in ("user", "bot") or (kind == "slot" and event.get("name") in FACT_SLOTS)


def _without_words(event: Mapping[str, Any]) -> Dict[str, Any]:
    """The facts of an event when there is no time to redact its words."""
    kept = {
        name: event.get(name)
        for name in ("event", "timestamp", "sender_id", "metadata", "input_channel", "name", "value")
    }
    kept["text"] = WITHHELD if event.get("text") else event.get("text")
    parsed = event.get("parse_data") or {}
    kept["parse_data"] = {name: parsed[name] for name in ("intent", "risk", "nearest", "faq") if name in parsed}
    return kept


def _kind(error: Exception) -> str:
    """What went wrong, without the words that may be in an error's text."""
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def plain_value(value: Any) -> Any:
    """numpy numbers and arrays, which components may leave on a message."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _remove_empty(path: Path) -> None:
    for segment in path.glob("*.log"):
        if segment.stat().st_size == 0:
            segment.unlink()
