"""Figures: tables with charts, and their export. Small counts are left out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, List, Tuple

from flask import Blueprint, Response, abort, g, jsonify, render_template, request

from bot.console.charts import Shown, bar_chart, journey_rows, shown, shown_rows
from bot.console.exports import to_csv
from bot.console.permissions import Permission, requires
from bot.console.words import label
from bot.store import audit
from bot.store.figures import Counts, Figures, read_figures
from bot.store.policy import read_policy

pages = Blueprint("dashboard", __name__)
SPANS = (7, 30, 90)


@pages.get("/dashboard")
@requires(Permission.FIGURES)
def show() -> Any:
    """The page."""
    days = _days()
    figures = _read(days)
    return render_template(
        "views/dashboard.html",
        days=days,
        spans=SPANS,
        figures=figures,
        shown=shown,
        daily=bar_chart(_shown(figures.by_day)),
        daily_escalations=bar_chart(_shown(figures.escalations_by_day)),
        tables=_tables(figures),
        barriers=_shown_barriers(figures),
        journeys=journey_rows(figures.journeys),
        due=_due(),
    )


@pages.get("/dashboard/export")
@requires(Permission.EXPORT)
def export() -> Any:
    """The same figures as CSV or JSON; recorded."""
    days, kind = _days(), request.args.get("format", "csv")
    if kind not in ("csv", "json"):
        abort(400)
    rows = _flat(_read(days))
    audit.record(g.work.session, g.user.email, "figures.export", details={"days": days, "format": kind}, at=g.now)
    g.work.commit()
    if kind == "json":
        response = jsonify([{"figure": figure, "of": name, "value": value} for figure, name, value in rows])
    else:
        response = Response(to_csv(("figure", "of", "value"), rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="kindlight-{days}-days.{kind}"'
    return response


def _days() -> int:
    chosen = request.args.get("days", "30")
    return int(chosen) if chosen in {str(span) for span in SPANS} else 30


def _read(days: int) -> Figures:
    midnight = g.now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=days - 1)
    return read_figures(g.work.session, since, g.now, read_policy(g.settings).sla)


def _shown(rows: Counts) -> List[Tuple[str, Shown]]:
    counts = shown_rows([count for _, count in rows])
    return [(name, count) for (name, _), count in zip(rows, counts, strict=True)]


def _shown_barriers(figures: Figures) -> List[Tuple[str, str, Shown]]:
    counts = shown_rows([count for _, _, count in figures.barriers])
    return [(name, outcome, count) for (name, outcome, _), count in zip(figures.barriers, counts, strict=True)]


def _tables(figures: Figures) -> List[Tuple[str, List[Tuple[str, Shown]]]]:
    """Key of the heading, and rows of label and count."""
    groups = (
        ("escalations", "categories", figures.escalations),
        ("levels", "levels", figures.levels),
        ("topics", "words", figures.topics),
        ("channels", "channels", figures.channels),
        ("countries", "words", figures.countries),
        ("drills", "words", figures.drills),
    )
    return [(key, [(label(words, name), count) for name, count in _shown(rows)]) for key, words, rows in groups]


def _flat_journeys(figures: Figures) -> List[Tuple[str, str, Any]]:
    rows: List[Tuple[str, str, Any]] = []
    for row in journey_rows(figures.journeys):
        of = f"{row.journey}: {row.group or 'all'}"
        for name in ("started", "completed", "left", "right_before", "right_after"):
            value = getattr(row, name)
            if value is not None or name in ("started", "completed", "left"):
                rows.append((f"journey_{name}", of, "<5" if value is None else value))
    return rows


def _flat(figures: Figures) -> List[Tuple[str, str, Any]]:
    """One row a figure; a suppressed count is the text `<5`, or LEFT_OUT."""

    def cell(count: Shown) -> Any:
        return "<5" if count is None else count

    rows: List[Tuple[str, str, Any]] = [("conversations", "", cell(shown(figures.conversations)))]
    rows += [("messages", "", cell(shown(figures.messages))), ("unanswered", "", cell(shown(figures.unanswered)))]
    for name in ("by_day", "escalations_by_day", "escalations", "levels", "topics", "channels", "countries", "drills"):
        rows += [(name, key, cell(count)) for key, count in _shown(getattr(figures, name))]
    rows += [
        ("barriers", f"{name}: {outcome or 'open'}", cell(count)) for name, outcome, count in _shown_barriers(figures)
    ]
    rows += _flat_journeys(figures)
    for wait in figures.waits:
        if wait.count >= 5:
            rows.append(("wait_median_seconds", str(wait.level), wait.median))
            rows.append(("wait_p95_seconds", str(wait.level), wait.p95))
    return rows


def _due() -> List[Any]:
    from bot.content.hotlines import get_directory

    return get_directory().due(date.today())
