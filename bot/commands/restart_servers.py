"""`python -m bot restart-servers`: a new model or version without a pause."""

from __future__ import annotations

import typer

SECONDS = typer.Option(120.0, help="How long a server may take to come back.")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(name="restart-servers")
    def restart_servers(seconds: float = SECONDS) -> None:
        """Starts the Rasa servers of this machine again, one after the other; people notice nothing."""
        from bot.config import get_settings
        from bot.rolling import restart_all

        settings = get_settings()
        count = restart_all(settings.var_dir, settings.host, seconds, lambda line: print(line, flush=True))
        print(f"{count} servers run the model and the code as they are now")
