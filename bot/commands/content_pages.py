"""`python -m bot content-pages`: renews docs/content/, which shows all that is said to people who do not read YAML."""

from __future__ import annotations

import typer

from bot.errors import ContentError


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command("content-pages")
    def content_pages(
        check: bool = typer.Option(False, "--check", help="Write nothing; fail when a page is out of step with data/."),
    ) -> None:
        """Writes one readable page for each topic and fixed text, from data/."""
        from bot.content.pages import build_pages, out_of_step, write_pages

        pages = build_pages()
        if not check:
            print(f"{len(pages)} pages, {len(write_pages(pages))} of them new or changed.")
            return
        stale = out_of_step(pages)
        if stale:
            raise ContentError(
                f"{len(stale)} pages of docs/content/ are out of step with data/, among them {stale[0]}. "
                "Run `python -m bot content-pages` and commit what it writes."
            )
        print(f"{len(pages)} pages are in step with data/.")
