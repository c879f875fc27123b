"""A backup brings everything back but the keys and what people erased since."""

from __future__ import annotations

import json
import stat
import tarfile
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot import preflight
from bot.config import Settings
from bot.errors import ConfigError, InputError, StoreError
from bot.eventlog.spool import SpoolFolder
from bot.store import backup, tracker_copy
from bot.store.backup import create, restore
from bot.store.database import Database
from bot.store.erasure import erase
from bot.store.keys import KeyRing, Keys, use_key_ring
from bot.store.log_writer import LogWriter
from bot.store.models import Conversation, Erasure, Turn
from bot.store.tracker_copy import TrackerCopy
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW


@pytest.fixture
def settings(database, tmp_path):
    """SQLite: two files; PostgreSQL: one database for both."""
    address = database.engine.url.render_as_string(hide_password=False)
    tracker = f"sqlite:///{tmp_path / 'tracker.db'}" if database.is_sqlite else ""
    return Settings(var_dir=tmp_path / "var", database_url=address, tracker_url=tracker)


@pytest.fixture
def copy(settings, database, monkeypatch):
    """Rasa's own copy of this deployment."""
    made = TrackerCopy(Database(settings.tracker_address))
    monkeypatch.setattr(tracker_copy, "get_tracker_copy", lambda: made)
    monkeypatch.setattr("bot.store.erasure.get_tracker_copy", lambda: made)
    yield made
    made.database.close()


@pytest.fixture
def write(database, copy, keys, policy, user_event):
    """Stores a message in both places."""

    def one(conversation_id, text):
        event = user_event(conversation_id, text)
        with UnitOfWork(database) as work:
            LogWriter(work.session, policy, keys, NOW).write([event])
            work.commit()
        copy.append(conversation_id, [event.event], {}, NOW)

    return one


def texts(settings):
    database = Database(settings.database_address)
    with UnitOfWork(database) as work:
        found = sorted(work.session.execute(sa.select(Turn.text)).scalars())
    database.close()
    return found


def lose_everything(settings, database, copy):
    with UnitOfWork(database) as work:
        work.session.execute(sa.delete(Conversation))
        work.commit()
    for sender in copy.senders():
        copy.delete(sender, NOW - timedelta(days=1))


def test_what_was_lost_comes_back(settings, database, copy, write, keys, tmp_path):
    write("a" * 32, "he asked me for pictures")
    write("b" * 32, "is roblox safe")
    archive = tmp_path / "backup.tar"
    manifest = create(settings, keys, archive, NOW)
    lose_everything(settings, database, copy)
    database.close()
    result = restore(settings, keys, archive)
    assert result.conversations == 2 and result.erased_again == 0
    assert texts(settings) == ["he asked me for pictures", "is roblox safe"]
    assert TrackerCopy(Database(settings.tracker_address)).load("a" * 32).events[0]["text"] == "he asked me for pictures"
    assert manifest.made_at == NOW.isoformat(timespec="seconds") and list(manifest.key_ids) == ["testkey1"]
    assert list((settings.var_dir).glob(".backup-*")) == []


@pytest.fixture
def erased_since(settings, database, copy, write, keys, tmp_path):
    """An archive with the conversations "a…" and "b…", the first of which was erased since."""
    write("a" * 32, "he asked me for pictures")
    write("b" * 32, "is roblox safe")
    archive = tmp_path / "backup.tar"
    create(settings, keys, archive, NOW)
    erase("a" * 32, UnitOfWork(database), NOW)
    database.close()
    return archive


def test_what_a_person_erased_since_does_not_come_back(settings, keys, erased_since):
    result = restore(settings, keys, erased_since)
    assert result.conversations == 1 and result.erased_again == 1
    assert texts(settings) == ["is roblox safe"]
    restored = Database(settings.database_address)
    with UnitOfWork(restored) as work:
        assert work.session.execute(sa.select(sa.func.count()).select_from(Erasure)).scalar_one() == 1
    restored.close()
    assert not TrackerCopy(Database(settings.tracker_address)).load("a" * 32).events


@pytest.fixture
def stopped_restore(settings, keys, erased_since, monkeypatch):
    """The same archive, after a restore that ended when the first database had been replaced."""

    def put_back_and_stop(address, path, put_back=backup._put_back):
        put_back(address, path)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(backup, "_put_back", put_back_and_stop)
        restore(settings, keys, erased_since)
    return erased_since


def test_what_was_erased_does_not_come_back_when_the_restore_is_stopped_and_run_again(settings, stopped_restore, keys):
    noted = settings.var_dir / "restore-tombstones.json"
    assert stat.S_IMODE(noted.stat().st_mode) == 0o600 and "a" * 32 not in noted.read_text()
    result = restore(settings, keys, stopped_restore)
    assert result.conversations == 1 and result.erased_again == 1
    assert texts(settings) == ["is roblox safe"]
    assert not TrackerCopy(Database(settings.tracker_address)).load("a" * 32).events
    assert not noted.exists()


def test_a_stopped_restore_is_told_at_the_start_until_it_was_run_again(
    settings, stopped_restore, keys, caplog
):
    def told():
        caplog.clear()
        preflight.warn(settings)
        return caplog.text

    assert "restore-tombstones.json is left" in told() and "restore ARCHIVE --yes" in told()
    restore(settings, keys, stopped_restore)
    assert "restore" not in told()


def test_what_is_erased_between_a_stopped_restore_and_the_next_stays_erased_as_well(settings, stopped_restore, keys):
    between = Database(settings.database_address)
    erase("b" * 32, UnitOfWork(between), NOW)
    between.close()
    result = restore(settings, keys, stopped_restore)
    assert result.conversations == 0 and result.erased_again == 2


def test_noted_tombstones_that_cannot_be_read_stop_the_next_restore(settings, stopped_restore, keys, monkeypatch):
    (settings.var_dir / "restore-tombstones.json").write_text('[{"erased_at": ')
    monkeypatch.setattr(backup, "_put_back", lambda *_: pytest.fail("a database was replaced"))
    with pytest.raises(StoreError, match="restore-tombstones.json cannot be read"):
        restore(settings, keys, stopped_restore)


def test_the_archive_is_private_and_holds_neither_words_nor_keys(settings, copy, write, keys, tmp_path):
    write("a" * 32, "he asked me for pictures")
    archive = tmp_path / "backup.tar"
    create(settings, keys, archive, NOW)
    content = archive.read_bytes()
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert b"he asked me" not in content and b"k" * 32 not in content and b"i" * 32 not in content
    with tarfile.open(archive) as opened:
        assert "manifest.json" in opened.getnames() and len(opened.getnames()) in (2, 3)


def test_without_the_right_key_nothing_is_changed(settings, database, copy, write, keys, tmp_path):
    write("a" * 32, "he asked me for pictures")
    archive = tmp_path / "backup.tar"
    create(settings, keys, archive, NOW)
    other = KeyRing(Keys("otherkey", {"otherkey": b"o" * 32}, b"i" * 32))
    with pytest.raises(ConfigError, match="needs the keys testkey1"):
        restore(settings, other, archive)
    use_key_ring(keys)
    assert texts(settings) == ["he asked me for pictures"]


def test_a_running_assistant_is_not_pulled_away_from_under_people(settings, copy, write, keys, tmp_path):
    write("a" * 32, "is roblox safe")
    archive = tmp_path / "backup.tar"
    create(settings, keys, archive, NOW)
    held = SpoolFolder(settings.var_dir / "spool")
    with pytest.raises(ConfigError, match="The assistant is running"):
        restore(settings, keys, archive)
    held.release()
    assert restore(settings, keys, archive).conversations == 1


def test_an_archive_that_is_damaged_or_something_else_is_refused(settings, copy, write, keys, tmp_path):
    write("a" * 32, "is roblox safe")
    archive = tmp_path / "backup.tar"
    create(settings, keys, archive, NOW)
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path / "open")
    manifest = json.loads((tmp_path / "open" / "manifest.json").read_text())
    name = next(iter(manifest["files"]))

    def packed(change):
        for path in (tmp_path / "open").iterdir():
            if path.name == "manifest.json":
                path.write_text(json.dumps({**manifest, **change}))
        made = tmp_path / "changed.tar"
        with tarfile.open(made, "w") as new:
            for path in sorted((tmp_path / "open").iterdir()):
                new.add(path, arcname=path.name)
        return made

    with pytest.raises(InputError, match="is damaged"):
        restore(settings, keys, packed({"files": {name: "0" * 64}}))
    with pytest.raises(InputError, match="its format is 9"):
        restore(settings, keys, packed({"format": 9}))
    with pytest.raises(InputError, match="is no backup"):
        restore(settings, keys, packed({"more": 1}))
    (tmp_path / "text.tar").write_text("hello")
    with pytest.raises(InputError, match="is no backup"):
        restore(settings, keys, tmp_path / "text.tar")


def test_an_archive_cannot_write_outside_its_folder(settings, copy, keys, tmp_path):
    evil = tmp_path / "evil.tar"
    (tmp_path / "x").write_text("x")
    with tarfile.open(evil, "w") as new:
        new.add(tmp_path / "x", arcname="../x")
    with pytest.raises(InputError, match="it holds '../x'"):
        restore(settings, keys, evil)


def test_a_backup_overwrites_nothing_and_needs_a_folder(settings, copy, write, keys, tmp_path):
    write("a" * 32, "is roblox safe")
    (tmp_path / "there.tar").write_text("x")
    with pytest.raises(InputError, match="exists already"):
        create(settings, keys, tmp_path / "there.tar")
    with pytest.raises(InputError, match="does not exist"):
        create(settings, keys, tmp_path / "none" / "backup.tar")


def test_an_archive_of_the_other_kind_of_database_is_refused(settings, copy, write, keys, tmp_path):
    write("a" * 32, "is roblox safe")
    archive = tmp_path / "backup.tar"
    create(settings, keys, archive, NOW)
    is_sqlite = settings.database_address.startswith("sqlite")
    other = "postgresql://postgres@127.0.0.1:1/none" if is_sqlite else f"sqlite:///{tmp_path / 'other.db'}"
    with pytest.raises((InputError, StoreError)):
        restore(replace(settings, database_url=other, tracker_url=other), keys, archive)


def test_before_the_first_start_there_is_nothing_to_back_up(tmp_path, keys):
    with pytest.raises(StoreError, match="no database"):
        create(Settings(var_dir=tmp_path), keys, tmp_path / "backup.tar")


def test_an_archive_without_one_of_the_databases_replaces_none(settings, database, copy, write, keys, tmp_path):
    write("a" * 32, "is roblox safe")
    archive = tmp_path / "backup.tar"
    create(settings, keys, archive, NOW)
    erase("a" * 32, UnitOfWork(database), NOW)
    missing = replace(settings, tracker_url="postgresql://postgres@127.0.0.1:1/none")
    if not database.is_sqlite:
        missing = replace(settings, tracker_url=f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(InputError, match="needs tracker"):
        restore(missing, keys, archive)
    assert texts(settings) == []


def test_the_programs_of_postgresql_get_the_password_where_no_other_user_sees_it(tmp_path, monkeypatch):
    """A stand-in for `pg_dump`: PostgreSQL on the machine of the tests asks for no password."""
    (tmp_path / "pg_dump").write_text('#!/bin/sh\nprintf "%s\\n" "$PGPASSWORD" "$@" > "$(dirname "$0")/seen"\n')
    (tmp_path / "pg_dump").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    backup._copy(sa.engine.make_url("postgresql+psycopg2://u:secret@h:6543/d?sslmode=require"), tmp_path / "staff")
    password, *arguments = (tmp_path / "seen").read_text().splitlines()
    assert password == "secret"
    assert arguments[-1] == "--dbname=postgresql://u@h:6543/d?sslmode=require"
    assert not any("secret" in argument for argument in arguments)
