"""A running assistant in a process of its own, with a folder of its own, for journeys over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Dict, List, Optional

READY_SECONDS = 120


class RunningAssistant:
    """`python -m bot serve` on a free port. Its output goes to a file, so that log lines can be searched."""

    def __init__(self, folder: Path, settings: Dict[str, str] | None = None) -> None:
        self.var = folder / "var"
        self.log = folder / "server.log"
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.settings = {"KINDLIGHT_VAR_DIR": str(self.var), "KINDLIGHT_RASA_PORT": str(self.port), **(settings or {})}
        self._process: Optional[subprocess.Popen[bytes]] = None

    def start(self) -> None:
        """Returns when the server answers."""
        environment = {**os.environ, **self.settings, "PYTHONUNBUFFERED": "1"}
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], stdout=log, stderr=subprocess.STDOUT, env=environment
            )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.address}/webhooks/web/", timeout=2).read()
                return
            except (OSError, urllib.error.URLError):
                time.sleep(0.3)
        raise AssertionError("the server did not start:\n" + self.log.read_text(errors="replace")[-2000:])

    def kill(self) -> None:
        """As a power cut does it: no clean end."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=10)

    def stop(self) -> None:
        """A clean end, as a deployment does it."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()

    def new_token(self) -> str:
        """A new conversation."""
        return str(self._post("/webhooks/web/conversations", {})["token"])

    def send(self, token: str, message_id: str, text: str, **more: Any) -> List[Dict[str, Any]]:
        """The replies to one message."""
        return list(
            self._post("/webhooks/web/messages", {"token": token, "id": message_id, "text": text, **more})["replies"]
        )

    def delete(self, token: str) -> Dict[str, Any]:
        """The person's "delete my chat"."""
        return self._post("/webhooks/web/delete", {"token": token})

    def _post(self, path: str, body: Dict[str, Any]) -> Dict[str, Any]:
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return dict(json.loads(response.read()))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
