"""`python -m bot drill`: does a person in danger get the card, right now, through every channel?"""

from __future__ import annotations

import sys

import typer

from bot.errors import InputError

ADDRESS = typer.Option("", help="Address of the running assistant; by default the one of the settings.")


def check_address(address: str) -> None:
    """Raises InputError for an address that no message can be sent to."""
    if not address.startswith(("http://", "https://")):
        raise InputError(f"'{address}' is no address of an assistant; write it like http://127.0.0.1:5005.")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def drill(address: str = ADDRESS) -> None:
        """Sends synthetic crisis messages through each channel; exits with 1 when a card is late, wrong or missing."""
        from bot.channels.identity import new_conversation_id
        from bot.config import get_settings
        from bot.drill import channels_to_drill, load_cases, run_drill

        settings = get_settings()
        seconds, cases = load_cases()
        target = address or f"http://{settings.host}:{settings.rasa_port}"
        check_address(target)
        results = run_drill(channels_to_drill(settings, target), cases, seconds, new_conversation_id)
        for result in results:
            print(f"{result.channel:9} {result.case:20} {result.milliseconds:8.1f} ms  {result.problem or 'ok'}")
        failed = sum(bool(result.problem) for result in results)
        print(f"{len(results) - failed} of {len(results)} cards right and in time")
        sys.exit(1 if failed else 0)
