"""Starts Rasa servers again one after the other, so that a new model or version comes in without a pause.

The supervisor (ours, systemd, a container engine) starts a server that ended; this module only asks each to end, and
goes on to the next when the new one is ready. nginx sends people to the others meanwhile.
"""

from __future__ import annotations

import os
import re
import signal
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable, List

import psutil

from bot.errors import ConfigError
from bot.server_start import process_file

_POLL_SECONDS = 0.2
_FILE = re.compile(r"rasa-(\d+)\.pid")


@dataclass(frozen=True)
class Server:
    """One running Rasa server."""

    port: int
    process: int


def running_servers(var_dir: Path) -> List[Server]:
    """The servers that this machine runs for a deployment, by port."""
    found: List[Server] = []
    for path in sorted((var_dir / "run").glob("rasa-*.pid")):
        name = _FILE.fullmatch(path.name)
        number = path.read_text(encoding="ascii").strip()
        if name and number.isdigit() and _is_server(int(number)):
            found.append(Server(int(name.group(1)), int(number)))
    return found


def restart_all(var_dir: Path, host: str, ready_seconds: float, tell: Callable[[str], None]) -> int:
    """Ends and awaits each server in turn. Returns how many.

    Args:
        var_dir: Of the deployment.
        host: Where the servers listen.
        ready_seconds: How long one may take to come back.
        tell: Gets a line for each server.

    Raises:
        ConfigError: There are not at least two servers, or one did not come back; the others still serve.
    """
    servers = running_servers(var_dir)
    if len(servers) < 2:
        raise ConfigError(
            f"Rasa servers running here: {len(servers)}. A change without a pause needs two "
            "(`python -m bot run-production`)."
        )
    for server in servers:
        started = time.monotonic()
        os.kill(server.process, signal.SIGTERM)
        if not _wait(partial(_is_back, var_dir, host, server), ready_seconds):
            raise ConfigError(
                f"The server on port {server.port} did not come back within {ready_seconds:.0f} s. The others still "
                "serve. Look at its lines and put the old model back; the supervisor tries it again."
            )
        tell(f"  port {server.port} is back after {time.monotonic() - started:.1f} s")
    return len(servers)


def _is_back(var_dir: Path, host: str, server: Server) -> bool:
    """A new process answers; the old one may still finish a message for a moment."""
    path = process_file(var_dir, server.port)
    number = path.read_text(encoding="ascii").strip() if path.is_file() else ""
    return number != str(server.process) and _is_ready(host, server.port)


def _is_ready(host: str, port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/readyz", timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _is_server(process: int) -> bool:
    """Numbers of processes are used again; only ours may be asked to end."""
    try:
        return "serve" in psutil.Process(process).cmdline()
    except psutil.Error:
        return False


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(_POLL_SECONDS)
    return False
