"""What a middle layer of the English encoder makes of a text, as a part of its vector.

The last layer learned which question a phrasing asks, from the phrasings it was shown, and has forgotten what did not
help there. The ninth of twelve knows more of the text itself, which helps with words nobody had put it in. Its mean
state, 768 numbers of very unequal size and much alike in all texts, is centred and turned on the axes along which our
own phrasings differ most; each axis counts by the square root of its share (between as it is, and all alike).

`python -m bot refit middle-view` finds the axes anew (ten minutes); run it after the adapter was trained.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import List

import numpy as np

from bot.fitted import read_fitted
from bot.text.cleanup import clean

PATH = Path(__file__).parent / "adapter" / "middle_view.npz"
#: How many numbers are made of the layer's states.
WIDTH = 128
#: The name of its mean state in the encoder's file.
STATE = "middle_means"
_EVENING = -0.25


@dataclass(frozen=True)
class MiddleView:
    """A linear map of the mean state.

    Attributes:
        matrix: `float32`, shape `(768, 128)`.
        offset: `float32`, shape `(128,)`, added after the product.
    """

    matrix: np.ndarray
    offset: np.ndarray

    @classmethod
    def load(cls, path: Path = PATH) -> MiddleView:
        """Reads the axes. Raises ModelError when the file is missing or something else."""
        return cls(*read_fitted(path, "matrix", "offset", home="bot/text/adapter"))

    def save(self, path: Path = PATH) -> None:
        """Writes the axes in half precision, which the eight-bit states do not need more than."""
        np.savez(path, matrix=self.matrix.astype(np.float16), offset=self.offset.astype(np.float16))


def fit(states: np.ndarray) -> MiddleView:
    """Finds the axes.

    Args:
        states: Mean states of texts, `float32`, shape `(texts, 768)`; ten times as many texts as columns or more.
    """
    centre, size = states.mean(axis=0), states.std(axis=0) + 1e-6
    shares, axes = np.linalg.eigh(np.cov(((states - centre) / size).T))
    largest = np.argsort(-shares)[:WIDTH]
    matrix = axes[:, largest] * shares[largest] ** _EVENING / size[:, None]
    return MiddleView(matrix.astype(np.float32), -(centre @ matrix).astype(np.float32))


def _phrasings() -> List[str]:
    """The phrasings that the adapter learned from, clean; those kept from it stay unseen here too."""
    from bot.safety.examples import FAQ_DIR, read_phrasings
    from bot.text.adapter import is_kept

    lines = [line for path in sorted(FAQ_DIR.parent.rglob("*.yml")) for _, line in read_phrasings(path)]
    return [clean(line).text for line in lines if not is_kept(line)]


def _states(texts: List[str]) -> np.ndarray:
    """Mean states as the encoder's file computes them, from a copy of it that gives them out."""
    import onnx
    from onnx import TensorProto, helper

    from bot.text.english import EnglishEncoder, prepare

    path = prepare()
    network = onnx.load(str(path))
    network.graph.output.append(helper.make_tensor_value_info(STATE, TensorProto.FLOAT, None))
    with tempfile.TemporaryDirectory() as folder:
        shown = Path(folder) / "shown.onnx"
        onnx.save(network, str(shown))
        shown.with_suffix(".tokenizer.json").write_bytes(path.with_suffix(".tokenizer.json").read_bytes())
        return EnglishEncoder(shown).outputs(texts, [STATE])


def main() -> None:
    """Finds the axes for today's adapter and phrasings, and writes them."""
    texts = _phrasings()
    fit(_states(texts)).save()
    print(f"{PATH.name}: axes of {len(texts)} phrasings; train again")
