"""The table from an assessment to the duty it puts on the assistant: which kind of reply, in whose words. Pure.

    level       a card for this trouble was given before?   reply
    none        -                                           none
    check_in    -                                           question: one kind, direct question, nothing else
    escalate    no                                          card: care, what to do now, helplines, what may stop you
    escalate    yes                                         again: shorter, the line repeated
    emergency   -                                           emergency: the emergency number first, nothing else

An emergency is never shortened: a person who writes again still needs the number first. Nor is a second trouble: who
had the card about a stranger and now speaks of dying needs other words and another line.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Collection, FrozenSet, Mapping

from bot.safety import levels
from bot.safety.levels import RiskAssessment, RiskLevel, Speaker

CHILD, PARENT, FRIEND, PROFESSIONAL = "child", "parent", "friend", "professional"
#: An adult about what was done to them, and an adult about what they themselves might do.
SURVIVOR, OWN_BEHAVIOUR = "survivor", "own_behaviour"
ADULT_AGE = 18
VOICES = (CHILD, PARENT, FRIEND, PROFESSIONAL, SURVIVOR, OWN_BEHAVIOUR)

#: From this score another trouble is none that talk about a card ("they will throw me out") only sounds like: of 1,387
#: phrasings of such talk in `data/nlu/` 1 % reach it.
ANOTHER_TROUBLE_FROM = 0.9

#: What a trouble is made of. The card about a threat speaks of the pictures too ("i sent them, it is my fault"), and
#: who tells of an adult ("he said i made it up") tells of abuse in the ears of the classifier.
PART_OF: Mapping[str, FrozenSet[str]] = {
    levels.EXTORTION: frozenset({levels.IMAGE_SHARED, levels.ADULT_INVOLVED}),
    levels.ADULT_INVOLVED: frozenset({levels.ABUSE_DISCLOSURE, levels.IMAGE_SHARED}),
    levels.ABUSE_DISCLOSURE: frozenset({levels.ADULT_INVOLVED}),
}

#: A question about an unnamed worry: the engine failed or was torn between categories.
UNCLEAR = "unclear"


class ReplyKind(Enum):
    """What the reply must be."""

    NONE = "none"
    QUESTION = "question"
    CARD = "card"
    AGAIN = "again"
    EMERGENCY = "emergency"


@dataclass(frozen=True)
class Duty:
    """What must follow an assessment.

    Attributes:
        kind: Kind of reply.
        category: One of levels.CATEGORIES, or UNCLEAR.
        voice: One of VOICES: in whose words the reply is written.
    """

    kind: ReplyKind
    category: str
    voice: str


def duty_of(
    level: RiskLevel,
    category: str | None,
    speaker: Speaker,
    audience: str | None,
    cards_given: Collection[str] = (),
    age: int | None = None,
) -> Duty:
    """Reads the table above.

    Args:
        category: The category that leads the reply; None when the engine named none.
        audience: child, parent, professional or None.
        cards_given: Categories of the cards already shown in this conversation.
        age: Years, when the person said it of themselves.
    """
    named = category or UNCLEAR
    return Duty(_kind(level, named in cards_given), named, voice_of(speaker, audience, named, age))


def is_another_trouble(assessment: RiskAssessment, cards_given: Collection[str]) -> bool:
    """Whether a message that sounds like talk about a card surely tells of a trouble that no card was about.

    Args:
        cards_given: Categories of the cards already shown in this conversation.
    """
    named = assessment.main_category
    if named is None or named in cards_given or assessment.level < RiskLevel.ESCALATE:
        return False
    is_its_part = any(is_part_of(named, card) for card in cards_given)
    return assessment.categories[named] >= ANOTHER_TROUBLE_FROM and not is_its_part


def is_part_of(named: str | None, card: str) -> bool:
    """Whether a category is what the trouble of a card is made of, so that a learned score for it names nothing new."""
    return named in PART_OF.get(card, frozenset())


def category_of_yes(asked: str | None) -> str:
    """What a "yes" to a kind question is about.

    Args:
        asked: The category that the question named; anything else when it asked about everything at once. Then the yes
            counts as the trouble with which waiting would cost most.
    """
    return asked if asked in levels.CATEGORIES else levels.SELF_HARM


def _kind(level: RiskLevel, given: bool) -> ReplyKind:
    if level is RiskLevel.EMERGENCY:
        return ReplyKind.EMERGENCY
    if level is RiskLevel.ESCALATE:
        return ReplyKind.AGAIN if given else ReplyKind.CARD
    return ReplyKind.QUESTION if level is RiskLevel.CHECK_IN else ReplyKind.NONE


def is_grown(age: int | None, audience: str | None) -> bool:
    """Whether somebody is an adult: the age they gave of themselves decides, else that they came as a parent."""
    return age >= ADULT_AGE if age is not None else audience == "parent"


def voice_of(speaker: Speaker, audience: str | None, category: str, age: int | None = None) -> str:
    """In whose words to answer.

    Unknown people are answered in a child's words: plain enough for everyone, and safe when the guess is wrong.

    Args:
        age: Years, when the person said it of themselves.
    """
    is_own = category == levels.OFFENDER_CONCERN and speaker is Speaker.OWN_BEHAVIOUR
    if (audience == "professional" and not is_own) or speaker is Speaker.PROFESSIONAL:
        return PROFESSIONAL
    if category == levels.OFFENDER_CONCERN:
        return _voice_about_own_thoughts(speaker, audience)
    if speaker is Speaker.FRIEND:
        return FRIEND
    if speaker is Speaker.ABOUT_CHILD:
        # A child who writes about a brother or a classmate is a friend, not a parent.
        return FRIEND if audience == "child" else PARENT
    if speaker in (Speaker.SELF, Speaker.OWN_BEHAVIOUR):
        return SURVIVOR if is_grown(age, audience) else CHILD
    if audience == "parent":
        return PARENT
    return SURVIVOR if is_grown(age, audience) else CHILD


def _voice_about_own_thoughts(speaker: Speaker, audience: str | None) -> str:
    if speaker is Speaker.FRIEND or (speaker is Speaker.ABOUT_CHILD and audience == "child"):
        return FRIEND
    if speaker is Speaker.ABOUT_CHILD:
        return PARENT
    if audience == "child":
        return CHILD
    if speaker is Speaker.UNKNOWN and audience == "parent":
        return PARENT
    return OWN_BEHAVIOUR


def audience_of(voice: str) -> str:
    """The audience whose wording fits a voice, for texts that differ by audience only."""
    return {PARENT: "parent", PROFESSIONAL: "professional"}.get(voice, "child")
