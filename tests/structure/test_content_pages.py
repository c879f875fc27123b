"""docs/content/ shows what is said today."""

from __future__ import annotations

from bot.content.pages import build_pages, out_of_step


def test_the_readable_pages_are_in_step_with_the_data():
    stale = out_of_step(build_pages())
    assert not stale, f"Run `python -m bot content-pages` and commit what it writes: {', '.join(stale[:5])} …"
