"""Servers under measurement: started, timed until ready, watched, stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Mapping, Sequence

import psutil

from bot.errors import ModelError

_READY_SECONDS = 600
_STOP_SECONDS = 30


@dataclass
class Server:
    """A running server.

    Attributes:
        ready_seconds: From start to the first answer.
        ready_cpu_seconds: Processor time until then: what the start costs on a machine that others use too.
    """

    process: psutil.Process
    address: str
    ready_seconds: float
    ready_cpu_seconds: float

    @property
    def memory_mb(self) -> float:
        """Resident memory of the process and its children."""
        return sum(one.memory_info().rss for one in self._tree()) / 2**20

    @property
    def cpu_seconds(self) -> float:
        """Processor time used so far, all threads."""
        return sum(_cpu(one) for one in self._tree())

    def _tree(self) -> Sequence[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def served(
    command: Sequence[str], folder: Path, port: int, environment: Mapping[str, str], log: Path, path: str = "/"
) -> Iterator[Server]:
    """Runs a server until the block ends.

    Args:
        command: Starts it in the foreground.
        folder: Where it starts.
        port: Where it listens.
        environment: Added to this process's.
        log: Takes what it prints.
        path: Answers with a status below 500 once it can serve.

    Raises:
        ModelError: It ended, or did not answer within ten minutes; the log says why.
    """
    started = time.perf_counter()
    with open(log, "wb") as output:
        child = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            process = psutil.Process(child.pid)
            while not _answers(port, path):
                if child.poll() is not None or time.perf_counter() - started > _READY_SECONDS:
                    raise ModelError(f"A server under measurement did not start; {log} says why.")
                time.sleep(0.05)
            yield Server(process, f"http://127.0.0.1:{port}", time.perf_counter() - started, _cpu(process))
        finally:
            _stop(child)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_timed(command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> tuple[float, float]:
    """Runs a command to its end.

    Returns:
        Seconds, and seconds of processor time of it and its children.

    Raises:
        ModelError: It failed; the log says why.
    """
    started, before = time.perf_counter(), os.times()
    with open(log, "wb") as output:
        code = subprocess.call(
            command, cwd=folder, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
    after = os.times()
    if code != 0:
        raise ModelError(f"`{' '.join(command[:6])} …` failed; {log} says why.")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - started, used


def _answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
