"""How long a platform is waited for."""

from __future__ import annotations

import math

import pytest

from bot.channels.delivery import MOST_PATIENCE_SECONDS, TryLater, deliver


def busy_once(seconds):
    """A send that works at the second attempt, and a sleep that keeps what it was asked for."""
    slept, attempts = [], []

    async def send():
        attempts.append(1)
        if len(attempts) == 1:
            raise TryLater("busy", seconds)
        return "sent"

    async def sleep(pause):
        slept.append(pause)

    return send, sleep, slept


async def test_a_pause_longer_than_a_person_waits_is_not_kept():
    send, sleep, slept = busy_once(MOST_PATIENCE_SECONDS + 1)
    with pytest.raises(TryLater):
        await deliver(send, sleep=sleep)
    assert slept == []


async def test_a_caller_that_must_get_through_keeps_any_pause():
    send, sleep, slept = busy_once(3600.0)
    assert await deliver(send, sleep=sleep, chance=lambda: 0.0, patience=math.inf) == "sent"
    assert slept == [3600.0]
