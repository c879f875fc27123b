"""`python -m bot consume`: writes the log from RabbitMQ into the staff database (production set-up)."""

from __future__ import annotations

import signal
import time
from typing import Any, Callable

import typer

from bot.errors import ConfigError

_RETRY_SECONDS = 2


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def consume() -> None:
        """Writes events from RabbitMQ until stopped; sends alerts and applies retention on the side."""
        from bot import logs, metrics_server, preflight
        from bot.config import get_settings
        from bot.eventlog.amqp import AmqpConsumer
        from bot.eventlog.embedded import store_events
        from bot.eventlog.housekeeping import make_housekeeper
        from bot.store.database import get_database
        from bot.store.keys import get_key_ring
        from bot.store.policy import get_policy

        settings = get_settings()
        if not settings.amqp_url:
            raise ConfigError("KINDLIGHT_AMQP_URL is not set; without RabbitMQ the Rasa process writes the log itself.")
        preflight.check(settings)
        logs.configure()
        consumer = AmqpConsumer(settings.amqp_url, get_key_ring(), store_events, keep_aside=get_policy().text)
        # Before the wait for the database: whoever stops the process then wants it to end as at any other time.
        signal.signal(signal.SIGTERM, lambda *_: consumer.stop())
        signal.signal(signal.SIGINT, lambda *_: consumer.stop())
        if settings.consumer_port:
            metrics_server.start(settings.host, settings.consumer_port, lambda: consumer.connected)
        if not _wait_for_database(get_database, lambda: consumer.stopping):
            return
        housekeeper = make_housekeeper()
        housekeeper.start()
        print("consuming; stop with Ctrl-C", flush=True)
        consumer.run()
        housekeeper.stop()


def _wait_for_database(open_database: Any, is_stopping: Callable[[], bool]) -> bool:
    """The database may start after this process does. False when the process was stopped first."""
    from bot.errors import StoreError

    while not is_stopping():
        try:
            open_database()
            return True
        except StoreError as error:
            print(f"waiting: {error}", flush=True)
            time.sleep(_RETRY_SECONDS)
    return False
