"""Staff alerts: sent through apprise (e-mail, Teams, Slack, SMS …), without any detail of the conversation.

The alert row is written with the escalation (`bot.store.log_writer`), so none is lost; here it is taken, sent,
tried again with growing pauses, and marked as failed in the end, which the console shows. It counts as sent when one
address took it. When the same conversation and level alert again is decided in `bot.store.log_writer`.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Set

import yaml

from bot import metrics
from bot.config import DATA_DIR, Settings
from bot.errors import ContentError
from bot.safety.levels import RiskLevel
from bot.store.alerting import DueAlert, finish_alert, take_due_alert
from bot.store.database import Database

logger = logging.getLogger(__name__)

WORDS = DATA_DIR / "alerts.yml"
#: How long the addresses together may take for one alert.
SEND_SECONDS = 45
#: A sender that dies with an alert in hand leaves it to the next one after this time.
LEASE = timedelta(seconds=SEND_SECONDS + 15)
#: Then the other work of this thread has its turn; what is left is taken seconds later.
_A_ROUND = 20
_PAUSES_SECONDS = (5, 10, 20, 40, 60, 120, 300, 600, 600, 600)

#: Sends one message (title, body); True when at least one address took it.
Notify = Callable[[str, str], bool]


@dataclass(frozen=True)
class AlertWords:
    """The sentences of `data/alerts.yml`."""

    title: str
    body: str
    levels: Dict[str, str]
    categories: Dict[str, str]

    def title_and_body(self, alert: DueAlert, console_url: str) -> tuple[str, str]:
        """The message for one alert."""
        level = RiskLevel(alert.level).label
        values = {
            "level": self.levels[level],
            "category": self.categories.get(alert.category, self.categories["unspecified"]),
            "time": alert.created_at.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M"),
            "link": f"{console_url.rstrip('/')}/conversations/{alert.conversation_id}",
        }
        return self.title.format(**values), self.body.format(**values)


@lru_cache(maxsize=4)
def load_words(path: Path = WORDS) -> AlertWords:
    """Reads the sentences.

    Raises:
        ContentError: A sentence or a name is missing.
    """
    found: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        words = AlertWords(**found["alerts"])
    except (KeyError, TypeError) as error:
        raise ContentError(f"{path}: alerts needs title, body, levels and categories ({error}).") from None
    missing = [level.label for level in RiskLevel if level and level.label not in words.levels]
    if missing or "unspecified" not in words.categories:
        raise ContentError(f"{path}: words are missing for {', '.join(missing) or 'unspecified'}.")
    return words


class AlertSender:
    """Sends what is due. Several processes may do this at once: each alert is taken by one."""

    def __init__(
        self,
        database: Database,
        notify: Notify,
        console_url: str,
        words: AlertWords | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes what it needs to send.

        Args:
            database: The staff database.
            notify: Sends one message.
            console_url: Where staff open the console.
            words: For tests.
            seconds: A clock that only goes forward; for tests.
        """
        self._database = database
        self._notify = notify
        self._console_url = console_url
        self._words = words or load_words()
        self._seconds = seconds

    def send_due(self, now: datetime) -> int:
        """Sends what is due, the highest level first, each alert once a round. Returns how many went out.

        Raises:
            StoreError: The database is away; the next round tries again.
        """
        started, sent = self._seconds(), 0
        tried: Set[int] = set()
        while len(tried) < _A_ROUND:
            alert = take_due_alert(self._database, self._moment(now, started), LEASE, tried)
            if alert is None:
                break
            tried.add(alert.id)
            problem = self._send(alert)
            sent += problem is None
            self._finish(alert, problem, self._moment(now, started))
        return sent

    def _moment(self, now: datetime, started: float) -> datetime:
        """Sending takes time: a pause and a lease count from this moment, not from the beginning of the round."""
        return now + timedelta(seconds=self._seconds() - started)

    def _finish(self, alert: DueAlert, problem: Optional[str], at: datetime) -> None:
        pause = self._next_pause(alert)
        finish_alert(self._database, alert, problem, at, pause)
        if problem is None:
            metrics.note_alert("sent", (at - alert.created_at).total_seconds())
        else:
            metrics.note_alert("again" if pause is not None else "given_up")

    def _send(self, alert: DueAlert) -> Optional[str]:
        """None when it went out, else the kind of problem (never what the other side answered)."""
        title, body = self._words.title_and_body(alert, self._console_url)
        try:
            return None if self._notify(title, body) else "not accepted"
        except Exception as error:  # noqa: BLE001 - any transport failure means: try again
            logger.warning("an alert could not be sent: %s", type(error).__name__)
            return type(error).__name__

    def _next_pause(self, alert: DueAlert) -> Optional[timedelta]:
        """None when it was tried often enough."""
        if alert.attempts > len(_PAUSES_SECONDS):
            return None
        return timedelta(seconds=_PAUSES_SECONDS[max(0, alert.attempts - 1)])


def make_notify(urls: str) -> Notify:
    """Sends through every address in `urls` (separated by spaces)."""
    import apprise

    # Apprise writes what it sends to its log at debug level.
    logging.getLogger("apprise").setLevel(logging.WARNING)
    target = apprise.Apprise()
    unusable: List[str] = [url.split("://")[0] for url in urls.split() if not target.add(url)]
    if unusable:
        raise ContentError(
            f"KINDLIGHT_ALERT_URLS holds an address that apprise cannot read ({', '.join(unusable)}://…)."
        )

    def notify(title: str, body: str) -> bool:
        with target.notify(title=title, body=body, timeout=SEND_SECONDS) as result:
            # The result itself is true only when every address took it: one broken address among several would
            # bring the same alert to the others again and again.
            refused = sorted({address.name for address in result if not any(address)})
            taken = any(any(address) for address in result)
        if taken and refused:
            logger.warning("an alert was sent, but not taken by %s", ", ".join(refused))
        return taken

    return notify


def make_sender(settings: Settings, database: Database) -> Optional[AlertSender]:
    """The sender of this deployment; None when no address is set."""
    if not settings.alert_urls.strip():
        return None
    return AlertSender(database, make_notify(settings.alert_urls), settings.console_url)
