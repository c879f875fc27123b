"""Keys: made once, private, rotated without losing anything."""

from __future__ import annotations

import base64
import stat

import pytest
import sqlalchemy as sa

from bot.errors import ConfigError, StoreError
from bot.store import keys as key_module
from bot.store.models import Turn
from bot.store.rotation import encrypt_again, encrypt_trackers_again, encrypted_columns
from bot.store.tracker_copy import sealed_key_id, states_table
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW


def encoded(letter):
    return base64.b64encode(letter * 32).decode()


def test_the_key_file_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    first = key_module.load_key_ring("", tmp_path / "keys")
    again = key_module.load_key_ring("", tmp_path / "keys")
    assert first.current == again.current
    assert stat.S_IMODE((tmp_path / "keys" / "store.json").stat().st_mode) == 0o600
    assert again.decrypt(first.encrypt(b"words")) == b"words"


def test_the_environment_wins_and_its_first_key_is_current(tmp_path):
    ring = key_module.load_key_ring(f"newkey01:{encoded(b'n')},oldkey01:{encoded(b'o')}", tmp_path)
    old = key_module.load_key_ring(f"oldkey01:{encoded(b'o')}", tmp_path)
    assert ring.current == "newkey01"
    assert ring.decrypt(old.encrypt(b"words")) == b"words"
    assert ring.derive("search") == old.derive("search")
    assert not (tmp_path / "store.json").exists()


@pytest.mark.parametrize("variable", ["nonsense", "short:abcd", f"waytoolongid:{encoded(b'n')}", "abcdefgh:QUJD"])
def test_a_bad_key_setting_is_named(tmp_path, variable):
    with pytest.raises(ConfigError):
        key_module.load_key_ring(variable, tmp_path)


def test_a_changed_value_and_a_wrong_context_are_refused(keys):
    sealed = keys.encrypt(b"words", b"here")
    with pytest.raises(StoreError):
        keys.decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1]), b"here")
    with pytest.raises(StoreError):
        keys.decrypt(sealed, b"there")


def test_another_process_finds_a_rotated_key_by_itself(tmp_path):
    running = key_module.load_key_ring("", tmp_path)
    key_module.rotate(tmp_path)
    rotated = key_module.load_key_ring("", tmp_path)
    assert rotated.current != running.current
    assert running.decrypt(rotated.encrypt(b"words")) == b"words"


def test_rotation_encrypts_every_value_again(database, write, user_event, trackers, keys):
    write(*[user_event("c1", f"message {number}") for number in range(7)])
    trackers.append("c1", [{"event": "user", "timestamp": 1.0, "text": "hi"}], {"PERSON": {"ab": 1}}, NOW)
    fresh = key_module.KeyRing(key_module.Keys("freshkey", {"freshkey": b"f" * 32, "testkey1": b"k" * 32}, b"i" * 32))
    key_module.use_key_ring(fresh)
    assert encrypt_again(database, fresh) == 7
    assert encrypt_again(database, fresh) == 0
    assert encrypt_trackers_again(trackers, fresh) == 2
    key_module.use_key_ring(key_module.KeyRing(key_module.Keys("freshkey", {"freshkey": b"f" * 32}, b"i" * 32)))
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(Turn.text).order_by(Turn.id)).scalars().first() == "message 0"
    with database.engine.connect() as connection:
        assert sealed_key_id(connection.execute(sa.text("SELECT data FROM events")).scalar_one()) == "freshkey"


def test_every_column_for_free_text_is_encrypted():
    names = {f"{table.name}.{column.name}" for table, column in encrypted_columns()}
    assert {"turns.text", "notes.text", "reviews.comment", "staged_examples.text", "sealed_originals.text"} <= names


def test_a_process_that_runs_on_writes_with_the_new_key(tmp_path):
    running = key_module.load_key_ring("", tmp_path)
    before = running.encrypt(b"words")
    key_id = key_module.rotate(tmp_path)
    after = running.encrypt(b"more words")
    assert (key_module.key_id_of(after), running.current) == (key_id, key_id)
    assert running.decrypt(before) == b"words"
    key_module.drop_old_keys(tmp_path)
    assert key_module.load_key_ring("", tmp_path).decrypt(after) == b"more words"


def test_rotation_does_not_undo_what_was_written_meanwhile(trackers, keys, monkeypatch):
    from bot.store import rotation

    trackers.append("c1", [], {"PERSON": {"ab": 1}}, NOW)
    fresh = key_module.KeyRing(key_module.Keys("freshkey", {"freshkey": b"f" * 32, "testkey1": b"k" * 32}, b"i" * 32))
    key_module.use_key_ring(fresh)
    decrypt, written = fresh.decrypt, []

    def slow_decrypt(sealed, context=b""):
        plain = decrypt(sealed, context)
        if not written:
            written.append(True)
            newer = sa.update(states_table).values(memory={"PERSON": {"ab": 1, "cd": 2}})
            with trackers.database.engine.begin() as connection:
                connection.execute(newer)
        return plain

    if trackers.database.is_sqlite:
        pytest.skip("SQLite lets one writer in at a time; PostgreSQL shows it")
    monkeypatch.setattr(fresh, "decrypt", slow_decrypt)
    rotation.encrypt_trackers_again(trackers, fresh)
    assert trackers.load("c1").memory == {"PERSON": {"ab": 1, "cd": 2}}


def test_old_keys_stay_while_events_wait_on_disk(tmp_path):
    from bot.commands.keys import _wait_for_spool

    folder = tmp_path / "0"
    folder.mkdir()
    (folder / "0000000001.log").write_bytes(b"")
    _wait_for_spool(tmp_path, 0.0)
    (folder / "0000000001.log").write_bytes(b"a batch\n")
    with pytest.raises(StoreError, match="old keys"):
        _wait_for_spool(tmp_path, 0.0)


def test_the_empty_batch_by_which_rotation_knows_that_a_queue_is_written_adds_nothing(database, write):
    assert write() == 0
