"""What a number of conversations a day needs: servers, writers, storage, money. Pure arithmetic over assumptions.

The measured half comes from `tests/evaluation/production.py soak`; the assumed half is in `Assumptions`, so that an
operator puts in their own (`python -m bot capacity`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Measured:
    """Cost of one message of a person with its answers. Processor milliseconds of one core; bytes in PostgreSQL.

    Attributes:
        rasa_ms, writer_ms, postgres_ms, rabbitmq_ms, redis_ms, nginx_ms: Processor time by part.
        server_mb: Memory of one Rasa server.
        turn_bytes: Rows of the person's message and the answers, with indexes and search index.
        word_bytes: Part of `turn_bytes` that goes when the words are removed (words, findings, search index).
        tracker_bytes: Rasa's own copy.
    """

    rasa_ms: float
    writer_ms: float
    postgres_ms: float
    rabbitmq_ms: float
    redis_ms: float
    nginx_ms: float
    server_mb: float
    turn_bytes: float
    word_bytes: float
    tracker_bytes: float


#: On 2026-11-30, two cores, ten minutes at 10.7 messages a second, none sent twice; docs/scaling.md says how.
MEASURED = Measured(
    rasa_ms=112.4,
    writer_ms=5.9,
    postgres_ms=4.0,
    rabbitmq_ms=1.35,
    redis_ms=0.4,
    nginx_ms=0.24,
    server_mb=811.0,
    turn_bytes=2928.0,
    word_bytes=1355.0,
    tracker_bytes=8594.0,
)


@dataclass(frozen=True)
class Assumptions:
    """What nobody can measure beforehand.

    Attributes:
        messages: Of the person in one conversation.
        peak: The busiest minute against the day's mean.
        load: Share of a core that is used at the peak.
        text_days, metadata_days, tracker_hours: Retention.
        core_month: Money for one core with its memory, from and to, in euros a month.
        gigabyte_month: Money for replicated fast storage, from and to, in euros a month.
        copies: Of everything stored (primary, stand-by).
    """

    messages: float = 8.0
    peak: float = 4.0
    load: float = 0.7
    text_days: int = 30
    metadata_days: int = 400
    tracker_hours: int = 48
    core_month: tuple[float, float] = (15.0, 40.0)
    gigabyte_month: tuple[float, float] = (0.08, 0.25)
    copies: int = 2


@dataclass(frozen=True)
class Need:
    """What it takes. Cores are those of the peak; storage is what stays once retention has reached its balance."""

    conversations: int
    messages_a_second: float
    peak_a_second: float
    rasa_servers: int
    rasa_memory_gb: float
    writers: int
    database_cores: int
    queue_cores: int
    lock_cores: int
    gateway_cores: int
    storage_gb: float
    written_gb_a_day: float
    euros_a_month: tuple[float, float]

    @property
    def cores(self) -> int:
        """All of them."""
        ours = self.rasa_servers + self.writers
        return ours + self.database_cores + self.queue_cores + self.lock_cores + self.gateway_cores


def need(conversations: int, measured: Measured, assumed: Assumptions = Assumptions()) -> Need:
    """The need of so many conversations a day.

    Args:
        conversations: A day, at least 1.
        measured: Cost of one message.
        assumed: The rest.
    """
    messages = conversations * assumed.messages
    mean = messages / DAY_SECONDS
    peak = mean * assumed.peak

    def cores(milliseconds: float, least: int = 1) -> int:
        return max(least, math.ceil(peak * milliseconds / 1000 / assumed.load))

    facts = measured.turn_bytes - measured.word_bytes
    stored = messages * (
        measured.word_bytes * assumed.text_days
        + facts * assumed.metadata_days
        + measured.tracker_bytes * assumed.tracker_hours / 24
    )
    storage = stored / 1e9
    # Two servers are the least: one may be taken out.
    servers = cores(measured.rasa_ms, least=2)
    found = Need(
        conversations=conversations,
        messages_a_second=mean,
        peak_a_second=peak,
        rasa_servers=servers,
        rasa_memory_gb=servers * measured.server_mb / 1000,
        writers=cores(measured.writer_ms, least=2),
        database_cores=cores(measured.postgres_ms),
        queue_cores=cores(measured.rabbitmq_ms),
        lock_cores=cores(measured.redis_ms),
        gateway_cores=cores(measured.nginx_ms),
        storage_gb=storage,
        written_gb_a_day=messages * (measured.turn_bytes + measured.tracker_bytes) / 1e9,
        euros_a_month=(0.0, 0.0),
    )
    low, high = (
        found.cores * core + storage * assumed.copies * gigabyte
        for core, gigabyte in zip(assumed.core_month, assumed.gigabyte_month)
    )
    return Need(**{**found.__dict__, "euros_a_month": (low, high)})
