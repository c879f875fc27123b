"""Runs the page server under gunicorn, in one process with a few threads."""

from __future__ import annotations

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from bot.config import Settings
from bot.widget.bundle import get_bundle
from bot.widget.server import create_app

_THREADS = 8


class _PageServer(BaseApplication):  # type: ignore[misc]
    """Gunicorn, told its options by the program instead of a file."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Hands the options over."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application."""
        return self._app


def serve(settings: Settings) -> None:
    """Serves until stopped. There is no access log: who opened a help page is nobody's business."""
    app = create_app(settings)
    print(f"Integrity of the widget: {get_bundle().integrity}", flush=True)
    options = {
        "bind": f"{settings.host}:{settings.page_port}",
        "workers": 1,
        "worker_class": "gthread",
        "threads": _THREADS,
        "accesslog": None,
        "loglevel": "warning",
        "proc_name": "kindlight-page",
    }
    _PageServer(app, options).run()
