"""The running assistant: no secret stays anywhere, a kill loses next to nothing, "delete my chat" removes all."""

from __future__ import annotations

import sqlite3
import time

import pytest

from .canaries import leaks, make_canaries, read_decrypted, read_files
from .running import RunningAssistant

PER_CONVERSATION = 5


@pytest.fixture
def assistant_process(trained_model, tmp_path):
    process = RunningAssistant(tmp_path)
    process.start()
    yield process
    process.stop()


def count(process, where="author = 'user'"):
    connection = sqlite3.connect(process.var / "kindlight.db", timeout=5)
    try:
        return connection.execute(f"SELECT count(*) FROM turns WHERE {where}").fetchone()[0]  # noqa: S608
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


@pytest.mark.timeout(600)
def test_300_secrets_leave_no_trace_and_a_deleted_chat_is_gone(assistant_process):
    canaries = make_canaries(300, seed=2)
    tokens = []
    for number, canary in enumerate(canaries):
        if number % PER_CONVERSATION == 0:
            tokens.append(assistant_process.new_token())
        replies = assistant_process.send(
            tokens[-1], f"canary-{number:06d}", canary.text, country="GB", audience="child"
        )
        assert replies, canary
    assert wait_for(lambda: count(assistant_process) >= 300, 60), count(assistant_process)

    places = {**read_files(assistant_process.var), **read_decrypted(assistant_process.var)}
    places["server output"] = assistant_process.log.read_text(errors="replace")
    assert "he says he will post my pics" in places["table kindlight.db:turns"]
    found = leaks(canaries, places)
    assert found == [], f"{len(found)} secrets in {sorted({place for place, _ in found})}: {found[:5]}"

    started = time.monotonic()
    receipt = assistant_process.delete(tokens[0])["receipt"]
    assert receipt and time.monotonic() - started < 5
    assert wait_for(lambda: count(assistant_process) == 300 - PER_CONVERSATION, 5), count(assistant_process)


@pytest.mark.timeout(300)
def test_kill_9_loses_at_most_the_last_batch_and_a_new_start_stores_the_rest_once(trained_model, tmp_path):
    first = RunningAssistant(tmp_path)
    first.start()
    token = first.new_token()
    for number in range(8):
        first.send(token, f"before-{number:06d}", f"is roblox safe number {number}", country="GB")
    # The bound: an event is on disk 200 ms after the reply at the latest.
    time.sleep(0.2)
    first.kill()
    second = RunningAssistant(tmp_path)
    second.start()
    try:
        assert wait_for(lambda: count(second) >= 8, 30), count(second)
        time.sleep(1.0)
        assert count(second) == 8
        assert second.send(token, "after-000001", "what is grooming", country="GB")
    finally:
        second.stop()
