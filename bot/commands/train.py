"""`python -m bot train`: trains when the model is older than its data."""

from __future__ import annotations

import time

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def train(force: bool = typer.Option(False, "--force", help="Train although the model is current.")) -> None:
        """Trains the safety engine and the assistant (skipped when nothing changed)."""
        from bot import training

        if not force and training.is_model_current():
            print("The model is current.")
            return
        print("Training the safety engine and the assistant …", flush=True)
        started = time.perf_counter()
        path = training.train()
        print(f"Trained in {time.perf_counter() - started:.0f} s: models/{path.name}")
