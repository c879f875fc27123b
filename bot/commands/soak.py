"""`python -m bot soak`: steady load through the front door of a running deployment."""

from __future__ import annotations

import asyncio
import json
import sys
from math import inf

import typer

from bot.commands.drill import check_address

ADDRESS = typer.Option("", help="Address of nginx or of one Rasa server; by default the server of the settings.")
RATE = typer.Option(5.0, help="Messages a second.")
MINUTES = typer.Option(1.0, help="How long.")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def soak(address: str = ADDRESS, rate: float = RATE, minutes: float = MINUTES) -> None:
        """Sends invented conversations to a trial deployment; exits with 1 when a message is lost or lacks its card."""
        from bot.config import get_settings
        from bot.errors import InputError
        from bot.soak import Load, summary

        settings = get_settings()
        target = address or f"http://{settings.host}:{settings.rasa_port}"
        if not (0 < rate < inf and 0 < minutes < inf):
            raise InputError("--rate and --minutes must be numbers above 0.")
        check_address(target)
        try:
            run = asyncio.run(Load(target, rate).send_for(minutes * 60))
        except ConnectionError as error:
            raise InputError(f"{error} Is the deployment running?") from None
        figures = {"address": target, "rate": rate, "minutes": minutes, **summary(run.messages)}
        figures["failed_tries"] = run.failures
        print(json.dumps(figures, indent=2))
        sys.exit(1 if figures["lost"] or figures["at_risk_without_helplines"] else 0)
