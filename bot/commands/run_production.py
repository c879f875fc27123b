"""`python -m bot run-production`: the production layout on this machine, for test and trial."""

from __future__ import annotations

import sys
from dataclasses import replace

import typer

from bot.errors import InputError

SERVERS = typer.Option(0, help="Rasa servers; by default KINDLIGHT_RASA_SERVERS, at least 2.")
WRITERS = typer.Option(0, help="Writers of the log; by default KINDLIGHT_CONSUMERS, at least 2.")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(name="run-production")
    def run_production(servers: int = SERVERS, writers: int = WRITERS) -> None:
        """Starts nginx, Rasa servers, log writers, console and, unless set, PostgreSQL, Redis and RabbitMQ."""
        from bot import production, supervisor, training
        from bot.commands.run import train_first
        from bot.config import get_settings

        for option, value in (("--servers", servers), ("--writers", writers)):
            if value < 0:
                raise InputError(f"{option} is {value}, but it must be at least 1; leave it out for the usual number.")
        settings = get_settings()
        settings = replace(
            settings,
            rasa_servers=servers or max(2, settings.rasa_servers),
            consumers=writers or max(2, settings.consumers),
            consumer_port=settings.consumer_port or settings.rasa_port + 200,
        )
        parts = production.layout(settings)
        supervisor.check_ports(parts, settings.host)
        if not training.is_model_current():
            train_first()
        production.make_secrets()
        # A part that cannot start, after a change of model for example, must not end the chat of the others.
        sys.exit(supervisor.run(settings, parts, production.welcome(settings), gives_up=False))
