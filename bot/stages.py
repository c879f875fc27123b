"""Times the stages of an answer inside Rasa's processor, for `kindlight_stage_seconds`."""

from __future__ import annotations

import functools
from typing import Any, Awaitable, Callable

from bot import metrics

#: Method of Rasa's MessageProcessor → stage. `fetch_…` also runs the start of a session.
STAGES = {
    "fetch_tracker_and_update_session": "load",
    "parse_message": "understand",
    "_run_prediction_loop": "decide",
    "save_tracker": "keep",
}


def install() -> None:
    """Wraps the methods, once. Call it before Rasa serves."""
    from rasa.core.processor import MessageProcessor

    for method, stage in STAGES.items():
        original = getattr(MessageProcessor, method)
        if getattr(original, "stage", None) is None:
            setattr(MessageProcessor, method, _timed(original, stage))


def _timed(original: Callable[..., Awaitable[Any]], stage: str) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(original)
    async def timed(*arguments: Any, **named: Any) -> Any:
        with metrics.stage(stage):
            return await original(*arguments, **named)

    timed.stage = stage  # type: ignore[attr-defined]
    return timed
