"""RedactedTrackerStore: Rasa's tracker store, but redacted, encrypted, bounded, and calm when the database is away.

What Rasa's own store does and this one does not: write raw words; load every event of the conversation on each
message (twice); wait in a loop when the database is away at start; fall back to raw words in memory.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, Dict, Iterable, List, Optional, Type

import rasa.shared.utils.common
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.content.countries import get_country_names
from bot.content.platforms import get_platforms
from bot.content.responses import get_responses
from bot.errors import StoreError
from bot.eventlog.conversation_ids import conversation_key
from bot.eventlog.embedded import get_memories
from bot.eventlog.logbook import plain_value
from bot.eventlog.packed import PackedEvents
from bot.redaction.events import redact_event
from bot.redaction.memory import MemoryBook
from bot.redaction.redactor import get_redactor
from bot.store.database import Database, try_to_write
from bot.store.tracker_copy import StoredConversation, TrackerCopy, get_tracker_copy

logger = logging.getLogger(__name__)

#: A turn loads at least this many events and at most twice as many (a turn makes 5 to 12).
WINDOW_EVENTS = 60
#: Conversations whose redacted window stays in memory.
CACHED_CONVERSATIONS = 500
#: After a failure the database is left alone this long, so that no message waits for a connection again and again.
REST_SECONDS = 2.0
_STORED = "_kindlight_stored"


@dataclass
class _Entry:
    """A conversation in memory: what is stored, and redacted events that wait for the database."""

    stored: StoredConversation = field(default_factory=StoredConversation)
    waiting: List[Dict[str, Any]] = field(default_factory=list)
    #: Whether `stored` is what the database held when it was last asked or written: not while it is away.
    is_current: bool = False
    #: Its events cannot be stored as they are: they are tried again with its own messages, not with everybody's.
    is_refused: bool = False
    #: Held while `waiting` is written: another conversation's thread may want to write it, too.
    writing: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def events(self) -> List[Dict[str, Any]]:
        return [*self.stored.opening, *self.stored.events, *self.waiting]


class RedactedTrackerStore(SQLTrackerStore):
    """Named in `endpoints.yml` by module path; the address comes from the settings unless `url` is given there."""

    def __init__(
        self,
        domain: Optional[Domain] = None,
        host: Optional[str] = None,
        event_broker: Optional[EventBroker] = None,
        copy: Optional[TrackerCopy] = None,
        memories: Optional[MemoryBook] = None,
        **kwargs: Any,
    ) -> None:
        """Connects at the first message, so that a start never waits for the database.

        Args:
            domain: Rasa's domain.
            host: `url` of the endpoint: an SQLAlchemy address; empty means the one of the settings.
            event_broker: Gets every new event before it is stored.
            copy: For tests.
            memories: For tests.
            **kwargs: Rasa hands over whatever else the endpoint says; nothing else is used.
        """
        self.copy = copy or (TrackerCopy(Database(host)) if host else get_tracker_copy())
        self.engine = self.copy.database.engine
        self._memories = memories or get_memories()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = threading.Lock()
        # One thread a database: SQLite has one writer anyway, and order is kept.
        self._executor = ThreadPoolExecutor(4 if not self.copy.database.is_sqlite else 1, "tracker-store")
        self._rests_until = 0.0
        self.copy.on_delete(self._forget)
        _load_soon()
        TrackerStore.__init__(self, domain, event_broker)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The latest session, as far as the window reaches."""
        key = conversation_key(sender_id)
        events = _latest_session((await self._in_thread(self._load, key)).events)
        return self._tracker(sender_id, events)

    async def retrieve_full_tracker(self, conversation_id: str) -> Optional[DialogueStateTracker]:
        """Every stored event of every session."""
        key = conversation_key(conversation_id)
        entry = await self._in_thread(self._load_everything, key)
        return self._tracker(conversation_id, entry.events)

    async def exists(self, conversation_id: str) -> bool:
        """Whether anything is stored."""
        return bool((await self._in_thread(self._load, conversation_key(conversation_id))).events)

    async def keys(self) -> Iterable[str]:
        """The ids of all stored conversations."""
        return list(await self._in_thread(self.copy.senders))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Passes new events to the broker and stores them redacted; never fails because of the database."""
        stored = getattr(tracker, _STORED, None)
        if stored is None or stored > len(tracker.events):
            stored = await self._in_thread(self._count_stored, conversation_key(tracker.sender_id))
        new = list(itertools.islice(tracker.events, stored, None))
        setattr(tracker, _STORED, stored + len(new))
        if not new:
            return
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)
        await self._in_thread(self._store, conversation_key(tracker.sender_id), [event.as_dict() for event in new])

    async def delete(self, sender_id: str) -> int:
        """Removes a conversation from the database and from memory. Returns how many events went."""
        return int(await self._in_thread(self.copy.delete, conversation_key(sender_id)))

    def _tracker(self, sender_id: str, events: List[Dict[str, Any]]) -> Optional[DialogueStateTracker]:
        if not events:
            return None
        found = [event for event in map(read_event, events) if event is not None]
        tracker = DialogueStateTracker.from_events(sender_id, found, self.domain.slots)
        setattr(tracker, _STORED, len(tracker.events))
        return tracker

    async def _in_thread(self, work: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)

    # --- in the thread -------------------------------------------------------------------------------------------

    def _load(self, key: str) -> _Entry:
        """From memory when nobody else wrote since, else from the database; from memory alone while it is away."""
        entry = self._held(key)
        try:
            if self._is_away():
                entry.is_current = False
            elif not entry.is_current or self.copy.last_id(key) != entry.stored.last_id:
                with entry.writing:
                    self._catch_up(key, entry)
        except (SQLAlchemyError, StoreError) as error:
            entry.is_current = False
            self._note_away(error)
        return self._remember(key, entry)

    def _catch_up(self, key: str, entry: _Entry) -> None:
        """Reads what the database holds: another server wrote, or this one went on without it. `writing` is held."""
        stored = _packed(self.copy.load(key))
        if stored.erased_at is not None and not stored.memory:
            # Erased through another server: what this one remembers of it goes, too.
            self._memories.forget(key)
        self._memories.get(key, stored.memory)
        if stored.last_id != entry.stored.last_id:
            self._carry_slots(key, stored, entry.waiting)
        entry.stored, entry.is_current = stored, True

    def _carry_slots(self, key: str, stored: StoredConversation, waiting: List[Dict[str, Any]]) -> None:
        """Lets a session that began without the database take over the slots of before, as Rasa's sessions do."""
        starts = [at for at, event in enumerate(waiting) if event.get("event") == SessionStarted.type_name]
        if not starts:
            return
        start, moment = starts[-1] + 1, waiting[starts[-1]].get("timestamp")
        before = self._opening(key, _latest_session([*stored.opening, *stored.events]))
        # In place, since a message of this moment adds to the list; what the session set itself comes later, and holds.
        waiting[start:start] = [{**slot, "timestamp": moment} for slot in before if slot["event"] == SlotSet.type_name]

    def _count_stored(self, key: str) -> int:
        """How many of its events a tracker had when it was made, for one that does not say so itself."""
        with self._lock:
            entry = self._entries.get(key)
        # Made while the database was away, it holds what was in memory, whatever the database can tell by now.
        if entry is None or entry.is_current:
            entry = self._load(key)
        return len(_latest_session(entry.events))

    def _load_everything(self, key: str) -> _Entry:
        entry = self._load(key)
        if self._is_away():
            return entry
        try:
            return _Entry(self.copy.load(key, everything=True), list(entry.waiting))
        except (SQLAlchemyError, StoreError) as error:
            self._note_away(error)
            return entry

    def _store(self, key: str, events: List[Dict[str, Any]]) -> None:
        memory = self._memories.get(key)
        # Through JSON, as Rasa's store does: components may leave numpy numbers in an event.
        plain = json.loads(json.dumps(events, default=plain_value))
        redacted = [redact_event(event, memory) for event in plain]
        entry = self._held(key)
        entry.waiting.extend(redacted)
        self._remember(key, entry)
        if self._is_away():
            entry.is_current = False
            return
        try:
            self._write_waiting(key, entry)
            self._write_others(key)
        except (SQLAlchemyError, StoreError) as error:
            self._note_away(error)

    def _write_waiting(self, key: str, entry: _Entry) -> None:
        with entry.writing:
            if not entry.waiting:
                return
            failure = try_to_write(lambda: self._write(key, entry))
            # Another server that wrote at the same moment is no lasting reason.
            entry.is_refused = failure is not None and not isinstance(failure, IntegrityError)
            if failure is not None:
                logger.error("a conversation cannot be stored, it goes on from memory: %s", type(failure).__name__)

    def _write(self, key: str, entry: _Entry) -> None:
        if not entry.is_current:
            self._catch_up(key, entry)
        # Until the database has taken the events: after a failure another server may write first.
        entry.is_current = False
        waiting = list(entry.waiting)
        memory = self._memories.get(key).as_state()
        ids = self.copy.append(key, waiting, memory, datetime.now(timezone.utc))
        del entry.waiting[: len(waiting)]
        if len(ids) < len(waiting):
            # Part of it was erased meanwhile: what is in memory is no longer true.
            self._forget(key)
            return
        entry.stored = replace(
            entry.stored,
            events=PackedEvents.of(entry.stored.events).plus(waiting),
            ids=[*entry.stored.ids, *ids],
            memory=memory,
        )
        entry.is_current = True
        if len(entry.stored.events) > 2 * WINDOW_EVENTS:
            self._move_window(key, entry)

    def _write_others(self, key: str) -> None:
        """The database is back: conversations that waited are written too."""
        with self._lock:
            others = [(name, entry) for name, entry in self._entries.items() if _may_write(entry) and name != key]
        for name, entry in others[:50]:
            # A conversation whose own thread is writing at this moment does not wait for the database.
            if not entry.writing.locked():
                self._write_waiting(name, entry)

    def _move_window(self, key: str, entry: _Entry) -> None:
        """Lets the window start at a later message; what came before becomes slots and a loop."""
        stored = entry.stored
        starts = [
            at for at, event in enumerate(stored.events) if event.get("event") in ("user", SessionStarted.type_name)
        ]
        start = next((at for at in reversed(starts) if len(stored.events) - at >= WINDOW_EVENTS), 0)
        if start == 0:
            return
        opening = self._opening(key, [*stored.opening, *stored.events[:start]])
        self.copy.move_window(key, stored.ids[start], opening)
        entry.stored = replace(stored, opening=opening, events=stored.events[start:], ids=stored.ids[start:])

    def _opening(self, key: str, events: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
        """Events that bring slots and loop to where these events left them."""
        read = [event for event in map(read_event, events) if event is not None]
        return _opening_events(DialogueStateTracker.from_events(key, read, self.domain.slots))

    def _held(self, key: str) -> _Entry:
        with self._lock:
            return self._entries.setdefault(key, _Entry())

    def _remember(self, key: str, entry: _Entry) -> _Entry:
        with self._lock:
            self._entries[key] = entry
            self._entries.move_to_end(key)
            while len(self._entries) > CACHED_CONVERSATIONS:
                oldest = next(
                    (name for name, held in self._entries.items() if not held.waiting or len(self._entries) > 4000),
                    None,
                )
                if oldest is None:
                    break
                del self._entries[oldest]
        return entry

    def _forget(self, key: str) -> None:
        with self._lock:
            self._entries.pop(key, None)
        self._memories.forget(key)

    def _is_away(self) -> bool:
        return time.monotonic() < self._rests_until

    def _note_away(self, error: Exception) -> None:
        self._rests_until = time.monotonic() + REST_SECONDS
        logger.warning(
            "the tracker database is away (%s); conversations go on from memory, redacted", type(error).__name__
        )


def _may_write(entry: _Entry) -> bool:
    return bool(entry.waiting) and not entry.is_refused


def _load_what_the_first_message_needs() -> None:
    # Words first: the answer waits for them, and then for its redacted copy.
    for load in (get_responses, get_platforms, get_country_names, get_redactor):
        load()


def _load_soon() -> None:
    """spaCy and Presidio take two seconds: not while Rasa starts, and before the first person has typed."""
    load = threading.Thread(target=_load_what_the_first_message_needs, name="redaction-load", daemon=True)
    try:
        # Rasa's event loop is busy until the model is loaded and the port is open.
        asyncio.get_running_loop().call_soon(load.start)
    except RuntimeError:
        load.start()


def _packed(stored: StoredConversation) -> StoredConversation:
    """For memory: most of what is held is not looked at again."""
    return replace(stored, events=PackedEvents.of(stored.events))


def _latest_session(events: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """From the last `session_started` on, as Rasa's own store does."""
    for at in range(len(events) - 1, -1, -1):
        if events[at].get("event") == SessionStarted.type_name:
            return events[at:]
    return events


def _opening_events(tracker: DialogueStateTracker) -> List[Dict[str, Any]]:
    """Events that bring slots and loop to where they are; the time does not matter to them."""
    changed = [
        SlotSet(name, slot.value, timestamp=0.0)
        for name, slot in tracker.slots.items()
        if slot.value is not None and slot.value != slot.initial_value
    ]
    loop = [ActiveLoop(tracker.active_loop_name, timestamp=0.0)] if tracker.active_loop_name else []
    return [event.as_dict() for event in [*changed, *loop]]


@lru_cache(maxsize=1)
def _event_types() -> Dict[str, Type[Event]]:
    """Rasa walks through all event classes for each event it reads; one dictionary does the same."""
    return {kind.type_name: kind for kind in rasa.shared.utils.common.all_subclasses(Event) if kind.type_name}


def read_event(stored: Dict[str, Any]) -> Optional[Event]:
    """The Rasa event behind a stored one; None for a kind this version does not know."""
    kind = _event_types().get(str(stored.get("event")))
    return kind._from_parameters(stored) if kind is not None else None
