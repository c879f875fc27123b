"""Responses that are put together from several vetted parts. Nothing here writes a sentence of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Callable, FrozenSet, List, Mapping

from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import FULL_RETRIEVAL_INTENT_NAME_KEY

from bot.content.card_words import get_card_words
from bot.content.crisis import ASKS_OF_OWN_HAND, UTTER_HELP_CALLED, CrisisContext, CrisisReply, compose
from bot.content.helpline_answers import show_helplines
from bot.content.journeys import get_journeys
from bot.content.responses import ADULT, get_responses
from bot.content.selection import GROWN
from bot.content.telling import read_told
from bot.content.variables import selection_from
from bot.dialogue.conditions import (
    Condition,
    about_ones_own_doing,
    after_ones_own_deed,
    by_text_message,
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
    CARD_CATEGORY,
    CARD_LEVEL,
    CARD_NEEDS,
    CARD_SPEAKER,
    CHECK_IN,
    CHILD,
    FAQ_PREFIX,
    PARENT,
    PROFESSIONAL,
    TOLD_A_DETAIL,
    TOLD_IT_IS_ME,
    TOLD_OF_ANOTHER_CHILD,
    UTTER_CANNOT_TALK_NOW,
    UTTER_CHECK_IN,
    UTTER_CHECK_IN_NO,
    UTTER_CHECK_IN_YES,
    UTTER_CRISIS_ANSWER,
    UTTER_CRISIS_CARD,
    UTTER_CRISIS_MEANT,
    UTTER_CRISIS_MISREAD,
    UTTER_DANGER_GOES_ON,
    UTTER_HELP_IS_THERE,
    UTTER_JOURNEY,
    UTTER_JOURNEYS,
    UTTER_TOLD,
    UTTER_UNTIL_HELP_COMES,
)
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
    is_out_of_the_blue,
    is_told_beside_an_answer,
    leading_on,
    once_who_writes_is_said,
    small_answer,
    thanks_surely,
)
from bot.dialogue.facts import (
    ConversationFacts,
    cards_given,
    emergencies_in_a_row,
    is_asked_after_cards,
    is_card_about_another,
    is_card_from_own_hand,
    is_card_newest,
    is_card_open,
    is_direct_question,
    is_emergency_from_oneself,
    is_emergency_of_a_collapse,
    is_emergency_open,
    is_help_called,
    is_told_plainly,
    journey_facts,
    language_of_card,
    lasting_card,
    latest_risk,
    newest_card,
    news_of,
    recent_words,
    spoken_in_session,
    typed_in_session,
)
from bot.dialogue.help_in_sight import above_helplines, with_helplines
from bot.dialogue.meaning import Meaning, meaning_of
from bot.dialogue.reader import reader_of, voice_of_reader
from bot.learning.decision import FOR_REAL
from bot.learning.state import JOURNEY_OUTCOME, JOURNEY_SAY, from_slots
from bot.learning.wording import Worded, starting_words, word
from bot.nlu.constants import EVERYDAY, IN_CASE, LIKELY, NEAREST, RETRIEVAL_INTENT
from bot.nlu.news import Heard, News
from bot.nlu.risk_detector import from_dict
from bot.nlu.topics import FAULT, GRAVE_TOPICS, SENSITIVE_TOPICS, is_about, topic_of
from bot.safety.answers import (
    asks_what_now,
    hides,
    hides_scars,
    is_about_me,
    is_back,
    is_question,
    names_family,
    says_thanks,
    speaks_of_dying,
    was_missing,
)
from bot.safety.cues import UNDETERMINED
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    ADULT_INVOLVED,
    EXTORTION,
    IMAGE_SHARED,
    IMMEDIATE_DANGER,
    OFFENDER_CONCERN,
    SELF_HARM,
    RiskAssessment,
    RiskLevel,
    Speaker,
)
from bot.safety.protocol import FRIEND, OWN_BEHAVIOUR, SURVIVOR, category_of_yes, voice_of

Composer = Callable[[DialogueStateTracker, ConversationFacts, datetime], Draft]

#: After a card, answers that are further away than this are not offered.
NEAR_ENOUGH = 0.1
#: "I can't stop watching pornography" is no choice for a child who cannot sleep, however near it seems.
SURELY_NEAR, _OUT_OF_THE_BLUE = 0.3, ("pornography_exposure", "offender_worry")
#: From here on words that only tell something after a card get the answer that they are like ("she begs me not to").
SURELY_MEANT_AFTER_CARD = 0.75
#: The same for answers that people ask for after such a card.
OF_ITS_TOPIC_ENOUGH = 0.02
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
_OF_ONESELF = (Speaker.SELF.value, Speaker.UNKNOWN.value)
#: Voices in which people are answered about themselves.
_OF_THEIR_OWN = (CHILD, SURVIVOR)
_WORDS, _HOW_TO_TELL = "words_for_a_talk", "how_do_i_tell_someone"
#: Of a child's phone; whoever found pictures at a partner looks through nothing.
_FOUND_PICTURES = "found_nudes_on_childs_phone"
#: Of what was done to the writer long ago; no answer where a card is about another, or about their own hand.
_MY_PAST = "tell_my_partner_about_my_past"
_KNOWN_TO_US, _NAMES_WHEN_CALLING = "do_you_know_who_i_am", "names_when_i_call"
_WHAT_TO_SAY, _DELETING = "what_to_say_when_child_tells", "delete_chat_or_account"
_BREAKING_UP = "break_up_when_they_threaten"
#: The situation in which a parent does it themselves (`data/risk/words/situations.yml`).
_OWN_HAND = "own_hand"
#: The situation in which somebody passed on the picture of another.
_PASSED_ON = "someone_elses_image"
#: Who locks themselves in after one of these is afraid of somebody.
_DANGER_FROM_OTHERS = (ABUSE_DISCLOSURE, IMMEDIATE_DANGER, ADULT_INVOLVED)
_AGE_NAMED = re.compile(r"(?<![\d.:/])(?:[3-9]|1\d)(?![\d:/]|\.\d)")
#: Up to this age in years the words for younger children fit, above it those for teenagers.
_YOUNG_UP_TO = 10
#: The answer that is not offered, by whether the child is a younger one.
_OF_ANOTHER_AGE = {True: "talk_to_teenager", False: "talk_to_young_child"}


def _crisis_card(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The card. The policy's slots say about what and whom: words after a card may be about that card.

    While somebody is in danger the emergency number leads, also after words that are unclear by themselves.
    """
    risk = from_dict(latest_risk(tracker))
    category = facts.slots.get(CARD_CATEGORY) or risk.main_category
    goes_on = is_emergency_open(tracker)
    is_told = is_told_plainly(latest_risk(tracker) or {})
    # "Im scared" after "ive taken tablets" sounds of danger by another.
    is_heard_again = risk.level < RiskLevel.EMERGENCY or (SELF_HARM in risk.categories and not is_told)
    is_same_danger = goes_on and is_heard_again and is_emergency_from_oneself(tracker)
    is_hidden = hides(text_of(tracker)) and newest_card(tracker).get(CARD_CATEGORY) in _DANGER_FROM_OTHERS
    if is_hidden and not is_told and category == SELF_HARM:
        # "Im in the bathroom, the door is locked", after a father who rages: a score hears somebody who took something.
        category = IMMEDIATE_DANGER
    if is_same_danger:
        category = IMMEDIATE_DANGER if is_emergency_of_a_collapse(tracker) else SELF_HARM
    level = max(risk.level, RiskLevel.EMERGENCY if goes_on else RiskLevel.ESCALATE)
    # "She says it's nothing" sounds hardly of it by itself, and is about the same tablets.
    is_as_heard = category in (None, risk.main_category) and not is_same_danger
    categories = risk.categories if category is None or is_as_heard else {category: 1.0}
    speaker = Speaker(facts.slots.get(CARD_SPEAKER) or risk.speaker)
    language = language_of_card(tracker) if risk.language in (None, UNDETERMINED) else risk.language
    card = replace(risk, level=level, categories=categories, speaker=speaker, language=language)
    context = _context(tracker, facts, now)
    if category == ABUSE_DISCLOSURE and is_card_from_own_hand(tracker) and not is_told:
        # "My dad was the same with me" makes nobody else the one who does it.
        context = replace(context, words="")
    meaning, heard = meaning_of(tracker), news_of(tracker)
    # Something graver in the same words may have brought a card of its own.
    is_named = heard is not None and heard.news.speaker is speaker
    is_not_me = meaning is Meaning.NOT_ME or (meaning is Meaning.PUT_RIGHT and is_named)
    if is_not_me and is_named:
        context = _of_the_right_one(context, category, speaker, heard)
    if is_not_me or (speaker is Speaker.SELF and newest_card(tracker).get(CARD_SPEAKER) == Speaker.FRIEND.value):
        # "Ok it's me": the words for a friend were not for the one who writes.
        context = replace(context, cards_given=frozenset(context.cards_given) - {category or ""})
    draft = _as_card(compose(card, context))
    return _put_right(draft, facts) if is_not_me else draft


def _of_the_right_one(
    context: CrisisContext, category: str | None, speaker: Speaker, heard: Heard | None
) -> CrisisContext:
    """The context of a card for whoever said that it is about them; the words before were read wrongly."""
    passed_on = speaker is Speaker.OWN_BEHAVIOUR and category == IMAGE_SHARED
    is_long_ago = heard is not None and heard.news is News.SURVIVOR
    needs = (GROWN,) if is_long_ago else ()
    return replace(context, words="", situation=_PASSED_ON if passed_on else None, needs=needs, whose_is_said=True)


def _put_right(card: Draft, facts: ConversationFacts) -> Draft:
    """A card for the right person, after a word on the one that was not."""
    sorry = plain("utter_crisis_put_right", facts)
    return {**card, "text": f"{sorry['text']}\n\n{card['text']}", "responses": [sorry["response"], *card["responses"]]}


def _crisis_answer(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The answer to a question about what a card was given for; the helplines stay beneath it."""
    faq = _what_now(tracker) or _meant_instead(tracker, facts) or next(iter(_nearest(tracker)), None)
    if faq is None:
        return _crisis_card(tracker, facts, now)
    if _is_said_again(f"{FAQ_PREFIX}{faq}", tracker):
        return with_helplines(_not_answered(tracker, facts), facts, now)
    return _answer_with_helplines(faq, facts, now)


def _answer(name: str) -> Composer:
    """The answer to a question. Where it was given just now, something else seems to be meant: what is near instead."""

    def compose_answer(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
        if goes_on_telling(tracker, facts, name):
            return heard_beside_an_answer(tracker, facts)
        if not _is_said_again(name, tracker):
            return plain(name, facts)
        if not is_question(text_of(tracker)):
            return heard_beside_an_answer(tracker, facts)
        others = [faq for faq in _nearest(tracker) if f"{FAQ_PREFIX}{faq}" != name]
        leads_on = plain(name, facts)["buttons"]
        draft = plain("utter_same_answer", facts)
        near = [faq_button(faq, facts) for faq in others[: MOST_BUTTONS - 1]]
        more = [button for button in leads_on if button not in near]
        return {**draft, "buttons": [*near, *more, *draft["buttons"]][:MOST_BUTTONS]}

    return compose_answer


def _is_said_again(name: str, tracker: DialogueStateTracker) -> bool:
    """Whether other words than before lead to the answer that stands right above."""
    typed = [text.strip().lower() for text in islice(typed_in_session(tracker), 2)]
    is_typed = not typed[0].startswith(INTENT_MESSAGE_PREFIX) if typed else False
    return spoken_before(tracker) == name and is_typed and len(set(typed)) > 1


def _answer_with_helplines(faq: str, facts: ConversationFacts, now: datetime) -> Draft:
    return above_helplines(plain(f"{FAQ_PREFIX}{faq}", facts), facts, now)


def _crisis_meant(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The reply to what a short message means because of a card."""
    meaning = meaning_of(tracker)
    if meaning is Meaning.CALLED_OFF:
        return _safe_now(tracker, facts, now)
    if meaning is Meaning.MISREAD:
        return _misread(tracker, facts, now)
    is_about_dying = newest_card(tracker).get(CARD_CATEGORY) == SELF_HARM
    names: Mapping[Meaning | None, str] = {
        Meaning.CARRIES_OUT: "utter_crisis_which_step_self_harm" if is_about_dying else "utter_crisis_which_step",
        Meaning.COMES_NEAR: "utter_crisis_comes_near",
        Meaning.EXPLAINED: "utter_crisis_explained",
        Meaning.ORDINARY_PICTURE: "utter_crisis_explained",
        Meaning.NOT_ACTING: "utter_crisis_not_acting",
        Meaning.NOTHING_TAKEN: "utter_crisis_noted",
        Meaning.OTHER_CHILDREN: "utter_crisis_other_children",
        Meaning.HELP_IS_CALLED: UTTER_HELP_CALLED if is_help_called(tracker) else UTTER_UNTIL_HELP_COMES,
        Meaning.CANNOT_SPEAK: UTTER_CANNOT_TALK_NOW,
        Meaning.HELP_IS_HERE: UTTER_HELP_IS_THERE,
        Meaning.MAYBE_NOW: _maybe_now(tracker, facts),
        Meaning.DANGER_AHEAD: "utter_crisis_danger_ahead",
        Meaning.WENT_ON: "utter_crisis_went_on",
        Meaning.MORE_AT_RISK: "utter_crisis_child_near_own_thoughts",
        Meaning.MORE_OF_DYING: _told_more(tracker, facts),
        Meaning.SOMEONE_TO_TELL: "utter_told_somebody_to_tell",
        Meaning.MUST_NOT_GO: "utter_crisis_must_not_go",
        Meaning.NO_WAITING: "utter_crisis_no_waiting",
        Meaning.HIDES: "utter_emergency_hiding",
        Meaning.PHONE_IS_LOW: "utter_emergency_phone_is_low",
        Meaning.KEPT_AWAY: "utter_crisis_kept_away",
        Meaning.RIGHT_TO_TELL: "utter_crisis_right_to_tell",
    }
    name = names.get(meaning, "utter_crisis_heard")
    if meaning is Meaning.KEPT_AWAY and spoken_before(tracker) == name:
        # "He moved out", then "he cant come here anymore": the same words twice sound as if nobody read.
        name = "utter_crisis_noted"
    return with_helplines(name, facts, now)


def _misread(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """A card is taken back, with the answer to what was written then, or to what is asked now, where there is one."""
    faq = _known_of(tracker.latest_message) or _written_before_the_card(tracker)
    if faq is None:
        return with_helplines(UTTER_CRISIS_MISREAD, facts, now)
    answer = plain(f"{FAQ_PREFIX}{faq}", facts)
    framed = with_helplines(f"{UTTER_CRISIS_MISREAD}_answered", facts, now, {"answer": answer["text"]})
    buttons = [*answer["buttons"], *framed["buttons"]]
    return {**framed, "buttons": [*buttons[: MOST_BUTTONS - 1], buttons[-1]]}


def _written_before_the_card(tracker: DialogueStateTracker) -> str | None:
    """The faq id that the message was about for which the newest card was given."""
    events = iter(reversed(tracker.events))
    next((event for event in events if isinstance(event, BotUttered) and event.metadata.get(CARD_CATEGORY)), None)
    return _known_of(next((event for event in events if isinstance(event, UserUttered)), None))


def _known_of(message: UserUttered | None) -> str | None:
    """The faq id that a message was surely about; of answers about harm none, since a card is being taken back."""
    intent = (message.parse_data or {}).get("intent", {}) if message is not None else {}
    label = str(intent.get(FULL_RETRIEVAL_INTENT_NAME_KEY) or "")
    is_answer = f"utter_{label}" in get_responses() and topic_of(label) not in GRAVE_TOPICS
    return label.rpartition("/")[2] if is_answer else None


def _what_now(tracker: DialogueStateTracker) -> str | None:
    """ "And what do I do now?" is answered by what comes after the latest card."""
    message = tracker.latest_message
    if message is None or not asks_what_now(message.text or ""):
        return None
    following = get_card_words()["next_answer"].get(newest_card(tracker).get(CARD_CATEGORY))
    return following["faq"] if following and f"{FAQ_PREFIX}{following['faq']}" in get_responses() else None


def _meant_instead(tracker: DialogueStateTracker, facts: ConversationFacts) -> str | None:
    """The answer that a card makes of another: "I don't have the money" is what a blackmailer demands, no price.

    Whoever holds or made a picture of somebody must not be told to take a screenshot, nor that they did no wrong.
    """
    card = newest_card(tracker)
    intent = tracker.latest_message.intent.get("name") if tracker.latest_message else None
    if card.get(CARD_CATEGORY) == EXTORTION and intent == BARRIER_COST:
        return "sextortion_should_i_pay"
    known = next(iter(_nearest(tracker)), None)
    if known == _BREAKING_UP and not while_somebody_threatens_themselves(tracker, facts):
        return "older_partner_online" if card.get(CARD_CATEGORY) == ADULT_INVOLVED else "break_up"
    if known in (_WHAT_TO_SAY, _WORDS) and card.get(CARD_SPEAKER) == Speaker.SELF.value:
        return _TO_THE_ONE_WHO_DID_IT.get(card.get(CARD_CATEGORY) or "", _HOW_TO_TELL if known == _WORDS else None)
    if known == _WORDS:
        return _WHAT_TO_SAY if card.get(CARD_SPEAKER) == Speaker.ABOUT_CHILD.value else _HOW_TO_TELL
    if known == _KNOWN_TO_US and _NAMES_WHEN_CALLING in _nearest(tracker):
        # After a card "do i have to say my name" is about the call.
        return _NAMES_WHEN_CALLING
    if known in (_DELETING, _FOUND_PICTURES) and card.get(CARD_CATEGORY) == OFFENDER_CONCERN:
        # Such pictures are no child's chat: nothing is saved, shown or looked through.
        is_own = about_ones_own_doing(tracker, facts)
        return "stop_viewing_illegal_images" if is_own else "partner_views_illegal_images"
    given = str(card.get("response") or "")
    return next((answers.get(known or "") for name, answers in _INSTEAD.items() if given.startswith(name)), None)


def _check_in(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    assessment = from_dict(latest_risk(tracker))
    draft = _as_card(compose(assessment, _context(tracker, facts, now)))
    asked = {**draft, CHECK_IN: assessment.asked_category}
    # "I'd be better not there" after a card about blackmail is asked about; nobody loses sight of help by being asked.
    return above_helplines(asked, facts, now) if is_card_open(tracker) else asked


def _check_in_yes(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The person said yes to the direct question: a person to reach now for what was asked about, nothing else.

    The words of `utter_check_in_yes_…` are for a person about themselves ("it isn't your fault"). A parent, a friend, a
    professional, or an adult by their own words gets the card in their own voice.
    """
    asked, speaker = _asked_about(tracker), Speaker(facts.slots.get(CARD_SPEAKER) or Speaker.UNKNOWN)
    if is_about_me(text_of(tracker)):
        speaker = Speaker.SELF
    risk, context = RiskAssessment(RiskLevel.ESCALATE, {asked: 1.0}, speaker), _context(tracker, facts, now)
    if _question_asked(tracker) == ASKS_OF_OWN_HAND:
        context = replace(context, situation=_OWN_HAND)
    told = read_told(risk, context)
    voice = voice_of(told.assessment.speaker, told.context.audience, asked, told.context.age)
    if voice not in (CHILD, OWN_BEHAVIOUR):
        return _as_card(compose(risk, context))
    values = {CARD_CATEGORY: asked, CARD_NEEDS: (), "at": now}
    shown = selection_from({**known_values(facts), **values, "channel": facts.channel})
    draft = plain(f"{UTTER_CHECK_IN_YES}_{asked}", facts, values)
    hotlines = [choice.service.id for choice in shown.choices]
    return {**draft, "hotlines": hotlines, "card_level": RiskLevel.ESCALATE.label, "card_category": asked}


def _check_in_no(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """A no goes back to what was written before our question: with its answer, where there is one for certain.

    Else a no about an adult or a picture leaves what was asked for: "you never have to send one" is said there.
    """
    if facts.card:
        # What was told before a card still counts: the helplines stay beneath.
        return with_helplines("utter_check_in_no_after_card", facts, now)
    asked, faq = _asked_about(tracker), _asked_before_our_question(tracker)
    before = (facts.last_answer or "").removeprefix(FAQ_PREFIX) or None
    own = f"{UTTER_CHECK_IN_NO}_{asked}"
    # "Someone your own age can push too" is said to the one it may happen to; a parent's question is answered.
    is_for_them = facts.audience not in (PARENT, PROFESSIONAL)
    is_grave = faq is None or topic_of(f"{RETRIEVAL_INTENT}/{faq}") in GRAVE_TOPICS
    if own in get_responses() and (is_for_them or is_grave):
        return _leading_to(faq or before, plain(own, facts), facts)
    # What is said to a no about dying is said first.
    if faq is None or asked == SELF_HARM:
        return _leading_to(faq or before, plain(UTTER_CHECK_IN_NO, facts), facts)
    answer = plain(f"{FAQ_PREFIX}{faq}", facts)
    framed = plain("utter_check_in_no_answered", facts, {"answer": answer["text"]})
    buttons = [*answer["buttons"], *framed["buttons"]][:MOST_BUTTONS]
    return {**answer, "text": framed["text"], "buttons": buttons, "responses": [framed["response"], answer["response"]]}


def _leading_to(faq: str | None, draft: Draft, facts: ConversationFacts) -> Draft:
    """The same with an answer as the first choice; the last one gives way, people to talk to never do."""
    first = [faq_button(faq, facts)] if faq and not any(f'"{faq}"' in b["payload"] for b in draft["buttons"]) else []
    kept = [button for button in draft["buttons"] if first and button["payload"] == "/get_hotline"]
    others = [button for button in draft["buttons"] if button not in kept]
    return {**draft, "buttons": [*first, *kept, *others][:MOST_BUTTONS]}


def _asked_before_our_question(tracker: DialogueStateTracker) -> str | None:
    """The faq id that the message was surely about which made us ask ("my account is gone")."""
    events = iter(reversed(tracker.events))
    next((event for event in events if isinstance(event, BotUttered) and is_direct_question(event)), None)
    before = next((event for event in events if isinstance(event, UserUttered)), None)
    intent = (before.parse_data or {}).get("intent", {}) if before is not None else {}
    faq = str(intent.get(FULL_RETRIEVAL_INTENT_NAME_KEY) or "").rpartition("/")[2]
    return faq if f"{FAQ_PREFIX}{faq}" in get_responses() else None


def _asked_about(tracker: DialogueStateTracker) -> str:
    """The policy clears the slot with its answer, so the category is read from the question that was asked."""
    return category_of_yes(_newest_question(tracker).get(CHECK_IN))


def _question_asked(tracker: DialogueStateTracker) -> str:
    """The response name of the newest question of ours."""
    return str(_newest_question(tracker).get("response") or "")


def _newest_question(tracker: DialogueStateTracker) -> Mapping[str, Any]:
    spoken = (event for event in reversed(tracker.events) if isinstance(event, BotUttered))
    return next((event.metadata for event in spoken if is_direct_question(event)), {})


def _context(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> CrisisContext:
    return CrisisContext(
        country=facts.country,
        audience=facts.audience,
        channel=facts.channel,
        language=facts.language,
        cards_given=cards_given(tracker),
        at=now,
        age=facts.age,
        words=recent_words(tracker),
        needs=tuple(newest_card(tracker).get(CARD_NEEDS) or ()),
        emergencies=emergencies_in_a_row(tracker),
        emergency_from_oneself=is_emergency_from_oneself(tracker),
        emergency_of_a_collapse=is_emergency_of_a_collapse(tracker),
        emergency_told_anew=(latest_risk(tracker) or {}).get("alone") == RiskLevel.EMERGENCY.label,
        help_is_called=is_help_called(tracker),
        of_a_friend=newest_card(tracker).get(CARD_SPEAKER) == Speaker.FRIEND.value,
        of_a_child=newest_card(tracker).get(CARD_SPEAKER) == Speaker.ABOUT_CHILD.value,
        words_given=_words_of_cards(tracker),
        situation=_OWN_HAND if meaning_of(tracker) is Meaning.OWN_HAND else None,
    )


def _words_of_cards(tracker: DialogueStateTracker) -> FrozenSet[str]:
    cards = (spoken.metadata for spoken in spoken_in_session(tracker) if spoken.metadata.get(CARD_CATEGORY))
    return frozenset(str(card.get("response")) for card in cards)


def _as_card(reply: CrisisReply) -> Draft:
    texts = [message.text for message in reply.messages]
    buttons = [
        {"title": button.title, "payload": button.payload} for message in reply.messages for button in message.buttons
    ]
    return {
        "text": "\n\n".join(texts),
        "buttons": buttons,
        "response": reply.messages[0].response,
        "responses": [message.response for message in reply.messages],
        "hotlines": list(reply.hotlines),
        "card_level": reply.level.label if reply.level >= RiskLevel.ESCALATE else None,
        CARD_CATEGORY: reply.category if reply.level >= RiskLevel.ESCALATE else None,
        CARD_SPEAKER: reply.speaker.value if reply.level >= RiskLevel.ESCALATE else None,
        CARD_NEEDS: list(reply.needs) if reply.level >= RiskLevel.ESCALATE else None,
    }


def _asked_faq(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The answer behind a button `/ask{"faq": …}`; an id that no longer exists leads to the menu."""
    message = tracker.latest_message
    asked = next((e.get("value") for e in (message.entities if message else []) if e.get("entity") == "faq"), None)
    name = f"{FAQ_PREFIX}{asked}"
    return plain(name if name in get_responses() else "utter_topic_menu", facts)


def _nearest_answers(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The nearest answer when it is likely, else three as buttons; after a first miss, the topic menu instead.

    While a crisis card is what was talked of last, a miss may be one more detail of what happened: the helplines stay.
    """
    parsed = _parsed(tracker)
    # Nobody who did it, or is afraid to, is told that it is not their fault.
    barred = FAULT if after_ones_own_deed(tracker, facts) else None
    nearest = [faq for faq in _nearest(tracker) if faq != barred]
    likely = parsed.get(LIKELY)
    if likely and spoken_before(tracker) == f"{FAQ_PREFIX}{likely}":
        # It was said just now, and something else seems to be asked.
        likely = None
    if likely and is_out_of_the_blue(tracker, facts, likely):
        likely = None
    is_open = is_card_newest(tracker) or is_card_open(tracker)
    # Ranked for the case, the first is what is meant, be it too unsure to be given as it is.
    is_meant_first = likely in nearest[:1] or (parsed.get(IN_CASE) and is_question(text_of(tracker)))
    instead = _meant_instead(tracker, facts) if is_open and is_meant_first else None
    if instead:
        return _answer_with_helplines(instead, facts, now)
    if not is_open and (says_thanks(text_of(tracker)) or thanks_surely(tracker)):
        return plain("utter_thank", facts)
    if not is_open and is_told_beside_an_answer(tracker, facts, likely):
        return heard_beside_an_answer(tracker, facts)
    # What is told, not asked, after a card ("we broke up in september") wants no lesson on what it resembles.
    is_told = is_open and not is_question(text_of(tracker))
    is_meant = _score_of(likely, parsed) >= SURELY_MEANT_AFTER_CARD
    if likely and likely in nearest and (not is_told or (is_meant and is_asked_after_cards(tracker, likely))):
        if is_open and is_asked_after_cards(tracker, likely):
            return _answer_with_helplines(likely, facts, now)
        return _likely_answer(likely, [faq for faq in nearest if faq != likely], facts)
    if is_open and with_a_child_near_own_thoughts(tracker, facts):
        return with_helplines("utter_crisis_child_near_own_thoughts", facts, now)
    if is_open:
        cards = cards_given(tracker)
        asked = cards if is_question(text_of(tracker)) else frozenset()
        near = [entry["faq"] for entry in parsed.get(NEAREST, []) if _is_near(entry, asked)]
        draft = with_helplines(_not_answered(tracker, facts), facts, now)
        buttons = [faq_button(faq, facts) for faq in near if faq in nearest]
        return {**draft, "buttons": [*buttons[: MOST_BUTTONS - 1], *draft["buttons"]][:MOST_BUTTONS]}
    offered = {entry["faq"] for entry in parsed.get(NEAREST, []) if _may_be_offered(entry)}
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


def _score_of(faq: str | None, parsed: Mapping[str, Any]) -> float:
    return next((float(entry["score"]) for entry in parsed.get(NEAREST, []) if entry["faq"] == faq), 0.0)


def _second_miss(tracker: DialogueStateTracker, facts: ConversationFacts) -> Draft:
    """What leads on from the answer that was talked about; where there was none, the whole menu and people to reach."""
    before = facts.last_answer
    if before is None or metadata_of(before).get("topic") in GRAVE_TOPICS or cards_given(tracker):
        return {**plain("utter_second_miss", facts), "buttons": plain("utter_topic_menu", facts)["buttons"]}
    return leading_on("utter_second_miss_near", facts)


def _not_answered(tracker: DialogueStateTracker, facts: ConversationFacts) -> str:
    """After a card what is told is received and what is asked is not guessed at; twice in a row in other words."""
    alone = RiskLevel.from_label((latest_risk(tracker) or {}).get("alone", "none"))
    if alone < RiskLevel.ESCALATE and hides_scars(text_of(tracker)):
        return "utter_scars"
    if alone >= RiskLevel.CHECK_IN and not is_question(text_of(tracker)) and not after_ones_own_deed(tracker, facts):
        return _told_more(tracker, facts)
    if spoken_before(tracker) in ("utter_crisis_heard", "utter_crisis_unanswered"):
        return "utter_crisis_not_followed"
    return "utter_crisis_unanswered" if is_question(text_of(tracker)) else "utter_crisis_heard"


def _maybe_now(tracker: DialogueStateTracker, facts: ConversationFacts) -> str:
    """What asks whether somebody is in danger at this moment, with the number in the same reply."""
    cards = (spoken.metadata for spoken in spoken_in_session(tracker))
    if any(card.get(CARD_SPEAKER) == Speaker.OWN_BEHAVIOUR.value for card in cards):
        # Also after a card about dying that came since: a child may be near, and the words ask about both.
        return "utter_crisis_maybe_now_own_doing"
    if newest_card(tracker).get(CARD_CATEGORY) != SELF_HARM:
        return "utter_crisis_comes_near"
    is_own = voice_of_reader(facts) in _OF_THEIR_OWN
    return "utter_crisis_maybe_now_self_harm" if is_own else "utter_crisis_maybe_now_self_harm_of_another"


def _told_more(tracker: DialogueStateTracker, facts: ConversationFacts) -> str:
    """What receives more that is grave: of who may want to die nothing is written down first."""
    if newest_card(tracker).get(CARD_CATEGORY) != SELF_HARM:
        return "utter_crisis_told_more"
    is_own = voice_of_reader(facts) in _OF_THEIR_OWN
    return "utter_crisis_told_more_self_harm" if is_own else "utter_crisis_told_more_self_harm_of_another"


def _receive_more(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    return with_helplines(_told_more(tracker, facts), facts, now)


def _is_near(entry: Mapping[str, Any], cards: FrozenSet[str]) -> bool:
    """Whether an answer may be offered after these cards: near enough, or of their own topics and not far away."""
    return bool(entry["score"] >= (OF_ITS_TOPIC_ENOUGH if is_about(entry["faq"], cards) else NEAR_ENOUGH))


def _may_be_offered(entry: Mapping[str, Any]) -> bool:
    """Whether a guess may be shown: "I want to stop hurting myself" is no choice for a message about a game streak."""
    topic, score = entry.get("topic"), float(entry["score"])
    return topic not in SENSITIVE_TOPICS or score >= (SURELY_NEAR if topic in _OUT_OF_THE_BLUE else NEAR_ENOUGH)


def _likely_answer(faq: str, others: List[str], facts: ConversationFacts) -> Draft:
    """The best answer, said to be a guess, with the two next as ways out. It counts as that answer for follow-ups."""
    answer = plain(f"{FAQ_PREFIX}{faq}", facts)
    framed = plain("utter_likely_answer", facts, {"answer": answer["text"]})
    buttons = [*(faq_button(other, facts) for other in others), *framed["buttons"]]
    return {**answer, "text": framed["text"], "buttons": buttons, "responses": [framed["response"], answer["response"]]}


def _parsed(tracker: DialogueStateTracker) -> Mapping[str, Any]:
    """What was understood of the newest message."""
    message = tracker.latest_message
    return (message.parse_data or {}) if message else {}


def _nearest(tracker: DialogueStateTracker) -> List[str]:
    """Ids of the answers nearest to the newest message, best first."""
    entries = _parsed(tracker).get(NEAREST, [])
    barred = _MY_PAST if is_card_about_another(tracker) else None
    known = [entry["faq"] for entry in entries if entry["faq"] != barred]
    return [faq for faq in known if f"{FAQ_PREFIX}{faq}" in get_responses()]


def _missed_just_before(tracker: DialogueStateTracker) -> bool:
    return spoken_before(tracker) in (
        "utter_nearest_answers", "utter_about_what", "utter_second_miss", "utter_second_miss_near",
        "utter_heard_once_more", "utter_heard_beside_answer_grave",
    )  # fmt: skip


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


def _safe_now(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
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


def _contacted(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """Whoever was reached after danger or a wound has to know of it; elsewhere "took something" only frightens."""
    card = lasting_card(tracker)
    was_in_danger = newest_card(tracker).get(CARD_LEVEL) == RiskLevel.EMERGENCY.label
    is_of_the_body = card.get(CARD_CATEGORY) == SELF_HARM or was_in_danger
    is_own = facts.audience in (None, CHILD)
    name = "utter_outcome_contacted_in_danger" if is_of_the_body and is_own else "utter_outcome_contacted"
    return plain(name, facts, {"at": now})


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
        return with_helplines(fits or _not_answered(tracker, facts), facts, now)

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
    if alone < RiskLevel.ESCALATE and hides_scars(text_of(tracker)):
        return with_helplines("utter_scars", facts, now)
    was_spoken_of = SELF_HARM in cards_given(tracker) or is_emergency_open(tracker)
    if is_quiet and not was_spoken_of and not speaks_of_dying(recent_words(tracker)):
        return _nearest_answers(tracker, facts, now)
    return plain("utter_ask_method_details", facts)


def _needs_a_doctor(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """ "Should I take her to A&E?" after a card about self-harm is answered; what an illness is, is not."""
    return _answer_with_helplines("self_harm_needs_a_doctor", facts, now)


def _fault_of_ones_own(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """ "Is it my fault", asked by whoever did it: what they can do now, where there is an answer for it."""
    given = str(newest_card(tracker).get("response") or "")
    faq = next((answers[FAULT] for name, answers in _INSTEAD.items() if given.startswith(name)), None)
    return _answer_with_helplines(faq, facts, now) if faq else with_helplines("utter_crisis_unanswered", facts, now)


def _people_of_the_card(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
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


def _find_children(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """ "Pictures of kids", said by somebody who tells what they found at a partner, asks for none."""
    speaker = newest_card(tracker).get(CARD_SPEAKER)
    if is_card_open(tracker) and speaker in (Speaker.ABOUT_CHILD, Speaker.FRIEND, Speaker.PROFESSIONAL):
        return _nearest_answers(tracker, facts, now)
    return plain("utter_ask_find_children", facts)


def _audience_chosen(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """Who somebody is, typed after steps in an app, leaves what was asked for in reach: "im 10 tho"."""
    before = next(spoken_in_session(tracker), None)
    is_after_steps = before is not None and str(before.metadata.get("utter_action")).startswith("utter_privacy")
    if before is None or not is_after_steps or text_of(tracker).startswith(INTENT_MESSAGE_PREFIX):
        return plain("utter_audience_chosen", facts)
    draft, offered = plain("utter_heard_who_writes", facts), before.data.get("buttons") or []
    return {**draft, "buttons": [*offered[: MOST_BUTTONS - 1], *draft["buttons"]][:MOST_BUTTONS]}


def _for_whom_it_is(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    return for_whom_it_is(tracker, facts)


def _small_answer(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    return small_answer(tracker, facts)


SPECIAL_RESPONSES: Mapping[str, Composer] = {
    "utter_opening_notice": _opening_notice,
    UTTER_CRISIS_CARD: _crisis_card,
    UTTER_CRISIS_ANSWER: _crisis_answer,
    UTTER_CRISIS_MEANT: _crisis_meant,
    UTTER_CHECK_IN: _check_in,
    UTTER_CHECK_IN_YES: _check_in_yes,
    UTTER_CHECK_IN_NO: _check_in_no,
    "utter_asked_faq": _asked_faq,
    "utter_small_answer": _small_answer,
    "utter_nearest_answers": _nearest_answers,
    "utter_say_simpler": _either(while_newest, _received("utter_crisis_more"), _say_simpler),
    "utter_tell_me_more": _either(while_newest, _received("utter_crisis_more"), _tell_me_more),
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
    "utter_outcome_contacted": _either(while_helplines_are_talked_of, _contacted, _nearest_answers),
    "utter_outcome_safe_now": _either(while_helplines_are_talked_of, _safe_now, _nearest_answers),
    **{
        f"utter_outcome_{name}": _either(
            while_helplines_are_talked_of, _said(f"utter_outcome_{name}"), _nearest_answers
        )
        for name in ("not_yet", "no_answer")
    },
    "utter_outcome_going_to": _either(
        while_something_grave_is_heard,
        _received("utter_crisis_which_step_self_harm"),
        _either(while_helplines_are_talked_of, _said("utter_outcome_going_to"), _nearest_answers),
    ),
    # "I'll do it after the exams" may not be the telling that is put off.
    f"{UTTER_TOLD}will_do_it_later": _either(
        while_something_grave_is_heard,
        _received("utter_crisis_which_step_self_harm"),
        _told(f"{UTTER_TOLD}will_do_it_later"),
    ),
    # What to do behind that door is more than a text message holds; the number alone is not.
    UTTER_DANGER_GOES_ON: _either(by_text_message, _crisis_card, _told(UTTER_DANGER_GOES_ON)),
    # A child who writes "its me" is the one it happens to; a parent gets a card of their own (`Meaning.OWN_HAND`).
    f"utter_{TOLD_IT_IS_ME}": _received("utter_crisis_heard"),
    f"{FAQ_PREFIX}talk_to_a_real_person": _either(
        once_given, _people_of_the_card, _said(f"{FAQ_PREFIX}talk_to_a_real_person")
    ),
    "utter_share_news": _either(while_open, _received("utter_crisis_heard"), _said("utter_share_news")),
    "utter_thank": _either(while_open, _received("utter_crisis_goodbye"), _said("utter_thank")),
    "utter_goodbye": _either(while_open, _received("utter_crisis_goodbye"), _said("utter_goodbye")),
    "utter_laugh": _either(while_open, _received("utter_crisis_heard"), _said("utter_laugh")),
    "utter_user_is_bored": _either(while_open, _received("utter_crisis_heard"), _said("utter_user_is_bored")),
    # Who somebody is, told after a card, shows the helplines once more, in the words for that person.
    "utter_audience_chosen": _either(
        while_open, _crisis_card, _either(once_who_writes_is_said, _for_whom_it_is, _audience_chosen)
    ),
    # "In a bikini" tells what a picture shows.
    "utter_ask_sexual_content": _either(
        while_a_picture_is_told_of, _received("utter_crisis_noted"), _said("utter_ask_sexual_content")
    ),
    # "What do I say to her" after an answer on quarrels is about the quarrel.
    f"{FAQ_PREFIX}{_WHAT_TO_SAY}": _either(
        after_an_everyday_answer, _said(f"{FAQ_PREFIX}{_WORDS}"), _answer(f"{FAQ_PREFIX}{_WHAT_TO_SAY}")
    ),
    f"{FAQ_PREFIX}{_FOUND_PICTURES}": _either(
        while_pictures_were_found_at_another, _crisis_answer, _answer(f"{FAQ_PREFIX}{_FOUND_PICTURES}")
    ),
    f"{FAQ_PREFIX}{_MY_PAST}": _either(once_told_of_another, _nearest_answers, _answer(f"{FAQ_PREFIX}{_MY_PAST}")),
    # After a card they are words for telling, not for a quarrel.
    f"{FAQ_PREFIX}{_WORDS}": _either(while_open, _crisis_answer, _answer(f"{FAQ_PREFIX}{_WORDS}")),
    "utter_ask_medical_certainty": _either(
        while_open_about_self_harm, _needs_a_doctor, _said("utter_ask_medical_certainty")
    ),
    # "It wants 800 dollars" names a price, and "help me write it" may be about homework. The other barriers stand by
    # themselves: "nobody would believe me" may be the first that is told.
    **{
        f"utter_{barrier}": _either(while_helplines_are_talked_of, _said(f"utter_{barrier}"), _nearest_answers)
        for barrier in (BARRIER_COST, "barrier_dont_know_what_to_say")
    },
    # "My dad is gonna murder me when he sees my report" is about no secret that somebody keeps.
    "utter_barrier_parents_find_out": _either(
        while_somebody_may_find_out, _said("utter_barrier_parents_find_out"), _nearest_answers
    ),
    "utter_ask_will_police_come": _either(
        about_ones_own_doing, _said("utter_own_doing_and_police"), _said("utter_ask_will_police_come")
    ),
    f"{FAQ_PREFIX}{FAULT}": _either(after_ones_own_deed, _fault_of_ones_own, _said(f"{FAQ_PREFIX}{FAULT}")),
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
        _nearest_answers,
    ),
    "utter_ask_method_details": _method_details,
    "utter_ask_find_children": _find_children,
    f"utter_{TOLD_OF_ANOTHER_CHILD}": _either(
        while_somebody_may_hurt_others, _received("utter_crisis_other_children"), _received("utter_crisis_heard")
    ),
    f"utter_{TOLD_A_DETAIL}": _either(
        with_a_child_near_own_thoughts,
        _received("utter_crisis_child_near_own_thoughts"),
        _either(while_more_is_told, _receive_more, _received("utter_crisis_noted")),
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
