"""`python -m bot bench`: speed, memory and size beside Rasa's default pipeline and the least Rasa can be."""

from __future__ import annotations

import sys

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def bench(
        messages: int = typer.Option(240, min=20, help="Messages of each round of a load."),
        parsed: int = typer.Option(300, min=30, help="Held-out questions understood by themselves."),
        late: int = typer.Option(500, min=0, help="The message compared with the fifth; 0 leaves that out."),
        epochs: int = typer.Option(100, min=1, max=100, help="Epochs of the default pipeline; Rasa's own are 100."),
        default: bool = typer.Option(True, help="Train and measure Rasa's default pipeline (hours at 100 epochs)."),
        training: bool = typer.Option(True, help="Time our own training from nothing."),
        output: str = typer.Option("docs/performance.md", help="Where the page is written, from the project's folder."),
    ) -> None:
        """Measures and writes docs/performance.md."""
        from datetime import date

        from bot import training as trainer
        from bot.config import PROJECT_DIR
        from bot.errors import ModelError
        from bot.evaluation.bench import BenchOptions, run
        from bot.evaluation.bench_page import page

        if not trainer.is_model_current():
            raise ModelError("The model is older than its data. Run `python -m bot train` first.")
        options = BenchOptions(messages, parsed, late, epochs, default, training)
        measured = run(options)
        command = "python -m bot " + " ".join(sys.argv[1:])
        path = PROJECT_DIR / output
        path.write_text(page(measured, options, command, date.today()), encoding="utf-8")
        print(f"Written: {output}")
