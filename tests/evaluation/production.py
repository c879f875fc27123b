"""Takes the production layout apart under load: soak, servers killed, engines stopped. What do people see, what is kept?

    python tests/evaluation/production.py capacity
    python tests/evaluation/production.py soak --minutes 10 --share 0.7
    python tests/evaluation/production.py kills --minutes 5          the process that answers
    python tests/evaluation/production.py whole-kills --minutes 5    with the loaded copy beside it
    python tests/evaluation/production.py outages --seconds 30
    python tests/evaluation/production.py roll
    python tests/evaluation/production.py all

Needs a trained model, nginx, PostgreSQL, Redis and RabbitMQ; it starts instances of its own on free ports and removes
them. Each run prints one JSON object and exits with 1 when a promise is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Sequence

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from journeys.layout import Layout, missing_engine  # noqa: E402
from journeys.stored import Stored  # noqa: E402

from bot.soak import Load, Run, Sent, summary  # noqa: E402

#: A rate that the layout takes when its 95th percentile stays below this.
GOOD_SECONDS = 1.0
ENGINES = ("redis", "rabbitmq", "postgres")

During = Callable[[Layout, Load], Awaitable[None]]


def measure(layout: Layout, rate: float, seconds: float, during: During | None = None) -> Run:
    """Sends load, and lets something happen meanwhile."""

    async def both() -> Run:
        load = Load(layout.address, rate)
        event = asyncio.ensure_future(during(layout, load)) if during else None
        run = await load.send_for(seconds)
        if event is not None:
            await event
        return run

    return asyncio.run(both())


def in_thread(work: Callable[..., Any], *arguments: Any) -> Awaitable[Any]:
    """So that the load goes on meanwhile."""
    return asyncio.get_running_loop().run_in_executor(None, lambda: work(*arguments))


def find_capacity(layout: Layout, seconds: float, first: float = 4.0) -> float:
    """Messages a second that still get their answers in time; raised in steps of a quarter."""
    rate, good = first, 0.0
    while True:
        figures = summary(measure(layout, rate, seconds).messages)
        print(json.dumps({"rate": round(rate, 1), **figures}), file=sys.stderr)
        if figures["lost"] or figures["by_guard"] or (figures["ms_p95"] or 1e9) > GOOD_SECONDS * 1000:
            return good
        good, rate = rate, rate * 1.25


def soak(layout: Layout, rate: float, minutes: float) -> Dict[str, Any]:
    """Steady load; memory at the end against memory after a fifth of the time."""
    memory: List[Dict[str, float]] = []

    async def watch(layout: Layout, load: Load) -> None:
        for share in (0.2, 0.4, 0.6, 0.8, 0.99):
            await asyncio.sleep(max(0.0, minutes * 60 * share - load.seconds))
            memory.append(layout.megabytes(layout.servers))

    before, sizes = layout.processor_seconds(), Stored(layout).bytes_by_table()
    run = measure(layout, rate, minutes * 60, watch)
    after, count = layout.processor_seconds(), len(run.messages)
    cost = {name: round((after[name] - before[name]) * 1000 / count, 2) for name in after}
    growth = {name: round(memory[-1][name] / memory[0][name] - 1, 4) for name in layout.servers}
    found = {"memory_mb": [{n: round(v) for n, v in m.items()} for m in memory], "memory_growth": growth}
    result = {**found, "processor_ms_a_message": cost, **judged(layout, run)}
    grown = {name: size - sizes.get(name, 0) for name, size in Stored(layout).bytes_by_table().items()}
    by_table = {name: round(size / count) for name, size in sorted(grown.items()) if size > 10 * count}
    by_table["words in turns"] = round(Stored(layout).word_bytes() / sum(Stored(layout).turns().values()))
    return {**result, "bytes_a_message": by_table, "fine_memory": max(growth.values()) <= 0.03}


def kills(layout: Layout, rate: float, minutes: float, every: float = 60.0, whole: bool = False) -> Dict[str, Any]:
    """One server after the other is killed.

    Args:
        layout, rate, minutes: As for the others.
        every: Seconds from one to the next.
        whole: Also kills the copy beside the server, which is then started from nothing as a supervisor would.
    """
    killed: List[float] = []
    away: List[float] = []

    async def kill(layout: Layout, load: Load) -> None:
        for number in range(int(minutes * 60 / every)):
            await asyncio.sleep(max(0.0, every * (number + 0.5) - load.seconds))
            name, began = layout.servers[number % len(layout.servers)], load.seconds
            killed.append(round(began, 1))
            await in_thread(layout.kill if whole else layout.kill_serving, name)
            if whole:
                await asyncio.sleep(1.0)
                layout.start_part(name)
            await in_thread(layout.wait_for, name)
            away.append(round(load.seconds - began, 1))

    run = measure(layout, rate, minutes * 60, kill)
    return {"killed_at": killed, "seconds_away": away, **judged(layout, run, most_unstored=len(killed))}


def outages(layout: Layout, rate: float, seconds: float, engines: Sequence[str] = ENGINES) -> Dict[str, Any]:
    """Each engine is away for a while."""
    spans: Dict[str, List[float]] = {}

    async def take_away(layout: Layout, load: Load) -> None:
        for name in engines:
            await asyncio.sleep(seconds / 2)
            begin = load.seconds
            await in_thread(layout.stop, name)
            await asyncio.sleep(seconds)
            spans[name] = [begin, load.seconds]
            layout.start_part(name)
            await in_thread(layout.wait_for, name)

    run = measure(layout, rate, seconds * (2.0 * len(engines) + 0.5), take_away)
    away = {name: summary(run.between(*span)) for name, span in spans.items()}
    cards = all(figures["at_risk_without_helplines"] == 0 and figures["lost"] == 0 for figures in away.values())
    return {"away": away, **judged(layout, run), "fine_cards": cards}


def roll(layout: Layout, rate: float) -> Dict[str, Any]:
    """Every server is started again, one after the other, as for a new model."""
    took: List[float] = []

    async def restart(layout: Layout, load: Load) -> None:
        await asyncio.sleep(5)
        begin = load.seconds
        for name in layout.servers:
            await in_thread(layout.stop, name)
            layout.start_part(name)
            await in_thread(layout.wait_for, name)
        took.append(round(load.seconds - begin, 1))

    run = measure(layout, rate, 60, restart)
    return {"seconds": took, **judged(layout, run)}


def judged(layout: Layout, run: Run, most_unstored: int = 0) -> Dict[str, Any]:
    """What people saw, and what the stores hold once everything has settled."""
    figures = summary(run.messages)
    stored = Stored(layout).compare(run, seconds=90)
    fine = {
        "fine_answers": figures["lost"] == 0 and figures["at_risk_without_helplines"] == 0,
        "fine_times": figures["slower_than_3_s"] <= 0.01 * figures["messages"],
        "fine_once_in_order": stored["twice"] == 0 and stored["out_of_order"] == 0,
        "fine_log": stored["turns_missing"] <= most_unstored and stored["turns_too_many"] == 0,
    }
    return {**figures, "failed_tries": run.failures, "stored": stored, **fine}


def late(sent: Sequence[Sent]) -> List[Sent]:
    """Messages slower than three seconds, for a look."""
    return [one for one in sent if one.seconds is None or one.seconds > 3.0]


def main() -> None:
    """Runs one scenario."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", choices=("capacity", "soak", "kills", "whole-kills", "outages", "roll", "all"))
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=0.0, help="messages a second; 0: a share of the capacity")
    parser.add_argument("--share", type=float, default=0.7)
    options = parser.parse_args()
    reason = missing_engine()
    if reason:
        sys.exit(reason)
    layout = Layout()
    try:
        layout.start()
        measure(layout, 3.0, 10.0)
        capacity = 0.0 if options.rate else find_capacity(layout, 15.0)
        rate = options.rate or capacity * options.share
        chosen: Dict[str, Callable[[], Dict[str, Any]]] = {
            "capacity": lambda: {},
            "soak": lambda: soak(layout, rate, options.minutes),
            "kills": lambda: kills(layout, rate, min(options.minutes, 5.0)),
            "whole-kills": lambda: kills(layout, rate, min(options.minutes, 5.0), whole=True),
            "outages": lambda: outages(layout, rate, options.seconds),
            "roll": lambda: roll(layout, rate),
        }
        wanted = [name for name in chosen if name != "capacity"] if options.scenario == "all" else [options.scenario]
        kept = [report(name, chosen[name], capacity, rate) for name in wanted]
    finally:
        layout.close()
    sys.exit(0 if all(kept) else 1)


def report(name: str, scenario: Callable[[], Dict[str, Any]], capacity: float, rate: float) -> bool:
    """Runs and prints one scenario. Returns whether every promise was kept."""
    began = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    result = scenario()
    load = f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    head = {"scenario": name, "began": began, "capacity": round(capacity, 1), "rate": round(rate, 1)}
    print(json.dumps({**head, "load_average": load, "revision": _revision(), **result}, indent=1), flush=True)
    return all(value for key, value in result.items() if key.startswith("fine_"))


def _revision() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return found.stdout.strip()


if __name__ == "__main__":
    main()
