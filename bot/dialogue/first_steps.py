"""What to do first, in order, after a card: one list for its trouble, in the words for whoever reads it.

"Who do i ring first" and "what now" are answered with it, and it stands above the helplines where a question has no
sure answer: "I won't guess" by itself leaves somebody frightened with nothing to do.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, Mapping

from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.responses import ADULT, get_responses
from bot.dialogue.constants import CARD_CATEGORY, CARD_SPEAKER, UTTER_FIRST_STEPS, UTTER_STEPS_INSTEAD
from bot.dialogue.drafts import Draft, as_draft, known_values, plain, text_of
from bot.dialogue.facts import ConversationFacts, is_emergency_open, language_of_card, newest_card, spoken_in_session
from bot.dialogue.help_in_sight import above_helplines
from bot.dialogue.reader import voice_of_reader
from bot.safety.answers import asks_what_now, asks_what_to_say
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    ADULT_INVOLVED,
    CATEGORIES,
    EXTORTION,
    IMAGE_SHARED,
    SELF_HARM,
    Speaker,
)
from bot.safety.protocol import FRIEND, OWN_BEHAVIOUR, is_grown

#: Name of a card: about what, and for whom. A card given once more says nothing of a situation.
_CARD_NAME = re.compile(rf"utter_crisis_(?P<about>\w+?)_(?:child|parent|friend|professional|survivor|{OWN_BEHAVIOUR})$")
_SAYS_NO_SITUATION = ("again", "close", *CATEGORIES)


def first_steps(tracker: DialogueStateTracker, facts: ConversationFacts) -> str | None:
    """Response name of the steps after the newest card.

    A situation has its own steps or those of its category where they fit it: whoever hit their own child is told of no
    "person who did it". None where neither fits, and after a card in another language.
    """
    card, book, voice = newest_card(tracker), get_responses(), voice_of_reader(facts)
    if not card or language_of_card(tracker) is not None:
        return None
    category = _trouble_of(card)
    general = f"{UTTER_FIRST_STEPS}{category}_{voice}"
    situations = _situations(tracker, str(card.get(CARD_CATEGORY)))
    own = (f"{UTTER_FIRST_STEPS}{situation}_{voice}" for situation in situations)
    of_situation = next((name for name in own if name in book), None)
    if of_situation is not None or general not in book or _did_it_themselves(card):
        return of_situation
    fits_after = book.variations(general)[0].metadata.get("also_after", ())
    return general if situations.issubset(fits_after) else None


def are_steps_asked_for(tracker: DialogueStateTracker) -> bool:
    """Whether the newest message asks for them, and they were not given since the newest card.

    In an emergency "what do i say to her" asks for them as well: they name the number, and a sentence to say.
    """
    text = text_of(tracker)
    # The words first: they are looked at with every message, and seldom ask for this.
    is_asked = asks_what_now(text) or (asks_what_to_say(text) and is_emergency_open(tracker))
    return is_asked and not were_steps_given(tracker)


def give_first_steps(
    tracker: DialogueStateTracker, name: str, facts: ConversationFacts, now: datetime, unsure: bool = False
) -> Draft:
    """The steps by their response name, with the helplines of their trouble beneath.

    Args:
        unsure: After a word that the question itself has no sure answer, and with the choices of that reply.
    """
    category = _trouble_of(newest_card(tracker))
    known = replace(facts, card={**facts.card, CARD_CATEGORY: category})
    steps = above_helplines(_steps(name, facts), known, now)
    if not unsure:
        return steps
    opening = plain(UTTER_STEPS_INSTEAD, facts)
    text, responses = f"{opening['text']}\n\n{steps['text']}", [opening["response"], *steps["responses"]]
    buttons = plain("utter_crisis_unanswered", facts, {"at": now})["buttons"]
    return {**steps, "text": text, "responses": responses, "buttons": buttons}


def were_steps_given(tracker: DialogueStateTracker) -> bool:
    """Whether this session has shown steps since its newest card."""
    for spoken in spoken_in_session(tracker):
        if str(spoken.metadata.get("response") or "").startswith(UTTER_FIRST_STEPS):
            return True
        if spoken.metadata.get(CARD_CATEGORY):
            return False
    return False


def _steps(name: str, facts: ConversationFacts) -> Draft:
    """A grown-up who worries about another is not told to find an adult."""
    book = get_responses()
    is_from_a_grown_up = name.endswith(f"_{FRIEND}") and is_grown(facts.age, facts.audience)
    reader = ADULT if is_from_a_grown_up else None
    return as_draft(book.choose(name, facts.audience, facts.channel, known_values(facts), reader=reader))


def _did_it_themselves(card: Mapping[str, Any]) -> bool:
    """Whoever did it to another: the general steps say "it's not your fault"."""
    is_own = card.get(CARD_SPEAKER) == Speaker.OWN_BEHAVIOUR.value
    return is_own and card.get(CARD_CATEGORY) in (ABUSE_DISCLOSURE, ADULT_INVOLVED, EXTORTION, IMAGE_SHARED)


def _trouble_of(card: Mapping[str, Any]) -> str | None:
    """What a card was about; danger from oneself is a wish to die, whose steps and lines are others."""
    is_from_oneself = str(card.get("response") or "").startswith(f"utter_emergency_{SELF_HARM}")
    return SELF_HARM if is_from_oneself else card.get(CARD_CATEGORY)


def _situations(tracker: DialogueStateTracker, category: str) -> set[str]:
    """Situations for which the cards of this session on this trouble had words of their own."""
    cards = (spoken.metadata for spoken in spoken_in_session(tracker))
    names = (str(card.get("response") or "") for card in cards if card.get(CARD_CATEGORY) == category)
    found = (_CARD_NAME.match(name) for name in names)
    about = (match["about"] for match in found if match)
    return {one for one in about if not one.startswith(_SAYS_NO_SITUATION)}
