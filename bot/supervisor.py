"""`make run`: checks first, then every process under one supervisor, with a line when each is ready."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Sequence

from bot.config import PROJECT_DIR, Settings
from bot.errors import ConfigError

READY_TIMEOUT_SECONDS = 90
#: A part that keeps stopping is given up, and everything with it: something is broken that a restart does not mend.
MAX_STARTS = 5
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Part:
    """One process of the assistant.

    Attributes:
        name: Shown in front of each of its lines.
        arguments: What follows `python -m bot`.
        port: Where it listens.
        ready_path: Answers with any status below 500 once the process can serve.
        title: What a person would call it, for the progress line.
    """

    name: str
    arguments: tuple[str, ...]
    port: int
    ready_path: str
    title: str


def parts(settings: Settings) -> list[Part]:
    """The processes of the embedded set-up, in the order in which they are announced."""
    return [
        Part("actions", ("serve-actions",), settings.actions_port, "/health", "Action server"),
        Part("rasa", ("serve",), settings.rasa_port, "/", "Assistant (Rasa)"),
        Part("page", ("serve-page",), settings.page_port, "/healthz", "Page with the chat"),
        Part("console", ("serve-console",), settings.console_port, "/healthz", "Staff console"),
    ]


def check_ports(chosen: Sequence[Part], host: str) -> None:
    """Stops before anything starts when a port is taken.

    Raises:
        ConfigError: Names the port, what wanted it and the setting that moves it.
    """
    for part in chosen:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, part.port))
            except OSError:
                raise ConfigError(
                    f"Port {part.port} is in use, and {part.title} needs it. Stop the other program, or set "
                    f"KINDLIGHT_{part.name.upper()}_PORT to a free port."
                ) from None


def run(settings: Settings) -> int:
    """Starts all parts, each again when it stops, and returns when one is given up, or on Ctrl-C.

    Returns:
        0 after Ctrl-C, else the exit code of the part that was given up.
    """
    from honcho.manager import Manager
    from honcho.printer import Printer

    chosen = parts(settings)
    check_ports(chosen, settings.host)
    manager = Manager(Printer(sys.stdout))
    for part in chosen:
        command = _kept_running(" ".join([sys.executable, "-m", "bot", *part.arguments]))
        manager.add_process(part.name, command, env=_child_environment(), cwd=str(PROJECT_DIR))
    watcher = threading.Thread(target=_announce, args=(chosen, settings, manager), daemon=True)
    watcher.start()
    manager.loop()
    return 0 if manager.returncode in (0, -2, 130) else int(manager.returncode or 1)


def _kept_running(command: str) -> str:
    """A shell loop that starts a part again when it stops: without it, one part would take the others down."""
    again = 'echo "stopped; starting again"; sleep 1'
    return f"n=0; while [ $n -lt {MAX_STARTS} ]; do {command}; n=$((n+1)); {again}; done; exit 1"


def _child_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore", "COLUMNS": "120"}


def _announce(chosen: Sequence[Part], settings: Settings, manager: object) -> None:
    started = time.monotonic()
    waiting = list(chosen)
    while waiting and time.monotonic() - started < READY_TIMEOUT_SECONDS:
        for part in [part for part in waiting if _answers(settings.host, part)]:
            waiting.remove(part)
            print(f"  ready  {part.title:<22} after {time.monotonic() - started:4.1f} s", flush=True)
        time.sleep(_POLL_SECONDS)
    if waiting:
        names = ", ".join(part.title for part in waiting)
        print(f"kindlight: not ready after {READY_TIMEOUT_SECONDS} s: {names}. See its lines above.", flush=True)
        manager.terminate()  # type: ignore[attr-defined]
        return
    print(_addresses(settings), flush=True)


def _answers(host: str, part: Part) -> bool:
    try:
        with urllib.request.urlopen(f"http://{host}:{part.port}{part.ready_path}", timeout=1):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def _addresses(settings: Settings) -> str:
    page = f"http://{settings.host}:{settings.page_port}"
    return (
        f"\n  Chat for parents   {page}/\n"
        f"  Chat for children  {page}/child\n"
        f"  Staff console      http://{settings.host}:{settings.console_port}/\n"
        "  Add the first member of staff with: .venv/bin/python -m bot user add\n"
        "  Stop everything with Ctrl-C.\n"
    )
