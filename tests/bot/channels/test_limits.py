"""The rate limit: a burst passes, a flood waits, and others are not affected."""

from bot.channels.limits import RateLimit


def test_a_burst_passes_and_the_next_waits():
    limit = RateLimit(burst=3, per_minute=60)
    assert [limit.wait_seconds("a", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert 0 < limit.wait_seconds("a", 0.0) <= 1.0


def test_waiting_lets_one_more_pass():
    limit = RateLimit(burst=1, per_minute=60)
    limit.wait_seconds("a", 0.0)
    assert limit.wait_seconds("a", 1.01) == 0.0


def test_a_flood_from_one_does_not_slow_another():
    limit = RateLimit(burst=1, per_minute=1)
    for _ in range(100):
        limit.wait_seconds("flood", 0.0)
    assert limit.wait_seconds("other", 0.0) == 0.0
