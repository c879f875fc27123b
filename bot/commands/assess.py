"""`python -m bot assess`: the safety engine alone, one JSON object a line."""

from __future__ import annotations

import json
import time
from pathlib import Path

import typer

_FILE = typer.Argument(..., help='JSON lines {"id", "text"} or {"id", "turns": […]}; "-" reads standard input.')


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def assess(
        file: Path = _FILE,
    ) -> None:
        """Assesses messages, or sessions, for risk. Prints one JSON object a line."""
        from bot.commands.ask import read_json_lines
        from bot.evaluation.lines import turns_of

        rows = [(row.get("id"), turns_of(row, number)) for number, row in enumerate(read_json_lines(file), start=1)]
        from bot.evaluation.run import assess_turns
        from bot.safety.engine import get_engine

        engine = get_engine()
        for line_id, turns in rows:
            started = time.perf_counter()
            found = assess_turns(engine, turns)
            result = {
                "id": line_id,
                "level": found.level.label,
                "categories": {name: round(score, 4) for name, score in found.categories.items()},
                "speaker": found.speaker.value,
                "ms": round((time.perf_counter() - started) * 1000, 2),
            }
            print(json.dumps(result, ensure_ascii=True), flush=True)
