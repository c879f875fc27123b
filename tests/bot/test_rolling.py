"""Servers are started again one after the other, and only ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from bot.config import Settings
from bot.errors import ConfigError
from bot.rolling import restart_all, running_servers
from bot.server_start import get_ready, process_file

SERVER = textwrap.dedent(
    """
    import http.server, os, sys, threading, time
    port, path = int(sys.argv[2]), sys.argv[3]
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200); self.end_headers()
        def log_message(self, *a): pass
    server = http.server.HTTPServer(("127.0.0.1", port), Page)
    open(path, "w").write(f"{os.getpid()}\\n")
    server.serve_forever()
    """
)


class Supervised:
    """A server that comes back when it is ended, as under a supervisor."""

    def __init__(self, var_dir, port, comes_back=True):
        self.words = [sys.executable, "-c", SERVER, "serve", str(port), str(process_file(var_dir, port))]
        self.starts, self.stopping, self.comes_back = 0, False, comes_back
        self.process = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        while not process_file(var_dir, port).is_file() or not process_file(var_dir, port).read_text().strip():
            time.sleep(0.05)

    def _run(self):
        while not self.stopping and (self.comes_back or self.starts == 0):
            self.starts += 1
            self.process = subprocess.Popen(self.words)
            self.process.wait()

    def close(self):
        self.stopping = True
        self.process.send_signal(signal.SIGKILL)
        self.thread.join(10)


@pytest.fixture
def var_dir(tmp_path):
    (tmp_path / "run").mkdir()
    return tmp_path


@pytest.fixture
def ports():
    import socket

    probes = [socket.socket() for _ in range(2)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    found = sorted(probe.getsockname()[1] for probe in probes)
    for probe in probes:
        probe.close()
    return found


def test_each_server_is_started_again_once(var_dir, ports):
    servers = [Supervised(var_dir, port) for port in ports]
    told = []
    try:
        assert [server.port for server in running_servers(var_dir)] == ports
        assert restart_all(var_dir, "127.0.0.1", 30, told.append) == 2
        assert [server.starts for server in servers] == [2, 2]
        assert len(told) == 2 and str(ports[0]) in told[0]
    finally:
        for server in servers:
            server.close()


def test_when_one_does_not_come_back_the_others_are_left_alone(var_dir, ports):
    servers = [Supervised(var_dir, ports[0], comes_back=False), Supervised(var_dir, ports[1])]
    try:
        with pytest.raises(ConfigError, match=f"port {ports[0]} did not come back"):
            restart_all(var_dir, "127.0.0.1", 1.0, print)
        assert servers[1].starts == 1 and servers[1].process.poll() is None
    finally:
        servers[1].close()


def test_one_server_is_not_enough(var_dir):
    with pytest.raises(ConfigError, match="Rasa servers running here: 0"):
        restart_all(var_dir, "127.0.0.1", 1.0, print)


def test_a_number_that_now_belongs_to_another_program_is_not_ended(var_dir):
    process_file(var_dir, 5005).write_text(f"{os.getppid()}\n")
    process_file(var_dir, 5006).write_text("999999999\n")
    process_file(var_dir, 5007).write_text("nonsense\n")
    assert running_servers(var_dir) == []


def test_a_server_notes_its_process_when_it_starts(tmp_path, monkeypatch):
    monkeypatch.delenv("KINDLIGHT_ACTIONS_URL", raising=False)
    monkeypatch.setenv("KINDLIGHT_ACTIONS_URL", "")
    monkeypatch.delenv("KINDLIGHT_ACTIONS_URL")
    get_ready(Settings(var_dir=tmp_path, rasa_port=5009))
    assert process_file(tmp_path, 5009).read_text().strip() == str(os.getpid())
    assert os.environ["KINDLIGHT_ACTIONS_URL"] == "http://127.0.0.1:5055/webhook"
