"""`python -m bot evaluate`: recall, precision and false alarms on labelled lines, with their uncertainty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, List, Mapping, Optional, Tuple

import typer

if TYPE_CHECKING:
    from bot.evaluation.lines import LabelledLine
    from bot.evaluation.metrics import Proportion
    from bot.evaluation.run import Report

_FILE = typer.Argument(..., help="Labelled JSON lines; - reads standard input.")
_LABELS = {
    "recall": "Recall, check_in or above",
    "recall_escalate": "Recall, escalate or above",
    "category": "Right category, of lines reacted to",
    "false_alarms_escalate": "False alarms at escalate, of quiet lines",
    "any_reaction_on_quiet": "Any reaction, of quiet lines",
    "precision": "Precision, check_in or above",
    "precision_escalate": "Precision, escalate or above",
}


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def evaluate(
        file: Path = _FILE,
        as_json: bool = typer.Option(False, "--json", help="Print every figure as one JSON object."),
        list_misses: bool = typer.Option(False, "--misses", help="List the lines that went wrong, by kind."),
        topics: bool = typer.Option(True, help="Measure topics too, when the assistant is trained."),
    ) -> None:
        """Measures risk and topics on labelled lines. Nothing read is written to disk."""
        from bot.commands.ask import read_json_lines
        from bot.errors import InputError
        from bot.evaluation.lines import read_lines

        lines = read_lines(read_json_lines(file))
        if not lines:
            raise InputError(f"{file} holds no lines to measure.")
        from bot.evaluation.run import measure, report_on
        from bot.safety.engine import get_engine

        measured = measure(lines, get_engine())
        topic_figures, note = _topics(lines) if topics else ({}, "not asked for")
        report = report_on(measured, topic_figures)
        if as_json:
            print(json.dumps(as_dict(report, note, list_misses), indent=2))
        else:
            print(as_text(report, note, list_misses))


def _topics(lines: List[LabelledLine]) -> Tuple[Mapping[str, Proportion], Optional[str]]:
    """Topic figures, or why there are none."""
    if not any(line.topic for line in lines):
        return {}, "no line carries a topic"
    from bot.errors import ModelError
    from bot.evaluation.run import measure_topics

    try:
        from bot import assistant

        return measure_topics(lines, assistant.topics), None
    except ImportError as error:
        return {}, f"not measured: the assistant cannot be loaded here ({error.name} is missing)"
    except ModelError as error:
        return {}, f"not measured: {error}"


def as_dict(report: Report, topic_note: Optional[str], list_misses: bool) -> dict[str, object]:
    """Every figure for `--json`."""
    from bot.evaluation.run import misses

    found: dict[str, object] = {
        "lines": len(report.measured),
        "risk": {name: figure.as_dict() for name, figure in report.figures.items()},
        "categories": {
            name: {kind: figure.as_dict() for kind, figure in figures.items()}
            for name, figures in report.categories.items()
        },
        "topics": {name: figure.as_dict() for name, figure in report.topics.items()} or {"note": topic_note},
        "unsure": {name: figure.as_dict() for name, figure in report.unsure.items()},
        "median_ms": round(report.median_ms, 2),
    }
    if list_misses:
        found["misses"] = [
            {"kind": kind, "id": one.line.id, "risk": list(one.line.risk), "level": one.assessment.level.label}
            for kind, one in misses(report.measured)
        ]
    return found


def as_text(report: Report, topic_note: Optional[str], list_misses: bool) -> str:
    """Every figure for people: value, 95 % Wilson interval, counts."""
    rows = [f"{len(report.measured)} lines, {report.median_ms:.1f} ms a line (median)", ""]
    rows += [f"{_LABELS[name]:<42} {figure.as_text()}" for name, figure in report.figures.items()]
    rows += ["", f"{'By category':<18} {'recall':<30} {'at escalate':<30} precision"]
    for name, figures in report.categories.items():
        rows.append(
            f"{name:<18} {figures['recall'].as_text():<30} {figures['recall_escalate'].as_text():<30} "
            f"{figures['precision'].as_text()}"
        )
    rows += ["", "Topics" if report.topics else f"Topics: {topic_note}"]
    rows += [f"  {name:<40} {figure.as_text()}" for name, figure in report.topics.items()]
    rows += ["", "Lines marked unsure, apart from the figures above"]
    rows += [f"  {name:<40} {figure.as_text()}" for name, figure in report.unsure.items()]
    if list_misses:
        rows += ["", *_miss_rows(report)]
    return "\n".join(rows)


def _miss_rows(report: Report) -> List[str]:
    from bot.evaluation.run import misses

    rows = ["Misses (kind · id · labels → what the engine said · start of the text)"]
    for kind, one in misses(report.measured):
        said = f"{one.assessment.level.label} {','.join(one.assessment.categories) or '-'}"
        start = " / ".join(one.line.turns).replace("\n", " ")[:140]
        rows.append(f"  {kind} · {one.line.id} · {','.join(one.line.risk) or '-'} → {said} · {start}")
    return rows
