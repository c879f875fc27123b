"""What is told or asked right after an answer, where no card is open: what leads on from it, instead of a guess.

Children mostly go on telling ("its my best friend") where a program waits for a question. What is told is
received; nothing of it is guessed at, and what leads on from the answer stays in reach.
"""

from __future__ import annotations

from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.responses import get_responses
from bot.content.small_answers import SMALL_PREFIX
from bot.dialogue.drafts import MOST_BUTTONS, Draft, plain, spoken_before, text_of
from bot.dialogue.facts import ConversationFacts, answer_of, cards_given, spoken_in_session, typed_in_session
from bot.nlu.constants import EVERYDAY, SMALL
from bot.nlu.everyday_messages import Does
from bot.nlu.topics import GRAVE_TOPICS, topic_of
from bot.safety.answers import is_question, makes_a_plan, plans_to_tell, speaks_of_telling

#: Fewer words ("hm", "idk man") tell nothing that could be received.
_TELLS_FROM = 3
_HEARD, _HEARD_GRAVE = "utter_heard_beside_answer", "utter_heard_beside_answer_grave"
#: What receives a message by what it does; after an answer about harm only what is good, with people to reach.
_RECEIVES = {
    Does.GOOD_NEWS: "utter_heard_good_news",
    Does.SETBACK: "utter_heard_setback",
    Does.FEELING: "utter_heard_feeling",
    Does.OBJECTION: "utter_heard_objection",
    Does.PLAN: "utter_heard_a_plan",
    Does.SHORT: "utter_heard_short",
}
_RECEIVES_GRAVE = {
    Does.GOOD_NEWS: "utter_heard_good_news_grave",
    Does.OBJECTION: "utter_heard_objection_grave",
    Does.SHORT: "utter_heard_short",
}
#: From this probability it is believed what a message does; below it is received as a detail. "That's good" to what is
#: none hurts most: of 281 setbacks in data/everyday/ some 13 are taken for good news from 0.85 on, 39 from 0.5.
_BELIEVED_FROM, _GOOD_FROM, _SETBACK_FROM = 0.5, 0.85, 0.7
#: What is said to a second thing told, and to a third.
_NEXT = {
    **dict.fromkeys([*_RECEIVES.values(), *_RECEIVES_GRAVE.values()], _HEARD),
    _HEARD: "utter_heard_once_more",
    "utter_heard_once_more": "utter_second_miss_near",
    _HEARD_GRAVE: "utter_second_miss",
}


def is_told_beside_an_answer(tracker: DialogueStateTracker, facts: ConversationFacts, likely: str | None) -> bool:
    """Whether words that ask nothing came right after an answer, and lead to no other answer near it.

    Args:
        likely: The faq id of a guess for those words, or None. One of a mild topic is said, as a guess; a grave one is
            not: "she says it was a joke" after a quarrel takes no disclosure back.
    """
    text = text_of(tracker)
    if _does(tracker) not in (None, Does.ASKS, Does.THANKS):
        # It was read with the answer that is talked about, be there a miss between them.
        return facts.last_answer is not None
    if not _is_typed_after_an_answer(tracker, facts):
        return False
    if is_question(text) or len(text.split()) < _TELLS_FROM:
        return False
    topic = topic_of(f"faq/{likely}") if likely else None
    return topic is None or topic in GRAVE_TOPICS or f"utter_faq/{likely}" == facts.last_answer


def goes_on_telling(tracker: DialogueStateTracker, facts: ConversationFacts, name: str) -> bool:
    """Whether what is told, not asked, leads once more to the answer it is told about, after it was received before."""
    text, earlier = text_of(tracker), list(typed_in_session(tracker))[1:]
    # Who writes the same words again wants the answer again.
    is_told = not (is_question(text) or text.startswith(INTENT_MESSAGE_PREFIX) or text in earlier)
    return is_told and name == facts.last_answer and spoken_before(tracker) in _NEXT


def is_out_of_the_blue(tracker: DialogueStateTracker, facts: ConversationFacts, guess: str) -> bool:
    """Whether a guess is about harm where an everyday answer was given just before: a choice at most, no answer."""
    is_everyday = not _was_grave(facts) and not cards_given(tracker)
    return _is_typed_after_an_answer(tracker, facts) and is_everyday and topic_of(f"faq/{guess}") in GRAVE_TOPICS


def heard_beside_an_answer(tracker: DialogueStateTracker, facts: ConversationFacts) -> Draft:
    """It is received, with what leads on from the answer; after one on harm with people to reach."""
    is_grave = _was_grave(facts) or bool(cards_given(tracker))
    if plans_to_tell(text_of(tracker)) or (makes_a_plan(text_of(tracker)) and not is_grave):
        return plain("utter_heard_a_plan", facts)
    does = _does(tracker)
    name = (_RECEIVES_GRAVE if is_grave else _RECEIVES).get(does) if does is not None else None
    if name is not None and name != spoken_before(tracker):
        return plain(name, facts) if does in (Does.PLAN, Does.GOOD_NEWS) else leading_on(name, facts)
    first = _HEARD_GRAVE if is_grave else _HEARD
    following = _NEXT.get(spoken_before(tracker) or "", first)
    return leading_on(first if following == _HEARD else following, facts)


def small_answer(tracker: DialogueStateTracker, facts: ConversationFacts) -> Draft:
    """The small answer that the message was read to ask for, with what leads on from the long one before it."""
    message = tracker.latest_message
    read = ((message.parse_data or {}) if message is not None else {}).get(SMALL) or {}
    name = f"{SMALL_PREFIX}{read.get('id')}"
    if name not in get_responses():
        # Read by a model that knows more small answers than these files hold.
        return heard_beside_an_answer(tracker, facts)
    return leading_on(name, facts)


def thanks_surely(tracker: DialogueStateTracker) -> bool:
    """Whether the newest message was read behind an answer, and thanks."""
    return _does(tracker) is Does.THANKS


def _does(tracker: DialogueStateTracker) -> Does | None:
    """What the newest message surely does, as `bot.nlu.everyday_reader` read it; None where it was not read."""
    message = tracker.latest_message
    read = ((message.parse_data or {}) if message is not None else {}).get(EVERYDAY)
    if not read:
        return None
    does = Does(read["does"])
    least = {Does.GOOD_NEWS: _GOOD_FROM, Does.SETBACK: _SETBACK_FROM}.get(does, _BELIEVED_FROM)
    return does if read["score"] >= least else None


def leading_on(name: str, facts: ConversationFacts) -> Draft:
    """A response with the choices of the latest answer before its own."""
    draft = plain(name, facts)
    of_the_answer = plain(facts.last_answer, facts)["buttons"] if facts.last_answer else []
    most = MOST_BUTTONS - bool(draft["buttons"])
    return {**draft, "buttons": [*of_the_answer[:most], *draft["buttons"]]}


def after_an_everyday_answer(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Whether "what do I say to her" is about an everyday answer just given, and about nothing that was told."""
    is_of_harm = _was_grave(facts) or speaks_of_telling(text_of(tracker))
    return _is_typed_after_an_answer(tracker, facts) and not is_of_harm and not cards_given(tracker)


def once_who_writes_is_said(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    """Whether "im 14" or "im her teacher" was typed right after an answer, which stays the subject."""
    return _is_typed_after_an_answer(tracker, facts)


def for_whom_it_is(tracker: DialogueStateTracker, facts: ConversationFacts) -> Draft:
    """The answer in the words for whoever writes, where those are others; else what leads on from it."""
    before = next(spoken_in_session(tracker))
    answer = plain(facts.last_answer or "", facts)
    if answer["text"] in (before.text or ""):
        return leading_on("utter_heard_who_writes", facts)
    framed = plain("utter_answer_for_you", facts, {"answer": answer["text"]})
    return {**answer, "text": framed["text"], "responses": [framed["response"], answer["response"]]}


def _is_typed_after_an_answer(tracker: DialogueStateTracker, facts: ConversationFacts) -> bool:
    text = text_of(tracker)
    newest: BotUttered | None = next(spoken_in_session(tracker), None)
    said = (answer_of(newest) or spoken_before(tracker)) if newest is not None else None
    is_beside = facts.last_answer is not None and said in (facts.last_answer, *_NEXT)
    return is_beside and bool(text) and not text.startswith(INTENT_MESSAGE_PREFIX)


def _was_grave(facts: ConversationFacts) -> bool:
    """Whether the latest answer was about harm."""
    return topic_of((facts.last_answer or "").removeprefix("utter_")) in GRAVE_TOPICS
