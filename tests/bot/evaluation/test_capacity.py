"""The capacity plan: arithmetic that a person can follow."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from bot.cli import build_app
from bot.errors import InputError
from bot.evaluation.capacity import MEASURED, Assumptions, Measured, need

COST = Measured(
    rasa_ms=35,
    writer_ms=7,
    postgres_ms=7,
    rabbitmq_ms=0.7,
    redis_ms=0.07,
    nginx_ms=0.07,
    server_mb=500,
    turn_bytes=2000,
    word_bytes=1500,
    tracker_bytes=1000,
)
ASSUMED = Assumptions(
    messages=8, peak=4, load=0.7, text_days=30, metadata_days=400, tracker_hours=48, core_month=(10, 20), gigabyte_month=(0.1, 0.2)
)


def test_a_million_conversations_a_day_by_hand():
    found = need(1_080_000, COST, ASSUMED)
    # 8.64 million messages a day are 100 a second, 400 at the peak; 35 ms at a load of 0.7 are 20 a second and core.
    assert found.messages_a_second == 100 and found.peak_a_second == 400
    assert (found.rasa_servers, found.writers, found.database_cores, found.queue_cores) == (20, 4, 4, 1)
    assert found.rasa_memory_gb == 10
    # 1,500 bytes for 30 days, 500 for 400 days, 1,000 for 2 days: 247,000 bytes for each message a day.
    assert found.storage_gb == pytest.approx(8.64e6 * 247_000 / 1e9)
    assert found.cores == 20 + 4 + 4 + 3
    assert found.euros_a_month[0] == pytest.approx(31 * 10 + found.storage_gb * 2 * 0.1)


def test_a_small_deployment_has_two_of_what_may_be_taken_out():
    found = need(100, COST, ASSUMED)
    assert (found.rasa_servers, found.writers) == (2, 2)


def test_a_hundred_times_as_many_need_a_hundred_times_as_much():
    small, large = need(1_000_000, COST, ASSUMED), need(100_000_000, COST, ASSUMED)
    assert large.storage_gb == pytest.approx(small.storage_gb * 100)
    assert 90 <= large.rasa_servers / small.rasa_servers <= 100


def test_shorter_retention_saves_storage():
    assert need(1000, COST, replace(ASSUMED, text_days=7)).storage_gb < need(1000, COST, ASSUMED).storage_gb


def test_the_command_prints_one_object():
    ended = CliRunner().invoke(build_app(), ["capacity", "1000000"])
    found = json.loads(ended.stdout)
    assert found["conversations"] == 1_000_000 and found["rasa_servers"] == need(1_000_000, MEASURED).rasa_servers


def test_a_number_that_makes_no_sense_is_refused():
    with pytest.raises(InputError):
        CliRunner().invoke(build_app(), ["capacity", "0"], catch_exceptions=False)
