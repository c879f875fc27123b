"""What the assistant says and where it comes from; read-only."""

from __future__ import annotations

from datetime import date
from typing import Any, List, Mapping

from flask import Blueprint, abort, render_template, request

from bot.config import PROJECT_DIR
from bot.console.permissions import Permission, requires
from bot.console.sheet import render_sheet
from bot.content.hotlines import get_directory
from bot.content.responses import get_responses

pages = Blueprint("content", __name__)
SCORECARD = PROJECT_DIR / "docs" / "scorecard.md"


@pages.get("/content")
@requires(Permission.CONTENT)
def show() -> Any:
    """Answers with provenance and age."""
    topic = request.args.get("topic", "")
    rows = _answers()
    return render_template(
        "views/content.html",
        topics=sorted({row["topic"] for row in rows}),
        topic=topic,
        rows=[row for row in rows if row["topic"] == topic] if topic else [],
        count=len(rows),
        drafts=sum(row["review"] == "draft" for row in rows),
    )


@pages.get("/content/helplines")
@requires(Permission.CONTENT)
def helplines() -> Any:
    """The directory, by country, with the dates of its checks."""
    directory = get_directory()
    country = request.args.get("country", "GB").upper()
    if country != "INT" and not directory.knows(country):
        abort(404)
    return render_template(
        "views/helplines.html",
        country=country,
        names=sorted(directory.names.items(), key=lambda pair: pair[1]),
        services=[service for service in directory.services if service.country == country],
        due=directory.due(date.today()),
        today=date.today(),
    )


@pages.get("/content/scorecard")
@requires(Permission.CONTENT)
def scorecard() -> Any:
    """The measured figures as the repository holds them."""
    text = SCORECARD.read_text(encoding="utf-8") if SCORECARD.is_file() else ""
    return render_template("views/scorecard.html", sheet=render_sheet(text) if text.strip() else None)


def _answers() -> List[Mapping[str, Any]]:
    book = get_responses()
    found: List[Mapping[str, Any]] = []
    for name in book.names:
        first = book.variations(name)[0]
        details = first.metadata
        topic = details.get("topic") or name.partition("/")[0].removeprefix("utter_")
        found.append(
            {
                "name": name,
                "topic": str(topic),
                "text": first.text,
                "source": str(details.get("source") or ""),
                "written": str(details.get("written") or ""),
                "review": str(details.get("review") or ""),
                "variations": len(book.variations(name)),
            }
        )
    return found
