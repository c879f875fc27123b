"""What a process remembers for a while, bounded: the oldest is forgotten first."""

from __future__ import annotations

import threading
import time
import weakref
from typing import Any, Generic, List, Optional, OrderedDict, TypeVar

MOST = 20_000
#: How often old keys are looked for; they go by themselves, also where no message comes any more.
SWEEP_SECONDS = 60.0

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(OrderedDict[Key, Value], Generic[Key, Value]):
    """An ordered dictionary, the newest last; only `note` keeps it bounded."""

    def __init__(self, most: Optional[int] = None, seconds: Optional[float] = None) -> None:
        """Creates it empty.

        Args:
            most: So many keys are kept, by default `MOST`.
            seconds: A key goes so long after it was noted last, at the next sweep; by default it stays.
        """
        super().__init__()
        self._most = most or MOST
        self._seconds = seconds
        self._noted: OrderedDict[Key, float] = OrderedDict()
        self._lock = threading.Lock()
        if seconds is not None:
            _sweeper.watch(self)

    def note(self, key: Key, value: Any = True) -> None:
        """Remembers it as the newest, and forgets the oldest when there are too many."""
        with self._lock:
            self[key] = value
            self.move_to_end(key)
            while len(self) > self._most:
                self.popitem(last=False)
            if self._seconds is not None:
                self._noted[key] = time.monotonic()
                self._noted.move_to_end(key)
                self._forget_noted(len(self._noted) - self._most)

    def forget_old(self) -> None:
        """Forgets what was noted too long ago."""
        if self._seconds is None:
            return
        with self._lock:
            limit = time.monotonic() - self._seconds
            self._forget_noted(sum(at <= limit for at in self._noted.values()))

    def _forget_noted(self, count: int) -> None:
        """Of the oldest, with those that are only known here because somebody took them out."""
        for _ in range(count):
            self.pop(self._noted.popitem(last=False)[0], None)


class _Sweeper:
    """One thread of a process; a `Recent` that nobody holds any more is not kept for it."""

    def __init__(self) -> None:
        self._watched: List[weakref.ref[Recent[Any, Any]]] = []
        self._lock = threading.Lock()
        self._thread: Optional[threading.Thread] = None

    def watch(self, memory: Recent[Any, Any]) -> None:
        """Lets its old keys go from now on."""
        with self._lock:
            self._watched = [known for known in self._watched if known() is not None]
            self._watched.append(weakref.ref(memory))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="forgetting", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            time.sleep(SWEEP_SECONDS)
            self.sweep()

    def sweep(self) -> None:
        """Looks through all of them once."""
        with self._lock:
            watched = list(self._watched)
        for memory in [known() for known in watched]:
            if memory is not None:
                memory.forget_old()


_sweeper = _Sweeper()
