"""Whether a response means something else at this point of a conversation: after a card, while one is talked of."""

from __future__ import annotations

from typing import Callable

from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.constants import CARD_CATEGORY, CARD_SPEAKER
from bot.dialogue.drafts import spoken_before, text_of
from bot.dialogue.facts import (
    ConversationFacts,
    cards_given,
    is_card_about_another,
    is_card_from_own_hand,
    is_card_newest,
    is_card_open,
    is_direct_question,
    latest_risk,
    newest_card,
    spoken_in_session,
    typed_in_session,
)
from bot.nlu.risk_detector import from_dict
from bot.safety.answers import (
    asks_where,
    names_a_child_near,
    reaches_a_service,
    speaks_of_calling,
    speaks_of_dying,
    speaks_of_finding_out,
    wants_something,
)
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    ADULT_INVOLVED,
    IMMEDIATE_DANGER,
    OFFENDER_CONCERN,
    SELF_HARM,
    RiskLevel,
    Speaker,
)

Condition = Callable[[DialogueStateTracker, ConversationFacts], bool]

#: Its first words end with the question.
_ASKS_FOR_A_PERSON = "utter_crisis_self_harm_child"
#: Cards about somebody who hurts, or seeks out, children.
_OF_A_PERSON = frozenset({ABUSE_DISCLOSURE, ADULT_INVOLVED, IMMEDIATE_DANGER, OFFENDER_CONCERN})
#: Beginning of the responses that lead to a setting of an app.
_STEPS_IN_AN_APP = "utter_privacy"
#: Cards for whoever made or passed on a picture of somebody.
_OF_ONES_OWN_HAND = ("utter_crisis_own_fake", "utter_crisis_someone_elses_image")


def while_open(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """While a card is what is talked of."""
    return is_card_open(tracker)


def while_newest(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """While nothing was answered since the newest card."""
    return is_card_newest(tracker)


def once_given(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Once a card was given in this conversation."""
    return facts.card_level >= RiskLevel.ESCALATE


def once_something_was_heard(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Once a card was given or a kind question was asked in this session."""
    spoken = spoken_in_session(tracker)
    return any(one.metadata.get(CARD_CATEGORY) or is_direct_question(one) for one in spoken)


def while_a_person_is_asked_for(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """While the newest message is the card that asks whether the writer can go to somebody they feel safe with."""
    newest = next(spoken_in_session(tracker), None)
    return newest is not None and str(newest.metadata.get("response") or "") == _ASKS_FOR_A_PERSON


def while_a_picture_is_told_of(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """While a few words after a card tell of it and want nothing ("in a bikini"), and no one who did it writes."""
    text = text_of(tracker)
    return is_card_open(tracker) and not wants_something(text) and not after_ones_own_deed(tracker, facts)


def while_helplines_are_talked_of(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """ "Write it for me" asks for words to a helpline where one was shown; elsewhere it may be about homework."""
    text = text_of(tracker)
    is_said = text.startswith("/") or reaches_a_service(text) or speaks_of_calling(text)
    shown = any(spoken.metadata.get("hotlines") for spoken in spoken_in_session(tracker))
    return is_said or shown or bool(facts.card) or once_given(tracker, facts)


def while_somebody_may_find_out(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Whether what holds somebody back is that others may learn of it, or helplines are what is talked of."""
    return speaks_of_finding_out(text_of(tracker)) or while_helplines_are_talked_of(tracker, facts)


def about_ones_own_doing(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Whether the newest card was for somebody who did it; that police stop people who hurt kids is no help then."""
    card = newest_card(tracker)
    is_theirs = card.get(CARD_SPEAKER) == Speaker.OWN_BEHAVIOUR.value
    about_thoughts = card.get(CARD_CATEGORY) == OFFENDER_CONCERN and card.get(CARD_SPEAKER) == Speaker.SELF.value
    return is_theirs or about_thoughts or str(card.get("response") or "").startswith(_OF_ONES_OWN_HAND)


def after_ones_own_deed(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """The same, or whoever hit a child: nobody tells them that it was not their fault."""
    return about_ones_own_doing(tracker, facts) or is_card_from_own_hand(tracker)


def by_text_message(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Where a reply has room for two short parts."""
    return facts.channel == "sms"


def while_open_about_self_harm(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """While a card about self-harm is what is talked of."""
    return is_card_open(tracker) and newest_card(tracker).get(CARD_CATEGORY) == SELF_HARM


def while_pictures_were_found_at_another(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """While a card about somebody's pictures of children, or doings, is open; a child's phone is something else."""
    return is_card_open(tracker) and newest_card(tracker).get(CARD_CATEGORY) == OFFENDER_CONCERN


def once_told_of_another(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Once the newest card was about somebody else than the writer."""
    return is_card_about_another(tracker)


def while_somebody_threatens_themselves(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Once words of dying or of hurting oneself were written, or a card about that was given; and for a button."""
    typed = list(typed_in_session(tracker))
    is_pressed = bool(typed) and typed[0].startswith("/")
    return is_pressed or SELF_HARM in cards_given(tracker) or any(map(speaks_of_dying, typed))


def while_somebody_may_hurt_others(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """While the card is about a person near whom no child should be, and who is not the writer."""
    is_of_a_person = newest_card(tracker).get(CARD_CATEGORY) in _OF_A_PERSON
    return is_of_a_person and not after_ones_own_deed(tracker, facts)


def while_something_grave_is_heard(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Danger or a wish to die in words that speak of no call: "i looked up the train times, i will go there"."""
    text = text_of(tracker)
    risk = from_dict(latest_risk(tracker))
    is_grave = risk.level >= RiskLevel.CHECK_IN and risk.main_category in (SELF_HARM, IMMEDIATE_DANGER)
    is_of_oneself = newest_card(tracker).get(CARD_SPEAKER) in (Speaker.SELF.value, Speaker.UNKNOWN.value)
    return is_grave and is_of_oneself and not speaks_of_calling(text)


def looks_for_a_setting(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Whether they ask where a setting is whose steps came just before: "where is that", "cant find it"."""
    return after_steps_in_an_app(tracker) and asks_where(text_of(tracker))


def after_steps_in_an_app(tracker: DialogueStateTracker) -> bool:
    """Whether the latest message of the bot was about a setting of an app."""
    return str(spoken_before(tracker)).startswith(_STEPS_IN_AN_APP)


def while_more_is_told(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """While what is told is at risk by itself ("last night he did it while i was asleep") and no deed of the writer."""
    alone = RiskLevel.from_label((latest_risk(tracker) or {}).get("alone", "none"))
    return alone >= RiskLevel.ESCALATE and not after_ones_own_deed(tracker, facts)


def with_a_child_near_own_thoughts(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Whether somebody who told of sexual thoughts of their own names a child near them."""
    text = text_of(tracker)
    is_about_thoughts = newest_card(tracker).get(CARD_CATEGORY) == OFFENDER_CONCERN and is_card_open(tracker)
    return is_about_thoughts and about_ones_own_doing(tracker, facts) and names_a_child_near(text)
