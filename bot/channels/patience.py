"""How long something that may hang is waited for: after it has let somebody down, hardly at all for a while.

A person at risk must not wait anew at every step of an answer for a file that was locked at the first one.
"""

from __future__ import annotations

import time
from typing import Callable

#: For so long after a failure.
WARY_SECONDS = 2.0
#: Enough for what works again.
BRIEF_SECONDS = 0.02


class Patience:
    """One for a file, a thread, a connection."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        """Creates it unshaken.

        Args:
            seconds: As long as all goes well.
            now: For tests.
        """
        self._seconds = seconds
        self._now = now
        self._wary_until = float("-inf")

    @property
    def seconds(self) -> float:
        """How long to wait now."""
        return BRIEF_SECONDS if self._now() < self._wary_until else self._seconds

    def note_failure(self) -> None:
        """It was waited for in vain."""
        moment = self._now()
        # A brief wait in vain proves little: now and then it gets all the time again.
        if moment >= self._wary_until:
            self._wary_until = moment + WARY_SECONDS
