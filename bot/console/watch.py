"""Notices that the queue changed. One look a second at the database, however many pages are open."""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any, Iterator, Tuple

from bot.errors import StoreError
from bot.store.database import Database
from bot.store.queries import count_waiting, latest_change
from bot.store.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 0.7
#: A stream ends after this long; the browser opens the next one, and the sign-in is checked again.
STREAM_SECONDS = 240
#: How long the browser waits before it opens the next one.
RETRY_MILLISECONDS = 2000
#: Each open page holds a thread of the server.
MAX_STREAMS = 24


class QueueWatch:
    """Shared by all streams of this process."""

    def __init__(self, database: Database | None) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._checked = 0.0
        self._change: Tuple[int, int] = (0, 0)
        self.streams = threading.BoundedSemaphore(MAX_STREAMS)

    def change(self) -> Tuple[int, int]:
        """The newest change, at most INTERVAL_SECONDS old."""
        with self._lock:
            if time.monotonic() - self._checked >= INTERVAL_SECONDS:
                try:
                    with UnitOfWork(self._database) as work:
                        self._change = latest_change(work.session)
                except StoreError:
                    # Away for a moment: the page keeps what it shows.
                    logger.warning("the queue watch cannot reach the staff database")
                self._checked = time.monotonic()
            return self._change

    def version(self) -> str:
        """The newest change as one word: a page carries it along, and its streams go on from there."""
        return "-".join(str(part) for part in self.change())

    def stream(self, known: str = "") -> Iterator[str]:
        """Server-sent events: `queue` with counts whenever something changed, a comment as heartbeat.

        Args:
            known: The version that the page shows. What came since is told at once, so that nothing is missed between
                page and stream, or between one stream and the next. Empty for what is newest now.
        """
        ends, known, beat = time.monotonic() + STREAM_SECONDS, known or self.version(), 0
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        while time.monotonic() < ends:
            found, beat = self.version(), beat + 1
            if found != known:
                known = found
                yield f"id: {found}\nevent: queue\ndata: {json.dumps(self._counts())}\n\n"
            elif beat % 20 == 0:
                yield ": still here\n\n"
            time.sleep(INTERVAL_SECONDS)

    def _counts(self) -> dict[str, Any]:
        with UnitOfWork(self._database) as work:
            return {str(level): count for level, count in count_waiting(work.session).items()}
