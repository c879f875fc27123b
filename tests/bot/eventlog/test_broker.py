"""Rasa creates the broker from endpoints.yml, and it hands on what it gets."""

from __future__ import annotations

from rasa.core.brokers.broker import EventBroker
from rasa.utils.endpoints import EndpointConfig

from bot.eventlog import broker as module
from bot.eventlog.broker import LogbookBroker


class FakeLogbook:
    def __init__(self):
        self.events = []

    def publish(self, event):
        self.events.append(event)


async def test_rasa_creates_it_by_module_path(monkeypatch):
    logbook = FakeLogbook()
    monkeypatch.setattr(module, "get_logbook", lambda: logbook)
    broker = await EventBroker.create(EndpointConfig(type="bot.eventlog.broker.LogbookBroker"))
    assert isinstance(broker, LogbookBroker)
    broker.publish({"event": "user", "text": "hi"})
    assert logbook.events == [{"event": "user", "text": "hi"}]
    assert broker.is_ready()
