"""The vocabulary of risk: three levels, seven categories, who speaks and about when.

Three levels and no more: published evidence finds finer severity grades unreliable between raters
(see docs/safeguarding.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Mapping, Tuple


class RiskLevel(IntEnum):
    """What the assistant does, in rising order of urgency."""

    NONE = 0
    #: Ask one kind, direct question.
    CHECK_IN = 1
    #: Show the crisis card now.
    ESCALATE = 2
    #: Emergency number first, nothing else in the reply.
    EMERGENCY = 3

    @property
    def label(self) -> str:
        """The lower-case name used in files and on the command line, such as `check_in`."""
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> RiskLevel:
        """Reads a lower-case name. Raises KeyError for any other word."""
        return cls[label.upper()]


SELF_HARM = "self_harm"
EXTORTION = "extortion"
ADULT_INVOLVED = "adult_involved"
ABUSE_DISCLOSURE = "abuse_disclosure"
IMAGE_SHARED = "image_shared"
IMMEDIATE_DANGER = "immediate_danger"
OFFENDER_CONCERN = "offender_concern"

#: In the order in which a reply treats them when several apply.
CATEGORIES: Tuple[str, ...] = (
    IMMEDIATE_DANGER,
    SELF_HARM,
    EXTORTION,
    ABUSE_DISCLOSURE,
    ADULT_INVOLVED,
    IMAGE_SHARED,
    OFFENDER_CONCERN,
)


class Speaker(str, Enum):
    """Whose situation the words are about, seen from the person who writes."""

    SELF = "self"
    ABOUT_CHILD = "about_child"
    FRIEND = "friend"
    PROFESSIONAL = "professional"
    OWN_BEHAVIOUR = "own_behaviour"
    UNKNOWN = "unknown"


#: A category leads before a likelier one when its score is at least this share of the other's.
_NEARLY = 0.75
#: Of danger and self-harm a smaller share is enough: below half, "older boys hit me on the way home" tells of what was.
_LEADS_FROM = {IMMEDIATE_DANGER: 0.5, SELF_HARM: 0.0}
#: Below this share the likeliest category is little more than a guess; asking about it could sound out of the blue.
_ASKED_FROM = 0.3


class Stance(str, Enum):
    """When the words place the event, or that they only ask about it."""

    NOW = "now"
    PAST = "past"
    EDUCATIONAL = "educational"


@dataclass(frozen=True)
class Finding:
    """One reason behind an assessment.

    Attributes:
        category: One of CATEGORIES.
        source: The signal id (`data/risk/`) or `classifier`.
        start, end: Character span `[start, end)` in the text as typed; both 0 when the whole text counts.
        sentence: One plain sentence for staff, without the person's words.
    """

    category: str
    source: str
    start: int
    end: int
    sentence: str


@dataclass(frozen=True)
class RiskAssessment:
    """What the safety engine says about one message, or about a session's recent messages.

    Attributes:
        level: The highest level reached.
        categories: Named categories with their calibrated score in [0, 1]; empty when `level` is NONE.
        speaker: Who speaks, as far as the words tell.
        stance: Now, past, or educational.
        findings: Why, strongest first.
        failed: True when a detector raised; the level is then at least CHECK_IN.
        language: Two-letter language of the text when the engine is sure, else None.
    """

    level: RiskLevel = RiskLevel.NONE
    categories: Mapping[str, float] = field(default_factory=dict)
    speaker: Speaker = Speaker.UNKNOWN
    stance: Stance = Stance.NOW
    findings: Tuple[Finding, ...] = ()
    failed: bool = False
    language: str | None = None

    @property
    def is_told_plainly(self) -> bool:
        """Whether a signal found the risk in the words; a learned score names no place in them."""
        return any(finding.end > finding.start for finding in self.findings)

    @property
    def is_danger_from_oneself(self) -> bool:
        """Whether self-harm is the likeliest of what is named beside danger, which every emergency names."""
        others = {name: score for name, score in self.categories.items() if name != IMMEDIATE_DANGER}
        return bool(others) and max(others, key=lambda name: others[name]) == SELF_HARM and others[SELF_HARM] >= 0.5

    @property
    def asked_category(self) -> str | None:
        """What a kind question asks about; None when no category is likely enough to ask about that one alone."""
        return self.main_category if max(self.categories.values(), default=0.0) >= _ASKED_FROM else None

    @property
    def main_category(self) -> str | None:
        """The category that leads the reply: the first in the order of CATEGORIES that is as likely as any, or nearly.

        Self-harm leads wherever it is named, and danger when it is at least half as likely as the likeliest: the words
        for them fit beside every other trouble.
        """
        strongest = max(self.categories.values(), default=0.0)
        share = {name: _LEADS_FROM.get(name, _NEARLY) for name in self.categories}
        leads = {name for name, score in self.categories.items() if score >= share[name] * strongest}
        return next((name for name in CATEGORIES if name in leads), None)
