"""What every SQLite file of ours needs when several processes open it at the same moment."""

from __future__ import annotations

import sqlite3
import time

#: How long a connection waits for another one's lock before it gives up.
WAIT_SECONDS = 5
_PAUSE_SECONDS = 0.01


def turn_on_write_ahead_log(cursor: sqlite3.Cursor, wait: float = WAIT_SECONDS) -> None:
    """Sets `journal_mode=WAL`, after which readers (console) never wait for the writer.

    Processes that open a new file together change its mode at the same moment, and SQLite refuses that at once
    instead of waiting for `busy_timeout` (https://www.sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY").

    Args:
        cursor: A cursor of the connection, outside any transaction.
        wait: Seconds to go on trying.

    Raises:
        sqlite3.OperationalError: The file stayed locked, or cannot be written.
    """
    give_up = time.monotonic() + wait
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= give_up:
                raise
            time.sleep(_PAUSE_SECONDS)
