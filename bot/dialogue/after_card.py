"""Replies while a card is talked about: what its case makes of a question, of more that is told, and of an outcome."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Mapping

from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.card_words import get_card_words
from bot.content.helpline_answers import show_helplines
from bot.content.responses import get_responses
from bot.dialogue.conditions import about_ones_own_doing, after_ones_own_deed, while_somebody_threatens_themselves
from bot.dialogue.constants import BARRIER_COST, CARD_CATEGORY, CARD_LEVEL, CARD_NEEDS, CARD_SPEAKER, CHILD, FAQ_PREFIX
from bot.dialogue.drafts import Draft, known_values, plain, spoken_before, text_of
from bot.dialogue.facts import (
    ConversationFacts,
    lasting_card,
    latest_risk,
    newest_card,
    spoken_in_session,
    typed_in_session,
)
from bot.dialogue.first_steps import first_steps, give_first_steps, were_steps_given
from bot.dialogue.help_in_sight import above_helplines, with_helplines
from bot.dialogue.ranked import nearest_of
from bot.dialogue.reader import voice_of_reader
from bot.nlu.topics import FAULT
from bot.safety.answers import asks_what_now, hides_scars, is_back, is_question, was_missing
from bot.safety.levels import ADULT_INVOLVED, EXTORTION, IMAGE_SHARED, OFFENDER_CONCERN, SELF_HARM, RiskLevel, Speaker
from bot.safety.protocol import FRIEND, SURVIVOR, voice_of

#: By the beginning of a card's name: what is answered instead of the answer that is nearest.
_INSTEAD: Mapping[str, Mapping[str, str]] = {
    "utter_crisis_own_fake": {
        "delete_chat_or_account": "made_a_deepfake",
        "what_to_say_when_child_tells": "made_a_deepfake",
        "child_disclosed_first_steps": "made_a_deepfake",
        FAULT: "made_a_deepfake",
    },
    "utter_crisis_someone_elses_image": {
        "delete_chat_or_account": "received_someone_elses_nude",
        "what_to_say_when_child_tells": "my_child_shared_someones_picture",
        "child_disclosed_first_steps": "my_child_shared_someones_picture",
        FAULT: "my_child_shared_someones_picture",
    },
}
#: What is answered to "what do i say to him" where the one it happened to asks: they owe no answer to who did it.
_TO_THE_ONE_WHO_DID_IT: Mapping[str, str] = {
    EXTORTION: "sextortion_block_or_reply",
    ADULT_INVOLVED: "confront_the_person",
    IMAGE_SHARED: "confront_the_person",
}
#: Voices in which people are answered about themselves.
_OF_THEIR_OWN = (CHILD, SURVIVOR)
WORDS_FOR_A_TALK, _HOW_TO_TELL = "words_for_a_talk", "how_do_i_tell_someone"
#: Of a child's phone; whoever found pictures at a partner looks through nothing.
FOUND_PICTURES = "found_nudes_on_childs_phone"
_KNOWN_TO_US, _NAMES_WHEN_CALLING = "do_you_know_who_i_am", "names_when_i_call"
WHAT_TO_SAY, _DELETING = "what_to_say_when_child_tells", "delete_chat_or_account"
_BREAKING_UP = "break_up_when_they_threaten"
UNANSWERED, UTTER_SCARS = "utter_crisis_unanswered", "utter_scars"


def answer_with_helplines(faq: str, facts: ConversationFacts, now: datetime) -> Draft:
    """An answer by its faq id, with the helplines of the card beneath."""
    return above_helplines(plain(f"{FAQ_PREFIX}{faq}", facts), facts, now)


def what_now(tracker: DialogueStateTracker) -> str | None:
    """ "And what do I do now?" is answered by what comes after the latest card."""
    message = tracker.latest_message
    if message is None or not asks_what_now(message.text or ""):
        return None
    following = get_card_words()["next_answer"].get(newest_card(tracker).get(CARD_CATEGORY))
    return following["faq"] if following and f"{FAQ_PREFIX}{following['faq']}" in get_responses() else None


def meant_instead(tracker: DialogueStateTracker, facts: ConversationFacts) -> str | None:
    """The answer that a card makes of another: "I don't have the money" is what a blackmailer demands, no price.

    Whoever holds or made a picture of somebody must not be told to take a screenshot, nor that they did no wrong.
    """
    card = newest_card(tracker)
    intent = tracker.latest_message.intent.get("name") if tracker.latest_message else None
    if card.get(CARD_CATEGORY) == EXTORTION and intent == BARRIER_COST:
        return "sextortion_should_i_pay"
    known = next(iter(nearest_of(tracker)), None)
    if known == _BREAKING_UP and not while_somebody_threatens_themselves(tracker, facts):
        return "older_partner_online" if card.get(CARD_CATEGORY) == ADULT_INVOLVED else "break_up"
    if known in (WHAT_TO_SAY, WORDS_FOR_A_TALK) and card.get(CARD_SPEAKER) == Speaker.SELF.value:
        otherwise = _HOW_TO_TELL if known == WORDS_FOR_A_TALK else None
        return _TO_THE_ONE_WHO_DID_IT.get(card.get(CARD_CATEGORY) or "", otherwise)
    if known == WORDS_FOR_A_TALK:
        return WHAT_TO_SAY if card.get(CARD_SPEAKER) == Speaker.ABOUT_CHILD.value else _HOW_TO_TELL
    if known == _KNOWN_TO_US and _NAMES_WHEN_CALLING in nearest_of(tracker):
        # After a card "do i have to say my name" is about the call.
        return _NAMES_WHEN_CALLING
    if known in (_DELETING, FOUND_PICTURES) and card.get(CARD_CATEGORY) == OFFENDER_CONCERN:
        # Such pictures are no child's chat: nothing is saved, shown or looked through.
        is_own = about_ones_own_doing(tracker, facts)
        return "stop_viewing_illegal_images" if is_own else "partner_views_illegal_images"
    given = str(card.get("response") or "")
    return next((answers.get(known or "") for name, answers in _INSTEAD.items() if given.startswith(name)), None)


def asks_to_hide_scars(tracker: DialogueStateTracker) -> bool:
    """Whether they ask how to hide scars, and tell of no wound: other answers on self-harm are not what is meant."""
    alone = RiskLevel.from_label((latest_risk(tracker) or {}).get("alone", "none"))
    return alone < RiskLevel.ESCALATE and hides_scars(text_of(tracker))


def not_answered(tracker: DialogueStateTracker, facts: ConversationFacts) -> str:
    """After a card what is told is received and what is asked is not guessed at; twice in a row in other words."""
    if asks_to_hide_scars(tracker):
        return UTTER_SCARS
    alone = RiskLevel.from_label((latest_risk(tracker) or {}).get("alone", "none"))
    if alone >= RiskLevel.CHECK_IN and not is_question(text_of(tracker)) and not after_ones_own_deed(tracker, facts):
        return told_more(tracker, facts)
    if spoken_before(tracker) in ("utter_crisis_heard", UNANSWERED):
        return "utter_crisis_not_followed"
    return UNANSWERED if is_question(text_of(tracker)) else "utter_crisis_heard"


def receive_unanswered(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """What was told or asked, and has no answer here, is received; a question is met with the steps once."""
    name = not_answered(tracker, facts)
    steps = first_steps(tracker, facts) if name == UNANSWERED and facts.channel != "sms" else None
    if steps is None or were_steps_given(tracker):
        return with_helplines(name, facts, now)
    return give_first_steps(tracker, steps, facts, now, unsure=True)


def maybe_now(tracker: DialogueStateTracker, facts: ConversationFacts) -> str:
    """What asks whether somebody is in danger at this moment, with the number in the same reply."""
    cards = (spoken.metadata for spoken in spoken_in_session(tracker))
    if any(card.get(CARD_SPEAKER) == Speaker.OWN_BEHAVIOUR.value for card in cards):
        # Also after a card about dying that came since: a child may be near, and the words ask about both.
        return "utter_crisis_maybe_now_own_doing"
    if newest_card(tracker).get(CARD_CATEGORY) != SELF_HARM:
        return "utter_crisis_comes_near"
    is_own = voice_of_reader(facts) in _OF_THEIR_OWN
    return "utter_crisis_maybe_now_self_harm" if is_own else "utter_crisis_maybe_now_self_harm_of_another"


def told_more(tracker: DialogueStateTracker, facts: ConversationFacts) -> str:
    """What receives more that is grave: of who may want to die nothing is written down first."""
    if newest_card(tracker).get(CARD_CATEGORY) != SELF_HARM:
        return "utter_crisis_told_more"
    is_own = voice_of_reader(facts) in _OF_THEIR_OWN
    return "utter_crisis_told_more_self_harm" if is_own else "utter_crisis_told_more_self_harm_of_another"


def receive_more(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """Receives more that is told, in the words for the card, with its helplines."""
    return with_helplines(told_more(tracker, facts), facts, now)


def safe_now(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """Good news, in words for whom it is about; nobody who wanted to die is told to keep the messages."""
    missing, newest = was_missing(islice(typed_in_session(tracker), 1, None)), text_of(tracker)
    if missing and not newest.startswith(INTENT_MESSAGE_PREFIX):
        # The police are there, and the child is not: that is help, and no end.
        return plain("utter_outcome_found" if is_back(newest) else "utter_outcome_contacted", facts, {"at": now})
    card = lasting_card(tracker)
    category, speaker = card.get(CARD_CATEGORY), Speaker(card.get(CARD_SPEAKER) or Speaker.UNKNOWN)
    voice = voice_of(speaker, facts.audience, category or "", facts.age)
    kept = {name: card[name] for name in (CARD_CATEGORY, CARD_SPEAKER, CARD_NEEDS) if name in card}
    name = "utter_outcome_safe_now"
    if voice == FRIEND:
        name = f"{name}_friend"
    elif category == SELF_HARM and voice in (CHILD, SURVIVOR):
        name = f"{name}_self_harm"
    return plain(name, facts, {**kept, "at": now})


def contacted(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """Whoever was reached after danger or a wound has to know of it; elsewhere "took something" only frightens."""
    card = lasting_card(tracker)
    was_in_danger = newest_card(tracker).get(CARD_LEVEL) == RiskLevel.EMERGENCY.label
    is_of_the_body = card.get(CARD_CATEGORY) == SELF_HARM or was_in_danger
    is_own = facts.audience in (None, CHILD)
    name = "utter_outcome_contacted_in_danger" if is_of_the_body and is_own else "utter_outcome_contacted"
    return plain(name, facts, {"at": now})


def needs_a_doctor(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """ "Should I take her to A&E?" after a card about self-harm is answered; what an illness is, is not."""
    return answer_with_helplines("self_harm_needs_a_doctor", facts, now)


def fault_of_ones_own(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """ "Is it my fault", asked by whoever did it: what they can do now, where there is an answer for it."""
    given = str(newest_card(tracker).get("response") or "")
    faq = next((answers[FAULT] for name, answers in _INSTEAD.items() if given.startswith(name)), None)
    return answer_with_helplines(faq, facts, now) if faq else with_helplines(UNANSWERED, facts, now)


def people_of_the_card(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """ "Who can I talk to?" after a card asks for its helplines, once more with their numbers."""
    known = known_values(facts)
    answer = show_helplines(
        country=facts.country,
        audience=facts.audience,
        channel=facts.channel,
        category=known.get(CARD_CATEGORY),
        speaker=known.get(CARD_SPEAKER),
        needs=tuple(known.get(CARD_NEEDS) or ()),
        at=now,
        age=facts.age,
        language=facts.language,
    )
    buttons = [{"title": button.title, "payload": button.payload} for button in answer.buttons]
    shown = list(answer.hotlines)
    return {"text": answer.text, "buttons": buttons, "response": answer.response, "custom": None, "hotlines": shown}
