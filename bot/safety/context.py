"""A message read in its conversation: what the messages before it make of what it seems to say by itself.

"he killed me AGAIN" tells of a game when a game was talked of, and "sent a pic to my best mate and said dont show
anyone" of a haircut; "he is the one who drives the bus" completes what three messages before it began. One logistic
layer weighs two readings, the newest message by itself and the last messages as one text, fitted on whole conversations
(`python -m bot refit context`). It sees log-odds only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.errors import ModelError
from bot.fitted import read_fitted
from bot.safety.classifier import Reading
from bot.safety.levels import RiskLevel

PATH = Path(__file__).parent / "context.npz"
#: What of each reading is weighed.
_WEIGHED = (RiskLevel.CHECK_IN, RiskLevel.ESCALATE)
#: One for each share of both readings, and the intercept.
_NUMBERS = 2 * len(_WEIGHED) + 1
#: Shares are kept from 0 and 1 by this much.
_LEAST = 1e-4


@dataclass(frozen=True)
class ContextLayer:
    """The layer.

    Attributes:
        weights: `float32`, shape `(5,)`: any risk and card of the newest by itself, the same of the last messages
            together, and the intercept.
    """

    weights: np.ndarray

    @classmethod
    def load(cls, path: Path = PATH) -> ContextLayer:
        """Reads the fitted layer. Raises ModelError when the file is missing or holds something else."""
        (weights,) = read_fitted(path, "weights", home="bot/safety")
        if weights.shape != (_NUMBERS,):
            # Found at the start: at a message it would turn every answer into a question.
            raise ModelError(f"{path.name} holds {weights.size} numbers instead of {_NUMBERS}; restore bot/safety.")
        return cls(weights)

    def probability(self, alone: Reading, together: Reading) -> float:
        """How likely the conversation, up to its newest message, tells of a risk.

        Args:
            alone: Both readers on the newest message.
            together: Both readers on the last messages as one text.
        """
        return float(1 / (1 + np.exp(-(context_features(alone, together) @ self.weights[:-1] + self.weights[-1]))))


def context_features(alone: Reading, together: Reading) -> np.ndarray:
    """What the layer sees: `float32`, shape `(4,)`."""
    shares = np.asarray([reading.levels[level] for reading in (alone, together) for level in _WEIGHED])
    kept = np.clip(shares, _LEAST, 1 - _LEAST)
    return np.log(kept / (1 - kept)).astype(np.float32)
