"""Which conversations hang on a hair: plays them while the numbers of both encoders are shaken a little.

    PYTHONPATH=. python tests/conversations/steadiness.py --size 0.03 --times 3

A model that is trained again, with a phrasing more, is not quite the same. A step that fails here would fail with such
a one one day: what the person writes should be put more plainly, or the phrasings behind it are too few. Needs a trained model; prints each step that changed and how often, and exits with 1
when there was one.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Sequence, Tuple

from bot import tensorflow_stand_in
from bot.processor import choose_kernels

if TYPE_CHECKING:
    import numpy as np

    from bot.assistant import Assistant
    from bot.text.encoder import SentenceEncoder
    from bot.text.english import EnglishEncoder, EnglishReading

#: Logits spread about so much more widely than the numbers of a unit vector.
_LOGITS = 3.0


class Shaking:
    """Adds noise to what the encoders return; the same text gets the same noise within one round."""

    def __init__(self, size: float) -> None:
        """Replaces the encoders' methods, once.

        Args:
            size: Length of the noise, where a vector has length 1.
        """
        from bot.text.encoder import SentenceEncoder
        from bot.text.english import EnglishEncoder, EnglishReading

        self.round = 0
        read, encode = EnglishEncoder.read, SentenceEncoder.encode

        def shaken_read(encoder: EnglishEncoder, texts: Sequence[str]) -> EnglishReading:
            reading = read(encoder, texts)
            risk = reading.risk + self._noise(texts, reading.risk.shape[1], size * _LOGITS)
            return EnglishReading(self._shaken(texts, reading.vectors, size), risk)

        def shaken_encode(encoder: SentenceEncoder, texts: Sequence[str]) -> np.ndarray:
            return self._shaken(texts, encode(encoder, texts), size)

        EnglishEncoder.read = shaken_read
        SentenceEncoder.encode = shaken_encode

    def _shaken(self, texts: Sequence[str], vectors: np.ndarray, size: float) -> np.ndarray:
        import numpy as np

        moved = vectors + self._noise(texts, vectors.shape[1], size / vectors.shape[1] ** 0.5)
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)

    def _noise(self, texts: Sequence[str], width: int, size: float) -> np.ndarray:
        import numpy as np

        rows = [self._row(text, width) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), width) * np.float32(size)

    def _row(self, text: str, width: int) -> np.ndarray:
        import numpy as np

        digest = hashlib.sha256(f"{self.round}/{width}/{text}".encode("utf-8", "surrogatepass")).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "big")).standard_normal(width)


def failing_steps(assistant: Assistant) -> Iterator[Tuple[str, str, str]]:
    """Of each conversation the first step that fails: its name, what the person wrote, what was answered."""
    from test_conversations import check_step, conversations

    for parameters in conversations():
        conversation: Dict[str, Any] = parameters.values[0]
        settings = (conversation.get("audience"), conversation.get("country"), conversation.get("channel", "web"))
        texts = [step["user"] for step in conversation["steps"]]
        results = assistant.converse(texts, "test", *settings)
        for step, result in zip(conversation["steps"], results, strict=True):
            try:
                check_step(step, result)
            except AssertionError:
                said = ", ".join(str(reply["response"]) for reply in result["replies"])
                yield str(parameters.id), step["user"], f"{result['risk']['level']}: {said}"
                break


def _prepare() -> None:
    """As `tests/conftest.py` does: numpy reads its settings when it is imported, which is therefore left to later."""
    choose_kernels()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    tensorflow_stand_in.install()


def main(arguments: List[str] | None = None) -> int:
    """Plays all conversations `--times` times and lists what changed."""
    parser = argparse.ArgumentParser(description="Which conversations hang on a hair.")
    parser.add_argument("--size", type=float, default=0.03, help="length of the noise; a vector has length 1")
    parser.add_argument("--times", type=int, default=3, help="rounds, each with noise of its own")
    chosen = parser.parse_args(arguments)
    _prepare()
    from bot.assistant import get_assistant

    shaking, found, last = Shaking(chosen.size), Counter(), {}
    for number in range(1, chosen.times + 1):
        shaking.round = number
        for name, written, answered in failing_steps(get_assistant()):
            found[name, written] += 1
            last[name, written] = answered
        print(f"Round {number} of {chosen.times}: {len(found)} steps changed so far.", flush=True)
    for (name, written), times in found.most_common():
        print(f"{times} of {chosen.times}  {name}\n    {written!r} -> {last[name, written]}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
