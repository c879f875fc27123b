"""Figures count what they should, and their labels tell nothing about a person."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from itertools import product
from types import SimpleNamespace

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics, metrics_server
from bot.channels.guard import Guard, GuardContext, _reason, answer_guarded
from bot.channels.operations import OperationsChannel, is_ready, stop_unless_ready
from bot.safety.levels import RiskAssessment, RiskLevel

ALLOWED_LABELS = {"channel", "level", "stage", "reason", "outcome", "state", "le", "generation", "version", "status", "error"}
ALLOWED_LABELS |= {"implementation", "major", "minor", "patchlevel"}


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


def context():
    return GuardContext("c" * 32, "child", "GB", "web")


async def nothing():
    """An assistant that is silent."""


async def fails():
    raise RuntimeError("no assistant")


@pytest.mark.parametrize(("handle", "reason"), [(nothing, "silent"), (fails, "failed")])
async def test_an_answer_of_the_guard_is_counted_with_its_reason(handle, reason):
    before = value("kindlight_guard_answers_total", reason=reason)
    guard = Guard(assess=lambda texts: RiskAssessment(level=RiskLevel.ESCALATE, categories={"extortion": 0.9}))
    assert await answer_guarded(guard, context(), "he asked me for pictures", handle, [])
    assert value("kindlight_guard_answers_total", reason=reason) == before + 1


def test_every_reason_of_the_guard_is_among_those_that_are_shown_from_the_start():
    reasons = {_reason(*flags) for flags in product((True, False), repeat=3)}
    assert reasons == set(metrics.GUARD_REASONS)


async def test_a_message_is_counted_with_channel_level_and_time():
    before = [value("kindlight_messages_total", channel="web"), value("kindlight_risk_total", level="none")]
    timed = value("kindlight_answer_seconds_count")
    guard = Guard(assess=lambda texts: RiskAssessment(level=RiskLevel.NONE))
    await answer_guarded(guard, context(), "what is grooming", nothing, [{"text": "An answer."}])
    after = [value("kindlight_messages_total", channel="web"), value("kindlight_risk_total", level="none")]
    assert after == [count + 1 for count in before]
    assert value("kindlight_answer_seconds_count") == timed + 1


def test_no_label_could_hold_an_id_or_a_word():
    body, kind = metrics.exposition()
    assert kind.startswith("text/plain")
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            assert set(sample.labels) <= ALLOWED_LABELS, sample
    assert not re.search(rb"c{32}|pictures", body)


def test_the_state_of_the_logbook_is_read_when_somebody_asks():
    state = metrics.LogState(5, 1, 0, 4, 2, 1024, 3.5)
    metrics.watch_logbook(lambda: state)
    assert value("kindlight_log_events", state="waiting") == 2
    assert value("kindlight_spool_bytes") == 1024
    assert value("kindlight_store_away_seconds") == 3.5


def get(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_process_without_pages_shows_health_readiness_and_figures():
    ready = SimpleNamespace(now=False)
    server = metrics_server.start("127.0.0.1", 0, lambda: ready.now)
    try:
        port = server.server_port
        assert get(port, "/healthz") == (200, json.dumps({"status": "ok"}).encode())
        assert get(port, "/readyz")[0] == 503
        ready.now = True
        assert get(port, "/readyz")[0] == 200
        assert b"kindlight_messages_total" in get(port, "/metrics")[1]
        assert get(port, "/other")[0] == 404
    finally:
        server.shutdown()
        server.server_close()


def test_a_rasa_server_is_ready_once_its_model_is_loaded():
    app = SimpleNamespace(ctx=SimpleNamespace())
    assert not is_ready(app)
    app.ctx.agent = SimpleNamespace(is_ready=lambda: True)
    assert is_ready(app)


def test_a_server_without_a_model_ends_so_that_nobody_is_sent_to_it():
    stopped = []
    app = SimpleNamespace(ctx=SimpleNamespace(), stop=lambda: stopped.append(True))
    stop_unless_ready(app)
    assert stopped == [True]
    app.ctx.agent = SimpleNamespace(is_ready=lambda: True)
    stop_unless_ready(app)
    assert stopped == [True]


def test_the_three_addresses_stand_at_the_root():
    channel = OperationsChannel()
    routes = {route.uri for route in channel.blueprint(nothing)._future_routes}
    assert channel.url_prefix() == "/" and routes == {"/healthz", "/readyz", "/metrics"}
