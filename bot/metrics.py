"""Figures for Prometheus: how many, how long, how often at risk; never who, never what was said.

Every label has a few fixed values (a channel, a level, a stage), so that a figure tells nothing about one person. What
an operator does about each is in `docs/operations.md`.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable, Iterator

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

#: Why the guard answered, what became of an alert to staff, and what became of an event of the log.
GUARD_REASONS = ("slow", "failed", "silent", "no_helpline")
ALERT_OUTCOMES = ("sent", "again", "given_up")
LOG_STATES = ("taken", "without_words", "dropped", "delivered", "waiting")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 8.0)

MESSAGES = Counter("kindlight_messages_total", "Messages of people.", ["channel"])
ANSWER_SECONDS = Histogram("kindlight_answer_seconds", "From message to answer, in the channel.", buckets=_SECONDS)
STAGE_SECONDS = Histogram("kindlight_stage_seconds", "One stage of an answer.", ["stage"], buckets=_SECONDS)
RISK = Counter("kindlight_risk_total", "Messages by risk level, as the channel's guard saw them.", ["level"])
GUARD = Counter("kindlight_guard_answers_total", "Answers that the guard gave or added.", ["reason"])
ALERTS = Counter("kindlight_alerts_total", "Alerts to staff: sent, put off for another try, given up.", ["outcome"])
ALERT_SECONDS = Histogram(
    "kindlight_alert_seconds",
    "From the risk in the log to the alert at staff.",
    buckets=(1, 2, 5, 10, 30, 60, 300, 3600),
)
WRITTEN = Counter("kindlight_log_events_written_total", "Events that this process stored in the staff database.")
LOG = Gauge("kindlight_log_events", "The log of this process since its start, by what became of the event.", ["state"])
SPOOL_BYTES = Gauge("kindlight_spool_bytes", "Redacted events that wait on disk.")
STORE_AWAY_SECONDS = Gauge("kindlight_store_away_seconds", "Since when the log cannot be delivered; 0 when it can.")
QUEUE = Gauge("kindlight_queue_batches", "Batches in RabbitMQ, over all partitions; -1 when not counted.")
UNREADABLE = Gauge("kindlight_queue_unreadable", "Batches in RabbitMQ that were not read or stored; -1: not counted.")

# Shown at 0 from the start: of a counter that first appears as 1, Prometheus cannot say that it has grown, and an alert
# would miss the first one (deploy/prometheus-alerts.yml).
for _reason in GUARD_REASONS:
    GUARD.labels(_reason)
for _outcome in ALERT_OUTCOMES:
    ALERTS.labels(_outcome)
for _state in LOG_STATES:
    LOG.labels(_state)


def note_message(channel: str, level: str) -> None:
    """Counts a message and its risk level (a label of RiskLevel)."""
    MESSAGES.labels(channel).inc()
    RISK.labels(level).inc()


def note_guard(reason: str) -> None:
    """Counts an answer of the guard, by one of GUARD_REASONS."""
    GUARD.labels(reason).inc()


def note_alert(outcome: str, seconds: float | None = None) -> None:
    """Counts an alert by one of ALERT_OUTCOMES; one that was sent with the seconds it took."""
    ALERTS.labels(outcome).inc()
    if seconds is not None:
        ALERT_SECONDS.observe(seconds)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Times one of the stages load, understand, decide, keep, lock."""
    started = time.perf_counter()
    try:
        yield
    finally:
        STAGE_SECONDS.labels(name).observe(time.perf_counter() - started)


@dataclass(frozen=True)
class LogState:
    """What a logbook says about itself: events since the start, what waits, seconds since the store went away."""

    taken: int
    without_words: int
    dropped: int
    delivered: int
    waiting: int
    spool_bytes: int
    away_seconds: float


def watch_logbook(state: Callable[[], LogState]) -> None:
    """Reads queue and spool of the logbook whenever somebody asks for the figures.

    Args:
        state: The state at the moment of the call.
    """
    LOG.labels("taken").set_function(lambda: state().taken)
    LOG.labels("without_words").set_function(lambda: state().without_words)
    LOG.labels("dropped").set_function(lambda: state().dropped)
    LOG.labels("delivered").set_function(lambda: state().delivered)
    LOG.labels("waiting").set_function(lambda: state().waiting)
    SPOOL_BYTES.set_function(lambda: state().spool_bytes)
    STORE_AWAY_SECONDS.set_function(lambda: state().away_seconds)


def exposition() -> tuple[bytes, str]:
    """All figures of this process and their content type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
