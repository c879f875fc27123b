"""How long a message may be and how often one conversation may write. Pure: time comes in as an argument."""

from __future__ import annotations

from bot.channels.recent import Recent

MAX_MESSAGE_CHARS = 2000


class RateLimit:
    """A token bucket for each key; keeps at most the newest keys, so memory is bounded."""

    def __init__(self, burst: int, per_minute: float) -> None:
        """Creates the limit.

        Args:
            burst: Messages that may come at once.
            per_minute: Messages that may come in the long run.
        """
        self._burst = float(burst)
        self._per_second = per_minute / 60
        self._buckets: Recent[str, tuple[float, float]] = Recent()

    def wait_seconds(self, key: str, now: float) -> float:
        """Takes one message from the key's bucket.

        Returns:
            0 when it may pass, else the seconds until the next one may.
        """
        left, since = self._buckets.get(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        passes = left >= 1
        self._buckets.note(key, (left - 1 if passes else left, now))
        return 0.0 if passes else (1 - left) / self._per_second
