"""Large matrices kept in whole numbers: less memory, and several times as quick to multiply.

A message is compared with every example, so these matrices pass through the processor at each message. ONNX Runtime
multiplies eight-bit numbers as they are; turning them back into fractions first takes five times as long (35,000
examples of 512 numbers: 0.9 ms instead of 4.4).
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Dict, List, TypeVar

import numpy as np

#: The largest code. Seven of the eight bits: on processors without instructions for whole numbers two products are
#: added in sixteen bits, and twice 255 * 63 is what fits there. More columns than this could pass the 32 bits of a sum.
_MOST = 63
MOST_COLUMNS = 100_000
#: One step of the coarse code is this many of the fine one.
_FINER = 2 * _MOST + 1
_OPSET = 18


@dataclass(frozen=True)
class CompactMatrix:
    """A matrix as eight-bit numbers with one scale a row: enough for embeddings.

    Attributes:
        codes: int8, shape (n, columns), at most MOST_COLUMNS columns.
        scales: float32, shape (n,); row i of the matrix is `codes[i] * scales[i]`.
    """

    codes: np.ndarray
    scales: np.ndarray

    @classmethod
    def for_use(cls, codes: np.ndarray, scales: np.ndarray) -> CompactMatrix:
        """A matrix that is only multiplied from now on: ONNX Runtime's own form of the codes is all that is kept."""
        return _without_codes(cls(codes, scales))

    @classmethod
    def of(cls, matrix: np.ndarray) -> CompactMatrix:
        """Rounds a float matrix; the error is at most half a step, a row's largest value over 126."""
        scales, safe = _scales(matrix, _MOST)
        return cls(np.rint(matrix / safe).astype(np.int8), scales)

    def similarities(self, rows: np.ndarray) -> np.ndarray:
        """Dot products of each given row with each row of this matrix; several threads may ask at once.

        Args:
            rows: float32, shape (m, columns); rounded to 256 steps between their smallest and largest number.

        Returns:
            float32, shape (m, n).
        """
        found: np.ndarray = self._product.run(None, {"rows": np.asarray(rows, dtype=np.float32)})[0]
        return found

    @cached_property
    def _product(self) -> Any:
        from onnx import TensorProto, helper

        nodes = [
            helper.make_node("DynamicQuantizeLinear", ["rows"], ["whole", "step", "zero"]),
            helper.make_node("MatMulInteger", ["whole", "matrix", "zero"], ["sums"]),
            helper.make_node("Cast", ["sums"], ["products"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["products", "step"], ["stepped"]),
            helper.make_node("Mul", ["stepped", "scales"], ["found"]),
        ]
        return _session(nodes, TensorProto.FLOAT, {"matrix": self.codes.T, "scales": self.scales})


@dataclass(frozen=True)
class FineMatrix:
    """A matrix as pairs of eight-bit numbers with one scale a row: for rows that are summed over thousands of columns.

    Attributes:
        codes: int8, shape (2, n, columns), coarse and fine; at most MOST_COLUMNS columns.
        scales: float32, shape (n,); row i of the matrix is `(127 * codes[0, i] + codes[1, i]) * scales[i]`.
    """

    codes: np.ndarray
    scales: np.ndarray

    @classmethod
    def for_use(cls, codes: np.ndarray, scales: np.ndarray) -> FineMatrix:
        """As with CompactMatrix."""
        return _without_codes(cls(codes, scales))

    @classmethod
    def of(cls, matrix: np.ndarray) -> FineMatrix:
        """Rounds a float matrix; the error is at most half a step, a row's largest value over 16,128."""
        scales, safe = _scales(matrix, _MOST * _FINER + _MOST)
        whole = np.rint(matrix / safe)
        coarse = np.rint(whole / _FINER)
        return cls(np.stack([coarse, whole - _FINER * coarse]).astype(np.int8), scales)

    def products(self, shares: np.ndarray) -> np.ndarray:
        """Dot products of each given row with each row of this matrix; several threads may ask at once.

        Args:
            shares: float32, shape (m, columns), numbers in [0, 1]; rounded to 65,026 steps.

        Returns:
            float32, shape (m, n).
        """
        steps = np.clip(shares, 0, 1) * np.float32(255)
        coarse = np.floor(steps)
        rows = np.vstack([coarse, np.rint((steps - coarse) * np.float32(255))]).astype(np.uint8)
        sums = self._product.run(None, {"rows": rows})[0].astype(np.float64)
        by_row = (sums[: len(shares)] * 255 + sums[len(shares) :]) / 255**2
        n = len(self.scales)
        return np.asarray((by_row[:, :n] * _FINER + by_row[:, n:]) * self.scales, dtype=np.float32)

    @cached_property
    def _product(self) -> Any:
        from onnx import TensorProto, helper

        nodes = [helper.make_node("MatMulInteger", ["rows", "matrix"], ["found"])]
        return _session(nodes, TensorProto.UINT8, {"matrix": np.vstack([*self.codes]).T})


_Matrix = TypeVar("_Matrix", CompactMatrix, FineMatrix)


def _without_codes(matrix: _Matrix) -> _Matrix:
    kept = type(matrix)(np.empty((*matrix.codes.shape[:-1], 0), dtype=np.int8), matrix.scales)
    # The place of a cached property is the instance's own dictionary.
    kept.__dict__["_product"] = matrix._product
    return kept


def _scales(matrix: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """One scale a row, and what to divide by: a row of zeros has no scale."""
    scales = np.abs(matrix).max(axis=1, initial=0.0).astype(np.float32) / np.float32(most)
    return scales, np.where(scales == 0, np.float32(1), scales)[:, None]


def _session(nodes: List[Any], kind: int, constants: Dict[str, np.ndarray]) -> Any:
    """ONNX Runtime with a graph from `rows`, of a kind of number, to `found`."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    given = helper.make_tensor_value_info("rows", kind, ["m", len(constants["matrix"])])
    found = TensorProto.FLOAT if kind == TensorProto.FLOAT else TensorProto.INT32
    graph = helper.make_graph(
        nodes,
        "product",
        [given],
        [helper.make_tensor_value_info("found", found, None)],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
    made.ir_version = 9
    options = onnxruntime.SessionOptions()
    # One thread: a server answers several people at once.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    # It keeps what it was made from in case it must be made again, the size of the matrix once more.
    session._model_bytes = None
    del made, graph
    _give_memory_back()
    return session


def _give_memory_back() -> None:
    """Copies that were needed on the way go back to the system; glibc would keep them, up to 160 MB."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
