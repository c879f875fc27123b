"""A logbook and trackers without Rasa's server and without spaCy."""

from __future__ import annotations

import pytest

from bot.store.database import Database
from bot.store.keys import KeyRing, Keys, use_key_ring
from bot.store.tracker_copy import TrackerCopy


@pytest.fixture
def keys():
    ring = KeyRing(Keys("testkey1", {"testkey1": b"k" * 32}, b"i" * 32))
    use_key_ring(ring)
    yield ring
    use_key_ring(None)


@pytest.fixture
def copy(tmp_path, keys):
    return TrackerCopy(Database(f"sqlite:///{tmp_path / 'tracker.db'}"))
