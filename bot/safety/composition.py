"""Long messages composed from short examples: a risk said in one sentence among ordinary ones, or none at all.

They teach the layers how much one sentence weighs in a long message. The kernel machine does not keep them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import List, Sequence, Tuple

import numpy as np

from bot.safety.examples import RiskExample
from bot.safety.levels import RiskLevel

#: Composed messages a fold: half with one risky sentence, half without.
A_FOLD = 300
_SENTENCES_AROUND = (2, 8)
_SHORT_CHARS = 220
_SEED = 7


def compose_long(examples: Sequence[RiskExample], folds: np.ndarray) -> Tuple[List[RiskExample], np.ndarray]:
    """Joins short examples of one fold into long messages.

    Args:
        examples: Labelled messages.
        folds: Fold of each; a composed message stays in the fold of its sentences.

    Returns:
        The composed messages and the fold of each.
    """
    random = np.random.default_rng(_SEED)
    composed: List[RiskExample] = []
    for fold in np.unique(folds):
        short = [e for e, f in zip(examples, folds, strict=True) if f == fold and len(e.text) <= _SHORT_CHARS]
        quiet = [e for e in short if e.level is RiskLevel.NONE]
        risky = [e for e in short if e.level >= RiskLevel.ESCALATE]
        if not quiet or not risky:
            continue
        for number in range(A_FOLD):
            around = [quiet[i] for i in random.integers(0, len(quiet), random.integers(*_SENTENCES_AROUND))]
            told = risky[int(random.integers(0, len(risky)))] if number % 2 else around[0]
            composed.append(_compose(told, around, int(random.integers(0, len(around) + 1))))
    folds_of = [fold for fold in np.unique(folds) for _ in range(A_FOLD)]
    return composed, np.asarray(folds_of[: len(composed)], dtype=int)


def _compose(told: RiskExample, around: Sequence[RiskExample], place: int) -> RiskExample:
    texts = [example.text for example in around if example is not told]
    texts.insert(place, told.text)
    ended = [text if text.rstrip()[-1:] in ".!?" else f"{text.rstrip()}." for text in texts if text.strip()]
    return replace(told, text=" ".join(ended), cluster=f"composed {told.cluster}")
