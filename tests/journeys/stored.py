"""What a layout's database holds of a run: every message once, in order, in Rasa's copy and in the staff database."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, Dict, List

import sqlalchemy as sa

from bot.soak import Run
from bot.store.keys import KeyRing, load_key_ring, use_key_ring
from bot.store.tracker_copy import events_table, open_event

from .layout import Layout


class Stored:
    """Looks with the keys of the layout."""

    def __init__(self, layout: Layout) -> None:
        self._engine = sa.create_engine(layout.database_address, future=True)
        self._keys: KeyRing = load_key_ring("", layout.settings.var_dir / "keys")

    def compare(self, run: Run, seconds: float) -> Dict[str, Any]:
        """Waits until the log has arrived, at most `seconds`, and compares.

        Returns:
            Counts: messages handled twice or out of order (Rasa's copy), turns missing or too many (staff database).
        """
        sent = {name: len(messages) for name, messages in run.conversations.items()}
        deadline = time.monotonic() + seconds
        turns = self.turns()
        while time.monotonic() < deadline and any(turns.get(name, 0) < count for name, count in sent.items()):
            time.sleep(1.0)
            turns = self.turns()
        handled = self.handled()
        ids = {name: [one.id for one in messages] for name, messages in run.conversations.items()}
        ours = {name: handled.get(name, []) for name in ids}
        return {
            "conversations": len(sent),
            "handled": sum(len(found) for found in ours.values()),
            "twice": sum(sum(count - 1 for count in Counter(found).values()) for found in ours.values()),
            "out_of_order": sum(_is_out_of_order(found, ids[name]) for name, found in ours.items()),
            "not_handled": sum(len(set(ids[name]) - set(found)) for name, found in ours.items()),
            "turns": sum(turns.get(name, 0) for name in sent),
            "turns_missing": sum(max(0, count - turns.get(name, 0)) for name, count in sent.items()),
            "turns_too_many": sum(max(0, turns.get(name, 0) - count) for name, count in sent.items()),
            "waited_seconds": round(seconds - max(0.0, deadline - time.monotonic()), 1),
        }

    def turns(self) -> Dict[str, int]:
        """Messages of people in the staff database, by conversation."""
        query = "SELECT conversation_id, count(*) FROM turns WHERE author = 'user' GROUP BY conversation_id"
        with self._engine.connect() as connection:
            return {name: int(count) for name, count in connection.execute(sa.text(query))}

    def bytes_by_table(self) -> Dict[str, int]:
        """Size of each table with its indexes."""
        query = "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables"
        with self._engine.connect() as connection:
            return {name: int(size) for name, size in connection.execute(sa.text(query))}

    def word_bytes(self) -> int:
        """Of the columns that retention empties first: words and findings."""
        query = "SELECT sum(coalesce(pg_column_size(text), 0) + coalesce(pg_column_size(risk_findings), 0)) FROM turns"
        with self._engine.connect() as connection:
            return int(connection.execute(sa.text(query)).scalar() or 0)

    def handled(self) -> Dict[str, List[str]]:
        """Ids of the messages that Rasa handled, in the order of their time, by conversation."""
        query = (
            sa.select(events_table.c.sender_id, events_table.c.data)
            .where(events_table.c.type_name == "user")
            .order_by(events_table.c.timestamp)
        )
        found: Dict[str, List[str]] = {}
        use_key_ring(self._keys)
        try:
            with self._engine.connect() as connection:
                for row in connection.execute(query):
                    message_id = open_event(row.data).get("message_id")
                    if message_id:
                        found.setdefault(row.sender_id, []).append(str(message_id))
        finally:
            use_key_ring(None)
        return found


def _is_out_of_order(handled: List[str], sent: List[str]) -> bool:
    places = [sent.index(one) for one in dict.fromkeys(handled) if one in sent]
    return places != sorted(places)
