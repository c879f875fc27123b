"""Fits the context layer and says what it is worth: `python -m bot refit context`.

Run it after the second reading was fitted and the engine trained. The conversations are in neither: the readings of
their messages are those of messages never seen. The table is five-fold cross-validated over conversations; the two
thresholds of the context in `config.yml` are chosen on it and on nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, List, Sequence

import numpy as np

from bot.safety.context import PATH
from bot.safety.conversations import AT_ONCE, IN_PIECES, Conversation, load_conversations, load_everyday_talk
from bot.safety.engine import SafetyEngine, get_engine

#: Chosen on the table: 0.02 to 1 differ little.
_STRENGTH = 0.1
_FOLDS = 5
_STEPS = (0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)


@dataclass(frozen=True)
class Turn:
    """One message in its conversation.

    Attributes:
        told: As in `Conversation`; None also before a risk that is told at once.
    """

    conversation: str
    features: np.ndarray
    is_told: bool
    told: str | None


def gather(engine: SafetyEngine, conversations: Sequence[Conversation]) -> List[Turn]:
    """Reads every message of which it is certain whether a risk is told by then."""
    turns = []
    for one in conversations:
        for place, is_told in one.judged:
            numbers = engine.read_turn(one.turns[: place + 1])
            if numbers is not None:
                turns.append(Turn(one.id, np.concatenate(numbers), is_told, one.told if is_told else None))
    return turns


def fit(turns: Sequence[Turn]) -> np.ndarray:
    """The weights of `ContextLayer`, `float32`."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_STRENGTH, max_iter=3000)
    model.fit(np.stack([turn.features for turn in turns]), [turn.is_told for turn in turns])
    return np.append(model.coef_[0], model.intercept_[0]).astype(np.float32)


def cross_validated(turns: Sequence[Turn]) -> np.ndarray:
    """Probability of each turn from a layer that saw nothing of its conversation: `float64`, shape `(n,)`."""
    names = sorted({turn.conversation for turn in turns})
    fold_of = dict(zip(names, np.random.default_rng(1).integers(0, _FOLDS, len(names)), strict=True))
    folds = np.asarray([fold_of[turn.conversation] for turn in turns])
    found = np.zeros(len(turns))
    for fold in range(_FOLDS):
        weights = fit([turn for turn, of in zip(turns, folds, strict=True) if of != fold])
        for i in np.flatnonzero(folds == fold):
            found[i] = 1 / (1 + np.exp(-(turns[i].features @ weights[:-1] + weights[-1])))
    return found


def table(turns: Sequence[Turn], likely: np.ndarray) -> Iterator[str]:
    """One line a threshold: quiet messages above it, and risks told at once and in pieces."""
    quiet = np.asarray([not turn.is_told for turn in turns])
    at_once, in_pieces = (np.asarray([turn.told == told for turn in turns]) for told in (AT_ONCE, IN_PIECES))
    yield f"{len(turns)} messages: {quiet.sum()} quiet, {at_once.sum()} told at once, {in_pieces.sum()} in pieces"
    yield "threshold   quiet   told at once   in pieces"
    for step in _STEPS:
        shares = [(likely >= step)[rows].mean() for rows in (quiet, at_once, in_pieces)]
        yield f"{step:9.2f}   {shares[0]:5.3f}   {shares[1]:12.3f}   {shares[2]:9.3f}"


def main() -> None:
    """Fits on all conversations, writes the layer, prints the table."""
    turns = gather(get_engine(), [*load_conversations(), *load_everyday_talk()])
    for line in table(turns, cross_validated(turns)):
        print(line)
    np.savez(PATH, weights=fit(turns))
