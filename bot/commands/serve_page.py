"""`python -m bot serve-page`."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(name="serve-page")
    def serve_page() -> None:
        """Serves the pages with the chat, and the files of the element."""
        from bot.config import get_settings
        from bot.widget.serving import serve

        serve(get_settings())
