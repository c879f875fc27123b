"""Where a message's processor time goes: every stage of one process, without HTTP, with log, redaction and safety.

`python -m bot.evaluation.bench_profile` prints the table as JSON; `python -m bot bench` runs that in a process of its
own, with databases of its own.
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Sequence

from bot.config import PROJECT_DIR, get_settings

#: Node of the model's graph → what it does.
_NODES = {
    "SentenceEncoder": "Sentence embeddings",
    "RiskDetector": "Safety engine",
    "SemanticIntentClassifier": "Intent and answer",
    "SemanticFAQSelector": "Nearest answers",
    "FactExtractor": "Facts (platform, country, age)",
    "SafetyPolicy": "Policies",
    "JourneyPolicy": "Policies",
    "RulePolicy": "Policies",
    "MemoizationPolicy": "Policies",
}
#: Method of Rasa's processor → stage; the graph's nodes inside them are taken off.
_METHODS = {
    "fetch_tracker_and_update_session": "Conversation loaded",
    "parse_message": "Rasa around understanding",
    "_run_prediction_loop": "Rasa around deciding, wording",
    "save_tracker": "Conversation kept",
}
_WARM_UP = 20
OTHERS = "Redaction, log and stores (other threads)"
REST = "Rest of Rasa"


def profile(texts: Sequence[str], length: int) -> Dict[str, float]:
    """CPU milliseconds a message, by stage.

    Args:
        texts: Sent one after the other, `length` to a conversation; the first 20 only warm up.
    """
    return asyncio.run(_profile(texts, length))


async def _profile(texts: Sequence[str], length: int) -> Dict[str, float]:
    from bot import rasa_process

    rasa_process.prepare_to_answer()
    from rasa.core.agent import load_agent
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
    from rasa.core.utils import AvailableEndpoints

    from bot.assistant import MODEL_NAME
    from bot.eventlog.embedded import close_logbook
    from bot.redaction.redactor import get_redactor

    # Loaded by a thread in the background at start; its seconds are no message's.
    get_redactor()
    spent = _install_clocks()
    endpoints = AvailableEndpoints.read_endpoints(str(PROJECT_DIR / "endpoints.yml"))
    agent = await load_agent(str(get_settings().models_dir / MODEL_NAME), endpoints=endpoints)
    whole = main = 0.0
    for number, text in enumerate(texts):
        if number == _WARM_UP:
            spent.clear()
            whole, main = time.process_time(), time.thread_time()
        message = UserMessage(text, CollectingOutputChannel(), f"profile-{number // length}", input_channel="rest")
        await agent.handle_message(message)
    on_main = time.thread_time() - main
    # What other threads still have in hand belongs to these messages.
    close_logbook()
    everywhere = time.process_time() - whole
    measured = len(texts) - _WARM_UP
    table = {stage: 1000 * seconds / measured for stage, seconds in spent.items()}
    table[REST] = 1000 * (on_main - sum(spent.values())) / measured
    table[OTHERS] = 1000 * (everywhere - on_main) / measured
    return table


def _install_clocks() -> Dict[str, float]:
    """Wraps nodes and methods; each counts its own time without that of what it calls."""
    from rasa.core.processor import MessageProcessor
    from rasa.engine.graph import GraphNode

    spent: Dict[str, float] = defaultdict(float)
    call = GraphNode.__call__

    @functools.wraps(call)
    def timed_node(self: Any, *inputs: Any) -> Any:
        started = time.thread_time()
        found = call(self, *inputs)
        name = next((stage for key, stage in _NODES.items() if key in self._node_name), None)
        if name is not None:
            spent[name] += time.thread_time() - started
        return found

    GraphNode.__call__ = timed_node  # type: ignore[method-assign]
    for method, stage in _METHODS.items():
        setattr(MessageProcessor, method, _timed_method(getattr(MessageProcessor, method), stage, spent))
    return spent


def _timed_method(
    original: Callable[..., Awaitable[Any]], stage: str, spent: Dict[str, float]
) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(original)
    async def timed(*arguments: Any, **named: Any) -> Any:
        started, inside = time.thread_time(), sum(spent.values())
        try:
            return await original(*arguments, **named)
        finally:
            spent[stage] += time.thread_time() - started - (sum(spent.values()) - inside)

    return timed


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    print(json.dumps(profile(lines, int(sys.argv[2]))))
