"""Responses that are put together from several vetted parts. Nothing here writes a sentence of its own."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Callable, Mapping

from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.journeys import get_journeys
from bot.content.responses import ADULT, get_responses
from bot.dialogue.after_card import (
    FOUND_PICTURES,
    UTTER_SCARS,
    WHAT_TO_SAY,
    WORDS_FOR_A_TALK,
    asks_to_hide_scars,
    contacted,
    fault_of_ones_own,
    needs_a_doctor,
    people_of_the_card,
    receive_more,
    receive_unanswered,
    safe_now,
)
from bot.dialogue.conditions import (
    Condition,
    about_ones_own_doing,
    after_ones_own_deed,
    after_steps_in_an_app,
    by_text_message,
    looks_for_a_setting,
    once_given,
    once_something_was_heard,
    once_told_of_another,
    while_a_person_is_asked_for,
    while_a_picture_is_told_of,
    while_helplines_are_talked_of,
    while_more_is_told,
    while_newest,
    while_open,
    while_open_about_self_harm,
    while_pictures_were_found_at_another,
    while_somebody_may_find_out,
    while_somebody_may_hurt_others,
    while_somebody_threatens_themselves,
    while_something_grave_is_heard,
    with_a_child_near_own_thoughts,
)
from bot.dialogue.constants import (
    BARRIER_COST,
    CARD_SPEAKER,
    CHECK_IN,
    CHILD,
    FAQ_PREFIX,
    PARENT,
    PROFESSIONAL,
    TOLD_A_DETAIL,
    TOLD_IT_IS_ME,
    TOLD_OF_ANOTHER_CHILD,
    UTTER_CHECK_IN,
    UTTER_CHECK_IN_NO,
    UTTER_CHECK_IN_YES,
    UTTER_CRISIS_ANSWER,
    UTTER_CRISIS_CARD,
    UTTER_CRISIS_MEANT,
    UTTER_DANGER_GOES_ON,
    UTTER_JOURNEY,
    UTTER_JOURNEYS,
    UTTER_TOLD,
)
from bot.dialogue.crisis_drafts import check_in, check_in_no, check_in_yes, crisis_answer, crisis_card, crisis_meant
from bot.dialogue.drafts import (
    MOST_BUTTONS,
    Draft,
    as_draft,
    faq_button,
    known_values,
    metadata_of,
    plain,
    spoken_before,
    text_of,
)
from bot.dialogue.everyday import (
    after_an_everyday_answer,
    for_whom_it_is,
    goes_on_telling,
    heard_beside_an_answer,
    leading_on,
    once_who_writes_is_said,
    small_answer,
)
from bot.dialogue.facts import (
    ConversationFacts,
    cards_given,
    is_card_open,
    is_direct_question,
    is_emergency_open,
    journey_facts,
    latest_risk,
    newest_card,
    recent_words,
    spoken_in_session,
    typed_in_session,
)
from bot.dialogue.help_in_sight import with_helplines
from bot.dialogue.near_answers import nearest_answers
from bot.dialogue.ranked import MY_PAST, is_said_again, nearest_of
from bot.dialogue.reader import reader_of
from bot.learning.decision import FOR_REAL
from bot.learning.state import JOURNEY_OUTCOME, JOURNEY_SAY, from_slots
from bot.learning.wording import Worded, starting_words, word
from bot.nlu.topics import FAULT
from bot.safety.answers import is_question, names_family, speaks_of_dying
from bot.safety.levels import SELF_HARM, RiskLevel, Speaker
from bot.safety.protocol import FRIEND

Composer = Callable[[DialogueStateTracker, ConversationFacts, datetime], Draft]
_AGE_NAMED = re.compile(r"(?<![\d.:/])(?:[3-9]|1\d)(?![\d:/]|\.\d)")
#: Up to this age in years the words for younger children fit, above it those for teenagers.
_YOUNG_UP_TO = 10
#: The answer that is not offered, by whether the child is a younger one.
_OF_ANOTHER_AGE = {True: "talk_to_teenager", False: "talk_to_young_child"}


def _answer(name: str) -> Composer:
    """The answer to a question. Where it was given just now, something else seems to be meant: what is near instead."""

    def compose_answer(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
        if goes_on_telling(tracker, facts, name):
            return heard_beside_an_answer(tracker, facts)
        if not is_said_again(name, tracker):
            return plain(name, facts)
        if not is_question(text_of(tracker)):
            return heard_beside_an_answer(tracker, facts)
        others = [faq for faq in nearest_of(tracker) if f"{FAQ_PREFIX}{faq}" != name]
        leads_on = plain(name, facts)["buttons"]
        draft = plain("utter_same_answer", facts)
        near = [faq_button(faq, facts) for faq in others[: MOST_BUTTONS - 1]]
        more = [button for button in leads_on if button not in near]
        return {**draft, "buttons": [*near, *more, *draft["buttons"]][:MOST_BUTTONS]}

    return compose_answer


def _asked_faq(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The answer behind a button `/ask{"faq": …}`; an id that no longer exists leads to the menu."""
    message = tracker.latest_message
    asked = next((e.get("value") for e in (message.entities if message else []) if e.get("entity") == "faq"), None)
    name = f"{FAQ_PREFIX}{asked}"
    return plain(name if name in get_responses() else "utter_topic_menu", facts)


def _say_simpler(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The last answer in a child's words: the plainest wording there is of the same facts."""
    if facts.last_answer is None:
        return plain("utter_about_what", facts)
    chosen = get_responses().choose(facts.last_answer, CHILD, facts.channel, {**known_values(facts), "audience": CHILD})
    return as_draft(chosen)


def _tell_me_more(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The answer that comes next (`metadata: next`), else what leads on from the last one, as choices."""
    asked = next(spoken_in_session(tracker), None)
    if asked is not None and is_direct_question(asked):
        return _why_asked(asked, facts)
    if facts.last_answer is None:
        return plain("utter_about_what", facts)
    following = metadata_of(facts.last_answer).get("next")
    if following:
        return plain(f"{FAQ_PREFIX}{following}", facts)
    return leading_on("utter_tell_me_more", facts)


def _why_asked(asked: BotUttered, facts: ConversationFacts) -> Draft:
    """ "Why do you ask?" leaves our own question open, with its choices."""
    choices = asked.data.get("buttons") or []
    return {**plain("utter_check_in_why", facts), "buttons": choices, CHECK_IN: asked.metadata.get(CHECK_IN)}


def _other_age(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """What goes by age, for the age that was named; the answer it was said after stays at hand."""
    draft = plain("utter_other_age", facts)
    named = _AGE_NAMED.search(text_of(tracker))
    off = _OF_ANOTHER_AGE[int(named.group()) <= _YOUNG_UP_TO] if named else None
    by_age = [button for button in draft["buttons"] if off is None or off not in button["payload"]]
    before = (facts.last_answer or "").removeprefix(FAQ_PREFIX)
    again = [faq_button(before, facts)] if before and not any(f'"{before}"' in b["payload"] for b in by_age) else []
    return {**draft, "buttons": [*by_age, *again]}


def _opening_notice(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """A page for parents or for children knows whom it talks to: it is not asked again."""
    known = facts.channel == "web" and facts.audience is not None
    return plain("utter_opening_notice_known" if known else "utter_opening_notice", facts)


def _journey(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The newest move of a journey; without one, the journeys that fit this person."""
    book = get_journeys()
    state = from_slots(facts.slots, book.journeys)
    if state is None:
        return _journeys(tracker, facts, now)
    say = facts.slots.get(JOURNEY_SAY) or ()
    worded = word(book, state, say, journey_facts(facts), get_responses().fill)
    draft = _as_journey_draft(worded, f"{UTTER_JOURNEY}/{state.journey}/{state.step}")
    # The outcome is counted by the log writer, without its conversation. `practised` is for the channel's guard: true
    # only where the journey took the line as an answer, not where its prompt returns after something else was said.
    practised = bool((latest_risk(tracker) or {}).get("put_aside")) and FOR_REAL in say
    return {**draft, JOURNEY_OUTCOME: facts.slots.get(JOURNEY_OUTCOME), "practised": practised}


def _journeys(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """What can be done together, as choices."""
    worded = starting_words(get_journeys(), journey_facts(facts), get_responses().fill)
    return _as_journey_draft(worded, UTTER_JOURNEYS)


def _as_journey_draft(worded: Worded, response: str) -> Draft:
    return {
        "text": worded.text,
        "buttons": [{"title": title, "payload": payload} for title, payload in worded.buttons],
        "response": response,
        "custom": worded.custom,
        "hotlines": list(worded.hotlines),
    }


def _either(is_so: Condition, then: Composer, otherwise: Composer) -> Composer:
    """One response name that means something else after a card: "no" or "hes 8" wants no list of topics there."""

    def compose_either(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
        return (then if is_so(tracker, facts) else otherwise)(tracker, facts, now)

    return compose_either


def _said(name: str) -> Composer:
    return lambda tracker, facts, now: plain(name, facts, {"at": now})


def _received(name: str) -> Composer:
    return lambda tracker, facts, now: with_helplines(name, facts, now)


def _told(name: str) -> Composer:
    """Words for a fact that was told after a card, where they fit that card and whoever it is about.

    Nobody is told that it is not their fault who did it; "please don't go" is not for the friend of the one who goes.
    """

    def compose_told(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
        told = metadata_of(name)
        of_family = told.get("of_family") if any(map(names_family, typed_in_session(tracker))) else None
        tried = [*filter(None, [of_family]), name, *filter(None, [told.get("instead")])]
        fitting = (one for one in tried if _fits_the_card(one, tracker, facts))
        fits = next((one for one in fitting if spoken_before(tracker) != one), None)
        return with_helplines(fits, facts, now) if fits else receive_unanswered(tracker, facts, now)

    return compose_told


def _fits_the_card(name: str, tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    told, card, book = metadata_of(name), newest_card(tracker), get_responses()
    # "He asks her to come by train" is about the man of the card before the one about despair.
    is_of_this_hand = bool(told.get("own_deed")) is after_ones_own_deed(tracker, facts)
    if not cards_given(tracker).intersection(told["after"]) or not (is_of_this_hand or told.get("whoever_did_it")):
        return False
    reader, also_fits = reader_of(name, facts, book), told.get("also_fits", ())
    if reader == ADULT and not book.is_worded_for(name, ADULT):
        return ADULT in also_fits
    is_of_a_friend = card.get(CARD_SPEAKER) == Speaker.FRIEND.value and reader not in (PARENT, PROFESSIONAL)
    return FRIEND in also_fits or not is_of_a_friend


def _method_details(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """ "How long does it take?" asks for a way to die only where dying is spoken of, or was."""
    alone = RiskLevel.from_label((latest_risk(tracker) or {}).get("alone", "none"))
    is_quiet = alone is RiskLevel.NONE
    if asks_to_hide_scars(tracker):
        return with_helplines(UTTER_SCARS, facts, now)
    was_spoken_of = SELF_HARM in cards_given(tracker) or is_emergency_open(tracker)
    if is_quiet and not was_spoken_of and not speaks_of_dying(recent_words(tracker)):
        return nearest_answers(tracker, facts, now)
    return plain("utter_ask_method_details", facts)


def _find_children(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """ "Pictures of kids", said by somebody who tells what they found at a partner, asks for none."""
    speaker = newest_card(tracker).get(CARD_SPEAKER)
    if is_card_open(tracker) and speaker in (Speaker.ABOUT_CHILD, Speaker.FRIEND, Speaker.PROFESSIONAL):
        return nearest_answers(tracker, facts, now)
    return plain("utter_ask_find_children", facts)


def _audience_chosen(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """Who somebody is, typed after steps in an app, leaves what was asked for in reach: "im 10 tho"."""
    before = next(spoken_in_session(tracker), None)
    if before is None or not after_steps_in_an_app(tracker) or text_of(tracker).startswith(INTENT_MESSAGE_PREFIX):
        return plain("utter_audience_chosen", facts)
    draft, offered = plain("utter_heard_who_writes", facts), before.data.get("buttons") or []
    return {**draft, "buttons": [*offered[: MOST_BUTTONS - 1], *draft["buttons"]][:MOST_BUTTONS]}


def _for_whom_it_is(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    return for_whom_it_is(tracker, facts)


def _small_answer(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    return small_answer(tracker, facts)


SPECIAL_RESPONSES: Mapping[str, Composer] = {
    "utter_opening_notice": _opening_notice,
    UTTER_CRISIS_CARD: crisis_card,
    UTTER_CRISIS_ANSWER: crisis_answer,
    UTTER_CRISIS_MEANT: crisis_meant,
    UTTER_CHECK_IN: check_in,
    UTTER_CHECK_IN_YES: check_in_yes,
    UTTER_CHECK_IN_NO: check_in_no,
    "utter_asked_faq": _asked_faq,
    "utter_small_answer": _small_answer,
    "utter_nearest_answers": nearest_answers,
    "utter_say_simpler": _either(while_newest, _received("utter_crisis_more"), _say_simpler),
    "utter_tell_me_more": _either(
        while_newest,
        _received("utter_crisis_more"),
        _either(looks_for_a_setting, _said("utter_privacy_where"), _tell_me_more),
    ),
    "utter_it_did_not_work": _either(
        looks_for_a_setting, _said("utter_privacy_where"), _said("utter_it_did_not_work")
    ),
    "utter_insult": _either(once_given, _received("utter_crisis_anger"), _said("utter_insult")),
    "utter_random_noise": _either(once_given, _received("utter_crisis_silence"), _said("utter_random_noise")),
    "utter_lost_for_words": _either(once_given, _received("utter_crisis_silence"), _said("utter_lost_for_words")),
    # "Can you go to an adult you feel safe with?" stands in the card itself.
    "utter_deny": _either(
        while_a_person_is_asked_for,
        _said("utter_outcome_not_yet"),
        _either(while_open, _received("utter_crisis_more"), _said("utter_deny")),
    ),
    "utter_affirm": _either(
        while_a_person_is_asked_for,
        _said("utter_outcome_going_to"),
        _either(while_open, _received("utter_crisis_more"), _said("utter_affirm")),
    ),
    # "Nvm" takes nothing back where nothing was told.
    "utter_take_back": _either(once_something_was_heard, _said("utter_take_back"), _said("utter_deny")),
    "utter_other_age": _either(
        with_a_child_near_own_thoughts,
        _received("utter_crisis_child_near_own_thoughts"),
        _either(while_open, _received("utter_crisis_noted"), _other_age),
    ),
    "utter_outcome_contacted": _either(while_helplines_are_talked_of, contacted, nearest_answers),
    "utter_outcome_safe_now": _either(while_helplines_are_talked_of, safe_now, nearest_answers),
    **{
        f"utter_outcome_{name}": _either(
            while_helplines_are_talked_of, _said(f"utter_outcome_{name}"), nearest_answers
        )
        for name in ("not_yet", "no_answer")
    },
    "utter_outcome_going_to": _either(
        while_something_grave_is_heard,
        _received("utter_crisis_which_step_self_harm"),
        _either(while_helplines_are_talked_of, _said("utter_outcome_going_to"), nearest_answers),
    ),
    # "I'll do it after the exams" may not be the telling that is put off.
    f"{UTTER_TOLD}will_do_it_later": _either(
        while_something_grave_is_heard,
        _received("utter_crisis_which_step_self_harm"),
        _told(f"{UTTER_TOLD}will_do_it_later"),
    ),
    # What to do behind that door is more than a text message holds; the number alone is not.
    UTTER_DANGER_GOES_ON: _either(by_text_message, crisis_card, _told(UTTER_DANGER_GOES_ON)),
    # A child who writes "its me" is the one it happens to; a parent gets a card of their own (`Meaning.OWN_HAND`).
    f"utter_{TOLD_IT_IS_ME}": _received("utter_crisis_heard"),
    f"{FAQ_PREFIX}talk_to_a_real_person": _either(
        once_given, people_of_the_card, _said(f"{FAQ_PREFIX}talk_to_a_real_person")
    ),
    "utter_share_news": _either(while_open, _received("utter_crisis_heard"), _said("utter_share_news")),
    "utter_thank": _either(while_open, _received("utter_crisis_goodbye"), _said("utter_thank")),
    "utter_goodbye": _either(while_open, _received("utter_crisis_goodbye"), _said("utter_goodbye")),
    "utter_laugh": _either(while_open, _received("utter_crisis_heard"), _said("utter_laugh")),
    "utter_user_is_bored": _either(while_open, _received("utter_crisis_heard"), _said("utter_user_is_bored")),
    # Who somebody is, told after a card, shows the helplines once more, in the words for that person.
    "utter_audience_chosen": _either(
        while_open, crisis_card, _either(once_who_writes_is_said, _for_whom_it_is, _audience_chosen)
    ),
    # "In a bikini" tells what a picture shows.
    "utter_ask_sexual_content": _either(
        while_a_picture_is_told_of, _received("utter_crisis_noted"), _said("utter_ask_sexual_content")
    ),
    # "What do I say to her" after an answer on quarrels is about the quarrel.
    f"{FAQ_PREFIX}{WHAT_TO_SAY}": _either(
        after_an_everyday_answer, _said(f"{FAQ_PREFIX}{WORDS_FOR_A_TALK}"), _answer(f"{FAQ_PREFIX}{WHAT_TO_SAY}")
    ),
    f"{FAQ_PREFIX}{FOUND_PICTURES}": _either(
        while_pictures_were_found_at_another, crisis_answer, _answer(f"{FAQ_PREFIX}{FOUND_PICTURES}")
    ),
    f"{FAQ_PREFIX}{MY_PAST}": _either(once_told_of_another, nearest_answers, _answer(f"{FAQ_PREFIX}{MY_PAST}")),
    # After a card they are words for telling, not for a quarrel.
    f"{FAQ_PREFIX}{WORDS_FOR_A_TALK}": _either(while_open, crisis_answer, _answer(f"{FAQ_PREFIX}{WORDS_FOR_A_TALK}")),
    "utter_ask_medical_certainty": _either(
        while_open_about_self_harm, needs_a_doctor, _said("utter_ask_medical_certainty")
    ),
    # "It wants 800 dollars" names a price, and "help me write it" may be about homework. The other barriers stand by
    # themselves: "nobody would believe me" may be the first that is told.
    **{
        f"utter_{barrier}": _either(while_helplines_are_talked_of, _said(f"utter_{barrier}"), nearest_answers)
        for barrier in (BARRIER_COST, "barrier_dont_know_what_to_say")
    },
    # "My dad is gonna murder me when he sees my report" is about no secret that somebody keeps.
    "utter_barrier_parents_find_out": _either(
        while_somebody_may_find_out, _said("utter_barrier_parents_find_out"), nearest_answers
    ),
    "utter_ask_will_police_come": _either(
        about_ones_own_doing, _said("utter_own_doing_and_police"), _said("utter_ask_will_police_come")
    ),
    f"{FAQ_PREFIX}{FAULT}": _either(after_ones_own_deed, fault_of_ones_own, _said(f"{FAQ_PREFIX}{FAULT}")),
    # Of a partner who threatens nothing it is an ordinary break-up.
    f"{FAQ_PREFIX}break_up_when_they_threaten": _either(
        while_somebody_threatens_themselves,
        _answer(f"{FAQ_PREFIX}break_up_when_they_threaten"),
        _answer(f"{FAQ_PREFIX}break_up"),
    ),
    # "Do they sleep in different rooms tonight" asks for no watch by a bed.
    f"{FAQ_PREFIX}stay_close_after_suicide_talk": _either(
        while_somebody_threatens_themselves,
        _answer(f"{FAQ_PREFIX}stay_close_after_suicide_talk"),
        nearest_answers,
    ),
    "utter_ask_method_details": _method_details,
    "utter_ask_find_children": _find_children,
    f"utter_{TOLD_OF_ANOTHER_CHILD}": _either(
        while_somebody_may_hurt_others, _received("utter_crisis_other_children"), _received("utter_crisis_heard")
    ),
    f"utter_{TOLD_A_DETAIL}": _either(
        with_a_child_near_own_thoughts,
        _received("utter_crisis_child_near_own_thoughts"),
        _either(while_more_is_told, receive_more, _received("utter_crisis_noted")),
    ),
    UTTER_JOURNEY: _journey,
    UTTER_JOURNEYS: _journeys,
}


def composer_of(name: str) -> Composer | None:
    """What puts a response together; None where the book has it as it is."""
    if name in SPECIAL_RESPONSES:
        return SPECIAL_RESPONSES[name]
    if name.startswith(UTTER_TOLD):
        return _told(name)
    return _answer(name) if name.startswith(FAQ_PREFIX) else None
