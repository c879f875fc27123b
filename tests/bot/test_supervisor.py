"""What the supervisor starts, and what it does with a part that stops."""

from __future__ import annotations

import socket
import subprocess
import time

import pytest

from bot import supervisor
from bot.config import Settings
from bot.errors import ConfigError
from bot.supervisor import Part, check_ports, is_ready, kept_running, never_given_up


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


def test_in_production_a_part_that_cannot_start_is_tried_again_and_takes_nothing_down(monkeypatch):
    monkeypatch.setattr(supervisor, "MAX_STARTS", 1)
    monkeypatch.setattr(supervisor, "RETRY_SECONDS", 0)
    command = ["sh", "-c", never_given_up("false", "Assistant 1 (Rasa)")]
    loop = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        said = [loop.stdout.readline() for _ in range(3)]
        assert loop.poll() is None
        assert all(line.startswith("Assistant 1 (Rasa) was given up for now") for line in said)
    finally:
        loop.kill()
        loop.communicate()


def test_in_production_a_part_has_its_usual_starts_before_the_long_pause(monkeypatch):
    monkeypatch.setattr(supervisor, "MAX_STARTS", 2)
    monkeypatch.setattr(supervisor, "RETRY_SECONDS", 0)
    loop = subprocess.Popen(["sh", "-c", never_given_up("false", "Console")], stdout=subprocess.PIPE, text=True)
    try:
        assert loop.stdout.readline().strip() == "stopped; starting again"
        assert "given up for now" in loop.stdout.readline()
    finally:
        loop.kill()
        loop.communicate()


class Manager:
    """Stands for honcho's; notes the commands and whether it was told to end everything."""

    KILL_WAIT = 0
    returncode = 0

    def __init__(self, *_):
        self.commands = []
        self.is_terminated = False

    def add_process(self, name, command, **_):
        self.commands.append(command)

    def loop(self):
        """Returns at once, as after Ctrl-C."""

    def terminate(self):
        self.is_terminated = True


@pytest.mark.parametrize("gives_up", [True, False])
def test_only_the_layout_in_service_goes_on_without_a_part(monkeypatch, gives_up):
    manager = Manager()
    monkeypatch.setattr("honcho.manager.Manager", lambda _: manager)
    monkeypatch.setattr(supervisor, "_announce", lambda *_: None)
    assert supervisor.run(Settings(), [Part("page", ("serve-page",), 0, "", "Page")], "welcome", gives_up) == 0
    assert ["exit 1" in command for command in manager.commands] == [gives_up]


@pytest.mark.parametrize("gives_up", [True, False])
def test_a_part_that_is_late_ends_the_others_only_where_one_is_given_up(monkeypatch, capsys, gives_up):
    manager, answers = Manager(), iter([False, False, True])
    monkeypatch.setattr(supervisor, "READY_TIMEOUT_SECONDS", 0.01)
    monkeypatch.setattr(supervisor, "_POLL_SECONDS", 0.02)
    monkeypatch.setattr(supervisor, "is_ready", lambda *_: next(answers))
    supervisor._announce([Part("console", (), 8081, "/", "Staff console")], Settings(), manager, "welcome", gives_up)
    said = capsys.readouterr().out
    assert "not ready after 0.01 s: Staff console" in said
    assert manager.is_terminated is gives_up and ("welcome" in said) is not gives_up


def test_a_part_runs_this_python_or_a_program_of_its_own():
    assert Part("page", ("serve-page",), 1, "/", "Page").words[1:] == ["-m", "bot", "serve-page"]
    assert Part("redis", (), 1, "", "Redis", ("redis-server", "--port", "1")).words == ["redis-server", "--port", "1"]
