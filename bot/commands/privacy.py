"""`python -m bot privacy`: prints the policy page with the periods in force."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def privacy() -> None:
        """Prints what is kept and for how long, as Markdown, from the live settings."""
        from bot.config import get_settings
        from bot.privacy_policy import render_policy
        from bot.store.policy import get_policy

        print(render_policy(get_policy(), get_settings().operator_contact))
