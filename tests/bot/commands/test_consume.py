"""A writer of the log waits for its database, and can be stopped while it waits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from bot.commands import consume
from bot.config import PROJECT_DIR
from bot.errors import StoreError


@pytest.fixture
def database(monkeypatch):
    """A database that is away for two tries."""
    monkeypatch.setattr(consume, "_RETRY_SECONDS", 0)
    tries = []

    def opened():
        tries.append(None)
        if len(tries) < 3:
            raise StoreError("The database is away.")

    opened.tries = tries
    return opened


def test_the_database_may_start_later(database):
    assert consume._wait_for_database(database, lambda: False)
    assert len(database.tries) == 3


def test_a_wait_ends_when_the_process_is_stopped(database):
    assert not consume._wait_for_database(database, lambda: len(database.tries) == 2)
    assert len(database.tries) == 2


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_is_stopped_while_it_waits_ends_well(tmp_path, sent):
    environment = {
        **os.environ,
        "KINDLIGHT_VAR_DIR": str(tmp_path),
        "KINDLIGHT_AMQP_URL": "amqp://guest:guest@127.0.0.1:1/",
        "KINDLIGHT_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "KINDLIGHT_ENCRYPTION_KEYS": "abcd1234:" + "A" * 43 + "=,index:" + "A" * 43 + "=",
        "KINDLIGHT_CHANNEL_KEY": "A" * 43 + "=",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "consume"],
        cwd=PROJECT_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline().startswith("waiting: ")
    process.send_signal(sent)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0 and "Traceback" not in said
