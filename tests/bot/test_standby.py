"""A server that is killed is replaced by one forked from the copy beside it; what ends otherwise ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from rasa.core.processor import MessageProcessor

from bot import standby

#: Serves by writing its number, and that of the server before it, to a file, until it is asked to end.
SERVER = """
import os, signal, sys, time
from bot import standby

def serve():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with open(sys.argv[1], "a") as marks:
        marks.write(f"{os.getpid()} {standby.predecessor() or 0}\\n")
    time.sleep(60)
    return 0

sys.exit(standby.keep_serving(serve))
"""


@pytest.fixture
def kept(tmp_path):
    """A running parent, and what lists its servers so far."""
    marks = tmp_path / "marks"
    parent = subprocess.Popen([sys.executable, "-c", SERVER, str(marks)], stderr=subprocess.DEVNULL)

    def servers(count):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = marks.read_text().splitlines() if marks.exists() else []
            if len(found) >= count:
                return [int(line.split()[0]) for line in found]
            time.sleep(0.02)
        raise AssertionError(f"only {found} after 30 s")

    yield parent, servers
    parent.kill()
    parent.wait()


def ended(number):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if psutil.Process(number).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def test_a_server_that_is_killed_is_replaced_until_the_parent_is_asked_to_end(kept, tmp_path):
    parent, servers = kept
    for count in (1, 2):
        os.kill(servers(count)[-1], signal.SIGKILL)
    last = servers(3)[-1]
    assert parent.poll() is None and len(set(servers(3))) == 3
    before = [int(line.split()[1]) for line in (tmp_path / "marks").read_text().splitlines()]
    assert before == [0, *servers(3)[:2]]
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(timeout=20) == 0 and ended(last)


def test_a_server_does_not_outlive_the_copy_it_was_forked_from(kept):
    parent, servers = kept
    server = servers(1)[-1]
    parent.kill()
    assert ended(server)


@pytest.mark.parametrize("code", [0, 3])
def test_a_server_that_ends_by_itself_is_left_to_the_supervisor(code):
    script = f"import sys; from bot import standby; sys.exit(standby.keep_serving(lambda: {code}))"
    assert subprocess.run([sys.executable, "-c", script]).returncode == code


def test_servers_that_keep_dying_are_given_up(tmp_path):
    script = (
        "import os, signal, sys; from bot import standby\n"
        "def serve():\n"
        "    open(sys.argv[1], 'a').write('x')\n"
        "    os.kill(os.getpid(), signal.SIGSEGV)\n"
        "sys.exit(standby.keep_serving(serve))"
    )
    found = subprocess.run([sys.executable, "-c", script, tmp_path / "marks"], capture_output=True, text=True)
    assert found.returncode == 1 and (tmp_path / "marks").read_text() == "x" * standby.MOST_QUICK_ENDS
    assert "SIGSEGV" in found.stderr


def test_a_model_is_loaded_once_and_again_when_its_archive_has_changed(monkeypatch, tmp_path):
    loads = []
    monkeypatch.setattr(MessageProcessor, "_load_model", staticmethod(lambda path: loads.append(path) or len(loads)))
    standby._share_loaded_models()
    standby._share_loaded_models()
    model = tmp_path / "kindlight.tar.gz"
    model.write_bytes(b"one")
    assert [MessageProcessor._load_model(path) for path in (model, str(model))] == [1, 1]
    model.write_bytes(b"another")
    assert MessageProcessor._load_model(model) == 2
    # A folder: Rasa looks for the latest archive in it itself, each time.
    assert [MessageProcessor._load_model(tmp_path) for _ in range(2)] == [3, 4]
