"""Loads what the first message would load, before the port opens: nobody waits for it after a start."""

from __future__ import annotations

import functools
import gc
import logging
import time
from typing import Any

logger = logging.getLogger(__name__)

#: Ordinary words; nothing is stored.
_SENTENCES = ("what is grooming", "how do i make instagram private")


def install() -> None:
    """Makes Rasa's start end with a warm-up. Call it after Rasa is imported and before it serves."""
    import rasa.core.run

    original = rasa.core.run.load_agent_on_start
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    async def load_and_warm_up(*arguments: Any, **named: Any) -> Any:
        agent = await original(*arguments, **named)
        await warm_up(agent)
        set_aside()
        return agent

    rasa.core.run.load_agent_on_start = load_and_warm_up


async def warm_up(agent: Any) -> float:
    """Understands and judges a few sentences. Returns the seconds it took; a failure is logged and left to the guard.

    Args:
        agent: Rasa's; without a model nothing is done.
    """
    if agent is None or not agent.is_ready():
        return 0.0
    started = time.perf_counter()
    try:
        from bot.content.hotlines import get_directory
        from bot.content.responses import get_responses
        from bot.content.situations import get_situations
        from bot.redaction.redactor import get_redactor
        from bot.safety.engine import get_engine

        get_directory()
        get_responses()
        get_situations()
        get_redactor().redact(_SENTENCES[0])
        for sentence in _SENTENCES:
            get_engine().assess(sentence)
            await agent.parse_message(sentence)
    except Exception as error:  # noqa: BLE001 - people are served anyway, only the first one waits longer
        logger.error("the warm-up failed (%s)", type(error).__name__)
    return time.perf_counter() - started


def set_aside() -> None:
    """Takes what is loaded by now out of garbage collection: it stays to the end, and is walked through no more."""
    gc.collect()
    gc.freeze()
