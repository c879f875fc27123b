"""The running assistant: no secret stays anywhere, a kill loses next to nothing, "delete my chat" removes all."""

from __future__ import annotations

import sqlite3
import threading
import time
import urllib.error

import pytest

from tests.waiting import wait_until

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
    assert wait_until(lambda: count(assistant_process) >= 300, 60), count(assistant_process)

    places = {**read_files(assistant_process.var), **read_decrypted(assistant_process.var)}
    places["server output"] = assistant_process.log.read_text(errors="replace")
    assert "he says he will post my pics" in places["table kindlight.db:turns"]
    found = leaks(canaries, places)
    assert found == [], f"{len(found)} secrets in {sorted({place for place, _ in found})}: {found[:5]}"

    started = time.monotonic()
    receipt = assistant_process.delete(tokens[0])["receipt"]
    assert receipt and time.monotonic() - started < 5
    assert wait_until(lambda: count(assistant_process) == 300 - PER_CONVERSATION, 5), count(assistant_process)


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
        assert wait_until(lambda: count(second) >= 8, 30), count(second)
        time.sleep(1.0)
        assert count(second) == 8
        assert second.send(token, "after-000001", "what is grooming", country="GB")
    finally:
        second.stop()


class Talker(threading.Thread):
    """One conversation that goes on until the server is gone; remembers when each answer came."""

    def __init__(self, process, number):
        super().__init__(daemon=True)
        self.process, self.number = process, number
        self.sent, self.answered_at = 0, []

    def run(self):
        try:
            token = self.process.new_token()
            while True:
                self.sent += 1
                text = f"is roblox safe, question {self.sent}"
                self.process.send(token, f"talker-{self.number}-{self.sent:06d}", text, country="GB")
                self.answered_at.append(time.monotonic())
                time.sleep(0.15)
        except (OSError, urllib.error.URLError, ValueError):
            # The server was killed, which is what this is for.
            return


@pytest.mark.timeout(300)
def test_kill_9_in_mid_load_loses_no_answer_older_than_the_last_batch(trained_model, tmp_path):
    first = RunningAssistant(tmp_path)
    first.start()
    # Eight, since one conversation is slowed down after ten messages.
    talkers = [Talker(first, number) for number in range(8)]
    for talker in talkers:
        talker.start()
    assert wait_until(lambda: sum(len(talker.answered_at) for talker in talkers) >= 50, 90)
    first.kill()
    killed_at = time.monotonic()
    for talker in talkers:
        talker.join(timeout=60)
    safe = sum(1 for talker in talkers for moment in talker.answered_at if moment < killed_at - 0.2)
    sent = sum(talker.sent for talker in talkers)
    second = RunningAssistant(tmp_path)
    second.start()
    try:
        assert wait_until(lambda: count(second) >= safe, 30), (count(second), safe)
        time.sleep(1.0)
        stored = count(second)
        answered = sum(len(talker.answered_at) for talker in talkers)
        print(f"\n{sent} sent, {answered} answered, {safe} of them over 200 ms before the kill, {stored} stored")
        assert safe <= stored <= sent
    finally:
        second.stop()
