"""What must happen on time: alerts every two seconds, retention every hour. One thread beside the logbook."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timezone
from typing import Callable, Optional

from bot.errors import KindlightError

logger = logging.getLogger(__name__)

ALERT_SECONDS = 2.0
PURGE_SECONDS = 3600.0
#: The first purge waits, so that a start is not slowed down.
FIRST_PURGE_SECONDS = 60.0


class Housekeeper:
    """Runs two jobs. Any number of processes may do this; both jobs are safe to run twice."""

    def __init__(self, send_alerts: Optional[Callable[[datetime], int]], purge: Callable[[datetime], object]) -> None:
        self._send_alerts = send_alerts
        self._purge = purge
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the job at hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        next_purge = time.monotonic() + FIRST_PURGE_SECONDS
        while not self._stopping.wait(ALERT_SECONDS):
            if self._send_alerts is not None:
                self._try("alerts", self._send_alerts)
            if time.monotonic() >= next_purge:
                self._try("retention", self._purge)
                next_purge = time.monotonic() + PURGE_SECONDS

    def _try(self, name: str, job: Callable[[datetime], object]) -> None:
        try:
            job(datetime.now(timezone.utc))
        except KindlightError as error:
            logger.warning("%s wait: %s", name, error)
        except Exception as error:  # noqa: BLE001 - the next round tries again
            logger.error("%s failed: %s", name, type(error).__name__)


def make_housekeeper() -> Housekeeper:
    """The housekeeper of this deployment."""
    from bot.alerts import make_sender
    from bot.config import get_settings
    from bot.store.database import get_database
    from bot.store.policy import get_policy
    from bot.store.retention import purge_everything

    settings = get_settings()

    def send(now: datetime) -> int:
        sender = make_sender(settings, get_database())
        return sender.send_due(now) if sender is not None else 0

    return Housekeeper(send if settings.alert_urls.strip() else None, lambda now: purge_everything(get_policy(), now))
