"""Where a person is in a journey, and how that is kept in slots.

Only ids of our own data are kept: no word that a person typed is in a state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Dict, Mapping, Sequence, Tuple

from bot.content.journey_composers import Answers
from bot.content.journeys import Journey

#: Slots; `journey_say` holds what the newest move says, for the wording.
JOURNEY, JOURNEY_STEP, JOURNEY_ANSWERS, JOURNEY_SAY = "journey", "journey_step", "journey_answers", "journey_say"
#: A slot of its own for the figures: what happened, without whom.
JOURNEY_OUTCOME = "journey_outcome"

#: A prompt waits for its answer.
OPEN = "open"
#: Something else came first; the journey waits for "go on".
PAUSED = "paused"
LEFT = "left"
COMPLETED = "completed"
MODES = (OPEN, PAUSED, LEFT, COMPLETED)

#: An answer that a slot gave, not the person: going back goes past it.
FILLED = "+"
#: The answer of a step that was left out.
SKIPPED = "-"


@dataclass(frozen=True)
class JourneyState:
    """A place in a journey.

    Attributes:
        journey: Id of the journey.
        step: Id of the step whose prompt was said last.
        answers: `step/choice`, in the order given; `+step/choice` when a slot answered, `step/-` when left out.
        mode: One of MODES.
        asked: How often the prompt (or, when paused, the offer to go on) was said since the last answer.
    """

    journey: str
    step: str
    answers: Tuple[str, ...] = ()
    mode: str = OPEN
    asked: int = 0

    def with_answer(self, step: str, choice: str, filled: bool = False) -> JourneyState:
        """The state with one more answer."""
        return replace(self, answers=(*self.answers, f"{FILLED if filled else ''}{step}/{choice}"))

    def as_slots(self, say: Sequence[str]) -> Dict[str, Any]:
        """Slot values that `from_slots` reads back."""
        return {
            JOURNEY: self.journey,
            JOURNEY_STEP: f"{self.step}/{self.mode}/{self.asked}",
            JOURNEY_ANSWERS: list(self.answers),
            JOURNEY_SAY: list(say),
        }


def from_slots(slots: Mapping[str, Any], journeys: Mapping[str, Journey]) -> JourneyState | None:
    """The state that the slots hold; None when there is none, or when the data has changed under it."""
    journey = journeys.get(str(slots.get(JOURNEY)))
    parts = str(slots.get(JOURNEY_STEP) or "").split("/")
    if journey is None or len(parts) != 3 or parts[0] not in journey.steps:
        return None
    step, mode, asked = parts
    if mode not in MODES or not asked.isdigit():
        return None
    answers = tuple(str(answer) for answer in slots.get(JOURNEY_ANSWERS) or ())
    if any(split_answer(answer)[0] not in journey.steps for answer in answers):
        return None
    return JourneyState(journey.id, step, answers, mode, int(asked))


def split_answer(answer: str) -> Tuple[str, str]:
    """Step and choice of `step/choice`, the mark of a filled answer left out."""
    step, _, choice = answer.removeprefix(FILLED).partition("/")
    return step, choice


def answers_of(state: JourneyState) -> Answers:
    """The choices made at each step, in order; steps left out are missing."""
    found: Dict[str, Tuple[str, ...]] = {}
    for answer in state.answers:
        step, choice = split_answer(answer)
        if choice != SKIPPED:
            found[step] = (*found.get(step, ()), choice)
    return found
