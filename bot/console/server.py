"""Runs the console with gunicorn: one process, threads, no access log (addresses are not kept)."""

from __future__ import annotations

import logging
import threading
from typing import Any

from bot.config import Settings
from bot.console.watch import MAX_STREAMS
from bot.console.words import get_words
from bot.store.accounts import count_users
from bot.store.database import get_database
from bot.store.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)
#: Threads beside those that live streams hold.
PAGE_THREADS = 8


def serve(settings: Settings) -> None:
    """Prepares the database, says how to add the first user, and serves until stopped."""
    from gunicorn.app.base import BaseApplication

    from bot.console.app import create_app

    with UnitOfWork(get_database()) as work:
        if count_users(work.session) == 0:
            print(get_words()["server"]["first_user"], flush=True)
    get_database().close()

    class Console(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{settings.host}:{settings.console_port}",
                "workers": 1,
                "worker_class": "gthread",
                "threads": MAX_STREAMS + PAGE_THREADS,
                "accesslog": None,
                "loglevel": "warning",
                "graceful_timeout": 3,
                "keepalive": 5,
                "post_fork": _warm_up,
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return create_app(settings)

    Console().run()


def _warm_up(_server: Any, _worker: Any) -> None:
    """Loads the redactor for notes in the background: the first note need not wait three seconds."""

    def load() -> None:
        from bot.redaction.redactor import get_redactor

        get_redactor()

    threading.Thread(target=load, daemon=True).start()
