"""A thread for what must be done one after the other and may hang: a process that ends does not wait for it.

`ThreadPoolExecutor` joins its threads when Python ends, so that a stuck write would keep a stopped server from ending.
"""

from __future__ import annotations

import threading
import weakref
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any, Callable, Optional, Tuple, TypeVar

Result = TypeVar("Result")
_Queue = SimpleQueue[Optional[Tuple["Future[Any]", Callable[[], Any]]]]


class OneThread(Executor):
    """Begins its thread with the first work, and ends it with `shutdown` or when nobody holds it any more."""

    def __init__(self, name: str) -> None:
        """Creates it without a thread.

        Args:
            name: Of the thread.
        """
        self._name = name
        self._queue: _Queue = SimpleQueue()
        self._thread: Optional[threading.Thread] = None
        weakref.finalize(self, self._queue.put, None)

    def submit(self, work: Callable[..., Result], /, *given: Any, **named: Any) -> Future[Result]:
        """Puts work at the end; it is done once, when all before it is."""
        done: Future[Result] = Future()
        self._queue.put((done, partial(work, *given, **named)))
        if self._thread is None:
            self._thread = threading.Thread(target=_work_off, args=(self._queue,), name=self._name, daemon=True)
            self._thread.start()
        return done

    def shutdown(self, wait: bool = False, *, cancel_futures: bool = False) -> None:
        """Ends the thread behind the work that it has; never waits for it."""
        self._queue.put(None)


def _work_off(queue: _Queue) -> None:
    while (entry := queue.get()) is not None:
        _do(*entry)
        # Until the next work comes nothing of this one is held.
        del entry


def _do(done: Future[Any], work: Callable[[], Any]) -> None:
    if not done.set_running_or_notify_cancel():
        return
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits; the thread goes on with the next work
        done.set_exception(error)
