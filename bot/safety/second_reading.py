"""The second reader, for English: the adapted encoder's own view of a message, and a layer that joins both views.

The encoder (`bot.text.english`) learned from the examples of most situations; one situation in six was kept from it.
On those the layer here was fitted (`python -m bot refit joining`), so that it knows how far to trust each reader. It
sees log-odds only: those of the first reading and those of the encoder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np

from bot.fitted import read_fitted
from bot.safety.classifier import LEVELS, SPEAKERS, TELLING_PARTS_OF_LONG, Reading
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
        return cls(*read_fitted(path, "risk", "speakers", home="bot/safety"))

    def joined_with(self, first: Reading, text: str, telling: Sequence[str] = ()) -> Reading:
        """Both readings of a text as one.

        Args:
            first: The classifier's reading.
            text: The clean text; of a long one the encoder reads the beginning and the end.
            telling: Parts of a long text that are read by themselves as well.
        """
        return self.joined(first, encoder_logits(text, telling))

    def joined(self, first: Reading, logits: np.ndarray) -> Reading:
        """Joins a first reading with the encoder's logits for the same text (`encoder_logits`)."""
        risk = 1 / (1 + np.exp(-_apply(self.risk, features(first, logits))))
        speaking = np.exp(_apply(self.speakers, speaker_features(first, logits)))
        return Reading(
            levels=dict(zip(LEVELS, map(float, risk[: len(LEVELS)]), strict=True)),
            categories=dict(zip(CATEGORIES, map(float, risk[len(LEVELS) :]), strict=True)),
            speakers=dict(zip(SPEAKERS, map(float, speaking / speaking.sum()), strict=True)),
        )


def encoder_logits(text: str, telling: Sequence[str]) -> np.ndarray:
    """What the encoder says of a text and of its telling parts: `float32`, shape `(1 + parts, outputs)`."""
    return get_english().read([text, *telling]).risk


def features(first: Reading, logits: np.ndarray) -> np.ndarray:
    """What the layer for levels and categories sees: `float32`, one dimension.

    The log-odds of the classifier, the encoder's for the whole text, and how much stronger the part is that tells most
    of a risk. In a long text that part, and the levels of the one that tells second most, also weigh by themselves: a
    whole that is mostly about something else says nothing against one sentence.

    Args:
        logits: As `encoder_logits` gave them.
    """
    known = np.clip([*first.levels.values(), *first.categories.values()], _LEAST, 1 - _LEAST)
    whole = logits[0, :_RISK_OUTPUTS]
    parts = logits[1:, :_RISK_OUTPUTS] if len(logits) > 1 else logits[:, :_RISK_OUTPUTS]
    best, *others = parts[np.argsort(-parts[:, 0], kind="stable")]
    second = others[0] if others else best
    long = float(len(logits) > TELLING_PARTS_OF_LONG)
    in_long = long * np.concatenate([[1.0], whole[: len(LEVELS)], best, second[: len(LEVELS)]])
    return np.concatenate([np.log(known / (1 - known)), whole, np.maximum(best - whole, 0), in_long]).astype(np.float32)


def speaker_features(first: Reading, logits: np.ndarray) -> np.ndarray:
    """What the layer for the speaker sees: `float32`, one dimension."""
    known = np.log(np.clip([*first.speakers.values()], _LEAST, 1))
    return np.concatenate([known, logits[0, _RISK_OUTPUTS:]]).astype(np.float32)


def _apply(layer: np.ndarray, row: np.ndarray) -> np.ndarray:
    return np.clip(row @ layer[:-1] + layer[-1], -30, 30)
