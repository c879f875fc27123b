"""A file that somebody else holds: waited for, and refused with SQLite's own words when it stays locked."""

import sqlite3
import threading

import pytest

from bot.channels.chat_store import ChatStore
from bot.store.sqlite import turn_on_write_ahead_log


@pytest.fixture
def held(tmp_path):
    """A new file that another connection is writing to."""
    path = tmp_path / "new.db"
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    yield path, holder
    holder.close()


def test_a_file_held_for_a_moment_is_waited_for(held):
    path, holder = held
    threading.Timer(0.2, lambda: holder.execute("COMMIT")).start()
    connection = sqlite3.connect(path, timeout=0)
    turn_on_write_ahead_log(connection.cursor())
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_stays_locked_is_refused(held):
    path, _ = held
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        turn_on_write_ahead_log(sqlite3.connect(path, timeout=0).cursor(), wait=0.05)


def test_a_file_that_is_no_database_is_refused_at_once(tmp_path):
    path = tmp_path / "letter.db"
    path.write_text("Dear all, this is a letter and no database. " * 100)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        turn_on_write_ahead_log(sqlite3.connect(path).cursor())


def test_chat_stores_that_open_a_new_file_together_all_open(tmp_path):
    problems = []

    def start():
        try:
            ChatStore(tmp_path / "chats.db").close()
        except sqlite3.Error as error:
            problems.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert problems == []
