"""ONNX Runtime as everything here uses it: one thread, and no memory kept for the next text."""

from __future__ import annotations

from typing import Any


def open_graph(source: str | bytes, exact: bool = False) -> Any:
    """A session for a graph; several threads may run it at once.

    Args:
        source: Path of an `.onnx` file, or its content.
        exact: For weights that use all eight bits. Processors without instructions for whole numbers (VNNI) add two
            products in sixteen bits, and cut off what does not fit there; now they take another way, an eighth slower,
            so that a message is read alike on all processors. Without effect on the others.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # One thread: a server answers several people at once, and a second thread gains little on a short text.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Texts differ in length, so memory kept for the last one fits the next one badly and only grows.
    options.enable_mem_pattern = options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    if exact:
        options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
