"""An INSERT that knows what to do where there is such a row already; SQLite and PostgreSQL speak it alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect


def insert_into(table: Any, dialect: Dialect) -> Any:
    """An INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`.

    One statement, where a look and a change would be two: of two writers that come at the same moment, the second one
    waits for the first and finds its row.

    Args:
        table: A table, or the class of its rows.
        dialect: Of the connection; the two databases have classes of their own for the same words.
    """
    return (sqlite if dialect.name == "sqlite" else postgresql).insert(table)
