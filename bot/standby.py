"""Keeps a loaded copy of the assistant beside a server, so that a server that dies is back within a second.

    parent: loads everything once and answers nobody ──fork──▶ server: answers
                                  └── the server was killed ──fork──▶ the next one

Loading takes most of a start; the copy has it behind it. Pages that neither writes are shared, so the copy costs little
memory. What ends by itself, or is asked to end, is not started again here: that is for the supervisor around both.
"""

from __future__ import annotations

import asyncio
import ctypes
import functools
import logging
import os
import random
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any, Callable, Dict, Optional, Tuple

logger = logging.getLogger(__name__)

#: A server that dies this soon was not killed by chance; after so many in a row something is wrong with the copy.
QUICK_SECONDS = 5.0
MOST_QUICK_ENDS = 5
#: The process in whose place this one was forked.
_predecessor: Optional[int] = None
#: `prctl`: the signal that a process gets when its parent ends.
_SIGNAL_WHEN_PARENT_ENDS = 1
#: Where memory runs out, Linux ends the process with the highest score: the server, which is replaced, not the copy.
_OOM_SCORE = 300


def load(model: Path) -> None:
    """Loads a model in this process, with all that the first messages need. Servers forked later find it loaded.

    Call it before threads are started: they would not exist in a forked process.

    Args:
        model: Path of the archive. A server whose archive has another content loads that itself.
    """
    import rasa.core.agent

    from bot import warm_up

    _share_loaded_models()
    agent = rasa.core.agent.Agent()
    agent.load_model(model)
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(warm_up.warm_up(agent))
    finally:
        loop.close()
    warm_up.set_aside()


def keep_serving(serve: Callable[[], int]) -> int:
    """Runs a server in a forked process, and another one at once when that is killed.

    Args:
        serve: Serves until it is asked to end, and returns an exit code. It runs in the forked process only.

    Returns:
        In the forked process what `serve` returned. In this one the server's exit code, or 1 when servers keep dying.
    """
    return _Keeper(serve).run()


def predecessor() -> Optional[int]:
    """Process id of the killed server in whose place this one was forked; None for a first one."""
    return _predecessor


class _Keeper:
    """The parent's part."""

    def __init__(self, serve: Callable[[], int]) -> None:
        self._serve = serve
        self._server = 0
        self._is_ending = False

    def run(self) -> int:
        before = {number: signal.signal(number, self._pass_on) for number in (signal.SIGTERM, signal.SIGINT)}
        quick_ends = 0
        died: Optional[int] = None
        while True:
            started, parent = time.monotonic(), os.getpid()
            # A signal now would reach a parent that knows no server yet, or a server with the parent's handlers.
            signal.pthread_sigmask(signal.SIG_BLOCK, before)
            self._server = os.fork()
            if self._server == 0:
                _become_server(before, parent, died)
                return self._serve()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, before)
            code = os.waitstatus_to_exitcode(os.waitpid(self._server, 0)[1])
            if code >= 0 or self._is_ending:
                return max(code, 0)
            quick_ends = quick_ends + 1 if time.monotonic() - started < QUICK_SECONDS else 0
            if quick_ends >= MOST_QUICK_ENDS:
                logger.error("the server died %d times within %.0f s each", quick_ends, QUICK_SECONDS)
                return 1
            logger.error("the server died (%s); the copy beside it serves on", signal.Signals(-code).name)
            died = self._server

    def _pass_on(self, number: int, _frame: Optional[FrameType]) -> None:
        self._is_ending = True
        try:
            os.kill(self._server, number)
        except ProcessLookupError:
            logger.debug("the server has ended already")


def _become_server(handlers: Dict[signal.Signals, Any], parent: int, died: Optional[int]) -> None:
    global _predecessor
    _predecessor = died
    for number, handler in handlers.items():
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, handlers)
    # Else two servers would draw the same "random" numbers one after the other.
    random.seed()
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_SIGNAL_WHEN_PARENT_ENDS, signal.SIGTERM)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
    try:
        Path("/proc/self/oom_score_adj").write_text(f"{_OOM_SCORE}\n", encoding="ascii")
    except OSError:
        logger.debug("this system has no score for running out of memory")


def _share_loaded_models() -> None:
    """Makes Rasa take a model that this process, or the one it was forked from, has loaded already."""
    from rasa.core.processor import MessageProcessor

    original = MessageProcessor._load_model
    if hasattr(original, "__wrapped__"):
        return
    loaded: Dict[Tuple[str, int, int], Any] = {}

    @functools.wraps(original)
    def load_model(model_path: Any) -> Any:
        key = _content_of(Path(model_path))
        if key is None:
            return original(model_path)
        if key not in loaded:
            loaded.clear()
            loaded[key] = original(model_path)
        return loaded[key]

    MessageProcessor._load_model = staticmethod(load_model)  # type: ignore[method-assign]


def _content_of(model: Path) -> Optional[Tuple[str, int, int]]:
    """Tells one content of a file from another; None where Rasa is to look for the file itself."""
    if not model.is_file():
        return None
    facts = model.stat()
    return str(model.resolve()), facts.st_mtime_ns, facts.st_size
