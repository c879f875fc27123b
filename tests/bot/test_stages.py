"""Every stage of an answer is timed, also when another part of this program wrapped the same method before."""

from __future__ import annotations

import functools

from prometheus_client import REGISTRY
from rasa.core.processor import MessageProcessor

from bot import stages


def count(stage):
    return REGISTRY.get_sample_value("kindlight_stage_seconds_count", {"stage": stage}) or 0.0


async def test_each_method_is_timed_once_however_often_it_is_installed(monkeypatch):
    async def bare(self):
        return "done"

    @functools.wraps(bare)
    async def wrapped_elsewhere(self):
        return await bare(self)

    for method in stages.STAGES:
        monkeypatch.setattr(MessageProcessor, method, wrapped_elsewhere)
    stages.install()
    stages.install()
    for method, stage in stages.STAGES.items():
        before = count(stage)
        assert await getattr(MessageProcessor, method)(None) == "done"
        assert count(stage) == before + 1
