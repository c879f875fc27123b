"""Cards, our direct questions with their yes and no, and what a short message means because of a card."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, FrozenSet, Mapping

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import FULL_RETRIEVAL_INTENT_NAME_KEY

from bot.content.crisis import ASKS_OF_OWN_HAND, UTTER_HELP_CALLED, CrisisContext, CrisisReply, compose
from bot.content.responses import get_responses
from bot.content.selection import GROWN
from bot.content.telling import read_told
from bot.content.variables import selection_from
from bot.dialogue.after_card import (
    UTTER_SCARS,
    answer_with_helplines,
    asks_to_hide_scars,
    maybe_now,
    meant_instead,
    receive_unanswered,
    safe_now,
    told_more,
    what_now,
)
from bot.dialogue.constants import (
    CARD_CATEGORY,
    CARD_NEEDS,
    CARD_SPEAKER,
    CHECK_IN,
    CHILD,
    FAQ_PREFIX,
    PARENT,
    PROFESSIONAL,
    UTTER_CANNOT_TALK_NOW,
    UTTER_CHECK_IN_NO,
    UTTER_CHECK_IN_YES,
    UTTER_CRISIS_MISREAD,
    UTTER_HELP_IS_THERE,
    UTTER_UNTIL_HELP_COMES,
)
from bot.dialogue.drafts import MOST_BUTTONS, Draft, faq_button, known_values, plain, spoken_before, text_of
from bot.dialogue.facts import (
    ConversationFacts,
    cards_given,
    emergencies_in_a_row,
    is_card_from_own_hand,
    is_card_open,
    is_direct_question,
    is_emergency_from_oneself,
    is_emergency_of_a_collapse,
    is_emergency_open,
    is_help_called,
    is_told_plainly,
    language_of_card,
    latest_risk,
    newest_card,
    news_of,
    recent_words,
    spoken_in_session,
)
from bot.dialogue.first_steps import are_steps_asked_for, first_steps, give_first_steps
from bot.dialogue.help_in_sight import above_helplines, with_helplines
from bot.dialogue.meaning import Meaning, meaning_of
from bot.dialogue.ranked import is_said_again, nearest_of
from bot.nlu.constants import RETRIEVAL_INTENT
from bot.nlu.news import Heard, News
from bot.nlu.risk_detector import from_dict
from bot.nlu.topics import GRAVE_TOPICS, topic_of
from bot.safety.answers import hides, is_about_me
from bot.safety.cues import UNDETERMINED
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    ADULT_INVOLVED,
    IMAGE_SHARED,
    IMMEDIATE_DANGER,
    OFFENDER_CONCERN,
    SELF_HARM,
    RiskAssessment,
    RiskLevel,
    Speaker,
)
from bot.safety.protocol import OWN_BEHAVIOUR, category_of_yes, voice_of

#: The situation in which a parent does it themselves (`data/risk/words/situations.yml`).
_OWN_HAND = "own_hand"
#: The situation in which somebody passed on the picture of another.
_PASSED_ON = "someone_elses_image"
#: Who locks themselves in after one of these is afraid of somebody.
_DANGER_FROM_OTHERS = (ABUSE_DISCLOSURE, IMMEDIATE_DANGER, ADULT_INVOLVED)


def crisis_card(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
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
    was_of_another = newest_card(tracker).get(CARD_SPEAKER) == Speaker.FRIEND.value or meaning is Meaning.IT_IS_ME
    if is_not_me or (speaker is Speaker.SELF and was_of_another):
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


def crisis_answer(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The answer to a question about what a card was given for; the helplines stay beneath it."""
    steps = first_steps(tracker, facts) if are_steps_asked_for(tracker) else None
    if steps is not None:
        return give_first_steps(tracker, steps, facts, now)
    if asks_to_hide_scars(tracker):
        return with_helplines(UTTER_SCARS, facts, now)
    faq = what_now(tracker) or meant_instead(tracker, facts) or next(iter(nearest_of(tracker)), None)
    if faq is None:
        return crisis_card(tracker, facts, now)
    if is_said_again(f"{FAQ_PREFIX}{faq}", tracker):
        return receive_unanswered(tracker, facts, now)
    return answer_with_helplines(faq, facts, now)


def crisis_meant(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """The reply to what a short message means because of a card."""
    meaning = meaning_of(tracker)
    if meaning is Meaning.CALLED_OFF:
        return safe_now(tracker, facts, now)
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
        Meaning.MAYBE_NOW: maybe_now(tracker, facts),
        Meaning.DANGER_AHEAD: "utter_crisis_danger_ahead",
        Meaning.WENT_ON: "utter_crisis_went_on",
        Meaning.MORE_AT_RISK: "utter_crisis_child_near_own_thoughts",
        Meaning.MORE_OF_DYING: told_more(tracker, facts),
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


def check_in(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
    """One kind, direct question about what may be behind the words; beneath a card its helplines stay."""
    assessment = from_dict(latest_risk(tracker))
    draft = _as_card(compose(assessment, _context(tracker, facts, now)))
    asked = {**draft, CHECK_IN: assessment.asked_category}
    # "I'd be better not there" after a card about blackmail is asked about; nobody loses sight of help by being asked.
    return above_helplines(asked, facts, now) if is_card_open(tracker) else asked


def check_in_yes(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
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


def check_in_no(tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime) -> Draft:
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
        audience=_audience(tracker, facts),
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


def _audience(tracker: DialogueStateTracker, facts: ConversationFacts) -> str | None:
    """The audience; a survivor who came as a professional speaks for themselves of the one who hurt them.

    "He has little kids around him now" wants no word about a safeguarding lead then.
    """
    is_a_survivor = str(newest_card(tracker).get("response") or "").endswith("_survivor")
    is_of_that_person = from_dict(latest_risk(tracker)).main_category == OFFENDER_CONCERN
    is_meant = is_a_survivor and is_of_that_person and facts.audience == PROFESSIONAL
    return PARENT if is_meant else facts.audience


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
