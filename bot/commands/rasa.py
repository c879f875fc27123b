"""`python -m bot rasa …`: Rasa's own commands, with TensorFlow stood in for."""

from __future__ import annotations

import sys

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    )
    def rasa(context: typer.Context) -> None:
        """Runs one of Rasa's own commands, such as `data validate`, `test` or `shell`."""
        from bot import rasa_process, server_start
        from bot.config import get_settings

        if context.args[:1] == ["run"]:
            server_start.get_ready(get_settings(), context.args)

        sys.exit(rasa_process.run_rasa(context.args))
