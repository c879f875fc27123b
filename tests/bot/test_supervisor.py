"""What the supervisor starts, and what it does with a part that stops."""

from __future__ import annotations

import socket
import subprocess
import time

import pytest

from bot import supervisor
from bot.config import Settings
from bot.errors import ConfigError
from bot.supervisor import Part, check_ports, is_ready, kept_running


def test_the_embedded_set_up_has_four_parts():
    assert [part.name for part in supervisor.parts(Settings())] == ["actions", "rasa", "page", "console"]


def test_a_taken_port_is_named_with_the_setting_that_moves_it():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} is in use, and Page needs it.*KINDLIGHT_PAGE_PORT"):
            check_ports([Part("page", (), port, "/", "Page")], "127.0.0.1")
        assert is_ready("127.0.0.1", Part("redis", (), port, "", "Redis"))
    assert not is_ready("127.0.0.1", Part("redis", (), port, "", "Redis"))


def test_a_part_that_stops_at_once_is_given_up_after_a_few_starts(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "MAX_STARTS", 2)
    marks = tmp_path / "marks"
    started = time.monotonic()
    ended = subprocess.run(["sh", "-c", kept_running(f"echo x >> {marks}")], capture_output=True, text=True)
    assert ended.returncode == 1 and marks.read_text().split() == ["x", "x"]
    assert "starting again" in ended.stdout and time.monotonic() - started < 30


def test_a_part_that_ran_well_before_it_stopped_may_start_again_and_again(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "MAX_STARTS", 1)
    monkeypatch.setattr(supervisor, "GOOD_RUN_SECONDS", 0)
    marks = tmp_path / "marks"
    loop = subprocess.Popen(["sh", "-c", kept_running(f"echo x >> {marks}")], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and (not marks.exists() or len(marks.read_text().split()) < 3):
            time.sleep(0.1)
        assert len(marks.read_text().split()) >= 3 and loop.poll() is None
    finally:
        loop.kill()
        loop.wait()


def test_a_part_runs_this_python_or_a_program_of_its_own():
    assert Part("page", ("serve-page",), 1, "/", "Page").words[1:] == ["-m", "bot", "serve-page"]
    assert Part("redis", (), 1, "", "Redis", ("redis-server", "--port", "1")).words == ["redis-server", "--port", "1"]
