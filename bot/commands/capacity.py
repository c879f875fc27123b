"""`python -m bot capacity`: what a number of conversations a day needs."""

from __future__ import annotations

import json
from dataclasses import asdict
from math import isfinite

import typer

DAY = typer.Argument(..., help="Conversations a day.")
MESSAGES = typer.Option(8.0, help="Messages of the person in one conversation.")
PEAK = typer.Option(4.0, help="The busiest minute against the day's mean.")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def capacity(conversations: int = DAY, messages: float = MESSAGES, peak: float = PEAK) -> None:
        """Prints servers, writers, storage and money as one JSON object; docs/scaling.md explains each."""
        from bot.config import get_settings
        from bot.errors import InputError
        from bot.evaluation.capacity import MEASURED, Assumptions, need

        measurable = isfinite(messages) and isfinite(peak)
        if not measurable or conversations < 1 or messages <= 0 or peak < 1:
            raise InputError("Conversations must be at least 1, messages above 0, and the peak at least 1.")
        settings = get_settings()
        assumed = Assumptions(
            messages=messages,
            peak=peak,
            text_days=settings.retention_text_days,
            metadata_days=settings.retention_metadata_days,
            tracker_hours=settings.retention_tracker_hours,
        )
        found = need(conversations, MEASURED, assumed)
        values = asdict(found).items()
        rounded = {name: round(value, 1) if isinstance(value, float) else value for name, value in values}
        rounded["euros_a_month"] = [round(value) for value in found.euros_a_month]
        print(json.dumps({**rounded, "cores": found.cores}, indent=1))
