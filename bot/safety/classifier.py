"""The learned detector with its calibration: text and signals in, probabilities for levels and categories out.

`KernelMachine` gives raw scores; a logistic layer on top turns them, together with which signals fired and the
stance, into probabilities. The layer is fitted on scores for held-out clusters, so it knows how far to trust each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, List, Mapping, Sequence, Tuple

import numpy as np

from bot.safety.kernel import KernelMachine
from bot.safety.levels import CATEGORIES, RiskLevel, Speaker, Stance
from bot.safety.signals import SignalHit

LEVELS: Tuple[RiskLevel, ...] = (RiskLevel.CHECK_IN, RiskLevel.ESCALATE, RiskLevel.EMERGENCY)
SPEAKERS: Tuple[Speaker, ...] = tuple(Speaker)
#: Outputs of the kernel machine, in this order.
OUTPUTS = len(LEVELS) + len(CATEGORIES) + len(SPEAKERS)
_RISK_OUTPUTS = len(LEVELS) + len(CATEGORIES)

#: A message of more words than this is also read part by part, so that one sentence is not drowned by the others.
LONG_WORDS = 25
_PART_WORDS = (6, 32)
MAX_PARTS = 6
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Reading:
    """Probabilities for one text: level and category values in [0, 1]."""

    levels: Mapping[RiskLevel, float]
    categories: Mapping[str, float]
    speakers: Mapping[Speaker, float]


@dataclass(frozen=True)
class Evidence:
    """What the rules found in one text, before the learned detector speaks."""

    hits: Tuple[SignalHit, ...]
    stance: Stance
    of_self: bool
    joking: bool
    ambiguous: bool = False
    denied: bool = False


@dataclass(frozen=True)
class RiskClassifier:
    """Kernel machine and logistic layer.

    Attributes:
        machine: The fitted kernel machine.
        layer: `float32`, shape `(features + 1, levels + categories)`; the last row is the intercept.
    """

    machine: KernelMachine
    layer: np.ndarray

    def read(self, parts: Sequence[str], embeddings: np.ndarray, evidence: Evidence) -> Reading:
        """Reads one text.

        Args:
            parts: The whole clean text first, then its parts (see `parts_of`).
            embeddings: One unit row a part.
            evidence: What the rules found in the whole text.
        """
        scores = self.machine.scores(parts, embeddings)
        features = stack_features(scores, evidence)
        logits = features @ self.layer[:-1] + self.layer[-1]
        probabilities = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return Reading(
            levels=dict(zip(LEVELS, map(float, probabilities), strict=False)),
            categories=dict(zip(CATEGORIES, map(float, probabilities[len(LEVELS) :]), strict=True)),
            speakers=dict(zip(SPEAKERS, map(float, scores[0, _RISK_OUTPUTS:]), strict=True)),
        )

    def arrays(self) -> Dict[str, np.ndarray]:
        """Everything needed to load it again, as plain arrays."""
        return {**self.machine.arrays(), "layer": self.layer}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> RiskClassifier:
        """Reads back what `arrays` gave."""
        return cls(KernelMachine.from_arrays(arrays), arrays["layer"])


def stack_features(scores: np.ndarray, evidence: Evidence) -> np.ndarray:
    """What the logistic layer sees: `float32`, one dimension.

    Args:
        scores: Kernel scores, one row a part, the whole text first.
    """
    whole, best = scores[0, :_RISK_OUTPUTS], scores[:, :_RISK_OUTPUTS].max(axis=0)
    strong = {hit.signal.category for hit in evidence.hits if hit.signal.level >= RiskLevel.ESCALATE}
    weak = {hit.signal.category for hit in evidence.hits if hit.signal.level < RiskLevel.ESCALATE}
    urgent = any(hit.signal.level == RiskLevel.EMERGENCY for hit in evidence.hits)
    top = sorted(whole[len(LEVELS) :], reverse=True)
    flags = [
        float(bool(strong)),
        float(bool(weak)),
        float(urgent),
        float(evidence.stance is Stance.EDUCATIONAL),
        float(evidence.stance is Stance.PAST),
        float(evidence.of_self),
        float(evidence.joking),
        float(top[0] - top[1]),
    ]
    named = [float(name in strong) for name in CATEGORIES]
    return np.concatenate([whole, best - whole, [whole[3:].max()], flags, named]).astype(np.float32)


def targets_of(level: RiskLevel, categories: Sequence[str], speaker: Speaker) -> List[float]:
    """Kernel targets of one example, +1 or -1, in the order of OUTPUTS."""
    levels = [level >= reached for reached in LEVELS]
    named = [name in categories for name in CATEGORIES]
    speaking = [speaker is known for known in SPEAKERS]
    return [1.0 if applies else -1.0 for applies in (*levels, *named, *speaking)]


def parts_of(text: str) -> List[str]:
    """The whole text, and for a long one its sentences, short neighbours joined; at most MAX_PARTS parts.

    A text without punctuation is cut every 32 words. Of more parts than MAX_PARTS the first and the last are kept.
    """
    words = text.split()
    if len(words) <= LONG_WORDS:
        return [text]
    least, most = _PART_WORDS
    parts: List[str] = []
    for sentence in _SENTENCE_END.split(text):
        pieces = sentence.split()
        for start in range(0, len(pieces), most):
            piece = pieces[start : start + most]
            if parts and (len(piece) < least or len(parts[-1].split()) < least):
                parts[-1] += " " + " ".join(piece)
            else:
                parts.append(" ".join(piece))
    if len(parts) > MAX_PARTS:
        parts = parts[: MAX_PARTS // 2] + parts[-MAX_PARTS // 2 :]
    # Bounded also when a "word" is a thousand characters long.
    return [text, *(part[:200] for part in parts)] if len(parts) > 1 else [text]
