"""Encrypts every stored value again with the current key, in small steps, so that old keys can be dropped."""

from __future__ import annotations

from typing import Any, Iterator, List, Tuple

import sqlalchemy as sa

from bot.store.base import Base
from bot.store.columns import EncryptedJson, EncryptedText
from bot.store.database import Database
from bot.store.keys import KeyRing, key_id_of
from bot.store.tracker_copy import TrackerCopy, events_table, open_event, seal_event, sealed_key_id, states_table

_STEP = 500


def encrypt_again(database: Database, keys: KeyRing) -> int:
    """Rewrites values that an older key encrypted. Safe to stop and to run again. Returns how many."""
    changed = 0
    for table, column in encrypted_columns():
        changed += _encrypt_column(database, keys, table, column)
    return changed


def encrypted_columns() -> Iterator[Tuple[Any, Any]]:
    """Every (table, column) pair that holds encrypted values."""
    from bot.store import models  # noqa: F401 - defines the tables

    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, (EncryptedText, EncryptedJson)):
                yield table, column


def _encrypt_column(database: Database, keys: KeyRing, table: Any, column: Any) -> int:
    """Walks by primary key; reads raw bytes, so that nothing is decrypted that needs no change."""
    key = list(table.primary_key.columns)[0]
    raw = sa.type_coerce(column, sa.LargeBinary)
    changed, last = 0, None
    while True:
        with database.engine.begin() as connection:
            query = sa.select(key, raw.label("value")).where(column.is_not(None)).order_by(key).limit(_STEP)
            if last is not None:
                query = query.where(key > last)
            rows: List[Any] = list(connection.execute(query))
            for row in rows:
                value = bytes(row.value)
                if key_id_of(value) != keys.current:
                    fresh = keys.encrypt(keys.decrypt(value))
                    # Only while it is what was read: an assistant that runs on may have written a newer value.
                    statement = sa.update(table).where(key == row[0], raw == sa.literal(value, sa.LargeBinary))
                    connection.execute(statement.values({column: sa.literal(fresh, sa.LargeBinary)}))
                    changed += 1
        if len(rows) < _STEP:
            return changed
        last = rows[-1][0]


def encrypt_trackers_again(copy: TrackerCopy, keys: KeyRing) -> int:
    """The same for Rasa's own copy of conversations. Returns how many values."""
    copy.prepare()
    changed = 0
    for name in ("opening", "memory"):
        changed += _encrypt_column(copy.database, keys, states_table, states_table.c[name])
    last = 0
    while True:
        with copy.database.engine.begin() as connection:
            query = sa.select(events_table.c.id, events_table.c.data).where(events_table.c.id > last)
            rows = connection.execute(query.order_by(events_table.c.id).limit(_STEP)).all()
            for row in rows:
                if sealed_key_id(row.data) != keys.current:
                    statement = sa.update(events_table).where(events_table.c.id == row.id)
                    connection.execute(statement.values(data=seal_event(open_event(row.data))))
                    changed += 1
        if len(rows) < _STEP:
            return changed
        last = rows[-1].id
