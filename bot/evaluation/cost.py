"""What the safety engine costs: load, time a message, memory, measured in a process of its own.

`python -m bot.evaluation.cost` prints the figures as JSON; `measure_cost` runs that and reads them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from statistics import median, quantiles

from bot.config import PROJECT_DIR
from bot.errors import ModelError

#: Every how many-th held-out line is timed; about 320 lines.
_EVERY = 5
_TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Cost:
    """Figures of one fresh process with one BLAS thread."""

    load_seconds: float
    median_ms: float
    p95_ms: float
    memory_mb: float


def measure_cost() -> Cost:
    """Measures in a fresh process.

    Raises:
        ModelError: The process failed or took longer than five minutes.
    """
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bot.evaluation.cost"],
            cwd=PROJECT_DIR,
            env={**os.environ, **one_thread},
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise ModelError("The safety engine could not be timed. Run `python -m bot.evaluation.cost` to see why.") from (
            error
        )
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _measure_here() -> Cost:
    import psutil

    started = time.perf_counter()
    from bot.safety.engine import get_engine

    engine = get_engine()
    load_seconds = time.perf_counter() - started
    from bot.evaluation.held_out import load_held_out

    sets = load_held_out()
    texts = [line.turns[0] for line in (sets.risk + sets.quiet)[::_EVERY]]
    times = []
    for text in texts:
        started = time.perf_counter()
        engine.assess(text)
        times.append((time.perf_counter() - started) * 1000)
    memory_mb = psutil.Process().memory_info().rss / 2**20
    return Cost(load_seconds, median(times), quantiles(times, n=20)[-1], memory_mb)


if __name__ == "__main__":
    print(json.dumps(asdict(_measure_here())))
