"""A deployment in a folder of its own: settings, keys, databases, spool."""

from __future__ import annotations

import pytest


@pytest.fixture
def deployment(tmp_path, monkeypatch):
    """Points this process at `tmp_path/var`; everything it caches is dropped before and after."""
    folder = tmp_path / "var"
    monkeypatch.setenv("KINDLIGHT_VAR_DIR", str(folder))
    for name in ("DATABASE_URL", "TRACKER_URL", "AMQP_URL", "ENCRYPTION_KEYS"):
        monkeypatch.delenv(f"KINDLIGHT_{name}", raising=False)
    _forget()
    yield folder
    _forget()


def _forget():
    from bot.config import get_settings
    from bot.eventlog.embedded import close_logbook
    from bot.store.database import get_database
    from bot.store.keys import use_key_ring
    from bot.store.policy import get_policy
    from bot.store.tracker_copy import get_tracker_copy

    close_logbook()
    for cached in (get_settings, get_database, get_policy, get_tracker_copy):
        cached.cache_clear()
    use_key_ring(None)
