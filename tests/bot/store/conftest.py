"""A fresh database for each test, on SQLite and on PostgreSQL where the machine has one."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta, timezone

import pytest

from bot.safety.levels import RiskLevel
from bot.store.database import Database
from bot.store.keys import KeyRing, Keys, use_key_ring
from bot.store.policy import StorePolicy
from bot.store.records import LoggedEvent
from bot.store.tracker_copy import TrackerCopy
from tests.servers import emptied

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)


@pytest.fixture
def keys():
    """A key ring of this test, used by the encrypted columns."""
    ring = KeyRing(Keys("testkey1", {"testkey1": b"k" * 32}, b"i" * 32))
    use_key_ring(ring)
    yield ring
    use_key_ring(None)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path, keys, postgres_address):
    """A database at the newest revision."""
    address = f"sqlite:///{tmp_path / 'store.db'}" if request.param == "sqlite" else emptied(postgres_address)
    made = Database(address)
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def trackers(database):
    """Rasa's own copy, in the same database."""
    return TrackerCopy(database)


@pytest.fixture
def policy():
    """Periods and alert level of the tests."""
    return StorePolicy(
        sla={1: timedelta(hours=24), 2: timedelta(hours=4), 3: timedelta(hours=1)},
        alert_level=int(RiskLevel.ESCALATE),
        text=timedelta(days=30),
        escalation=timedelta(days=180),
        metadata=timedelta(days=400),
        audit=timedelta(days=2190),
        tracker=timedelta(hours=48),
        originals=None,
    )


@pytest.fixture
def user_event():
    """Makes a redacted user event: `user_event("c1", "im <PERSON_1>", level="escalate")`."""

    def make(conversation_id, text, at=NOW, level="none", categories=None, metadata=None, **parsed):
        risk = {"level": level, "categories": categories or {}, "speaker": "self", "stance": "now", "findings": []}
        event = {
            "event": "user",
            "timestamp": at.timestamp(),
            "text": text,
            "input_channel": "web",
            "metadata": {"channel_kind": "web", "audience": "child", "country": "GB", **(metadata or {})},
            "parse_data": {"intent": {"name": "faq", "confidence": 0.9}, "risk": risk, **parsed},
        }
        return LoggedEvent(secrets.token_hex(16), conversation_id, event)

    return make


@pytest.fixture
def bot_event():
    """Makes a bot event."""

    def make(conversation_id, text, at=NOW, response="utter_faq/x", hotlines=None, **told):
        metadata = {"utter_action": response, "hotlines": hotlines or [], **told}
        event = {"event": "bot", "timestamp": at.timestamp(), "text": text, "data": {}, "metadata": metadata}
        return LoggedEvent(secrets.token_hex(16), conversation_id, event)

    return make


@pytest.fixture
def write(database, policy, keys):
    """Writes events as the log does."""
    from bot.store.log_writer import LogWriter
    from bot.store.unit_of_work import UnitOfWork

    def run(*events, now=NOW, chosen=None):
        with UnitOfWork(database) as work:
            added = LogWriter(work.session, chosen or policy, keys, now).write(events)
            work.commit()
        return added

    return run
