"""LogbookBroker: hands Rasa's events to the logbook. Named in `endpoints.yml` by module path."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any, Dict, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.utils.endpoints import EndpointConfig

from bot.eventlog.embedded import close_logbook, get_logbook
from bot.eventlog.logbook import Logbook


class LogbookBroker(EventBroker):
    """Thin adapter: `publish` puts the event into a bounded queue and returns."""

    def __init__(self, logbook: Optional[Logbook] = None) -> None:
        """Uses the process's logbook unless a test gives one."""
        self.logbook = logbook or get_logbook()

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig, event_loop: Optional[AbstractEventLoop] = None
    ) -> LogbookBroker:
        """Called by Rasa; everything else comes from the settings."""
        return cls()

    def publish(self, event: Dict[str, Any]) -> None:
        """Takes one event; never blocks, never raises."""
        self.logbook.publish(event)

    def is_ready(self) -> bool:
        """Always: while the database is away, events wait on disk."""
        return True

    async def close(self) -> None:
        """Leaves nothing in memory."""
        close_logbook()
