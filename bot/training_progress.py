"""Takes the place of Rasa's training cache: a line for each step that takes time, and no fingerprints.

Our own fingerprint says when to train. Rasa's cache prints every embedding as text to hash it: half of a training.
"""

from __future__ import annotations

import os
import time
from typing import Any, Dict

import rasa.engine.training.graph_trainer
from rasa.engine.graph import ExecutionContext, GraphNodeHook

#: Shorter steps are nobody's concern.
_TOLD_FROM_SECONDS = 1.0


class TrainingProgress(GraphNodeHook):
    """Prints a node's name and time when it took long."""

    def __init__(self, **_: Any) -> None:
        """Takes what Rasa hands to its caching hook."""

    def on_before_node(
        self,
        node_name: str,
        execution_context: ExecutionContext,
        config: Dict[str, Any],
        received_inputs: Dict[str, Any],
    ) -> Dict[str, Any]:
        """Starts the clock."""
        return {"started": time.perf_counter()}

    def on_after_node(
        self,
        node_name: str,
        execution_context: ExecutionContext,
        config: Dict[str, Any],
        output: Any,
        input_hook_data: Dict[str, Any],
    ) -> None:
        """Tells how long it took."""
        seconds = time.perf_counter() - input_hook_data["started"]
        if seconds >= _TOLD_FROM_SECONDS:
            print(f"  {node_name.rsplit('.', 1)[-1]}: {seconds:.0f} s", flush=True)


def install() -> None:
    """From now on Rasa trains without its cache."""
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    rasa.engine.training.graph_trainer.TrainingHook = TrainingProgress  # type: ignore[misc,assignment]
