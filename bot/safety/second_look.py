"""A second look at messages of which the classifier is not sure: the adapted second encoder, and a layer joining both.

The adapter (`bot/text/adapter/risk.safetensors`) was trained on the examples of most situations; a fold of situations
was kept from it. On that fold the layer here was fitted (`python -m bot.safety.second_look_fitting`), so that it knows
how far to trust each reading. It sees log-odds only: those of the first reading and those of the adapter.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import FrozenSet

import numpy as np

from bot.errors import ModelError
from bot.safety.classifier import LEVELS, SPEAKERS, Reading
from bot.safety.levels import CATEGORIES, RiskLevel
from bot.text.adapters import ADAPTER_DIR, RISK
from bot.text.minilm import get_minilm

PATH = Path(__file__).parent / "second_look.npz"
_RISK_OUTPUTS = len(LEVELS) + len(CATEGORIES)
#: A message is looked at again when the classifier's probability of any risk is above the first and that of a
#: message for the card below the second. A wider band costs time and changes nothing; a narrower one loses categories.
DOUBT_ABOVE, DOUBT_BELOW = 0.25, 0.98
#: Shares are kept from 0 and 1 by this much.
_LEAST = 1e-4


def held_out_situations(path: Path = ADAPTER_DIR / "risk-kept-situations.txt") -> FrozenSet[str]:
    """Clusters of examples that the adapter never sees; whoever trains it leaves them out."""
    return frozenset(path.read_text(encoding="utf-8").split("\n")) - {""}


def in_doubt(reading: Reading) -> bool:
    """Whether a message is worth a second look."""
    return reading.levels[RiskLevel.CHECK_IN] > DOUBT_ABOVE and reading.levels[RiskLevel.ESCALATE] < DOUBT_BELOW


@dataclass(frozen=True)
class SecondLook:
    """The joining layer; in each array the last row is the intercept.

    Attributes:
        risk: `float32`, shape `(features + 1, levels + categories)`.
        speakers: `float32`, shape `(speaker features + 1, speakers)`, one softmax.
    """

    risk: np.ndarray
    speakers: np.ndarray

    @classmethod
    def load(cls, path: Path = PATH) -> SecondLook:
        """Reads the fitted layer. Raises ModelError when the file is missing or something else."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls(stored["risk"], stored["speakers"])
        except (OSError, KeyError, ValueError):
            raise ModelError(f"{path.name} cannot be read; restore bot/safety from the repository.") from None

    def corrected(self, first: Reading, text: str) -> Reading:
        """The reading after a second look.

        Args:
            first: The classifier's reading.
            text: The clean text; the encoder reads its first 128 tokens.
        """
        return self.joined(first, get_minilm().read([text], RISK)[0])

    def joined(self, first: Reading, logits: np.ndarray) -> Reading:
        """Joins a first reading with the adapter's logits for the same text."""
        risk = 1 / (1 + np.exp(-_apply(self.risk, features(first, logits))))
        speaking = np.exp(_apply(self.speakers, speaker_features(first, logits)))
        return Reading(
            levels=dict(zip(LEVELS, map(float, risk[: len(LEVELS)]), strict=True)),
            categories=dict(zip(CATEGORIES, map(float, risk[len(LEVELS) :]), strict=True)),
            speakers=dict(zip(SPEAKERS, map(float, speaking / speaking.sum()), strict=True)),
        )


def features(first: Reading, logits: np.ndarray) -> np.ndarray:
    """What the layer for levels and categories sees, the adapter's logits beside the classifier's: one dimension."""
    known = np.clip([*first.levels.values(), *first.categories.values()], _LEAST, 1 - _LEAST)
    return np.concatenate([np.log(known / (1 - known)), logits[:_RISK_OUTPUTS]]).astype(np.float32)


def speaker_features(first: Reading, logits: np.ndarray) -> np.ndarray:
    """What the layer for the speaker sees: `float32`, one dimension."""
    known = np.log(np.clip([*first.speakers.values()], _LEAST, 1))
    return np.concatenate([known, logits[_RISK_OUTPUTS:]]).astype(np.float32)


def _apply(layer: np.ndarray, row: np.ndarray) -> np.ndarray:
    return np.clip(row @ layer[:-1] + layer[-1], -30, 30)
