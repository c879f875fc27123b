"""One message from HTTP to the database row: the meaning arrives, the personal details do not."""

from __future__ import annotations

import sqlite3
import time

import pytest

from .running import RunningAssistant


@pytest.mark.timeout(300)
def test_a_message_over_http_becomes_a_redacted_row_and_an_escalation(trained_model, tmp_path):
    process = RunningAssistant(tmp_path)
    process.start()
    try:
        # No action server runs here: the card must not need one.
        started = time.monotonic()
        token = process.new_token()
        replies = process.send(token, "journey-000001", "im katie, he says he'll post my pics if i dont pay", country="GB")
        assert time.monotonic() - started < 3
        assert "gb-childline" in replies[0]["hotlines"]
        again = process.send(token, "journey-000001", "im katie, he says he'll post my pics if i dont pay", country="GB")
        assert again == replies
        row = wait_for_row(process.var / "kindlight.db")
    finally:
        process.stop()
    assert row == (1, 1)
    raw = (process.var / "kindlight.db").read_bytes() + (process.var / "tracker.db").read_bytes()
    assert b"katie" not in raw.lower()


def wait_for_row(path, seconds=15.0):
    """(turns written by the person, escalations) once the writer has stored them."""
    deadline = time.monotonic() + seconds
    found = (0, 0)
    while time.monotonic() < deadline and found[1] == 0:
        time.sleep(0.2)
        connection = sqlite3.connect(path, timeout=5)
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        # The writer makes the schema with its first batch.
        if {"turns", "escalations"} <= tables:
            found = (
                connection.execute("SELECT count(*) FROM turns WHERE author = 'user'").fetchone()[0],
                connection.execute("SELECT count(*) FROM escalations").fetchone()[0],
            )
        connection.close()
    return found
