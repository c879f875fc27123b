"""`make run` and `make run-production`: checks first, then every process under one supervisor (honcho).

A line is printed when each is ready.
"""

from __future__ import annotations

import math
import os
import shlex
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Mapping, Sequence

from bot.channels.overview import channel_lines
from bot.config import PROJECT_DIR, Settings
from bot.errors import ConfigError

READY_TIMEOUT_SECONDS = 90
#: A part that keeps stopping at once is given up: a restart does not mend what is broken. In the embedded set-up
#: everything ends with it; in the production layout the others serve on, and it is tried again after RETRY_SECONDS.
MAX_STARTS = 5
RETRY_SECONDS = 30
#: A part that ran this long before it stopped was no bad start; the count begins again.
GOOD_RUN_SECONDS = 20
#: A part is asked to stop and has this long to finish the messages in hand.
STOP_SECONDS = 20
_POLL_SECONDS = 0.2
#: Shell: what a loop does after a part that stopped.
_AGAIN = 'echo "stopped; starting again"; sleep 1'


@dataclass(frozen=True)
class Part:
    """One process of the assistant.

    Attributes:
        name: Shown in front of each of its lines.
        arguments: What follows `python -m bot`.
        port: Where it listens; 0 for nowhere.
        ready_path: Answers with any status below 500 once the process can serve; empty when it speaks no HTTP.
        title: What a person would call it, for the progress line.
        command: Another program and its arguments, instead of `python -m bot`.
        environment: Variables on top of this process's own.
    """

    name: str
    arguments: tuple[str, ...]
    port: int
    ready_path: str
    title: str
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """Program and arguments."""
        return list(self.command) or [sys.executable, "-m", "bot", *self.arguments]

    @property
    def setting(self) -> str:
        """The setting that moves the port; empty when none does."""
        names = {"actions": "ACTIONS", "page": "PAGE", "console": "CONSOLE", "rasa": "RASA", "nginx": "GATEWAY"}
        names["consumer"] = "CONSUMER"
        name = names.get(self.name.split("-")[0])
        return f"KINDLIGHT_{name}_PORT" if name else ""


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
    for part in (part for part in chosen if part.port):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, part.port))
            except OSError:
                way_out = f", or set {part.setting} to a free port" if part.setting else ""
                raise ConfigError(
                    f"Port {part.port} is in use, and {part.title} needs it. Stop the other program{way_out}."
                ) from None


def run(settings: Settings, chosen: Sequence[Part] | None = None, welcome: str = "", gives_up: bool = True) -> int:
    """Starts all parts, each again when it stops, and returns when one is given up, or on Ctrl-C.

    Args:
        settings: Of this deployment.
        chosen: By default the embedded set-up.
        welcome: Printed once all are ready; by default the addresses of the embedded set-up.
        gives_up: Whether everything ends with a part that cannot start; else the others serve on without it.

    Returns:
        0 after Ctrl-C, else the exit code of the part that was given up.
    """
    import honcho.manager
    from honcho.printer import Printer

    chosen = chosen or parts(settings)
    check_ports(chosen, settings.host)
    honcho.manager.KILL_WAIT = STOP_SECONDS
    manager = honcho.manager.Manager(Printer(sys.stdout))
    for part in chosen:
        environment = {**_child_environment(), **part.environment}
        words = shlex.join(part.words)
        command = kept_running(words) if gives_up else never_given_up(words, part.title)
        manager.add_process(part.name, command, env=environment, cwd=str(PROJECT_DIR))
    announced = (chosen, settings, manager, welcome or _addresses(settings), gives_up)
    threading.Thread(target=_announce, args=announced, daemon=True).start()
    manager.loop()
    # Parts that end because they were asked to (SIGINT, SIGTERM) are no failure.
    return 0 if manager.returncode in (0, -2, -15, 130, 143) else int(manager.returncode or 1)


def kept_running(command: str) -> str:
    """A shell loop that starts a part again when it stops: without it, one part would take the others down.

    It ends after MAX_STARTS bad starts, and everything with it.
    """
    return f"n=0; while [ $n -lt {MAX_STARTS} ]; do {_counted(command)}; {_AGAIN}; done; exit 1"


def never_given_up(command: str, title: str) -> str:
    """A shell loop like `kept_running` that has no end: after MAX_STARTS bad starts it only waits longer.

    Args:
        command: Of the part.
        title: What a person would call the part.
    """
    said = shlex.quote(f"{title} was given up for now; it is tried again every {RETRY_SECONDS} s")
    pause = f"if [ $n -ge {MAX_STARTS} ]; then echo {said}; sleep {RETRY_SECONDS}; else {_AGAIN}; fi"
    return f"n=0; while true; do {_counted(command)}; {pause}; done"


def _counted(command: str) -> str:
    """Runs a command once; `n` counts its bad starts in a row."""
    count = f"if [ $(($(date +%s) - began)) -ge {GOOD_RUN_SECONDS} ]; then n=0; else n=$((n+1)); fi"
    return f"began=$(date +%s); {command}; {count}"


def _child_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore", "COLUMNS": "120"}


def _announce(chosen: Sequence[Part], settings: Settings, manager: object, welcome: str, gives_up: bool) -> None:
    started = time.monotonic()
    waiting = [part for part in chosen if part.port]
    _await(waiting, settings.host, started, READY_TIMEOUT_SECONDS)
    if waiting:
        names = ", ".join(part.title for part in waiting)
        print(f"kindlight: not ready after {READY_TIMEOUT_SECONDS} s: {names}. See its lines above.", flush=True)
        if gives_up:
            manager.terminate()  # type: ignore[attr-defined]
            return
        _await(waiting, settings.host, started, math.inf)
    print(welcome, flush=True)


def _await(waiting: list[Part], host: str, started: float, seconds: float) -> None:
    """Takes out of the list what became ready, and says so."""
    while waiting and time.monotonic() - started < seconds:
        for part in [part for part in waiting if is_ready(host, part)]:
            waiting.remove(part)
            print(f"  ready  {part.title:<22} after {time.monotonic() - started:4.1f} s", flush=True)
        time.sleep(_POLL_SECONDS)


def is_ready(host: str, part: Part) -> bool:
    """Whether a part answers."""
    try:
        if not part.ready_path:
            socket.create_connection((host, part.port), timeout=1).close()
            return True
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
        + "".join(f"  {line}\n" for line in channel_lines(settings))
        + "  Add the first member of staff with: .venv/bin/python -m bot user add\n"
        "  Stop everything with Ctrl-C.\n"
    )
