"""Which safety response a message calls for: a pure table, no Rasa."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import AbstractSet, Any, Mapping

from bot.dialogue.constants import (
    CARD_CATEGORY,
    CARD_LEVEL,
    CARD_SPEAKER,
    CHECK_IN,
    UTTER_CHECK_IN,
    UTTER_CHECK_IN_NO,
    UTTER_CHECK_IN_YES,
    UTTER_CRISIS_ANSWER,
    UTTER_CRISIS_CARD,
)
from bot.nlu.constants import FALLBACK_INTENT
from bot.safety.levels import IMAGE_SHARED, RiskAssessment, RiskLevel, Speaker, Stance
from bot.safety.protocol import ANOTHER_TROUBLE_FROM, category_of_yes, is_another_trouble

_LIKELIER_THAN_NOT = 0.5
#: So many emergency cards in a row have been heard: a question gets its answer then, with the number beneath.
_HEARD = 3
#: Whose situation a parent or a professional tells.
_TOLD_OF = (Speaker.ABOUT_CHILD.value, Speaker.PROFESSIONAL.value)
#: Intents that say yes to the direct question of a check-in.
YES_INTENTS = frozenset({"affirm"})
#: Intents that say it was a joke or that all is well.
SAFE_NOW = "outcome_safe_now"
NO_INTENTS = frozenset({"deny", "laugh", SAFE_NOW})
#: What people say after a card: why they hold back, how it went, that they are angry or have no words. A learned score
#: on such words ("they won't believe me") mostly repeats what the card already answered.
AFTER_CARD_INTENTS = frozenset(
    {
        "barrier_not_believed", "barrier_parents_find_out", "barrier_my_fault", "barrier_police", "barrier_cannot_talk",
        "barrier_dont_know_what_to_say", "barrier_cost", "barrier_not_that_bad", "outcome_contacted", "outcome_not_yet",
        "outcome_safe_now", "outcome_going_to", "take_back", "insult", "lost_for_words", "random_noise", "thank",
        "ask_keep_secret", "ask_will_police_come", "ask_will_parents_know",
    }
)  # fmt: skip
FAQ_INTENT = "faq"
#: Somebody offers to show a picture.
IMAGE_LOOK = "ask_image_look"
TAKE_BACK = "take_back"
#: Intents that leave a message without an answer of its own.
_SAYS_NOTHING_BY_ITSELF = frozenset({None, FALLBACK_INTENT, *YES_INTENTS, *NO_INTENTS})
#: What a check-in asks about when the engine could not name a category (it failed, or was torn).
UNNAMED = "unclear"


@dataclass(frozen=True)
class Decision:
    """A response name and the slots that go with it."""

    response: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenCard:
    """What the latest card of this session was given for.

    Attributes:
        category: One of `bot.safety.levels.CATEGORIES`.
        speaker: Value of a `Speaker`: whose situation it is.
        is_emergency: Somebody was in danger, and nobody has said since that it is over.
        repeated: So many emergency cards stand at the end, without anything else between them.
    """

    category: str
    speaker: str
    is_emergency: bool = False
    repeated: int = 0


def decide(
    risk: RiskAssessment,
    newest_alone: RiskLevel,
    intent: str | None,
    check_in: str | None,
    card_level: RiskLevel,
    told_plainly: bool = True,
    cards_given: AbstractSet[str] = frozenset(),
    no_is_plain: bool = True,
    is_question: bool = True,
    is_overread: bool = False,
    asks_what_now: bool = False,
    open_card: OpenCard | None = None,
) -> Decision | None:
    """Chooses the safety response, or None when the message is an ordinary one.

    Args:
        risk: Assessment of the newest message together with the earlier ones.
        newest_alone: Level of the newest message by itself.
        intent: Intent of the newest message.
        check_in: Category of a check-in that waits for its answer, or None.
        card_level: Highest level for which a card was given in this session.
        told_plainly: The risk stands in plain words (a signal of `data/risk/`), not only in a learned score.
        cards_given: Categories of the cards already shown in this conversation.
        no_is_plain: Where the intent says no: the words say nothing else (`bot.safety.answers`).
        is_question: The message asks something.
        is_overread: The intent believes that help was found or that all is well, and the words do not say so.
        asks_what_now: The message asks for the next step and nothing else.
        open_card: What the card that is talked about was given for, or None.
    """
    # A joke explained ("lol no its homework") often repeats the word that raised the question, and the earlier
    # message still weighs in `risk`: the answer to our own question counts by itself.
    if check_in and newest_alone < RiskLevel.ESCALATE and _is_a_no(risk, intent, no_is_plain):
        return Decision(UTTER_CHECK_IN_NO, {CHECK_IN: None})
    if check_in and intent == TAKE_BACK and newest_alone == RiskLevel.NONE and risk.level < RiskLevel.EMERGENCY:
        # "forget what i wrote" has a reply of its own, with people to reach; what came before must not answer it.
        return None
    after_a_card = card_level >= RiskLevel.ESCALATE
    if open_card and open_card.is_emergency and risk.level < RiskLevel.EMERGENCY and not risk.failed:
        if _is_heard_question(open_card, risk, intent, is_question):
            return Decision(UTTER_CRISIS_ANSWER)
        if _adds_to_an_emergency(intent, is_overread, asks_what_now):
            return _again(open_card, card_level)
    if after_a_card and risk.level == RiskLevel.NONE and not check_in and (is_overread or asks_what_now):
        return _again(open_card, card_level) if is_overread else Decision(UTTER_CRISIS_ANSWER)
    if after_a_card and intent in AFTER_CARD_INTENTS and not _is_new_risk(risk, told_plainly, cards_given):
        return None
    if _repeats_a_card(risk, newest_alone, cards_given, after_a_card):
        return None
    if after_a_card and not check_in and not told_plainly and _is_hardly_a_doubt(risk):
        return None
    is_met = open_card is not None and after_a_card and _is_met_by(open_card, risk, told_plainly)
    may_be_asked = is_question and not told_plainly and newest_alone < RiskLevel.ESCALATE
    if risk.level == RiskLevel.ESCALATE and is_met:
        return _about_the_card(risk, intent, may_be_asked, told_plainly, open_card, card_level)
    if risk.level >= RiskLevel.ESCALATE:
        return Decision(UTTER_CRISIS_CARD, _card_slots(risk, card_level, open_card))
    if check_in and (intent in YES_INTENTS or _stays_unclear(risk, check_in)):
        # A second unclear message after a direct question counts as a yes: fail towards help.
        return Decision(UTTER_CHECK_IN_YES, _yes_slots(check_in, card_level))
    if risk.level == RiskLevel.CHECK_IN and is_met:
        return _about_the_card(risk, intent, may_be_asked, told_plainly, open_card, card_level)
    if risk.level == RiskLevel.CHECK_IN and not (
        _is_answerable_question(risk, intent) or _offers_a_picture(risk, intent)
    ):
        return Decision(UTTER_CHECK_IN, {CHECK_IN: risk.asked_category or UNNAMED, CARD_SPEAKER: risk.speaker.value})
    return None


def _is_a_no(risk: RiskAssessment, intent: str | None, is_plain: bool) -> bool:
    """Whether the answer to our own question closes it.

    A no that says more ("no he does it at night") is the intent's guess, as "i am safe now" is: it is believed while
    nothing is found in the words. Of a failed engine nobody knows what it would have found.
    """
    if intent not in NO_INTENTS or risk.failed or risk.level == RiskLevel.EMERGENCY:
        return False
    return risk.level == RiskLevel.NONE or (is_plain and intent != SAFE_NOW)


def _is_new_risk(risk: RiskAssessment, told_plainly: bool, cards_given: AbstractSet[str]) -> bool:
    """What is never taken for talk about the card.

    An emergency, a failed engine, a risk said in plain words, or surely another trouble than the cards were about.
    """
    return risk.level == RiskLevel.EMERGENCY or risk.failed or told_plainly or is_another_trouble(risk, cards_given)


def _repeats_a_card(
    risk: RiskAssessment, newest_alone: RiskLevel, cards_given: AbstractSet[str], after_a_card: bool
) -> bool:
    """A message that is quiet by itself and, with those before it, only tells again what a card has answered.

    "How do I get the video taken down?" after a card about blackmail wants its answer, not the card once more; nor
    does "she begs me not to tell" after a card about an adult make it blackmail, unless that is nearly sure.
    """
    told_again = risk.level == RiskLevel.ESCALATE and newest_alone == RiskLevel.NONE and not risk.failed
    is_met = risk.main_category in cards_given or (after_a_card and not is_another_trouble(risk, cards_given))
    return told_again and is_met


def _is_hardly_a_doubt(risk: RiskAssessment) -> bool:
    """A learned score that would be asked about, and finds its own category less likely than not.

    After a card ("he goes by another name") the helplines are there, and a question about something else confuses.
    """
    doubted = risk.level == RiskLevel.CHECK_IN and not risk.failed
    return doubted and max(risk.categories.values(), default=0.0) < _LIKELIER_THAN_NOT


def _is_met_by(card: OpenCard, risk: RiskAssessment, told_plainly: bool) -> bool:
    """Words after a card that are about its trouble, or not surely about another ("only when im bad", "im scared").

    Nobody is asked what they have told already, nor asked about dying because they are scared of the man they told of;
    and "do i take the knives away", after a card about self-harm, brings no card about a crime. Only the newest card
    counts: who was shown one about dying before the one about blackmail, and says again that they want to die, is shown
    that one again.
    """
    if risk.level == RiskLevel.EMERGENCY or risk.failed:
        return False
    likeliest = max(risk.categories.values(), default=0.0)
    return risk.main_category == card.category or (not told_plainly and likeliest < ANOTHER_TROUBLE_FROM)


def _is_heard_question(card: OpenCard, risk: RiskAssessment, intent: str | None, is_question: bool) -> bool:
    """A quiet question, once the emergency number has been given several times, is answered with it beneath."""
    is_quiet = risk.level == RiskLevel.NONE and card.repeated >= _HEARD
    return is_quiet and intent == FAQ_INTENT and is_question


def _adds_to_an_emergency(intent: str | None, is_overread: bool, asks_what_now: bool) -> bool:
    """Words that tell of no help and no safety ("only a few", "can she sleep now") leave the danger open."""
    says_nothing = intent in _SAYS_NOTHING_BY_ITSELF and intent != SAFE_NOW
    return is_overread or asks_what_now or says_nothing or intent == FAQ_INTENT


def _about_the_card(
    risk: RiskAssessment,
    intent: str | None,
    may_be_asked: bool,
    told_plainly: bool,
    open_card: OpenCard | None,
    card_level: RiskLevel,
) -> Decision | None:
    """A question that has an answer gets it, with the helplines beneath; anything else the card once more.

    Words told, not asked, are about what was told before: "im scared" of a man wants no lesson on worries. Nor does a
    disclosure that begins like a question ("when he drinks he hits me").
    """
    if intent == FAQ_INTENT and may_be_asked:
        return Decision(UTTER_CRISIS_ANSWER)
    if risk.level == RiskLevel.CHECK_IN and intent not in (*_SAYS_NOTHING_BY_ITSELF, FAQ_INTENT):
        return None
    return _again(open_card, card_level, risk.speaker.value if told_plainly else None)


def _again(open_card: OpenCard | None, card_level: RiskLevel, speaker: str | None = None) -> Decision:
    """The helplines of the card that is talked about, for the same trouble and person unless words name another."""
    slots = {CARD_LEVEL: card_level.label, CHECK_IN: None}
    if open_card is not None:
        slots |= {CARD_CATEGORY: open_card.category, CARD_SPEAKER: speaker or open_card.speaker}
    return Decision(UTTER_CRISIS_CARD, slots)


def _stays_unclear(risk: RiskAssessment, check_in: str) -> bool:
    """Unclear again, and about what was asked: another trouble ("i feel so low too") gets a question of its own."""
    named = risk.asked_category
    about_it = named is None or check_in in (UNNAMED, named) or check_in in risk.categories
    return risk.level == RiskLevel.CHECK_IN and about_it


def _is_answerable_question(risk: RiskAssessment, intent: str | None) -> bool:
    """A question for information that has a checked answer is answered; asking back would send the asker away."""
    return risk.stance is Stance.EDUCATIONAL and intent == FAQ_INTENT and not risk.failed


def _offers_a_picture(risk: RiskAssessment, intent: str | None) -> bool:
    """An offer to show a picture is refused first.

    The refusal says what to do with such a picture and asks for words; a question whether there is one would invite it.
    """
    return intent == IMAGE_LOOK and risk.asked_category == IMAGE_SHARED and not risk.failed


def _card_slots(risk: RiskAssessment, card_level: RiskLevel, open_card: OpenCard | None = None) -> Mapping[str, Any]:
    """Of a new card. "Shes gone" names nobody: the child that a parent or a teacher told of before is meant."""
    told_of_before = open_card is not None and open_card.speaker in _TOLD_OF
    is_a_guess = risk.speaker in (Speaker.UNKNOWN, Speaker.FRIEND)
    keeps = told_of_before and is_a_guess and risk.level == RiskLevel.EMERGENCY
    return {
        CARD_LEVEL: _higher(risk.level, card_level),
        CARD_CATEGORY: risk.main_category,
        CARD_SPEAKER: open_card.speaker if open_card and keeps else risk.speaker.value,
        CHECK_IN: None,
    }


def _yes_slots(check_in: str, card_level: RiskLevel) -> Mapping[str, Any]:
    """The category stays: talk about this card, and "show me helplines", are about the same services."""
    category = category_of_yes(check_in)
    return {CARD_LEVEL: _higher(RiskLevel.ESCALATE, card_level), CARD_CATEGORY: category, CHECK_IN: None}


def _higher(first: RiskLevel, second: RiskLevel) -> str:
    return max(first, second).label
