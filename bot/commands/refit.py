"""`python -m bot refit`: fits anew the small layers that lie in the repository."""

from __future__ import annotations

import importlib
import time
from typing import List, Optional

import typer

from bot.errors import InputError

#: In the order in which one rests on the other.
LAYERS = {
    "middle-view": "bot.text.middle_view",
    "joining": "bot.safety.second_reading_fitting",
    "context": "bot.safety.context_fitting",
    "phrasings": "bot.nlu.redundant_phrasings_fitting",
}


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def refit(
        layers: Optional[List[str]] = typer.Argument(None, metavar="LAYER…", help=f"Any of {', '.join(LAYERS)}."),
    ) -> None:
        """Fits the middle view and two layers and chooses the phrasings, or does what is named; over an hour in all.

        Run it after the adapter was trained, and train the assistant after it.
        """
        for name in chosen(layers or ()):
            started = time.perf_counter()
            print(f"{name} …", flush=True)
            importlib.import_module(LAYERS[name]).main()
            print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)


def chosen(layers: List[str] | tuple[()]) -> List[str]:
    """The layers to fit, in their order; all where none is named. Raises InputError for a name that is none."""
    unknown = [name for name in layers if name not in LAYERS]
    if unknown:
        raise InputError(f"There is no layer '{unknown[0]}'. Use one of: {', '.join(LAYERS)}.")
    return [name for name in LAYERS if not layers or name in layers]
