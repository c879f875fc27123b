"""For whom an answer is worded, once a card has told whose situation it is."""

from __future__ import annotations

from bot.content.responses import ADULT, ResponseBook
from bot.content.selection import GROWN, OF_THEMSELVES, as_grown, as_of_themselves, may_be_grown
from bot.dialogue.constants import (
    CARD_CATEGORY,
    CARD_NEEDS,
    CARD_SPEAKER,
    FAQ_PREFIX,
    PROFESSIONAL,
    RECEIVED_AFTER_CARD,
    UTTER_TOLD,
)
from bot.dialogue.facts import ConversationFacts
from bot.safety.levels import Speaker
from bot.safety.protocol import OWN_BEHAVIOUR, SURVIVOR, audience_of, voice_of
from bot.safety.protocol import PROFESSIONAL as PROFESSIONAL_VOICE

#: What may stop somebody from calling, how it went, what is received: for the person themselves where nobody is named.
_AFTER_A_CARD = ("utter_barrier_", "utter_outcome_", UTTER_TOLD, *RECEIVED_AFTER_CARD)
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
    voice = voice_of_reader(facts)
    if voice == SURVIVOR and name.startswith(_AFTER_A_CARD):
        return ADULT
    wanted = _READERS.get(voice)
    if wanted is not None and book.is_worded_for(name, wanted):
        return wanted
    # The general words are right for adults: who was hurt, and who is worried about their own doings.
    if facts.audience is None and facts.card and voice not in (SURVIVOR, OWN_BEHAVIOUR):
        return audience_of(voice)
    return facts.audience


def voice_of_reader(facts: ConversationFacts) -> str:
    """In whose words the newest card was given; without a card, who the person said they are."""
    audience, age = facts.audience, facts.age
    needs = facts.card.get(CARD_NEEDS) or ()
    if OF_THEMSELVES in needs:
        audience, age = as_of_themselves(age)
    elif GROWN in needs and may_be_grown(audience, age, facts.channel):
        audience, age = as_grown(audience)
    speaker = Speaker(facts.card.get(CARD_SPEAKER) or Speaker.UNKNOWN)
    return voice_of(speaker, audience, facts.card.get(CARD_CATEGORY) or "", age)
