"""The English encoder: reads a message once and says how it looks for risk, and which question it is near to.

all-mpnet-base-v2 with our adapter (`bot.text.adapter`), run by ONNX Runtime in eight-bit integers on one thread. A text
is read alike alone and beside others, from a person and in training. The file is made once from the installed weights
(`bot.text.encoder_graph`) and kept in `models/`; a changed adapter makes a new one. Other languages rest on
`bot.text.encoder`. See docs/decisions/0009-one-adapted-english-encoder.md.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np

from bot.config import get_settings
from bot.errors import ModelError
from bot.text import middle_view
from bot.text.adapter import ADAPTER, ADAPTER_DIR, VECTOR
from bot.text.embedding_cache import RowEncoder
from bot.text.runtime import open_graph
from bot.text.vocabulary import TEXT_DIR

DIMENSIONS = VECTOR + middle_view.WIDTH
#: Of a longer text the first and the last tokens are read: a story begins with who and ends with what is wanted.
FIRST_TOKENS, LAST_TOKENS = 96, 64
#: Enough for the messages in flight: the guard and the NLU graph then share one reading.
_KEPT_TEXTS = 512
#: Texts of one length that go through together, in training.
_BATCH = 16
_MADE_FROM = (
    ADAPTER_DIR / ADAPTER,
    middle_view.PATH,
    Path(__file__).with_name("encoder_graph.py"),
    Path(__file__).with_name("published.py"),
    TEXT_DIR / "calibration.txt",
)
#: More characters than these tokens can have.
_MOST_CHARS = 20_000


@dataclass(frozen=True)
class EnglishReading:
    """What the encoder makes of texts; rows in the order of the texts.

    Attributes:
        vectors: `float32`, shape `(texts, 384)`, unit rows, for telling questions apart: 256 numbers that learned to,
            and 128 of a middle layer (`bot.text.middle_view`).
        risk: `float32`, shape `(texts, 16)`, logits: levels, categories, speakers (`bot.safety.classifier`).
    """

    vectors: np.ndarray
    risk: np.ndarray


class EnglishEncoder:
    """Reads texts. Safe to call from several threads."""

    def __init__(self, path: Path) -> None:
        """Opens the encoder's file.

        Args:
            path: As `bot.text.encoder_graph.build` wrote it; the tokenizer lies beside it.

        Raises:
            ModelError: A file is missing or broken.
        """
        from tokenizers import Tokenizer

        try:
            self._session = open_graph(str(path), exact=True)
            self._tokenizer = Tokenizer.from_file(str(_tokenizer_beside(path)))
        except Exception as error:  # noqa: BLE001 - both libraries raise plain exceptions of their own
            reason = type(error).__name__
            raise ModelError(f"{path.name} cannot be read ({reason}); delete it and train again.") from None
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()

    def read(self, texts: Sequence[str]) -> EnglishReading:
        """Reads texts; one seen lately is not computed again.

        Args:
            texts: Clean texts (`bot.text.cleanup`).
        """
        if not texts:
            return EnglishReading(np.zeros((0, DIMENSIONS), np.float32), np.zeros((0, 0), np.float32))
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        fresh = [text for text in dict.fromkeys(texts) if text not in found]
        found.update(zip(fresh, self.outputs(fresh, ["vector", "risk"]), strict=True))
        with self._lock:
            self._kept.update((text, found[text]) for text in texts[-_KEPT_TEXTS:])
            while len(self._kept) > _KEPT_TEXTS:
                self._kept.popitem(last=False)
        rows = np.stack([found[text] for text in texts])
        return EnglishReading(rows[:, :DIMENSIONS], rows[:, DIMENSIONS:])

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors alone: `float32`, shape `(len(texts), 384)`."""
        return self.read(texts).vectors

    def outputs(self, texts: Sequence[str], names: Sequence[str]) -> np.ndarray:
        """Named outputs of the network for texts, side by side: `float32`, one row a text; computed each time.

        Texts of the same number of tokens go through together: no padding, so no mask. Each token has steps of its own
        (`bot.text.encoder_graph`), so that a row does not depend on the texts beside it.
        """
        ids = [self._ids(text) for text in texts]
        by_length: Dict[int, List[int]] = {}
        for place, found in enumerate(ids):
            by_length.setdefault(len(found), []).append(place)
        rows: Dict[int, np.ndarray] = {}
        for group in by_length.values():
            for start in range(0, len(group), _BATCH):
                part = group[start : start + _BATCH]
                tokens = np.array([ids[place] for place in part], dtype=np.int64)
                rows.update(zip(part, np.hstack(self._session.run(list(names), {"ids": tokens})), strict=True))
        return np.array([rows[place] for place in range(len(texts))], dtype=np.float32)

    def _ids(self, text: str) -> List[int]:
        ids: List[int] = self._tokenizer.encode(text[:_MOST_CHARS]).ids
        if len(ids) <= FIRST_TOKENS + LAST_TOKENS:
            return ids
        return ids[:FIRST_TOKENS] + ids[-LAST_TOKENS:]


@lru_cache(maxsize=1)
def stamp() -> str:
    """Changes with all that the encoder's file is made from; what was computed with another one is then not used.

    Raises:
        ModelError: A part of it is missing.
    """
    digest = hashlib.sha256()
    try:
        for source in _MADE_FROM:
            digest.update(source.read_bytes())
    except OSError as error:
        raise ModelError(f"{error.filename} is missing; restore it from the repository.") from None
    return digest.hexdigest()[:12]


def encoder_path() -> Path:
    """Where the encoder's file lies."""
    return get_settings().models_dir / f"english-{stamp()}.onnx"


def prepare() -> Path:
    """Makes the encoder's file when there is none as it should be today (half a minute), and returns where it lies.

    Raises:
        ModelError: The weights, the adapter or the folder cannot be used.
    """
    from bot.text.published import Published

    path = encoder_path()
    if path.is_file() and _tokenizer_beside(path).is_file():
        return path
    from bot.text import encoder_graph

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _tokenizer_beside(path).write_bytes(Published().tokenizer())
        encoder_graph.build(path)
        for old in set(path.parent.glob("english-*")) - {path, _tokenizer_beside(path)}:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(f"{path} cannot be written ({error.strerror}); check the folder's permissions.") from None
    return path


def _tokenizer_beside(path: Path) -> Path:
    return path.with_suffix(".tokenizer.json")


def encode_details(texts: Sequence[str]) -> np.ndarray:
    """The vectors of texts, as a function that other processes can import."""
    return get_english().vectors(texts)


def details() -> RowEncoder:
    """The encoder of this day, for training texts."""
    return RowEncoder(encode_details, DIMENSIONS, stamp())


_BUILD_LOCK = threading.Lock()


@lru_cache(maxsize=1)
def _build() -> EnglishEncoder:
    return EnglishEncoder(prepare())


def get_english() -> EnglishEncoder:
    """The encoder of this process; opened at the first call (a third of a second), made when it is missing."""
    with _BUILD_LOCK:
        return _build()
