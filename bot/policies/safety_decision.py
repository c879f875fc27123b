"""Which safety response a message calls for: a pure table, no Rasa."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from bot.dialogue.constants import (
    ACTION_SHOW_HOTLINES,
    ASK_PRIVACY_SETTING,
    BARRIER_COST,
    CARD_CATEGORY,
    CARD_LEVEL,
    CARD_SPEAKER,
    CHECK_IN,
    TAKE_BACK,
    TOLD_DANGER_GOES_ON,
    UTTER_CHECK_IN,
    UTTER_CHECK_IN_NO,
    UTTER_CHECK_IN_YES,
    UTTER_CRISIS_ANSWER,
    UTTER_CRISIS_CARD,
    UTTER_CRISIS_MEANT,
    UTTER_DANGER_GOES_ON,
    UTTER_NEAREST_ANSWERS,
)
from bot.dialogue.meaning import Meaning
from bot.nlu.constants import FALLBACK_INTENT
from bot.policies.safety_turn import FAQ_INTENT, OpenCard, Turn
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    EXTORTION,
    IMAGE_SHARED,
    IMMEDIATE_DANGER,
    OFFENDER_CONCERN,
    SELF_HARM,
    RiskAssessment,
    RiskLevel,
    Speaker,
    Stance,
)
from bot.safety.protocol import ANOTHER_TROUBLE_FROM, category_of_yes, is_part_of

_LIKELIER_THAN_NOT = 0.5
#: From this score words of despair after another trouble's card are met as such, and not as talk about that card.
DESPAIR_FROM = 0.8
#: From this score such words are asked about, where they would not bring a card.
DESPAIR_ASKED_FROM = 0.65
#: The same as the first where the words are of dying: "if it goes out he'll top himself".
DYING_FROM = 0.4
#: From this score danger is met as such after another trouble's card.
DANGER_FROM = 0.75
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
        "barrier_dont_know_what_to_say", "barrier_cost", "barrier_not_that_bad", "barrier_their_trouble",
        "outcome_contacted", "outcome_not_yet", "outcome_no_answer", "outcome_safe_now",
        "outcome_going_to", "take_back", "insult", "lost_for_words", "random_noise", "thank",
        "ask_keep_secret", "ask_will_police_come", "ask_will_parents_know",
    }
)  # fmt: skip
#: What a message means by a hint only; graver words in it go first.
_HINTED = frozenset(
    {
        Meaning.MAYBE_NOW, Meaning.DANGER_AHEAD, Meaning.WENT_ON, Meaning.MORE_AT_RISK, Meaning.MORE_OF_DYING,
        Meaning.OTHER_CHILDREN,
    }
)  # fmt: skip
#: What has words of its own that hold the number, whatever danger is heard in it.
_SAID_AT_ONCE = frozenset({Meaning.MUST_NOT_GO, Meaning.NO_WAITING, Meaning.HIDES, Meaning.PHONE_IS_LOW})
#: Somebody offers to show a picture.
IMAGE_LOOK = "ask_image_look"
#: Says who writes: a parent, a teacher, an age.
CHOOSE_AUDIENCE = "choose_audience"
#: Says that somebody will be called; read into "i will go there" as well.
GOING_TO, NOT_YET, CONTACTED = "outcome_going_to", "outcome_not_yet", "outcome_contacted"
INSULT = "insult"
#: "He is 11": how old the child is, where we asked about somebody else.
OTHER_AGE = "other_age"
#: Intents that leave a message without an answer of its own.
_SAYS_NOTHING_BY_ITSELF = frozenset({None, FALLBACK_INTENT, *YES_INTENTS, *NO_INTENTS})
#: Said by somebody who took something these may be a goodbye; the number stays first.
_LEAVES_AN_OVERDOSE_OPEN = frozenset({"thank", "goodbye", "laugh"}) | {
    intent for intent in AFTER_CARD_INTENTS if not intent.startswith("outcome_")
}
#: Steps in an app are asked for, in whatever language.
_STEPS_IN_APPS = frozenset({"ask_privacy_setting", "ask_which_platform_next"})
#: What a check-in asks about when the engine could not name a category (it failed, or was torn).
UNNAMED = "unclear"


@dataclass(frozen=True)
class Decision:
    """A response name and the slots that go with it."""

    response: str
    slots: Mapping[str, Any] = field(default_factory=dict)


def decide(turn: Turn) -> Decision | None:
    """Chooses the safety response, or None when the message is an ordinary one.

    The order is the rule: our own question first, then an emergency that goes on, then talk about a card, then risk.
    """
    # A joke explained ("lol no its homework") often repeats the word that raised the question, and the earlier
    # message still weighs in the risk: the answer to our own question counts by itself.
    if turn.check_in and turn.newest_alone < RiskLevel.ESCALATE and _is_a_no(turn):
        return Decision(UTTER_CHECK_IN_NO, {CHECK_IN: None})
    if _is_taken_back(turn) or _says_who_writes(turn):
        return None
    if _is_shame_unto_death(turn):
        level = _higher(RiskLevel.ESCALATE, turn.card_level)
        return Decision(UTTER_CRISIS_CARD, {**_card_slots(turn), CARD_CATEGORY: SELF_HARM, CARD_LEVEL: level})
    as_meant = _of_despair(turn) or _as_meant(turn)
    if as_meant is not None:
        return as_meant
    in_danger = _in_an_open_emergency(turn)
    if in_danger is not None:
        return in_danger
    if _goes_on_in_another_language(turn):
        return _again(turn)
    if turn.asks_for_numbers and turn.risk.level is RiskLevel.NONE and not turn.check_in:
        return Decision(ACTION_SHOW_HOTLINES)
    if _says_no_new_risk(turn) and (turn.is_overread or turn.asks_what_now):
        # "I told him" is received with the helplines beneath; it is neither praised nor answered with the card again.
        return Decision(UTTER_NEAREST_ANSWERS if turn.is_overread else UTTER_CRISIS_ANSWER)
    meant = _meant_by_the_card(turn)
    if meant is not None:
        return Decision(meant)
    if _is_talk_about_the_card(turn):
        return _of_the_talk(turn)
    return _of_the_risk(turn)


def _is_shame_unto_death(turn: Turn) -> bool:
    """ "She sent it to my friends, i want to die of shame" after blackmail or a picture that went round.

    A score hears the picture again. Shame is what makes blackmail deadly, so that it is met as a wish to die.
    """
    is_of_shame = turn.open_card is not None and turn.open_card.category in (EXTORTION, IMAGE_SHARED)
    is_met = turn.risk.main_category == SELF_HARM or turn.is_emergency or turn.risk.failed
    return turn.wants_to_die and is_of_shame and turn.has_recent_card and not is_met


def _of_despair(turn: Turn) -> Decision | None:
    """ "I gave my cat to my cousin", after blackmail: whether they think of dying is asked, whatever it resembles."""
    is_asked = turn.hints_at_despair and turn.risk.level is RiskLevel.CHECK_IN and turn.risk.main_category == SELF_HARM
    is_asked = is_asked and turn.open_card is not None and turn.open_card.category != SELF_HARM
    if not is_asked or turn.check_in or turn.risk.failed or (turn.is_question and turn.is_asked_in_case):
        return None
    return Decision(UTTER_CHECK_IN, {CHECK_IN: SELF_HARM, CARD_SPEAKER: turn.risk.speaker.value})


def _as_meant(turn: Turn) -> Decision | None:
    """What a short message means because of the card: a risk in plain words, or a question of ours, goes first."""
    if turn.meaning is Meaning.MISREAD and not turn.risk.failed:
        # The word that is denied ("nobody said anything about suicide") may be a signal by itself.
        is_of_it = turn.open_card is not None and turn.risk.main_category in (None, turn.open_card.category)
        return Decision(UTTER_CRISIS_MEANT) if is_of_it and not turn.is_emergency else None
    if turn.meaning in (Meaning.OWN_HAND, Meaning.NOT_ME):
        return _about_whom_it_is(turn)
    if turn.meaning is Meaning.PUT_RIGHT:
        # "The man asked my daughter again" tells the trouble in plain words; whose it is, is no correction there.
        is_told = turn.told_plainly or turn.is_another_trouble or _is_something_worse(turn)
        return None if is_told else _about_whom_it_is(turn)
    if turn.meaning is Meaning.HELP_IS_CALLED and not (turn.is_emergency or turn.risk.failed):
        # "Ive called them, shes not moving, what do i do" tells a danger anew; the number goes first then.
        return Decision(UTTER_CRISIS_MEANT)
    is_of_dying = turn.told_plainly and _is_of_dying(turn)
    if turn.meaning is Meaning.CANNOT_SPEAK and not (is_of_dying or turn.risk.failed):
        # "I cant talk he will hear me": how to call all the same, with the number first.
        return Decision(UTTER_CRISIS_MEANT)
    if turn.meaning in _SAID_AT_ONCE and not (is_of_dying or turn.risk.failed):
        # "Should i get in", "do i wait 24 hours": the answer, with the number, however grave it sounds.
        return Decision(UTTER_CRISIS_MEANT)
    if turn.meaning is Meaning.KEPT_AWAY and not (turn.told_plainly or turn.risk.failed or _is_of_dying(turn)):
        # "He isnt allowed near me now" sounds of the danger that it ends; its reply keeps the number.
        return None if turn.check_in or _is_emergency_open(turn) else Decision(UTTER_CRISIS_MEANT)
    if turn.meaning is Meaning.HELP_IS_HERE and not (turn.told_plainly or turn.risk.failed):
        # "Im in the ambulance, will they take my phone" still sounds of the danger; its reply keeps the number.
        return Decision(UTTER_CRISIS_MEANT, {CHECK_IN: None})
    # "She's here now" is no answer to what we asked about dying.
    is_answer = turn.check_in and (turn.meaning not in _HINTED or turn.risk.level > RiskLevel.NONE)
    # "Nobody would miss me" is plain, and no more than what the card was for.
    is_no_more = turn.meaning is Meaning.MORE_OF_DYING and turn.risk.level is RiskLevel.CHECK_IN and _is_of_dying(turn)
    is_told = turn.told_plainly and not is_no_more
    if turn.meaning is None or is_told or turn.risk.failed or is_answer:
        return None
    heard = max(turn.risk.level, turn.newest_alone)
    # What ends a danger, or takes it for a joke, is believed only where nothing grave is heard in it.
    if turn.meaning is Meaning.CALLED_OFF and _is_the_danger_itself(turn, heard):
        return Decision(UTTER_CRISIS_MEANT)
    if turn.meaning in (Meaning.CALLED_OFF, Meaning.NOT_ACTING):
        return Decision(UTTER_CRISIS_MEANT) if heard < RiskLevel.ESCALATE else None
    # "She didnt take anything" sounds to a learned score as if she had; nothing else is said there.
    if turn.meaning is Meaning.IT_IS_ME and not turn.is_emergency:
        return _again(turn, Speaker.SELF.value)
    # Thoughts about a child who is near sound like harm by another.
    is_another = turn.is_another_trouble and turn.meaning is not Meaning.MORE_AT_RISK
    if turn.meaning in _HINTED and (_is_something_worse(turn) or is_another):
        return None
    is_hidden = turn.is_emergency and turn.meaning is not Meaning.NOTHING_TAKEN
    if is_hidden or (turn.meaning is Meaning.EXPLAINED and heard > RiskLevel.NONE):
        return None
    return _again(turn) if _is_emergency_open(turn) else Decision(UTTER_CRISIS_MEANT)


def _is_of_dying(turn: Turn) -> bool:
    return turn.risk.main_category == SELF_HARM


def _is_emergency_open(turn: Turn) -> bool:
    return turn.open_card is not None and turn.open_card.is_emergency


def _is_something_worse(turn: Turn) -> bool:
    """Whether dying is heard in the words by themselves, or danger for sure, and was not what the card was for."""
    named, level = turn.risk.main_category, turn.risk.level
    of_card = turn.open_card.category if turn.open_card is not None else None
    is_of_own_doing = turn.meaning in (Meaning.MAYBE_NOW, Meaning.MORE_AT_RISK) and of_card == OFFENDER_CONCERN
    if is_of_own_doing and named == IMMEDIATE_DANGER:
        # Just that is what is asked; the words of a card for danger are for who is harmed.
        return False
    least = {SELF_HARM: RiskLevel.CHECK_IN, IMMEDIATE_DANGER: RiskLevel.ESCALATE}
    return named != of_card and level >= least.get(named or "", RiskLevel.EMERGENCY)


def _about_whom_it_is(turn: Turn) -> Decision | None:
    """The card once more, for the one it is about: a parent who does it themselves, or another than the writer."""
    card = turn.open_card
    # "I'm not his mum, I'm his teacher" is no answer to what we asked.
    is_answer = bool(turn.check_in) and (turn.meaning is not Meaning.PUT_RIGHT or turn.risk.level > RiskLevel.NONE)
    if card is None or turn.is_emergency or turn.risk.failed or is_answer:
        return None
    if turn.risk.main_category == SELF_HARM and card.category != SELF_HARM:
        # "It's me, and I want to die" is met as that.
        return None
    level = _higher(RiskLevel.ESCALATE, turn.card_level)
    theirs = {CARD_CATEGORY: card.category, CARD_SPEAKER: Speaker.ABOUT_CHILD.value}
    if turn.meaning in (Meaning.NOT_ME, Meaning.PUT_RIGHT):
        theirs = dict(turn.others_card)
    return Decision(UTTER_CRISIS_CARD, {CARD_LEVEL: level, CHECK_IN: None, **theirs})


def _is_the_danger_itself(turn: Turn, heard: RiskLevel) -> bool:
    """ "The police took him" still sounds of the danger that it ends; of another one, or a worse one, it is news."""
    is_of_it = turn.open_card is not None and turn.risk.main_category in (IMMEDIATE_DANGER, turn.open_card.category)
    return is_of_it and heard < RiskLevel.EMERGENCY and turn.risk.main_category != SELF_HARM


def _meant_by_the_card(turn: Turn) -> str | None:
    """The response to words that a card gives another meaning: no money (for the blackmailer), "on insta" (it was)."""
    card = turn.open_card
    if card is None or not card.is_recent or turn.is_emergency or turn.told_plainly or turn.risk.failed:
        return None
    if turn.is_answered_as_told or (turn.intent == BARRIER_COST and _is_about_money(turn, card)):
        return UTTER_CRISIS_ANSWER
    names_an_app = turn.intent == ASK_PRIVACY_SETTING and turn.is_fragment and not turn.is_question
    return UTTER_NEAREST_ANSWERS if names_an_app and turn.risk.level == RiskLevel.NONE else None


def _is_about_money(turn: Turn, card: OpenCard) -> bool:
    return card.category == EXTORTION and not turn.speaks_of_calling


def _of_the_talk(turn: Turn) -> Decision | None:
    """What is only told is received; an answer of the card's own topics keeps its helplines beneath; else as ever."""
    if _is_surely_answered(turn) or (turn.is_told_in_case and turn.has_recent_card):
        return Decision(UTTER_CRISIS_ANSWER)
    if _tells_more(turn) or (turn.is_overread and turn.is_after_a_card):
        return Decision(UTTER_NEAREST_ANSWERS)
    is_asked = turn.has_recent_card and turn.is_about_card and turn.asks_about_the_card
    return Decision(UTTER_CRISIS_ANSWER) if is_asked else None


def _of_the_risk(turn: Turn) -> Decision | None:
    """What the assessed risk calls for, once the message is no mere talk about what was answered."""
    risk, check_in = turn.risk, turn.check_in
    if turn.has_harmless_answer and not turn.told_plainly and not turn.is_emergency and not risk.failed:
        return None
    is_met = turn.is_after_a_card and _is_met(turn)
    if risk.level == RiskLevel.ESCALATE and is_met:
        return _about_the_card(turn)
    if risk.level == RiskLevel.ESCALATE and _asks_what_was_met(turn):
        return Decision(UTTER_CRISIS_ANSWER)
    if risk.level >= RiskLevel.ESCALATE:
        return Decision(UTTER_CRISIS_CARD, _card_slots(turn))
    if check_in and (turn.intent in (*YES_INTENTS, OTHER_AGE) or _stays_unclear(risk, check_in)):
        # A second unclear message after a direct question counts as a yes: fail towards help.
        return Decision(UTTER_CHECK_IN_YES, _yes_slots(check_in, turn.card_level))
    if turn.asked_before and turn.intent in YES_INTENTS:
        return Decision(UTTER_CHECK_IN_YES, _yes_slots(turn.asked_before, turn.card_level))
    is_a_denial = turn.denies_what_we_said and risk.level == RiskLevel.CHECK_IN and risk.main_category == SELF_HARM
    if risk.level < RiskLevel.CHECK_IN or (is_a_denial and not risk.failed):
        return _of_the_talk(turn)
    if is_met:
        return _about_the_card(turn)
    if _is_answerable_question(turn) or _offers_a_picture(turn) or _is_answered_rather(turn):
        return None
    return Decision(UTTER_CHECK_IN, {CHECK_IN: risk.asked_category or UNNAMED, CARD_SPEAKER: risk.speaker.value})


def _is_taken_back(turn: Turn) -> bool:
    """ "Forget what i wrote" has a reply of its own, with people to reach; what came before must not answer it."""
    is_quiet = turn.newest_alone == RiskLevel.NONE and not turn.is_emergency
    return bool(turn.check_in) and turn.intent == TAKE_BACK and is_quiet


def _says_who_writes(turn: Turn) -> bool:
    """ "I'm 58" after a question of ours is who they are, however a learned score reads it with what came before."""
    is_grave = turn.newest_alone >= RiskLevel.ESCALATE or turn.is_emergency or turn.risk.failed or turn.told_plainly
    return turn.intent == CHOOSE_AUDIENCE and not is_grave and not turn.is_after_a_card


def _in_an_open_emergency(turn: Turn) -> Decision | None:
    """While somebody is in danger: the number again, or the answer to a question that has heard it several times."""
    card = turn.open_card
    if card is None or not card.is_emergency or turn.is_emergency or turn.risk.failed:
        return None
    if turn.told_plainly and turn.risk.main_category == SELF_HARM and not card.is_from_oneself:
        # "He has a knife", then "i want to die": that is met with its own words and lines.
        return None
    is_heard_again = turn.risk.level >= RiskLevel.ESCALATE
    if turn.intent == TOLD_DANGER_GOES_ON and not (card.is_from_oneself or is_heard_again):
        # "Its gone quiet now": what to do behind that door, with the number; "he hits her again" gets the number first.
        return Decision(UTTER_DANGER_GOES_ON)
    # "Will i be taken away if i call" sounds of abuse: what keeps somebody from calling is answered all the same.
    is_mild = turn.risk.level == RiskLevel.NONE or (turn.risk.level == RiskLevel.CHECK_IN and _asks_what_was_met(turn))
    is_mild = is_mild or _asks_about_another_matter(turn)
    # The steps begin with the number, and say what to do and to say besides.
    if is_mild and (turn.asks_for_steps or _is_heard_question(turn, card) or _asks_about_helplines(turn)):
        return Decision(UTTER_CRISIS_ANSWER)
    return _again(turn) if _adds_to_an_emergency(turn) else None


def _asks_about_another_matter(turn: Turn) -> bool:
    """ "How do i get it taken down", once the number was given, sounds of the picture, and of no danger or dying."""
    is_of_pictures = turn.risk.main_category in (IMAGE_SHARED, EXTORTION)
    return turn.is_question and turn.has_sure_answer and is_of_pictures and not turn.speaks_of_dying


def _goes_on_in_another_language(turn: Turn) -> bool:
    """After a card in their language, words in it that nothing here can read get that card again, and no English."""
    is_courtesy = turn.intent in ("thank", "goodbye", "greet", "laugh")
    # "I only want to change my name there" is understood and quiet: an answer in English beats the card once more.
    is_quiet = max(turn.risk.level, turn.newest_alone) is RiskLevel.NONE and not turn.risk.failed
    is_answered = is_quiet and (turn.has_sure_answer or turn.intent in _STEPS_IN_APPS)
    return turn.is_in_language_of_card and not (turn.check_in or is_courtesy or is_answered or turn.is_emergency)


def _says_no_new_risk(turn: Turn) -> bool:
    """After a card, with no question of ours open: nothing at risk is found in the words."""
    return turn.is_after_a_card and turn.risk.level == RiskLevel.NONE and not turn.check_in


def _is_talk_about_the_card(turn: Turn) -> bool:
    """What the ordinary policies answer after a card, although a score may find risk in it."""
    if turn.is_after_a_card and turn.intent in AFTER_CARD_INTENTS and not _is_new_risk(turn):
        return True
    if turn.tells_a_fact and not _is_more_than_a_fact(turn):
        return True
    if _repeats_a_card(turn):
        return True
    return turn.is_after_a_card and not turn.check_in and not turn.told_plainly and _is_hardly_a_doubt(turn.risk)


def _is_a_no(turn: Turn) -> bool:
    """Whether the answer to our own question closes it.

    A no that says more ("no he does it at night") is the intent's guess, as "i am safe now" is: it is believed while
    nothing is found in the words. Of a failed engine nobody knows what it would have found.
    """
    if turn.intent not in NO_INTENTS or turn.risk.failed or turn.is_emergency:
        return False
    return turn.risk.level == RiskLevel.NONE or (turn.no_is_plain and turn.intent != SAFE_NOW)


def _is_new_risk(turn: Turn) -> bool:
    """What is never taken for talk about the card.

    An emergency, a failed engine, a risk said in plain words, or surely another trouble than the cards were about.
    """
    if turn.is_emergency or turn.risk.failed or turn.told_plainly:
        return True
    if _is_call_that_was_made(turn) or _is_report_to_be_made(turn):
        return False
    return turn.is_another_trouble or _goes_to_something_worse(turn) or _is_despair_in_anger(turn)


def _is_despair_in_anger(turn: Turn) -> bool:
    """ "Im so tired of this", after another trouble's card, resembles anger: whether they think of dying is asked."""
    is_of_another = turn.open_card is not None and turn.open_card.category != SELF_HARM
    is_heard = _is_of_dying(turn) and turn.newest_alone >= RiskLevel.CHECK_IN
    likely = turn.risk.categories.get(SELF_HARM, 0.0) >= DESPAIR_FROM
    return turn.intent == INSULT and is_of_another and is_heard and likely


def _is_call_that_was_made(turn: Turn) -> bool:
    """ "I rang the police, they were lovely": a score hears danger where police are spoken of."""
    is_made = turn.intent == CONTACTED and not turn.is_overread and turn.speaks_of_calling
    return is_made and turn.risk.main_category == IMMEDIATE_DANGER


def _is_report_to_be_made(turn: Turn) -> bool:
    """ "I'm going to do it tomorrow", after a card about the child next door: a score hears the writer's own death."""
    card = turn.open_card
    is_of_another = card is not None and card.speaker in _TOLD_OF and card.category != SELF_HARM
    is_heard = turn.risk.main_category == SELF_HARM and not turn.speaks_of_dying and not turn.wants_to_die
    return turn.intent == GOING_TO and is_of_another and is_heard


def _is_more_than_a_fact(turn: Turn) -> bool:
    """Whether a fact about the card's trouble ("he said dont tell ur mum") tells of another one, or of danger.

    Plain words for the very trouble of the card are no news to it, and its helplines stand beneath the reply.
    """
    is_of_the_card = turn.open_card is not None and turn.risk.main_category == turn.open_card.category
    if turn.is_emergency or turn.risk.failed or turn.check_in or turn.is_another_trouble:
        return True
    # Who wants to die is met as such, after a card about that too, and is not told how others feel.
    is_despair = turn.risk.main_category == SELF_HARM and (
        is_of_the_card or turn.risk.categories[SELF_HARM] >= _despair_from(turn)
    )
    # After another trouble "she feels empty" is asked about.
    is_despair = is_despair and turn.newest_alone >= (RiskLevel.ESCALATE if is_of_the_card else RiskLevel.CHECK_IN)
    return is_despair or _likely_danger(turn.risk) or (turn.told_plainly and not is_of_the_card)


def _despair_from(turn: Turn) -> float:
    """From this score despair after another trouble's card is met as such; sooner where the words are of dying."""
    return DYING_FROM if turn.speaks_of_dying else DESPAIR_FROM


def _goes_to_something_worse(turn: Turn) -> bool:
    """ "I have seen the train times, i will go there" is read as a call to be made, and is none."""
    is_grave = turn.newest_alone >= RiskLevel.ESCALATE and _likely_danger(turn.risk)
    is_about_going = turn.intent == GOING_TO and turn.risk.main_category in (SELF_HARM, IMMEDIATE_DANGER)
    goes = is_about_going and turn.newest_alone >= RiskLevel.CHECK_IN
    says_how_it_went = turn.intent is not None and turn.intent.startswith("outcome_")
    return says_how_it_went and (is_grave or goes) and not turn.speaks_of_calling


def _repeats_a_card(turn: Turn) -> bool:
    """A message that is quiet by itself and, with those before it, only tells again what a card has answered.

    "How do I get the video taken down?" after a card about blackmail wants its answer, not the card once more; nor
    does "she begs me not to tell" after a card about an adult make it blackmail, unless that is nearly sure.
    """
    risk = turn.risk
    told_again = risk.level == RiskLevel.ESCALATE and turn.newest_alone == RiskLevel.NONE and not risk.failed
    is_this_trouble = turn.is_after_a_card and not turn.is_another_trouble
    return told_again and (risk.main_category in turn.cards_given or is_this_trouble)


def _is_hardly_a_doubt(risk: RiskAssessment) -> bool:
    """A learned score that would be asked about, and finds its own category less likely than not.

    After a card ("he goes by another name") the helplines are there, and a question about something else confuses.
    """
    doubted = risk.level == RiskLevel.CHECK_IN and not risk.failed
    return doubted and max(risk.categories.values(), default=0.0) < _LIKELIER_THAN_NOT


def _is_met(turn: Turn) -> bool:
    """Words after a card that are about its trouble, or not surely about another ("only when im bad", "im scared").

    Nobody is asked what they have told already, nor asked about dying because they are scared of the man they told of;
    and "do i take the knives away", after a card about self-harm, brings no card about a crime. Only the newest card
    counts: who was shown one about dying before the one about blackmail, and says again that they want to die, is shown
    that one again.
    """
    risk, card = turn.risk, turn.open_card
    if card is None or turn.is_emergency or risk.failed:
        return False
    if risk.main_category == card.category:
        return True
    others = {name: score for name, score in risk.categories.items() if name != card.category}
    is_its_part = is_part_of(risk.main_category, card.category) and not turn.is_another_trouble
    is_its_part = is_its_part or _is_of_the_one_told_of(turn, card)
    if risk.level >= RiskLevel.ESCALATE and card.category != EXTORTION and _likely_danger(risk):
        # "He says he's coming here" is more than what was told before; a blackmailer's haste is not.
        return False
    is_despair = risk.main_category == SELF_HARM and not (turn.asks_about_the_card or card.is_from_own_hand)
    limit = _despair_from(turn) if is_despair else ANOTHER_TROUBLE_FROM
    if is_despair and risk.level is RiskLevel.CHECK_IN and not turn.is_question:
        # A question is asked sooner than a card is given: "i wouldnt want her to be the one to find me".
        limit = min(limit, DESPAIR_ASKED_FROM)
    is_unsure = max(others.values(), default=0.0) < limit
    return not turn.told_plainly and (is_its_part or is_unsure)


def _is_of_the_one_told_of(turn: Turn, card: OpenCard) -> bool:
    """ "He is the only one working" after a husband's pictures sounds like harm to the writer, who told of another."""
    is_of_another = card.category == OFFENDER_CONCERN and card.speaker in _TOLD_OF
    return is_of_another and turn.risk.main_category in (ABUSE_DISCLOSURE, IMAGE_SHARED)


def _likely_danger(risk: RiskAssessment) -> bool:
    return risk.main_category == IMMEDIATE_DANGER and risk.categories[IMMEDIATE_DANGER] >= DANGER_FROM


def _is_heard_question(turn: Turn, card: OpenCard) -> bool:
    """A quiet question, once the emergency number has been given several times, is answered with it beneath.

    Once is enough where nobody took anything and the question is known: "can i report it without my name".
    """
    is_known = turn.has_sure_answer or turn.is_asked_in_case
    if not card.is_from_oneself and is_known and (turn.is_about_card or turn.is_question):
        return card.repeated >= 1
    return card.repeated >= _HEARD and turn.intent == FAQ_INTENT and turn.is_question


def _asks_about_helplines(turn: Turn) -> bool:
    """ "Do they send someone when i ring?" stands between a person and the call: it is answered at once."""
    return turn.is_about_helplines and turn.is_question


def _tells_more(turn: Turn) -> bool:
    """Words after a card that ask nothing ("we broke up in september") want no lesson on what they resemble."""
    is_answerable = turn.intent == FAQ_INTENT or (turn.intent == FALLBACK_INTENT and turn.has_answer)
    return turn.has_recent_card and is_answerable and not turn.is_question and not turn.check_in


def _is_surely_answered(turn: Turn) -> bool:
    """ "I am afraid of accusing somebody wrongly" asks nothing, and is what an answer of the card's topics is for."""
    named = turn.risk.main_category
    is_of_the_card = turn.open_card is not None and named == turn.open_card.category
    # "She said it again, she wants to die" brings the card again.
    is_grave = turn.is_emergency or named in (SELF_HARM, IMMEDIATE_DANGER)
    is_hardly_news = turn.newest_alone < RiskLevel.ESCALATE and named != SELF_HARM
    is_no_news = turn.newest_alone == RiskLevel.NONE or (is_of_the_card and not is_grave) or is_hardly_news
    is_known = turn.has_sure_answer and turn.is_about_card and is_no_news
    return is_known and turn.has_recent_card and not (turn.told_plainly or turn.check_in or turn.is_overread)


def _asks_what_was_met(turn: Turn) -> bool:
    """A question that has an answer of the card's own topics.

    It is about a trouble for which a card was given, or the question itself is known: "what if my husband forbids me to
    report it" is no new disclosure.
    """
    named = turn.risk.main_category
    # A wish to die and danger are met as such, however the words are put.
    is_known = named in turn.cards_given or (turn.intent == FAQ_INTENT and named not in (SELF_HARM, IMMEDIATE_DANGER))
    # An answer found for the case of one trouble, be it likely, says nothing on another that is told for sure.
    is_more = turn.is_asked_in_case and not turn.has_sure_answer and turn.is_another_trouble
    return turn.is_after_a_card and turn.is_about_card and turn.asks_about_the_card and is_known and not is_more


def _adds_to_an_emergency(turn: Turn) -> bool:
    """Words that tell of no help and no safety ("only a few", "can she sleep now") leave the danger open."""
    says_nothing = turn.intent in _SAYS_NOTHING_BY_ITSELF and turn.intent != SAFE_NOW
    # "Nobody has come yet" is no plan put off, and "help" no wish for a list.
    says_nothing = says_nothing or turn.tells_a_fact or turn.intent == NOT_YET or turn.cries_for_help
    if turn.open_card is not None and turn.open_card.is_from_oneself and turn.intent in _LEAVES_AN_OVERDOSE_OPEN:
        return True
    return turn.is_overread or turn.asks_what_now or says_nothing or turn.intent == FAQ_INTENT


def _about_the_card(turn: Turn) -> Decision | None:
    """A question that has an answer gets it, with the helplines beneath; anything else the card once more.

    Words told, not asked, are about what was told before: "im scared" of a man wants no lesson on worries. Nor does a
    disclosure that begins like a question ("when he drinks he hits me").
    """
    if turn.asks_about_the_card or _is_surely_answered(turn):
        return Decision(UTTER_CRISIS_ANSWER)
    if turn.risk.level == RiskLevel.CHECK_IN and turn.intent not in (*_SAYS_NOTHING_BY_ITSELF, FAQ_INTENT):
        return None
    if turn.is_question and turn.newest_alone < RiskLevel.ESCALATE and not turn.told_plainly:
        # "Can i do something else when it comes": choices that are near, not the card once more.
        return Decision(UTTER_NEAREST_ANSWERS)
    if turn.was_told_again and not turn.told_plainly:
        # The same card three times in a row says that nobody reads.
        return Decision(UTTER_NEAREST_ANSWERS)
    return _again(turn, turn.risk.speaker.value if turn.told_plainly or _is_own_despair(turn) else None)


def _is_own_despair(turn: Turn) -> bool:
    """After a card about a friend, words of dying that are about the writer and nobody else."""
    is_of_a_friend = turn.open_card is not None and turn.open_card.speaker == Speaker.FRIEND.value
    is_heard = turn.risk.main_category == SELF_HARM and turn.risk.speaker is Speaker.SELF
    return is_of_a_friend and is_heard and turn.is_of_the_writer_alone


def _again(turn: Turn, speaker: str | None = None) -> Decision:
    """The helplines of the card that is talked about, for the same trouble and person unless words name another."""
    slots: dict[str, Any] = {CARD_LEVEL: turn.card_level.label, CHECK_IN: None}
    if turn.open_card is not None:
        slots |= {CARD_CATEGORY: turn.open_card.category, CARD_SPEAKER: speaker or turn.open_card.speaker}
    return Decision(UTTER_CRISIS_CARD, slots)


def _stays_unclear(risk: RiskAssessment, check_in: str) -> bool:
    """Unclear again, and about what was asked: another trouble ("i feel so low too") gets a question of its own."""
    named = risk.asked_category
    about_it = named is None or check_in in (UNNAMED, named) or check_in in risk.categories
    return risk.level == RiskLevel.CHECK_IN and about_it


def _is_answerable_question(turn: Turn) -> bool:
    """A question for information that has a checked answer is answered; asking back would send the asker away."""
    is_educational = turn.risk.stance is Stance.EDUCATIONAL
    return is_educational and turn.intent == FAQ_INTENT and not turn.risk.failed


def _is_answered_rather(turn: Turn) -> bool:
    """ "How do I know that he is really 15" wants an answer; whether he is an adult is what is not known."""
    is_sure = turn.has_answer_to_question and turn.has_sure_answer
    return is_sure and not (turn.told_plainly or turn.risk.failed or turn.is_after_a_card or turn.check_in)


def _offers_a_picture(turn: Turn) -> bool:
    """An offer to show a picture is refused first.

    The refusal says what to do with such a picture and asks for words; a question whether there is one would invite it.
    """
    is_about_a_picture = turn.risk.asked_category == IMAGE_SHARED
    return turn.intent == IMAGE_LOOK and is_about_a_picture and not turn.risk.failed


def _card_slots(turn: Turn) -> Mapping[str, Any]:
    """Of a new card. "Shes gone" names nobody: the child that a parent or a teacher told of before is meant."""
    risk, before = turn.risk, turn.open_card
    is_a_guess = risk.speaker in (Speaker.UNKNOWN, Speaker.FRIEND)
    keeps = before is not None and before.speaker in _TOLD_OF and is_a_guess and turn.is_emergency
    return {
        CARD_LEVEL: _higher(risk.level, turn.card_level),
        CARD_CATEGORY: risk.main_category,
        CARD_SPEAKER: before.speaker if before and keeps else risk.speaker.value,
        CHECK_IN: None,
    }


def _yes_slots(check_in: str, card_level: RiskLevel) -> Mapping[str, Any]:
    """The category stays: talk about this card, and "show me helplines", are about the same services."""
    category = category_of_yes(check_in)
    return {CARD_LEVEL: _higher(RiskLevel.ESCALATE, card_level), CARD_CATEGORY: category, CHECK_IN: None}


def _higher(first: RiskLevel, second: RiskLevel) -> str:
    return max(first, second).label
