"""Makes the English encoder's file from the published weights and our adapter: an ONNX graph in eight-bit integers.

Eight bits make it four times as small and several times as fast. A few columns of this network's states are fifty
times as large as the rest; at one step for all columns the rest would drown. So each matrix's input is divided, and its
rows multiplied, by a factor a column, which changes nothing in exact numbers (SmoothQuant, Xiao et al. 2022).
The factors come from `data/text/calibration.txt`.

Each token's state has a step of its own. ONNX Runtime's own way has one step for all tokens that go through together,
and then a text is read otherwise beside other texts than alone.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Tuple

import numpy as np

from bot.text.adapter import MATRICES, NORMS, adapted
from bot.text.cleanup import clean
from bot.text.middle_view import STATE, MiddleView
from bot.text.published import HEADS, LAYERS, WIDTH, Published, relative_buckets
from bot.text.vocabulary import TEXT_DIR

#: Tokens that a graph can read.
MOST_TOKENS = 160
#: How much of a column's size moves from the input into the matrix, measured.
_SMOOTHING = 0.55
#: The layer of the middle view, from 0, and its share of the cosine of two vectors; chosen on phrasings that
#: it never saw: right question first 0.741 without, 0.751 with it. Here, because a changed one needs a new file.
MIDDLE_LAYER, MIDDLE_SHARE = 8, 0.4
_EPSILON = 1e-5
_OPSET = 18
#: The largest code of eight bits with a sign, and what stands for nought where there is none.
_MOST, _NOUGHT = 127, 128
#: ONNX Runtime's own operators: some steps at once, to the same end.
_OWN = "com.microsoft"
#: Lines of ours of many kinds; only the sizes of the states they lead to are used. With a dozen lines the vectors'
#: cosine with full precision was 0.981 on average, with these it is 0.998.
CALIBRATION = TEXT_DIR / "calibration.txt"


def build(path: Path) -> None:
    """Writes the encoder's graph.

    Args:
        path: Ends in `.onnx`; replaced at once when everything is done.

    Raises:
        ModelError: The published weights or the adapter cannot be read.
    """
    import onnx
    from tokenizers import Tokenizer

    source = Published()
    weights = adapted(source.weights())
    tokenizer = Tokenizer.from_str(source.tokenizer().decode("utf-8"))
    tokenizer.no_padding()
    ids = [np.array([tokenizer.encode(text).ids[:MOST_TOKENS]]) for text in _calibration()]
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        exact, small = Path(folder) / "exact.onnx", Path(folder) / "small.onnx"
        full = Network(weights)
        onnx.save(full.model(full.inputs()), str(exact))
        onnx.save(EightBitNetwork(weights, _largest(exact, full.inputs(), ids)).model(), str(small))
        os.replace(small, path)


def _calibration() -> List[str]:
    lines = CALIBRATION.read_text(encoding="utf-8").splitlines()
    return [clean(line).text for line in lines if line.strip()]


def _largest(path: Path, names: Sequence[str], texts: Sequence[np.ndarray]) -> Dict[str, np.ndarray]:
    """The largest absolute value in each column of each named state."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found: Dict[str, np.ndarray] = {}
    for ids in texts:
        for name, state in zip(names, session.run(list(names), {"ids": ids}), strict=True):
            largest = np.abs(state).reshape(-1, state.shape[-1]).max(axis=0)
            found[name] = np.maximum(found[name], largest) if name in found else largest
    return found


class Network:
    """The network in full precision, node by node; `ids` in (int64, texts of one length), `vector` and `risk` out."""

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        """Builds it.

        Args:
            weights: As `bot.text.adapter.adapted` gives them.
        """
        self._weights = weights
        self._constants: Dict[str, np.ndarray] = {}
        self._nodes: List[Any] = []
        #: The states that meet a large matrix.
        self._states: List[str] = []
        self._add_network()

    def inputs(self) -> List[str]:
        """The states that meet a large matrix."""
        return list(self._states)

    def model(self, shown: Sequence[str] = ()) -> Any:
        """The whole as ONNX's own object; `shown` are states to give out as well."""
        from onnx import TensorProto, helper, numpy_helper

        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("vector", "risk", *shown)]
        graph = helper.make_graph(
            self._nodes,
            "english",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"])],
            outputs,
            [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in self._constants.items()],
        )
        operators = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_OWN, 1)]
        made = helper.make_model(graph, opset_imports=operators)
        made.ir_version = 9
        return made

    def _add_network(self) -> None:
        bias, hidden = self._embed()
        for layer in range(LAYERS):
            hidden = self._layer(layer, hidden, bias)
        self._constant("text_axis", np.array([1]))
        means = self._node("ReduceMean", [hidden, "text_axis"], "means", keepdims=0)
        self._risk(means)
        self._vector(means)

    def _risk(self, means: str) -> None:
        self._constant("risk_matrix", self._weights["risk.weight"].T)
        self._constant("risk_bias", self._weights["risk.bias"])
        self._node("MatMul", [means, "risk_matrix"], "risk_product")
        self._node("Add", ["risk_product", "risk_bias"], "risk")

    def _vector(self, means: str) -> None:
        """What the last layer learned and what a middle one sees, each of unit length, weighed and side by side."""
        view = MiddleView.load()
        self._constant("vector_matrix", self._weights["vector.weight"].T)
        self._node("MatMul", [means, "vector_matrix"], "vector_product")
        self._node("ReduceMean", [f"hidden{MIDDLE_LAYER}", "text_axis"], STATE, keepdims=0)
        self._constant("middle_matrix", view.matrix)
        self._constant("middle_offset", view.offset)
        self._node("MatMul", [STATE, "middle_matrix"], "middle_product")
        self._node("Add", ["middle_product", "middle_offset"], "middle")
        weighed = [self._of_length("vector_product", 1 - MIDDLE_SHARE), self._of_length("middle", MIDDLE_SHARE)]
        self._node("Concat", weighed, "vector", axis=-1)

    def _of_length(self, state: str, square: float) -> str:
        """The rows of a state made as long as the root of `square`."""
        self._node("LpNormalization", [state], f"{state}_unit", axis=-1, p=2)
        self._constant(f"{state}_length", np.float32(np.sqrt(square)))
        return self._node("Mul", [f"{state}_unit", f"{state}_length"], f"{state}_weighed")

    def _embed(self) -> List[str]:
        """The rows that the first layer reads, and what each pair of places adds to attention."""
        places = self._weights["encoder.relative_attention_bias.weight"][relative_buckets(MOST_TOKENS)]
        self._constant("places", places.transpose(2, 0, 1)[None])
        # Rows 0 and 1 of the published table stand for padding.
        self._constant("positions", self._weights["embeddings.position_embeddings.weight"][2 : 2 + MOST_TOKENS])
        for name, value in {"zero": [0], "one": [1], "zeros": [0, 0], "pair_axes": [2, 3]}.items():
            self._constant(name, np.array(value))
        self._node("Shape", ["ids"], "shape")
        self._node("Gather", ["shape", "one"], "tokens", axis=0)
        self._node("Concat", ["tokens", "tokens"], "pairs", axis=0)
        self._node("Slice", ["places", "zeros", "pairs", "pair_axes"], "bias")
        self._node("Slice", ["positions", "zero", "tokens", "zero"], "position_rows")
        self._node("Add", [self._words(), "position_rows"], "rows")
        return ["bias", self._normalised("rows", "embeddings.LayerNorm", "embedded")]

    def _words(self) -> str:
        """The rows of the tokens."""
        self._constant("words", self._weights["embeddings.word_embeddings.weight"])
        return self._node("Gather", ["words", "ids"], "word_rows", axis=0)

    def _layer(self, number: int, hidden: str, bias: str) -> str:
        start = f"encoder.layer.{number}."
        attending = self._attending(number, hidden, bias)
        attended = self._product(attending, [start + MATRICES["attended"]], f"attended{number}")
        hidden = self._joined(attended, hidden, start + MATRICES["attended"], start + NORMS["first"], f"middle{number}")
        inner = self._product(hidden, [start + MATRICES["inner"]], f"inner{number}")
        self._constant(f"inner_bias{number}", self._weights[f"{start}{MATRICES['inner']}.bias"])
        gelu = self._node("BiasGelu", [inner, f"inner_bias{number}"], f"gelu{number}", domain=_OWN)
        output = self._product(gelu, [start + MATRICES["output"]], f"output{number}")
        return self._joined(output, hidden, start + MATRICES["output"], start + NORMS["second"], f"hidden{number}")

    def _attending(self, number: int, hidden: str, bias: str) -> str:
        """What each token takes from the others."""
        names = [f"encoder.layer.{number}.{MATRICES[part]}" for part in ("query", "key", "value")]
        product = self._product(hidden, names, f"asked{number}")
        parts = [f"{part}{number}" for part in ("query", "key", "value")]
        self._constant("widths", np.full(3, WIDTH))
        self._split(product, parts)
        self._constant(f"asked_bias{number}", np.concatenate([self._weights[f"{name}.bias"] for name in names]))
        inputs = [*parts, f"asked_bias{number}", "", bias]
        return self._node("MultiHeadAttention", inputs, f"attending{number}", domain=_OWN, num_heads=HEADS)

    def _product(self, state: str, names: Sequence[str], output: str) -> str:
        """A state times matrices that lie side by side."""
        self._states.append(state)
        self._constant(f"{output}_matrix", self._matrix(names))
        return self._node("MatMul", [state, f"{output}_matrix"], output)

    def _matrix(self, names: Sequence[str]) -> np.ndarray:
        return np.concatenate([self._weights[f"{name}.weight"].T for name in names], axis=1)

    def _joined(self, product: str, before: str, layer: str, norm: str, output: str) -> str:
        """A product, its bias and the state it came from, made even."""
        for name in (f"{norm}.weight", f"{norm}.bias", f"{layer}.bias"):
            self._constant(name, self._weights[name])
        inputs = [product, before, f"{norm}.weight", f"{norm}.bias", f"{layer}.bias"]
        return self._node("SkipLayerNormalization", inputs, output, domain=_OWN, epsilon=_EPSILON)

    def _normalised(self, state: str, name: str, output: str) -> str:
        for kind in ("weight", "bias"):
            self._constant(f"{name}.{kind}", self._weights[f"{name}.{kind}"])
        inputs = [state, f"{name}.weight", f"{name}.bias"]
        return self._node("LayerNormalization", inputs, output, axis=-1, epsilon=_EPSILON)

    def _constant(self, name: str, value: Any) -> None:
        value = np.asarray(value)
        self._constants[name] = value.astype(np.float32) if value.dtype.kind == "f" else value

    def _split(self, state: str, parts: Sequence[str]) -> None:
        from onnx import helper

        self._nodes.append(helper.make_node("Split", [state, "widths"], list(parts), name=f"{state}_parts", axis=-1))

    def _node(self, kind: str, inputs: Sequence[str], output: str, **options: Any) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(kind, list(inputs), [output], name=output, **options))
        return output


class EightBitNetwork(Network):
    """The same network with its large matrices in eight bits."""

    def __init__(self, weights: Mapping[str, np.ndarray], largest: Mapping[str, np.ndarray]) -> None:
        """Builds it.

        Args:
            weights: As `bot.text.adapter.adapted` gives them.
            largest: For each of the network's `inputs()` the largest absolute value in each column.
        """
        self._largest = largest
        super().__init__(weights)

    def _words(self) -> str:
        codes, steps = _codes(self._weights["embeddings.word_embeddings.weight"], axis=1)
        self._constant("words", codes)
        self._constant("word_steps", steps)
        self._node("Gather", ["words", "ids"], "word_codes", axis=0)
        self._node("Gather", ["word_steps", "ids"], "word_lengths", axis=0)
        self._node("Cast", ["word_codes"], "word_numbers", to=1)
        return self._node("Mul", ["word_numbers", "word_lengths"], "word_rows")

    def _product(self, state: str, names: Sequence[str], output: str) -> str:
        self._states.append(state)
        matrix = self._matrix(names)
        factor = _factors(self._largest[state], np.abs(matrix).max(axis=1))
        codes, steps = _codes(matrix * factor[:, None], axis=0)
        self._constant(f"{output}_matrix", codes)
        # The state's codes are of its share of the largest, so that both steps' 127 stand here.
        self._constant(f"{output}_steps", steps[0] / _MOST)
        state_codes, sizes = self._coded(state, 1 / factor)
        # Always 0, one for each product: without VNNI ONNX Runtime turns the matrix around, and this with it.
        self._constant(f"{output}_nought", np.int8(0))
        inputs = [state_codes, f"{output}_matrix", "whole", f"{output}_steps", "nought", f"{output}_nought"]
        self._node("MatMulIntegerToFloat", inputs, f"{output}_shares", domain=_OWN)
        return self._node("Mul", [f"{output}_shares", sizes], output)

    def _coded(self, state: str, factor: np.ndarray) -> List[str]:
        """A state in eight bits, and the largest number of each token, which is the largest code."""
        self._constant(f"{state}_factor", factor)
        for name, value in {"last": np.array([-1]), "tiny": 1e-9, "whole": 1.0, "step": 1 / _MOST}.items():
            self._constant(name, value)
        self._constant("nought", np.uint8(_NOUGHT))
        self._node("Mul", [state, f"{state}_factor"], f"{state}_divided")
        self._node("Abs", [f"{state}_divided"], f"{state}_absolute")
        self._node("ReduceMax", [f"{state}_absolute", "last"], f"{state}_largest", keepdims=1)
        self._node("Max", [f"{state}_largest", "tiny"], f"{state}_size")
        self._node("Div", [f"{state}_divided", f"{state}_size"], f"{state}_share")
        return [self._node("QuantizeLinear", [f"{state}_share", "step", "nought"], f"{state}_codes"), f"{state}_size"]


def _factors(largest: np.ndarray, heaviest: np.ndarray) -> np.ndarray:
    """By what each column of a state is divided: `float32`, from its largest number and its row's in the matrix."""
    factor = np.maximum(largest, 1e-3) ** _SMOOTHING / np.maximum(heaviest, 1e-3) ** (1 - _SMOOTHING)
    return np.clip(factor / np.median(factor), 0.05, 200).astype(np.float32)


def _codes(matrix: np.ndarray, axis: int) -> Tuple[np.ndarray, np.ndarray]:
    """A matrix as `int8`, and the steps along an axis that make it what it was."""
    steps = np.maximum(np.abs(matrix).max(axis=axis, keepdims=True), 1e-9) / _MOST
    return np.rint(matrix / steps).astype(np.int8), steps.astype(np.float32)
