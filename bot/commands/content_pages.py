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
        """Writes one readable page for each topic and fixed text, and where each teaching is found, from data/."""
        from bot.content.coverage import PAGE, coverage_page, read_coverage
        from bot.content.pages import PAGES_DIR, build_pages, out_of_step, write_pages
        from bot.content.responses import get_responses

        pages = build_pages()
        coverage = {PAGE.name: coverage_page(read_coverage(), get_responses())}
        if not check:
            changed = [*write_pages(pages), *write_pages(coverage, PAGE.parent, keep_others=True)]
            print(f"{len(pages) + 1} pages, {len(changed)} of them new or changed.")
            return
        stale = [*out_of_step(pages, PAGES_DIR), *out_of_step(coverage, PAGE.parent, keep_others=True)]
        if stale:
            raise ContentError(
                f"{len(stale)} pages of docs/ are out of step with data/, among them {stale[0]}. "
                "Run `python -m bot content-pages` and commit what it writes."
            )
        print(f"{len(pages) + 1} pages are in step with data/.")
