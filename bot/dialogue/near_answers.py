"""When no answer is sure: a likely one that is said to be a guess, choices, the menu; after a card its helplines."""

from __future__ import annotations

from datetime import datetime
from typing import List

from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.after_card import (
    UTTER_SCARS,
    answer_with_helplines,
    asks_to_hide_scars,
    meant_instead,
    receive_unanswered,
)
from bot.dialogue.conditions import after_ones_own_deed, with_a_child_near_own_thoughts
from bot.dialogue.constants import CHILD, FAQ_PREFIX, UTTER_CHECK_IN_NO
from bot.dialogue.drafts import MOST_BUTTONS, Draft, faq_button, metadata_of, plain, spoken_before, text_of
from bot.dialogue.everyday import (
    heard_beside_an_answer,
    is_out_of_the_blue,
    is_told_beside_an_answer,
    leading_on,
    thanks_surely,
)
from bot.dialogue.facts import (
    ConversationFacts,
    cards_given,
    is_asked_after_cards,
    is_card_newest,
    is_card_open,
    was_asked_lately,
)
from bot.dialogue.help_in_sight import with_helplines
from bot.dialogue.ranked import may_be_offered, may_follow_cards, nearest_of, score_of, understood_of
from bot.nlu.constants import EVERYDAY, IN_CASE, LIKELY, NEAREST
from bot.nlu.topics import FAULT, GRAVE_TOPICS
from bot.safety.answers import asks_if_normal, is_question, says_thanks
from bot.safety.levels import ABUSE_DISCLOSURE, SELF_HARM

#: From here on words that only tell something after a card get the answer that they are like ("she begs me not to").
SURELY_MEANT_AFTER_CARD = 0.75

#: What somebody reads who does not think of dying, and says how they feel.
_LOW_MOOD = "feeling_sad"
#: What somebody reads who was asked whether they are hurt, and asks whether such a thing is normal.
_WHAT_IS_ABUSE = "what_counts_as_abuse"


def nearest_answers(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The nearest answer when it is likely, else three as buttons; after a first miss, the topic menu instead.

    While a crisis card is what was talked of last, a miss may be one more detail of what happened: the helplines stay.
    """
    parsed = understood_of(tracker)
    # Nobody who did it, or is afraid to, is told that it is not their fault.
    barred = FAULT if after_ones_own_deed(tracker, facts) else None
    nearest = [faq for faq in nearest_of(tracker) if faq != barred]
    likely = parsed.get(LIKELY)
    if likely and spoken_before(tracker) == f"{FAQ_PREFIX}{likely}":
        # It was said just now, and something else seems to be asked.
        likely = None
    if likely and is_out_of_the_blue(tracker, facts, likely):
        likely = None
    if asks_if_normal(text_of(tracker)) and was_asked_lately(tracker, ABUSE_DISCLOSURE) and not cards_given(tracker):
        return plain(f"{FAQ_PREFIX}{_WHAT_IS_ABUSE}", facts)
    is_open = is_card_newest(tracker) or is_card_open(tracker)
    if is_open and asks_to_hide_scars(tracker):
        return with_helplines(UTTER_SCARS, facts, now)
    # Ranked for the case, the first is what is meant, be it too unsure to be given as it is.
    is_meant_first = likely in nearest[:1] or (parsed.get(IN_CASE) and is_question(text_of(tracker)))
    instead = meant_instead(tracker, facts) if is_open and is_meant_first else None
    if instead:
        return answer_with_helplines(instead, facts, now)
    if not is_open and (says_thanks(text_of(tracker)) or thanks_surely(tracker)):
        return plain("utter_thank", facts)
    if not is_open and is_told_beside_an_answer(tracker, facts, likely):
        return heard_beside_an_answer(tracker, facts)
    # What is told, not asked, after a card ("we broke up in september") wants no lesson on what it resembles.
    is_told = is_open and not is_question(text_of(tracker))
    is_meant = score_of(likely, parsed) >= SURELY_MEANT_AFTER_CARD
    if likely and likely in nearest and (not is_told or (is_meant and is_asked_after_cards(tracker, likely))):
        if is_open and is_asked_after_cards(tracker, likely):
            return answer_with_helplines(likely, facts, now)
        return _likely_answer(likely, [faq for faq in nearest if faq != likely], facts)
    if is_open and with_a_child_near_own_thoughts(tracker, facts):
        return with_helplines("utter_crisis_child_near_own_thoughts", facts, now)
    if is_open:
        cards = cards_given(tracker)
        asked = cards if is_question(text_of(tracker)) else frozenset()
        near = [entry["faq"] for entry in parsed.get(NEAREST, []) if may_follow_cards(entry, asked)]
        draft = receive_unanswered(tracker, facts, now)
        buttons = [faq_button(faq, facts) for faq in near if faq in nearest]
        return {**draft, "buttons": [*buttons[: MOST_BUTTONS - 1], *draft["buttons"]][:MOST_BUTTONS]}
    if _is_a_mood_after_a_no(tracker, facts):
        return plain(f"{FAQ_PREFIX}{_LOW_MOOD}", facts)
    offered = {entry["faq"] for entry in parsed.get(NEAREST, []) if may_be_offered(entry)}
    buttons = [faq_button(faq, facts) for faq in nearest if faq in offered]
    if _missed_just_before(tracker):
        draft = _second_miss(tracker, facts)
        # Read behind the answer that is talked about, what is near is likelier than what leads on from it.
        is_near = parsed.get(EVERYDAY) and draft["response"] == "utter_second_miss_near" and buttons
        return {**draft, "buttons": [*buttons, *draft["buttons"][-1:]]} if is_near else draft
    if not buttons:
        return plain("utter_about_what", facts)
    draft = plain("utter_nearest_answers", facts)
    return {**draft, "buttons": [*buttons, *draft["buttons"]]}


def _second_miss(tracker: DialogueStateTracker, facts: ConversationFacts) -> Draft:
    """What leads on from the answer that was talked about; where there was none, the whole menu and people to reach."""
    before = facts.last_answer
    if before is None or metadata_of(before).get("topic") in GRAVE_TOPICS or cards_given(tracker):
        return {**plain("utter_second_miss", facts), "buttons": plain("utter_topic_menu", facts)["buttons"]}
    return leading_on("utter_second_miss_near", facts)


def _likely_answer(faq: str, others: List[str], facts: ConversationFacts) -> Draft:
    """The best answer, said to be a guess, with the two next as ways out. It counts as that answer for follow-ups."""
    answer = plain(f"{FAQ_PREFIX}{faq}", facts)
    framed = plain("utter_likely_answer", facts, {"answer": answer["text"]})
    buttons = [*(faq_button(other, facts) for other in others), *framed["buttons"]]
    return {**answer, "text": framed["text"], "buttons": buttons, "responses": [framed["response"], answer["response"]]}


def _missed_just_before(tracker: DialogueStateTracker) -> bool:
    return spoken_before(tracker) in (
        "utter_nearest_answers", "utter_about_what", "utter_second_miss", "utter_second_miss_near",
        "utter_heard_once_more", "utter_heard_beside_answer_grave",
    )  # fmt: skip


def _is_a_mood_after_a_no(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Whether "just sad i guess" follows the no to our question on dying: a list of topics is no reply to it."""
    is_own = facts.audience in (None, CHILD) and not is_question(text_of(tracker))
    return is_own and spoken_before(tracker) == UTTER_CHECK_IN_NO and was_asked_lately(tracker, SELF_HARM)
