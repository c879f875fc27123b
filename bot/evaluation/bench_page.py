"""Writes what `python -m bot bench` measured: `docs/performance.md`."""

from __future__ import annotations

import itertools
import os
import platform
from datetime import date
from pathlib import Path
from typing import Callable, List, Sequence

import psutil

from bot.evaluation.bench import LOADS, OWN_CHANNEL, ROUNDS, Bench, BenchOptions, Contestant
from bot.evaluation.scorecard_page import table

_INTRODUCTION = """# Performance

Written by `make bench`; do not edit. Three assistants on the same machine, data and questions:

* **ours**: as `make run` starts it, with the safety engine, redaction, the event log and the stores on;
* **default**: Rasa 3.6 as it comes, with the pipeline of its documentation (DIET, response selector, TED), none of
  those, in an environment of its own with TensorFlow;
* **floor**: the least a Rasa assistant can be, keywords and rules, in the same environment as `default`.

Messages are held-out questions (`tests/evaluation/faq`), sent over HTTP to Rasa's REST channel; times are from
request to complete answer. All three servers run; each load comes in rounds, to one after the other, so that a machine
that becomes slower meanwhile does so for all. No question is sent to a server twice within a thousand others: what was
just read is not read again, and families do not repeat each other. *Processor time* counts all threads of a server; it
depends less on what else runs than the clock."""


def page(bench: Bench, options: BenchOptions, command: str, day: date) -> str:
    """The whole page.

    Args:
        bench: What was measured.
        options: How much.
        command: As typed.
        day: Of the run.
    """
    sections = [
        _INTRODUCTION,
        _circumstances(bench, options, command, day),
        _overview(bench),
        _goals(bench),
        _loads(bench),
        _long(bench, options),
        _profile(bench),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _circumstances(bench: Bench, options: BenchOptions, command: str, day: date) -> str:
    memory = psutil.virtual_memory().total / 2**30
    lines = [
        f"Measured on {day.isoformat()} with `{command}`: {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, "
        f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}; "
        f"{ROUNDS} rounds of {options.messages} messages a load, {options.parsed} questions understood by themselves.",
    ]
    if bench.busy > 0.1:
        lines.append(
            f"Other work took {100 * bench.busy:.0f} % of the processors when the run began: times and messages a "
            "second are worse than on a quiet machine, for all three."
        )
    return "\n\n".join([*lines, *bench.notes])


def _overview(bench: Bench) -> str:
    rows: List[List[str]] = []

    def row(title: str, value: Callable[[Contestant], float], unit: str, digits: int = 1) -> None:
        values = [value(one) for one in bench.contestants]
        cells = [f"{number:,.{digits}f} {unit}" if number else "–" for number in values]
        rows.append([title, *cells, *_ratios(values)])

    row("Messages a second, 8 parallel", lambda one: one.loads["8 parallel"].per_second, "/s")
    row("Processor time a message", lambda one: one.loads["8 parallel"].cpu_ms, "ms")
    row("Answer at 1 parallel, median", lambda one: one.loads["1 parallel"].percentile(50), "ms")
    row("Understanding alone, median", lambda one: one.parse_p50, "ms")
    row("Understanding alone, 95 %", lambda one: one.parse_p95, "ms")
    row("Memory when ready", lambda one: one.memory_ready_mb, "MB", 0)
    row("Memory after the loads", lambda one: one.memory_mb, "MB", 0)
    row("Ready after", lambda one: one.ready_seconds, "s")
    row("Processor time until ready", lambda one: one.ready_cpu_seconds, "s")
    row("Training", lambda one: one.trained.scaled_seconds if one.trained else 0.0, "s", 0)
    row("Model", lambda one: one.trained.megabytes if one.trained else 0.0, "MB")
    right = [one.right for one in bench.contestants]
    texts = [share.as_text() if share else "–" for share in right]
    rows.append(["Right intent or answer first", *texts, *_ratios([(share and share.value) or 0.0 for share in right])])
    names = [one.name for one in bench.contestants]
    return "## Side by side\n\n" + table(["", *names, *(f"ours ÷ {name}" for name in names[1:])], rows)


def _ratios(values: Sequence[float]) -> List[str]:
    """The first value divided by each of the others."""
    return [f"{values[0] / other:.2f}" if other and values[0] else "" for other in values[1:]]


def _goals(bench: Bench) -> str:
    ours, default, floor = bench.named("ours"), bench.named("default"), bench.named("floor")
    if ours is None or not (default or floor):
        return ""
    rows: List[List[str]] = []

    def goal(title: str, measured: float, least: float | None = None, most: float | None = None) -> None:
        reached = measured >= least if least is not None else measured <= (most or 0.0)
        wanted = f"≥ {least:g}" if least is not None else f"≤ {most:g}"
        rows.append([title, f"{measured:.2f}", wanted, "yes" if reached else "no"])

    rate = "8 parallel"
    if default:
        goal("Messages a second ÷ default", ours.loads[rate].per_second / default.loads[rate].per_second, least=2)
        goal("Memory ÷ default", ours.memory_mb / default.memory_mb, most=0.45)
        goal("Ready after ÷ default", ours.ready_seconds / default.ready_seconds, most=0.6)
        if ours.trained and default.trained and ours.trained.seconds:
            goal("Training: default ÷ ours", default.trained.scaled_seconds / ours.trained.seconds, least=5)
        if ours.right and default.right and ours.right.value is not None and default.right.value:
            goal("Right first ÷ default", ours.right.value / default.right.value, least=1)
    if floor:
        goal("Messages a second ÷ floor", ours.loads[rate].per_second / floor.loads[rate].per_second, least=0.5)
        long = "8 parallel, 30 messages each"
        goal("The same in conversations of 30", ours.loads[long].per_second / floor.loads[long].per_second, least=1)
    if bench.early_late:
        goal("95 % of a late message ÷ of the fifth", bench.early_late[1] / bench.early_late[0], most=1.3)
    return "## Goals\n\n" + table(["Ratio", "Measured", "Goal", "Reached"], rows)


def _loads(bench: Bench) -> str:
    rows: List[List[str]] = []
    for label, one in itertools.product((*LOADS, OWN_CHANNEL), bench.contestants):
        run = one.loads.get(label)
        if run is not None:
            values = [*(run.percentile(number) for number in (50, 95, 99)), run.per_second]
            rows.append([label, one.name, *(f"{value:,.1f}" for value in values), str(run.failed)])
    header = ["Load", "", "p50 ms", "p95 ms", "p99 ms", "Messages/s", "Without answer"]
    return "## Load\n\n" + table(header, rows)


def _long(bench: Bench, options: BenchOptions) -> str:
    if bench.early_late is None:
        return ""
    early, late = bench.early_late
    early_cpu, late_cpu = bench.early_late_cpu
    return (
        "## Long conversations\n\n"
        f"Four conversations, one message at a time: p95 of the messages from the fifth on {early:.1f} ms, of the same "
        f"words said again up to message {options.late} {late:.1f} ms, ratio {late / early:.2f}; processor time "
        f"{early_cpu:.1f} ms and {late_cpu:.1f} ms a message. A turn loads a window of at most 120 events and what the "
        "slots were before it; the fifth message has about 40 of them, later ones 60 to 120."
    )


def _profile(bench: Bench) -> str:
    if not bench.profile:
        return ""
    stages = sorted(bench.profile.items(), key=lambda item: -item[1])
    whole = sum(bench.profile.values())
    rows = [[stage, f"{ms:.2f}", f"{100 * ms / whole:.0f} %"] for stage, ms in stages]
    rows.append(["**Together**", f"{whole:.2f}", "100 %"])
    return (
        "## Where the processor time of a message goes (ours)\n\n"
        "One process without HTTP, one message at a time; by thread clocks.\n\n"
        + table(["Stage", "ms a message", "Share"], rows)
        + f"\n\nThe next limit is *{stages[0][0]}*: a server answers one message at a time in Python, so its processor "
        "time a message is what one core can carry. More servers behind nginx carry more (`docs/scaling.md`)."
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.is_file():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
