"""The real redactor, loaded once a run (about three seconds)."""

from __future__ import annotations

import pytest

from bot.redaction.memory import ConversationMemory
from bot.redaction.redactor import get_redactor


@pytest.fixture(scope="session")
def redactor():
    return get_redactor()


@pytest.fixture
def memory():
    return ConversationMemory(b"m" * 16)
