"""What holds keys, conversations and the spool is for the account of the deployment alone, also one folder further up."""

from __future__ import annotations

import os

import pytest

from bot import config, preflight, production, server_start
from bot.channels import identity
from bot.channels.chat_store import ChatStore
from bot.config import Settings
from bot.eventlog.spool import SpoolFolder
from bot.private_folder import is_open_to_others, make_private_folder
from bot.store import keys
from bot.store.database import Database


@pytest.fixture
def var_dir(tmp_path):
    """Not there yet; made under the usual umask, and with the folder above it open to all."""
    tmp_path.chmod(0o755)
    before = os.umask(0o022)
    yield tmp_path / "var"
    os.umask(before)


def mode(path):
    return path.stat().st_mode & 0o777


def test_every_folder_that_is_missing_is_made_private_and_one_that_is_there_stays(var_dir):
    make_private_folder(var_dir / "spool" / "0")
    assert [mode(path) for path in (var_dir, var_dir / "spool", var_dir / "spool" / "0")] == [0o700] * 3
    assert mode(var_dir.parent) == 0o755
    make_private_folder(var_dir / "spool" / "0")


@pytest.mark.parametrize(
    "start",
    [
        lambda var: server_start.get_ready(Settings(var_dir=var)),
        lambda var: keys.load_key_ring("", var / "keys"),
        lambda var: Database(Settings(var_dir=var).database_address),
        lambda var: SpoolFolder(var / "spool"),
        lambda var: ChatStore(var / "chats" / "channels.db"),
        lambda var: production.layout(Settings(var_dir=var)),
    ],
    ids=["server", "keys", "database", "spool", "chats", "production"],
)
def test_whatever_comes_first_makes_the_folder_private(var_dir, monkeypatch, start):
    monkeypatch.setenv("KINDLIGHT_ACTIONS_URL", "http://127.0.0.1:5055/webhook")
    monkeypatch.setattr(production, "_gateway", lambda *_: None)
    for engine in ("postgres", "redis", "rabbitmq"):
        monkeypatch.setattr(production.engines, engine, lambda folder, _: folder.mkdir(parents=True, exist_ok=True))
    start(var_dir)
    assert mode(var_dir) == 0o700


@pytest.mark.parametrize("encryption_keys", ["", "abcd1234:" + "A" * 43 + "="])
def test_the_secrets_of_the_production_layout_are_made_in_a_private_folder(var_dir, monkeypatch, encryption_keys):
    settings = Settings(var_dir=var_dir, encryption_keys=encryption_keys)
    monkeypatch.delenv("KINDLIGHT_CHANNEL_KEY", raising=False)
    for module in (config, identity, production):
        monkeypatch.setattr(module, "get_settings", lambda: settings, raising=False)
    for made_once in (identity._key, identity._serializer):
        made_once.cache_clear()
    keys.use_key_ring(None)
    try:
        production.make_secrets()
    finally:
        keys.use_key_ring(None)
        for made_once in (identity._key, identity._serializer):
            made_once.cache_clear()
    assert (var_dir / "keys" / "channel.key").is_file() and mode(var_dir) == 0o700


def test_a_folder_that_others_can_read_is_told_and_stops_nothing(var_dir, caplog):
    assert not is_open_to_others(var_dir)
    var_dir.mkdir()
    settings = Settings(var_dir=var_dir)
    preflight.check(settings)
    assert f"chmod 700 {var_dir}" in caplog.text
    caplog.clear()
    var_dir.chmod(0o700)
    preflight.check(settings)
    assert caplog.text == ""


def test_doctor_tells_of_a_folder_that_others_can_read(var_dir, monkeypatch):
    from bot import health

    var_dir.mkdir()
    monkeypatch.setattr(health, "get_settings", lambda: Settings(var_dir=var_dir))
    (note,) = health._cautions()
    assert f"chmod 700 {var_dir}" in note.sentence and not note.is_fault
