"""`python -m bot embeddings`: puts embeddings of training texts into the repository."""

from __future__ import annotations

import typer

ANEW = typer.Option(False, "--anew", help="Drop what is stored and store everything: after a change of the encoder.")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def embeddings(anew: bool = ANEW) -> None:
        """Stores what the last training had to encode, so that a first training elsewhere need not."""
        from datetime import date

        from bot.config import get_settings
        from bot.text import stored_embeddings
        from bot.text.embedding_cache import kept_rows
        from bot.text.english import DIMENSIONS

        rows = kept_rows(get_settings().models_dir, "*-details.npz", DIMENSIONS)
        if anew:
            for path in stored_embeddings.FOLDER.glob("*.npz"):
                path.unlink()
        stored = stored_embeddings.read_rows(set(rows), DIMENSIONS)
        new = {key: row for key, row in rows.items() if key not in stored}
        if not new:
            print(f"All {len(rows):,} texts of the last training are stored.")
            return
        numbers = range(1, 1000)
        names = (f"english-{date.today().isoformat()}-{number}" for number in numbers)
        name = next(name for name in names if not (stored_embeddings.FOLDER / f"{name}.npz").exists())
        path = stored_embeddings.add_rows(new, name)
        print(f"{len(new):,} texts stored in data/embeddings/{path.name} ({path.stat().st_size / 1e6:.1f} MB).")
