"""A message read in its conversation: what the messages before it make of what it seems to say by itself.

"he killed me AGAIN" tells of a game when a game was talked of, and "sent a pic to my best mate and said dont show
anyone" of a haircut; "he is the one who drives the bus" completes what three messages before it began. One logistic
layer weighs two readings, the newest message by itself and the last messages as one text, and what both encoders make
of the two texts, so that it knows what everyday talk is about. It is fitted on whole conversations (`python -m bot
refit context`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.errors import ModelError
from bot.fitted import read_fitted
from bot.safety.classifier import LEVELS, SPEAKERS, Reading
from bot.safety.levels import CATEGORIES, RiskLevel
from bot.text.encoder import DIMENSIONS, get_encoder
from bot.text.english import DIMENSIONS as DETAIL
from bot.text.english import get_english

PATH = Path(__file__).parent / "context.npz"
#: What of each reading is weighed.
_WEIGHED = (RiskLevel.CHECK_IN, RiskLevel.ESCALATE)
#: Numbers of a text: log-odds of its reading, what the English encoder says of a risk, both embeddings.
OF_A_TEXT = len(_WEIGHED) + len(LEVELS) + len(CATEGORIES) + len(SPEAKERS) + DIMENSIONS + DETAIL
#: One weight for each number of both texts, and the intercept.
_WEIGHTS = 2 * OF_A_TEXT + 1
#: What the numbers of an embedding, all of them small, are multiplied by: how freely the fit may use them.
_EMBEDDED = 3.0
#: Shares are kept from 0 and 1 by this much.
_LEAST = 1e-4


@dataclass(frozen=True)
class ContextLayer:
    """The layer.

    Attributes:
        weights: `float32`: one for each number of the newest message, of the last messages together, and the intercept.
    """

    weights: np.ndarray

    @classmethod
    def load(cls, path: Path = PATH) -> ContextLayer:
        """Reads the fitted layer. Raises ModelError when the file is missing or holds something else."""
        (weights,) = read_fitted(path, "weights", home="bot/safety")
        if weights.shape != (_WEIGHTS,):
            # Found at the start: at a message it would turn every answer into a question.
            raise ModelError(f"{path.name} holds {weights.size} numbers instead of {_WEIGHTS}; restore bot/safety.")
        return cls(weights)

    def probability(self, alone: np.ndarray, together: np.ndarray) -> float:
        """How likely the conversation, up to its newest message, tells of a risk.

        Args:
            alone: The newest message, as `numbers_of` gave it.
            together: The last messages as one text.
        """
        score = np.concatenate([alone, together]) @ self.weights[:-1] + self.weights[-1]
        return float(1 / (1 + np.exp(-np.clip(score, -30, 30))))


def numbers_of(reading: Reading, text: str) -> np.ndarray:
    """What the layer sees of a text: `float32`, shape `(OF_A_TEXT,)`.

    Args:
        reading: Both readers on it.
        text: Clean. The encoders have just read it and still know what they made of it.
    """
    kept = np.clip([reading.levels[level] for level in _WEIGHED], _LEAST, 1 - _LEAST)
    english = get_english().read([text])
    embedded = [_EMBEDDED * rows[0] for rows in (get_encoder().encode([text]), english.vectors)]
    return np.concatenate([np.log(kept / (1 - kept)), english.risk[0], *embedded]).astype(np.float32)
