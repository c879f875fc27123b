"""`python -m bot redact`: JSON lines in, JSON lines without personal details out."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from bot.errors import InputError

FILE = typer.Argument(..., metavar="FILE|-", help='JSON lines {"id", "text"}; "-" reads standard input.')


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def redact(
        file: Path = FILE,
    ) -> None:
        """Takes personal details out of texts. Prints {"id", "text", "found": [{"type", "start", "end"}]} a line."""
        from bot.commands.ask import read_json_lines
        from bot.redaction.redactor import get_redactor

        for number, line in enumerate(read_json_lines(file), start=1):
            if not isinstance(line.get("text"), str):
                raise InputError(f'{file}: line {number} has no "text" of words; write {{"id": …, "text": "…"}}.')
            redacted = get_redactor().redact(line["text"])
            found = [{"type": one.type, "start": one.start, "end": one.end} for one in redacted.found]
            print(
                json.dumps({"id": line.get("id"), "text": redacted.text, "found": found}, ensure_ascii=False),
                flush=True,
            )
