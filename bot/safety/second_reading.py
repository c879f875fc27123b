"""The second reader, for English: the adapted encoder's own view of a message, and a layer that joins both views.

The encoder (`bot.text.english`) learned from the examples of most situations; one situation in six was kept from it.
On those the layer here was fitted (`python -m bot.safety.second_reading_fitting`), so that it knows how far to trust
each reader. It sees log-odds only: those of the first reading and those of the encoder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence, Tuple

import numpy as np

from bot.errors import ModelError
from bot.safety.classifier import LEVELS, SPEAKERS, Reading
from bot.safety.levels import CATEGORIES
from bot.text.english import get_english

PATH = Path(__file__).parent / "second_reading.npz"
_RISK_OUTPUTS = len(LEVELS) + len(CATEGORIES)
#: Shares are kept from 0 and 1 by this much.
_LEAST = 1e-4


@dataclass(frozen=True)
class SecondReading:
    """The joining layer; in each array the last row is the intercept.

    Attributes:
        risk: `float32`, shape `(features + 1, levels + categories)`.
        speakers: `float32`, shape `(speaker features + 1, speakers)`, one softmax.
    """

    risk: np.ndarray
    speakers: np.ndarray

    @classmethod
    def load(cls, path: Path = PATH) -> SecondReading:
        """Reads the fitted layer. Raises ModelError when the file is missing or something else."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls(stored["risk"], stored["speakers"])
        except (OSError, KeyError, ValueError):
            raise ModelError(f"{path.name} cannot be read; restore bot/safety from the repository.") from None

    def joined_with(self, first: Reading, text: str, telling: Sequence[str] = ()) -> Reading:
        """Both readings of a text as one.

        Args:
            first: The classifier's reading.
            text: The clean text; of a long one the encoder reads the beginning and the end.
            telling: Parts of a long text that are read by themselves as well.
        """
        return self.joined(first, *encoder_logits(text, telling))

    def joined(self, first: Reading, whole: np.ndarray, part: np.ndarray) -> Reading:
        """Joins a first reading with the encoder's logits for the same text and for its most telling part."""
        risk = 1 / (1 + np.exp(-_apply(self.risk, features(first, whole, part))))
        speaking = np.exp(_apply(self.speakers, speaker_features(first, whole)))
        return Reading(
            levels=dict(zip(LEVELS, map(float, risk[: len(LEVELS)]), strict=True)),
            categories=dict(zip(CATEGORIES, map(float, risk[len(LEVELS) :]), strict=True)),
            speakers=dict(zip(SPEAKERS, map(float, speaking / speaking.sum()), strict=True)),
        )


def encoder_logits(text: str, telling: Sequence[str]) -> Tuple[np.ndarray, np.ndarray]:
    """What the encoder says of a text, and of the part that tells most of a risk (the text itself when it is short)."""
    found = get_english().read([text, *telling]).risk
    parts = found[1:] if telling else found
    return found[0], parts[int(parts[:, 0].argmax())]


def features(first: Reading, whole: np.ndarray, part: np.ndarray) -> np.ndarray:
    """What the layer for levels and categories sees: `float32`, one dimension.

    The log-odds of the classifier, the encoder's for the whole text, and how much stronger its most telling part is.
    """
    known = np.clip([*first.levels.values(), *first.categories.values()], _LEAST, 1 - _LEAST)
    stronger = np.maximum(part - whole, 0)[:_RISK_OUTPUTS]
    return np.concatenate([np.log(known / (1 - known)), whole[:_RISK_OUTPUTS], stronger]).astype(np.float32)


def speaker_features(first: Reading, logits: np.ndarray) -> np.ndarray:
    """What the layer for the speaker sees: `float32`, one dimension."""
    known = np.log(np.clip([*first.speakers.values()], _LEAST, 1))
    return np.concatenate([known, logits[_RISK_OUTPUTS:]]).astype(np.float32)


def _apply(layer: np.ndarray, row: np.ndarray) -> np.ndarray:
    return np.clip(row @ layer[:-1] + layer[-1], -30, 30)
