"""The command line: `python -m bot COMMAND`. Each module of `bot.commands` adds its own command.

A command module defines `register(app: typer.Typer) -> None` and imports anything heavy inside the function
that needs it, so that `--help` and the light commands answer at once.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer

from bot import commands
from bot.errors import KindlightError


def build_app() -> typer.Typer:
    """Collects every command found in `bot.commands`."""
    app = typer.Typer(
        name="python -m bot",
        help="Kindlight: online-safety answers for families, and the right helpline for a person at risk.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    # Without a callback Typer drops the command name when only one command is found.
    app.callback()(lambda: None)
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda found: found.name):
        importlib.import_module(f"bot.commands.{module.name}").register(app)
    return app


def main() -> None:
    """Runs one command; a problem that a person can act on is printed as one sentence, with exit code 2."""
    try:
        build_app()()
    except KindlightError as error:
        print(f"kindlight: {error}", file=sys.stderr)
        raise SystemExit(2) from error
