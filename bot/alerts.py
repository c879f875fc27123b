"""Staff alerts: sent through apprise (e-mail, Teams, Slack, SMS …), without any detail of the conversation.

The alert row is written with the escalation (`bot.store.log_writer`), so none is lost; here it is taken, sent,
tried again with growing pauses, and marked as failed in the end, which the console shows. The same conversation
and level alert once, and once more when a message comes after staff had closed it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

import yaml

from bot import metrics
from bot.config import DATA_DIR, Settings
from bot.errors import ContentError
from bot.safety.levels import RiskLevel
from bot.store.alerting import DueAlert, finish_alert, take_due_alerts
from bot.store.database import Database

logger = logging.getLogger(__name__)

WORDS = DATA_DIR / "alerts.yml"
#: A sender that dies with an alert in hand leaves it to the next one after this time.
LEASE = timedelta(seconds=30)
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

    def __init__(self, database: Database, notify: Notify, console_url: str, words: AlertWords | None = None) -> None:
        self._database = database
        self._notify = notify
        self._console_url = console_url
        self._words = words or load_words()

    def send_due(self, now: datetime) -> int:
        """Sends every due alert once. Returns how many went out.

        Raises:
            StoreError: The database is away; the next round tries again.
        """
        sent = 0
        for alert in take_due_alerts(self._database, now, LEASE):
            problem = self._send(alert)
            sent += problem is None
            pause = self._next_pause(alert)
            finish_alert(self._database, alert, problem, now, pause)
            if problem is None:
                metrics.note_alert("sent", (now - alert.created_at).total_seconds())
            else:
                metrics.note_alert("again" if pause is not None else "given_up")
        return sent

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
        return bool(target.notify(title=title, body=body))

    return notify


def make_sender(settings: Settings, database: Database) -> Optional[AlertSender]:
    """The sender of this deployment; None when no address is set."""
    if not settings.alert_urls.strip():
        return None
    return AlertSender(database, make_notify(settings.alert_urls), settings.console_url)
