"""Whether a typed line answers an exercise rather than tells of something real. Pure.

The risk engine is made for people who tell of themselves; "i have to think about it" or "you can't make me hide this"
looks like a risk to it outside the exercise (one in four of our held-out refusals). A line is put aside only while the
exercise waits for free text, only when no signal of `data/risk/` was found in it, only up to `escalate`, and only when
the reader of refusals knows which answer it is and is sure that nobody tells of themselves; the reply then says that
real things come first. docs/journeys.md has the figures.
"""

from __future__ import annotations

from bot.learning.reading import asks_for_information
from bot.learning.refusal import LONGEST_WORDS, get_refusal_reader
from bot.safety.levels import RiskAssessment, RiskLevel

#: Chosen on lines of `data/risk/examples/` that the reader was not trained on.
TELLING_BELOW = -0.3
_CLASSIFIER = "classifier"


def answers_exercise(text: str, risk: RiskAssessment) -> bool:
    """Whether the line may be taken as an answer to the exercise, whatever the classifier makes of it.

    Args:
        text: As typed, while free text is asked for.
        risk: The assessment of the line by itself.
    """
    certain = risk.failed or any(finding.source != _CLASSIFIER for finding in risk.findings)
    if certain or risk.level > RiskLevel.ESCALATE or len(text.split()) > LONGEST_WORDS:
        return False
    # "Where can I go" is answered by the rest of the assistant, which must know of the risk.
    if asks_for_information(text):
        return False
    reading = get_refusal_reader().read([text])[0]
    return reading.answer is not None and reading.telling <= TELLING_BELOW
