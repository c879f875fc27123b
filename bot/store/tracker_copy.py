"""Rasa's own copy of conversations: its tables, without Rasa, so that erasing and purging stay light.

The table `events` is Rasa's (`SQLTrackerStore.SQLEvent`); its `data` column holds an encrypted, redacted event.
`tracker_states` adds one row a conversation: where the window of recent events starts, the slots at that place,
and the placeholder memory (keyed digests only).
"""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.base import BigId
from bot.store.columns import EncryptedJson, UtcDateTime
from bot.store.constants import ERASURE_GRACE
from bot.store.database import Database
from bot.store.keys import get_key_ring, key_id_of
from bot.store.upsert import insert_into

metadata = sa.MetaData()

events_table = sa.Table(
    "events",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("sender_id", sa.String(255), nullable=False, index=True),
    sa.Column("type_name", sa.String(255), nullable=False),
    sa.Column("timestamp", sa.Float),
    sa.Column("intent_name", sa.String(255)),
    sa.Column("action_name", sa.String(255)),
    sa.Column("data", sa.Text),
)

states_table = sa.Table(
    "tracker_states",
    metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("first_id", BigId, nullable=False, default=0),
    sa.Column("last_id", BigId, nullable=False, default=0),
    sa.Column("opening", EncryptedJson),
    sa.Column("memory", EncryptedJson),
    sa.Column("updated_at", UtcDateTime, nullable=False, index=True),
    sa.Column("erased_at", UtcDateTime),
)

_PREFIX = "k1:"


@dataclass(frozen=True)
class StoredConversation:
    """What the tracker store keeps of one conversation, redacted.

    Attributes:
        opening: Events that restore slots and loop as they were where the window starts; not stored one by one.
        events: The window: recent events, oldest first.
        ids: Row ids of `events`.
        memory: Placeholder memory, see ConversationMemory.as_state.
        erased_at: When the person had it erased, or None.
    """

    opening: Sequence[Dict[str, Any]] = ()
    events: Sequence[Dict[str, Any]] = ()
    ids: Sequence[int] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)
    erased_at: Optional[datetime] = None

    @property
    def last_id(self) -> int:
        """Row id of the newest event, 0 when empty."""
        return self.ids[-1] if self.ids else 0


def seal_event(event: Mapping[str, Any]) -> str:
    """An event as it stands in the `data` column."""
    # Escaped: half a character, which UTF-8 does not know, must not keep a conversation from being stored.
    plain = json.dumps(event).encode("ascii")
    return _PREFIX + base64.b64encode(get_key_ring().encrypt(plain, b"tracker")).decode("ascii")


def open_event(data: str) -> Dict[str, Any]:
    """Reads back what `seal_event` wrote."""
    return dict(json.loads(get_key_ring().decrypt(base64.b64decode(data[len(_PREFIX) :]), b"tracker")))


def sealed_key_id(data: str) -> str:
    """Id of the key that a stored event was encrypted with."""
    return key_id_of(base64.b64decode(data[len(_PREFIX) :]))


class TrackerCopy:
    """The two tables. All methods are synchronous and raise SQLAlchemyError when the database is away."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._ready = False
        self._lock = threading.Lock()
        self._forget: List[Callable[[str], None]] = []

    def on_delete(self, forget: Callable[[str], None]) -> None:
        """Calls `forget(sender_id)` when a conversation is deleted, so that caches drop it."""
        self._forget.append(forget)

    def prepare(self) -> None:
        """Creates the tables once; two processes may start at the same time."""
        with self._lock:
            if not self._ready:
                with self.database.one_at_a_time():
                    metadata.create_all(self.database.engine, checkfirst=True)
                self._ready = True

    def last_id(self, sender_id: str) -> Optional[int]:
        """Row id of the newest event; None when nothing is stored. One look-up by primary key."""
        self.prepare()
        with self.database.engine.connect() as connection:
            found = connection.execute(
                sa.select(states_table.c.last_id).where(states_table.c.sender_id == sender_id)
            ).scalar()
        return int(found) if found is not None else None

    def load(self, sender_id: str, everything: bool = False) -> StoredConversation:
        """The window of recent events, or every event."""
        self.prepare()
        with self.database.engine.connect() as connection:
            state = connection.execute(
                sa.select(states_table).where(states_table.c.sender_id == sender_id)
            ).one_or_none()
            query = sa.select(events_table.c.id, events_table.c.data).where(events_table.c.sender_id == sender_id)
            if state is not None and not everything:
                query = query.where(events_table.c.id >= state.first_id)
            rows = connection.execute(query.order_by(events_table.c.id)).all()
        return StoredConversation(
            opening=(state.opening or []) if state is not None and not everything else [],
            events=[open_event(row.data) for row in rows],
            ids=[row.id for row in rows],
            memory=(state.memory or {}) if state is not None else {},
            erased_at=state.erased_at if state is not None else None,
        )

    def append(
        self, sender_id: str, events: Sequence[Mapping[str, Any]], memory: Mapping[str, Any], now: datetime
    ) -> List[int]:
        """Adds redacted events and the memory in one transaction.

        Returns:
            The new row ids, without those of events that an erasure covers.
        """
        self.prepare()
        # Encrypted before the row is locked: on SQLite every other writer waits from then on.
        rows = [_as_row(sender_id, event) for event in events]
        with self.database.engine.begin() as connection:
            # With its row locked, an erasure is seen below, or it waits for our commit and removes what we wrote.
            self._upsert(connection, sender_id, {"updated_at": now})
            new = self._after_erasure(connection, sender_id, rows)
            ids = self._insert(connection, sender_id, new)
            if new or not rows:
                values = {"memory": dict(memory), "updated_at": now, **({"last_id": ids[-1]} if ids else {})}
                self._upsert(connection, sender_id, values)
        return ids

    def move_window(self, sender_id: str, first_id: int, opening: Sequence[Mapping[str, Any]]) -> None:
        """From now on `load` starts at `first_id`, with `opening` standing for what came before."""
        # The last id is 0 after an erasure: slots of before must not come back.
        stored = sa.and_(states_table.c.sender_id == sender_id, states_table.c.last_id >= first_id)
        values = {"first_id": first_id, "opening": [dict(event) for event in opening]}
        with self.database.engine.begin() as connection:
            connection.execute(sa.update(states_table).where(stored).values(**values))

    def delete(self, sender_id: str, now: datetime | None = None) -> int:
        """Removes a conversation; a bare row with the time stays a while so that late events are not added again."""
        self.prepare()
        moment = now or datetime.now(timezone.utc)
        with self.database.engine.begin() as connection:
            blank = {"first_id": 0, "last_id": 0, "opening": None, "memory": None}
            # The row first: a message that is written at this moment is finished then, and goes with the others.
            self._upsert(connection, sender_id, {**blank, "erased_at": moment, "updated_at": moment})
            removed = connection.execute(sa.delete(events_table).where(events_table.c.sender_id == sender_id))
        for forget in self._forget:
            forget(sender_id)
        self.database.empty_log_files()
        return int(removed.rowcount)

    def count_older(self, before: datetime) -> int:
        """How many conversations `purge` would remove."""
        self.prepare()
        with self.database.engine.connect() as connection:
            query = sa.select(sa.func.count()).select_from(states_table).where(states_table.c.updated_at < before)
            return int(connection.execute(query).scalar_one())

    def purge(self, before: datetime) -> int:
        """Removes conversations without a message since `before`. Returns how many."""
        self.prepare()
        with self.database.engine.begin() as connection:
            # Changes nothing, but takes SQLite's write lock; PostgreSQL locks the rows that it reads. A message that
            # is written at this moment keeps its conversation, and rows are locked in the order of `append`.
            connection.execute(sa.update(states_table).where(states_table.c.sender_id == "").values(last_id=0))
            query = sa.select(states_table.c.sender_id).where(states_table.c.updated_at < before)
            old = list(connection.execute(query.order_by(states_table.c.sender_id).with_for_update()).scalars())
            for start in range(0, len(old), 400):
                chunk = old[start : start + 400]
                connection.execute(sa.delete(events_table).where(events_table.c.sender_id.in_(chunk)))
                connection.execute(sa.delete(states_table).where(states_table.c.sender_id.in_(chunk)))
        for sender_id in old:
            for forget in self._forget:
                forget(sender_id)
        return len(old)

    def senders(self) -> List[str]:
        """All conversation ids."""
        self.prepare()
        with self.database.engine.connect() as connection:
            query = sa.select(states_table.c.sender_id).where(states_table.c.erased_at.is_(None))
            return list(connection.execute(query).scalars())

    def _after_erasure(
        self, connection: Connection, sender_id: str, rows: Sequence[Mapping[str, Any]]
    ) -> List[Mapping[str, Any]]:
        """Rows of events that an erasure does not cover."""
        query = sa.select(states_table.c.erased_at).where(states_table.c.sender_id == sender_id)
        erased_at = connection.execute(query).scalar()
        if erased_at is None:
            return list(rows)
        limit = (erased_at + ERASURE_GRACE).timestamp()
        return [row for row in rows if float(row["timestamp"] or 0) > limit]

    def _insert(self, connection: Connection, sender_id: str, rows: Sequence[Mapping[str, Any]]) -> List[int]:
        """Adds events in one statement. The ids are read back: a statement for many rows does not tell them."""
        if not rows:
            return []
        connection.execute(sa.insert(events_table), list(rows))
        newest = sa.select(events_table.c.id).where(events_table.c.sender_id == sender_id)
        found = connection.execute(newest.order_by(events_table.c.id.desc()).limit(len(rows))).scalars()
        return sorted(int(number) for number in found)

    def _upsert(self, connection: Connection, sender_id: str, values: Mapping[str, Any]) -> None:
        """Writes a conversation's row, which is locked until the transaction ends (on SQLite the whole database)."""
        insert = insert_into(states_table, connection.dialect)
        statement = insert.values(**{"sender_id": sender_id, "first_id": 0, "last_id": 0, **values})
        connection.execute(statement.on_conflict_do_update(index_elements=["sender_id"], set_=dict(values)))


def _as_row(sender_id: str, event: Mapping[str, Any]) -> Dict[str, Any]:
    """An event as a row of `events`."""
    return {
        "sender_id": sender_id,
        "type_name": event.get("event"),
        "timestamp": event.get("timestamp"),
        "intent_name": ((event.get("parse_data") or {}).get("intent") or {}).get("name"),
        "action_name": event.get("name"),
        "data": seal_event(event),
    }


@lru_cache(maxsize=1)
def get_tracker_copy() -> TrackerCopy:
    """The copy of this process, at the address of the settings."""
    from bot.config import get_settings

    return TrackerCopy(Database(get_settings().tracker_address))
