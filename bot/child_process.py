"""A process that works for another one, and has no reason to go on without it."""

from __future__ import annotations

import multiprocessing
import os
import threading


def end_with_parent() -> None:
    """Ends this process as soon as the one that started it is gone, also where that one was killed.

    A training that is stopped would otherwise leave its parts at work: minutes of every core, for nobody. Called first
    thing in a process started by `multiprocessing`; does nothing in one that was not.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        # Not `sys.exit`, which would end this thread alone. What is written here is put in place whole or not at all.
        os._exit(1)

    threading.Thread(target=wait, name="end-with-parent", daemon=True).start()
