"""SQLite's connections are kept, but never over a replaced file or a fork."""

import os

import sqlalchemy as sa

from bot.store.database import Database


def write(database, word):
    with database.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS words (word TEXT)"))
        connection.execute(sa.text("INSERT INTO words VALUES (:word)"), {"word": word})


def words(database):
    with database.engine.connect() as connection:
        return sorted(connection.execute(sa.text("SELECT word FROM words")).scalars())


def test_a_connection_is_used_again(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    opened = []
    sa.event.listen(database.engine, "connect", lambda *_: opened.append(1))
    for word in ("one", "two", "three"):
        write(database, word)
    assert words(database) == ["one", "three", "two"] and len(opened) == 1


def test_a_restored_file_is_seen_by_a_running_process(tmp_path):
    other = Database(f"sqlite:///{tmp_path / 'b.db'}")
    write(other, "restored")
    other.empty_log_files()
    other.close()
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    write(database, "before")
    database.empty_log_files()
    for left in ("a.db-wal", "a.db-shm"):
        (tmp_path / left).unlink(missing_ok=True)
    os.replace(tmp_path / "b.db", tmp_path / "a.db")
    assert words(database) == ["restored"]


def test_a_forked_process_opens_its_own_connection(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    write(database, "parent")
    child = os.fork()
    if child == 0:
        write(database, "child")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    write(database, "parent again")
    assert words(database) == ["child", "parent", "parent again"]
