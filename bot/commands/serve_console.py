"""`python -m bot serve-console`: the staff console on its own port."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(name="serve-console")
    def serve_console() -> None:
        """Starts the staff console alone, on loopback unless a deployment says otherwise."""
        from bot import preflight
        from bot.config import get_settings
        from bot.console.server import serve

        settings = get_settings()
        preflight.warn(settings)
        serve(settings)
