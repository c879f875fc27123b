"""`python -m bot run` and the processes it starts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Adds the commands."""

    @app.command()
    def run() -> None:
        """Trains when needed, starts every process, prints the addresses and stops all of them on Ctrl-C."""
        from bot import supervisor, training
        from bot.config import get_settings

        settings = get_settings()
        supervisor.check_ports(supervisor.parts(settings), settings.host)
        if not training.is_model_current():
            train_first()
        sys.exit(supervisor.run(settings))

    @app.command()
    def serve() -> None:
        """Starts the Rasa server alone."""
        from bot import rasa_process, server_start
        from bot.assistant import MODEL_NAME
        from bot.config import PROJECT_DIR, get_settings
        from bot.errors import ModelError

        settings = get_settings()
        server_start.get_ready(settings)
        model = settings.models_dir / MODEL_NAME
        if not model.is_file():
            raise ModelError(f"There is no trained model at models/{MODEL_NAME}. Run `python -m bot train` first.")
        endpoints = os.environ.get("KINDLIGHT_ENDPOINTS", str(PROJECT_DIR / "endpoints.yml"))
        credentials = os.environ.get("KINDLIGHT_CREDENTIALS", str(PROJECT_DIR / "credentials.yml"))
        sys.exit(
            rasa_process.serve_rasa(
                ["run", "--model", str(model), "--endpoints", endpoints, "--credentials", credentials]
                + ["-i", settings.host, "-p", str(settings.rasa_port)],
                (Path(endpoints), Path(credentials)),
                copy_of=model if settings.standby else None,
            )
        )

    @app.command(name="serve-actions")
    def serve_actions() -> None:
        """Starts the action server alone."""
        from bot.actions_server import serve as serve_all_actions

        serve_all_actions()


def train_first() -> None:
    """Trains in a process of its own."""
    import subprocess

    # In a process of its own: what training holds in memory is given back before the server starts.
    code = subprocess.call([sys.executable, "-m", "bot", "train"])
    if code != 0:
        raise SystemExit(code)
