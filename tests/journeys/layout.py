"""The production layout in processes of its own, on free ports: nginx, Rasa × N, engines, writers of the log, console.

The same parts as `make run-production` (`bot.production.layout`); here each can be killed, stopped and started again.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Dict, List, Sequence

from bot import production, supervisor
from bot.config import Settings, get_settings
from bot.errors import ConfigError
from bot.supervisor import Part

READY_SECONDS = 300


def missing_engine() -> str:
    """Why the layout cannot run here; empty when it can."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    try:
        production.layout(replace(get_settings(), rasa_servers=2, consumers=1), folder=folder)
    except ConfigError as error:
        return str(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return ""


class Layout:
    """Starts everything in `start`; `close` leaves neither a process nor a file."""

    def __init__(self, servers: int = 2, writers: int = 2, settings: Dict[str, object] | None = None) -> None:
        # PostgreSQL's account must be able to enter the folder, which pytest's own does not allow.
        self.folder = Path(tempfile.mkdtemp(prefix="kindlight-layout-"))
        self.folder.chmod(0o755)
        ports = _free_ports(servers + writers + 9)
        self.settings: Settings = replace(
            get_settings(),
            var_dir=self.folder / "var",
            host="127.0.0.1",
            database_url="",
            tracker_url="",
            redis_url="",
            amqp_url="",
            web_origins="",
            chat_url="",
            rasa_servers=servers,
            consumers=writers,
            rasa_port=ports[0],
            consumer_port=ports[servers],
            actions_port=ports[-1],
            page_port=ports[-2],
            console_port=ports[-3],
            gateway_port=ports[-4],
            gateway_console_port=ports[-5],
            **(settings or {}),
        )
        self.engine_ports = production.EnginePorts(ports[-6], ports[-7], ports[-8])
        self.parts: Dict[str, Part] = {
            part.name: part for part in production.layout(self.settings, self.engine_ports, self.folder)
        }
        self.address = f"http://127.0.0.1:{self.settings.gateway_port}"
        self.processes: Dict[str, subprocess.Popen[bytes]] = {}

    @property
    def database_address(self) -> str:
        """The staff database."""
        return str(self.parts["console"].environment["KINDLIGHT_DATABASE_URL"])

    @property
    def servers(self) -> List[str]:
        """Names of the Rasa servers."""
        return [name for name in self.parts if name.startswith("rasa-")]

    def environment(self, name: str) -> Dict[str, str]:
        """Variables of one part, also for commands of this deployment."""
        own = {
            f"KINDLIGHT_{field.upper()}": str(getattr(self.settings, field))
            for field in ("var_dir", "models_dir", "host", "page_port", "console_port", "actions_port", "consumers")
        }
        return {**os.environ, **own, "PYTHONUNBUFFERED": "1", **self.parts[name].environment}

    def start(self) -> None:
        """Returns when every part answers."""
        self._make_secrets()
        for name in self.parts:
            self.start_part(name)
        for name in self.parts:
            self.wait_for(name)

    def start_part(self, name: str) -> None:
        """Starts one part; its output goes to a file."""
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                self.parts[name].words,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment(name),
                start_new_session=True,
            )

    def wait_for(self, name: str, seconds: float = READY_SECONDS) -> None:
        """Returns when a part answers."""
        deadline = time.monotonic() + seconds
        part = self.parts[name]
        while time.monotonic() < deadline:
            if not part.port or supervisor.is_ready("127.0.0.1", part):
                return
            if self.processes[name].poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"{name} did not start:\n" + (self.folder / f"{name}.log").read_text(errors="replace")[-3000:])

    def kill(self, name: str) -> None:
        """As a power cut does it: with all that belongs to a part."""
        self._signal(name, signal.SIGKILL)
        self.processes[name].wait(timeout=20)

    def kill_serving(self, name: str) -> None:
        """As a crash or a lack of memory does it: the process that answers dies, the copy beside it does not."""
        os.kill(self.serving(name), signal.SIGKILL)

    def serving(self, name: str) -> int:
        """The process of a Rasa server that answers people.

        Raises:
            AssertionError: There is none at the moment.
        """
        import psutil

        children = psutil.Process(self.processes[name].pid).children()
        assert len(children) == 1, f"{name} has {len(children)} processes that answer"
        return int(children[0].pid)

    def stop(self, name: str, seconds: float = 30.0) -> None:
        """As a supervisor does it: what is in hand is finished."""
        # PostgreSQL ends at once on SIGINT and waits for its clients on SIGTERM.
        self._signal(name, signal.SIGINT if name == "postgres" else signal.SIGTERM)
        try:
            self.processes[name].wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill(name)

    def close(self) -> None:
        """Ends everything and removes the folder."""
        ours = [name for name in reversed(list(self.parts)) if name in self.processes]
        for name in [n for n in ours if self.processes[n].poll() is None]:
            self._signal(name, signal.SIGINT if name == "postgres" else signal.SIGTERM)
        for name in ours:
            try:
                self.processes[name].wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def megabytes(self, names: Sequence[str]) -> Dict[str, float]:
        """Memory of parts with their children; what several of them share is counted once (PSS)."""
        import psutil

        found: Dict[str, float] = {}
        for name in names:
            process = psutil.Process(self.processes[name].pid)
            family = [process, *process.children(recursive=True)]
            found[name] = sum(member.memory_full_info().pss for member in family) / 1e6
        return found

    def processor_seconds(self) -> Dict[str, float]:
        """Processor time that each part with its children has used so far."""
        import psutil

        found: Dict[str, float] = {}
        for name, started in self.processes.items():
            process = psutil.Process(started.pid)
            family = [process, *process.children(recursive=True)]
            found[name] = sum(sum(member.cpu_times()[:2]) for member in family)
        return found

    def _signal(self, name: str, number: signal.Signals) -> None:
        process = self.processes[name]
        if process.poll() is None:
            if name == "postgres":
                process.send_signal(number)
            else:
                os.killpg(process.pid, number)

    def _make_secrets(self) -> None:
        code = "from bot import production; production.make_secrets()"
        subprocess.run([sys.executable, "-c", code], env=self.environment("console"), check=True)


def _free_ports(count: int) -> List[int]:
    """Neighbouring free ports, since servers count up from the first."""
    for start in range(20_000 + os.getpid() % 200 * 50, 32_000, 50):
        if all(_is_free(port) for port in range(start, start + count)):
            return list(range(start, start + count))
    raise OSError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
