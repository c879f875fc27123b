"""For whom an answer is worded, once a card has told whose situation it is."""

from __future__ import annotations

from bot.content.responses import ResponseBook
from bot.content.selection import GROWN, as_grown, may_be_grown
from bot.dialogue.constants import CARD_CATEGORY, CARD_NEEDS, CARD_SPEAKER, FAQ_PREFIX, PROFESSIONAL
from bot.dialogue.facts import ConversationFacts
from bot.safety.levels import Speaker
from bot.safety.protocol import OWN_BEHAVIOUR, SURVIVOR, audience_of, voice_of
from bot.safety.protocol import PROFESSIONAL as PROFESSIONAL_VOICE

#: Wordings for adults about themselves: "your child" is wrong for somebody who was assaulted.
ADULT = "adult"
#: What may stop somebody from calling, and how it went: worded for the person themselves unless an audience is named.
_AFTER_A_CARD = ("utter_barrier_", "utter_outcome_")
_READERS = {SURVIVOR: ADULT, PROFESSIONAL_VOICE: PROFESSIONAL}


def reader_of(name: str, facts: ConversationFacts, book: ResponseBook) -> str | None:
    """The audience in whose words a response is given.

    The page says who usually writes there; the newest card says whose situation it is. An answer follows the card where
    it has a wording for that person, and the page otherwise.

    Args:
        name: Response name. Answers to questions and what follows a card are worded by the card.
    """
    if not name.startswith((FAQ_PREFIX, *_AFTER_A_CARD)) or name not in book:
        return facts.audience
    voice = _voice(facts)
    if voice == SURVIVOR and name.startswith(_AFTER_A_CARD):
        return ADULT
    wanted = _READERS.get(voice)
    if wanted is not None and any(("audience", wanted) in one.conditions for one in book.variations(name)):
        return wanted
    # Who is worried about their own doings is an adult, and hurt by nobody: the general words are right.
    if facts.audience is None and facts.card and voice != OWN_BEHAVIOUR:
        return audience_of(voice)
    return facts.audience


def _voice(facts: ConversationFacts) -> str:
    """In whose words the newest card was given; without a card, who the person said they are."""
    audience, age = facts.audience, facts.age
    if GROWN in (facts.card.get(CARD_NEEDS) or ()) and may_be_grown(audience, age, facts.channel):
        audience, age = as_grown(audience)
    speaker = Speaker(facts.card.get(CARD_SPEAKER) or Speaker.UNKNOWN)
    return voice_of(speaker, audience, facts.card.get(CARD_CATEGORY) or "", age)
