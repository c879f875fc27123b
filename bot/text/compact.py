"""Large matrices kept in whole numbers: less memory, and several times as quick to multiply.

A message is compared with every example, so these matrices pass through the processor at each message. ONNX Runtime
multiplies eight-bit numbers as they are; turning them back into fractions first takes five times as long (35,000
examples of 512 numbers: 0.9 ms instead of 4.4).
"""

from __future__ import annotations

import ctypes
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Dict, List, Type, TypeVar

import numpy as np

from bot.text.runtime import open_graph

#: The largest code. Seven of the eight bits: on processors without instructions for whole numbers two products are
#: added in sixteen bits, and twice 255 * 63 is what fits there. More columns than this could pass the 32 bits of a sum.
_MOST = 63
MOST_COLUMNS = 100_000
#: One step of the coarse code is this many of the fine one.
_FINER = 2 * _MOST + 1
_OPSET = 18
#: On processors with AMX, ONNX Runtime 1.23 leaves what lay in memory in the last columns of every 32nd row of a
#: product whose columns do not fill its tiles; so zeros fill them here, and are left out of what is given back.
_TILE = 32
_Matrix = TypeVar("_Matrix", bound="_WholeNumbers")


@dataclass(frozen=True)
class _WholeNumbers(ABC):
    """What both kinds share.

    Attributes:
        codes: int8, the last axis is the columns, at most MOST_COLUMNS.
        scales: float32, shape (n,), one a row.
    """

    codes: np.ndarray
    scales: np.ndarray

    @classmethod
    def for_use(cls: Type[_Matrix], codes: np.ndarray, scales: np.ndarray) -> _Matrix:
        """A matrix that is only multiplied from now on: ONNX Runtime's own form of the codes is all that is kept."""
        kept = cls(np.empty((*codes.shape[:-1], 0), dtype=np.int8), scales)
        # The place of a cached property is the instance's own dictionary.
        kept.__dict__["_product"] = cls(codes, scales)._product
        return kept

    @cached_property
    def _product(self) -> Any:
        """ONNX Runtime's own form, made when it is first needed; several threads may use it."""
        return self._open()

    @abstractmethod
    def _open(self) -> Any:
        """Makes that form from `codes` and `scales`."""


class CompactMatrix(_WholeNumbers):
    """A matrix as eight-bit numbers: enough for embeddings.

    `codes` has shape (n, columns); row i of the matrix is `codes[i] * scales[i]`.
    """

    @classmethod
    def of(cls, matrix: np.ndarray) -> CompactMatrix:
        """Rounds a float matrix; the error is at most half a step, a row's largest value over 126."""
        scales, safe = _scales(matrix, _MOST)
        return cls(np.rint(matrix / safe).astype(np.int8), scales)

    def similarities(self, rows: np.ndarray) -> np.ndarray:
        """Dot products of each given row with each row of this matrix.

        Args:
            rows: float32, shape (m, columns); rounded to 256 steps between their smallest and largest number.

        Returns:
            float32, shape (m, n).
        """
        found: np.ndarray = self._product.run(None, {"rows": np.asarray(rows, dtype=np.float32)})[0]
        return found[:, : len(self.scales)]

    def _open(self) -> Any:
        from onnx import TensorProto, helper

        nodes = [
            helper.make_node("DynamicQuantizeLinear", ["rows"], ["whole", "step", "zero"]),
            helper.make_node("MatMulInteger", ["whole", "matrix", "zero"], ["sums"]),
            helper.make_node("Cast", ["sums"], ["products"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["products", "step"], ["stepped"]),
            helper.make_node("Mul", ["stepped", "scales"], ["found"]),
        ]
        return _session(nodes, TensorProto.FLOAT, {"matrix": _filled(self.codes).T, "scales": _filled(self.scales)})


class FineMatrix(_WholeNumbers):
    """A matrix as pairs of eight-bit numbers: for rows that are summed over thousands of columns.

    `codes` has shape (2, n, columns), coarse and fine; row i of the matrix is
    `(127 * codes[0, i] + codes[1, i]) * scales[i]`.
    """

    @classmethod
    def of(cls, matrix: np.ndarray) -> FineMatrix:
        """Rounds a float matrix; the error is at most half a step, a row's largest value over 16,128."""
        scales, safe = _scales(matrix, _MOST * _FINER + _MOST)
        whole = np.rint(matrix / safe)
        coarse = np.rint(whole / _FINER)
        return cls(np.stack([coarse, whole - _FINER * coarse]).astype(np.int8), scales)

    def products(self, shares: np.ndarray) -> np.ndarray:
        """Dot products of each given row with each row of this matrix.

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
        return np.asarray((by_row[:, :n] * _FINER + by_row[:, n : 2 * n]) * self.scales, dtype=np.float32)

    def _open(self) -> Any:
        from onnx import TensorProto, helper

        nodes = [helper.make_node("MatMulInteger", ["rows", "matrix"], ["found"])]
        return _session(nodes, TensorProto.UINT8, {"matrix": _filled(np.vstack([*self.codes])).T})


def _filled(rows: np.ndarray) -> np.ndarray:
    """The rows with rows of zeros behind them, up to a whole number of tiles."""
    missing = -len(rows) % _TILE
    return np.concatenate([rows, np.zeros((missing, *rows.shape[1:]), dtype=rows.dtype)])


def _scales(matrix: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """One scale a row, and what to divide by: a row of zeros has no scale."""
    scales = np.abs(matrix).max(axis=1, initial=0.0).astype(np.float32) / np.float32(most)
    return scales, np.where(scales == 0, np.float32(1), scales)[:, None]


def _session(nodes: List[Any], kind: int, constants: Dict[str, np.ndarray]) -> Any:
    """ONNX Runtime with a graph from `rows`, of a kind of number, to `found`."""
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
    session = open_graph(made.SerializeToString())
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
