"""What a short message means because of the card that is talked of: "ok im gonna do it", "hes home", "its dad"."""

from __future__ import annotations

from enum import Enum
from typing import Any, FrozenSet, Mapping, Sequence

from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.constants import (
    BARRIER_CANNOT_TALK,
    CARD_CATEGORY,
    CARD_SPEAKER,
    TOLD_IT_IS_ME,
    TOLD_IT_IS_NOT_ME,
    TOLD_STILL_NEAR,
    UTTER_CHECK_IN_YES,
)
from bot.dialogue.facts import (
    cards_given,
    help_of,
    is_card_from_own_hand,
    is_card_open,
    is_emergency_from_oneself,
    is_emergency_open,
    is_written_by_a_grown_up,
    language_of_card,
    latest_risk,
    newest_card,
    news_of,
    typed_in_session,
    was_asked_lately,
)
from bot.nlu.cases import case_told
from bot.nlu.constants import FALLBACK_INTENT, RETRIEVAL_INTENT
from bot.nlu.news import Heard, Help, News
from bot.safety.answers import (
    asks_nothing_but_what_now,
    asks_to_wait,
    asks_until_help_comes,
    calls_off,
    came_out,
    carries_out,
    comes_near,
    denies_help,
    denies_trouble,
    doubts_telling,
    explains,
    feels_the_same,
    hides,
    is_about_another,
    is_about_me,
    is_back,
    is_kept_away,
    is_looked_after,
    is_of_the_writer_alone,
    is_question,
    is_told_in_despair,
    is_treated,
    may_go_along,
    must_not_be_heard,
    names_a_time,
    names_others,
    names_someone_to_tell,
    names_the_same_child,
    needs_a_doctor,
    rages,
    read_answer,
    says_as_well,
    says_phone_is_low,
    speaks_of_other_children,
    tells_of_another_time,
    tells_of_safety,
    took_nothing,
    took_something,
    was_done_to_me_too,
    was_missing,
    will_not_act,
)
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    ADULT_INVOLVED,
    EXTORTION,
    IMAGE_SHARED,
    IMMEDIATE_DANGER,
    OFFENDER_CONCERN,
    SELF_HARM,
    RiskLevel,
    Speaker,
)
from bot.safety.protocol import OWN_BEHAVIOUR

#: What somebody may be about to do themselves.
_DONE_ONESELF = frozenset({SELF_HARM, ADULT_INVOLVED, EXTORTION, IMAGE_SHARED, IMMEDIATE_DANGER})
#: Where somebody may come near.
_FROM_A_PERSON = frozenset({ABUSE_DISCLOSURE, ADULT_INVOLVED, IMMEDIATE_DANGER})
#: Cards about somebody who lives where the child does.
_AT_HOME = ("utter_crisis_parent_is_abuser", "utter_crisis_parent_hits", "utter_crisis_partner_violence")
#: Where "it happened again" tells of what somebody does to a child, and not of pictures or demands.
_DONE_TO_A_CHILD = frozenset({ABUSE_DISCLOSURE, ADULT_INVOLVED, IMMEDIATE_DANGER, OFFENDER_CONCERN})
#: Tells of a meeting; its words are about somebody who is known from the internet only.
_MEETING, _OF_STAFF = "told_a_meeting", "utter_crisis_staff_member"
#: Intents whose words fit such news better than the general ones.
_SAYS_IT_BETTER: Mapping[News, FrozenSet[str]] = {
    # Nobody answers, or they wait in a queue: their words keep the emergency number beneath.
    News.DANGER_NOW: frozenset({"told_cannot_reach", "told_waiting_for_helpline", "outcome_no_answer"}),
    News.DANGER_SOON: frozenset({_MEETING, "told_danger_goes_on"}),
    News.AGAIN: frozenset({"told_comes_back", "told_nobody_acts"}),
}
#: Intents that tell the same as such news, in general words.
_OF_THE_SAME: Mapping[News, FrozenSet[str]] = {
    News.DANGER_SOON: frozenset({TOLD_STILL_NEAR, "told_they_are_close"}),
    News.AGAIN: frozenset({"told_more_is_demanded", TOLD_STILL_NEAR, "told_people_saw_it"}),
    News.ANOTHER_CHILD: frozenset({"told_another_child", TOLD_STILL_NEAR}),
}
#: How the intents begin that tell a fact or what holds somebody back, and those that leave open what it means.
_FACTS = ("told_", "barrier_", "outcome_")
_LEAVES_OPEN = frozenset(
    {
        "told_a_detail", "told_who_it_was", "told_how_it_feels", "told_something_else", "told_it_is_me",
        "told_it_is_not_me", "told_first_time_said",
    }
)  # fmt: skip
#: The same after a card about self-harm: "not yet" may be said of dying itself.
_LEAVES_DYING_OPEN = (_LEAVES_OPEN | {"outcome_not_yet"}) - {"told_it_is_me", "told_it_is_not_me", "told_how_it_feels"}
#: Beginning of the cards about a meeting that is planned, after which so few words may say no more than when it is.
_OF_A_MEETING = "utter_crisis_planned_meeting_"
_MOST_WORDS_OF_A_TIME = 5
#: From this score it is believed that a trouble told of somebody is another's.
_SURE_ENOUGH = 0.8
#: From here on it is believed whose trouble it is, and that it is the writer's doing; sooner where the intent says so.
_WHOSE_FROM, _OWN_DOING_FROM = 0.7, 0.85
#: "Go on" is said to us, and tells nothing.
_ASKS_TO_GO_ON = frozenset({"tell_me_more"})
#: Intents of words that may put right whose trouble it is: none, what leaves that open, and who writes.
_MAY_CORRECT = frozenset({None, FALLBACK_INTENT, RETRIEVAL_INTENT, "choose_audience", "other_age", *_LEAVES_OPEN})
#: From this score news stands beside a fact that is understood.
_SURELY = 0.9
_TOLD_OF_ANOTHER = (Speaker.FRIEND.value, Speaker.ABOUT_CHILD.value)
#: What the same person may have done to the one who writes as well.
_DONE_TO_TWO = frozenset({ABUSE_DISCLOSURE, ADULT_INVOLVED, EXTORTION, IMAGE_SHARED})
_ONESELF = (Speaker.SELF.value, Speaker.UNKNOWN.value, Speaker.OWN_BEHAVIOUR.value)


class Meaning(Enum):
    """What a message means after a card.

    CARRIES_OUT: To do what the card was about, or to call somebody; the words leave it open.
    COMES_NEAR: The one who hurts them is coming, or there.
    CALLED_OFF: The danger was none, or is over.
    EXPLAINED: What was taken for trouble was none.
    NOT_ACTING: Who thought of dying plans nothing and did nothing.
    NOTHING_TAKEN: The same of somebody else: nothing was taken or done.
    OTHER_CHILDREN: Children beside the one who was told of may be near the same person.
    IT_IS_ME: The friend who was told of is the one who writes.
    SOMEONE_TO_TELL: Whom one might tell is named ("like my coach maybe? or my aunty").
    NOT_ME: It is about somebody else than the card took it to be ("no not me, im worried about her").
    HELP_IS_CALLED: Help is on its way, or was called.
    CANNOT_SPEAK: In an emergency: they can't speak, or must not be heard.
    HELP_IS_HERE: In an emergency: help has come, whatever else is told or asked.
    OWN_HAND: A grown-up who told of a child that is hurt or scared is the one who does it ("its ME who screams").
    ORDINARY_PICTURE: The picture shows nothing of the kind ("its just a silly face").
    MISREAD: What the card was given for was never told, and is denied ("i havent sent any pictures").
    MAYBE_NOW: Somebody may be in danger at this moment; it is asked.
    DANGER_AHEAD: The one who harms will be near ("mums on nights this weekend").
    WENT_ON: It happened once more, or goes on ("yesterday too").
    MORE_AT_RISK: A child is near somebody who told of such thoughts of their own.
    MORE_OF_DYING: After a card about self-harm: it goes on, or somebody will be alone.
    PUT_RIGHT: Whose trouble it is, is another than the card took it to be, and who, is said.
    MUST_NOT_GO: They ask whether to go along with somebody, or that one is said to be sent by the family.
    NO_WAITING: Somebody is missing, and they ask how long one waits before that is reported.
    HIDES: In an emergency: they hide, or have locked themselves in.
    PHONE_IS_LOW: In an emergency: the phone will not last.
    KEPT_AWAY: The one who hurts is kept away now ("he isnt allowed near me").
    RIGHT_TO_TELL: They ask whether it was right to tell, or wish it undone.
    """

    CARRIES_OUT = "carries_out"
    COMES_NEAR = "comes_near"
    CALLED_OFF = "called_off"
    EXPLAINED = "explained"
    NOT_ACTING = "not_acting"
    NOTHING_TAKEN = "nothing_taken"
    OTHER_CHILDREN = "other_children"
    IT_IS_ME = "it_is_me"
    SOMEONE_TO_TELL = "someone_to_tell"
    NOT_ME = "not_me"
    HELP_IS_CALLED = "help_is_called"
    HELP_IS_HERE = "help_is_here"
    CANNOT_SPEAK = "cannot_speak"
    OWN_HAND = "own_hand"
    ORDINARY_PICTURE = "ordinary_picture"
    MISREAD = "misread"
    MAYBE_NOW = "maybe_now"
    DANGER_AHEAD = "danger_ahead"
    WENT_ON = "went_on"
    MORE_AT_RISK = "more_at_risk"
    MORE_OF_DYING = "more_of_dying"
    PUT_RIGHT = "put_right"
    MUST_NOT_GO = "must_not_go"
    NO_WAITING = "no_waiting"
    HIDES = "hides"
    PHONE_IS_LOW = "phone_is_low"
    KEPT_AWAY = "kept_away"
    RIGHT_TO_TELL = "right_to_tell"


_OF_HELP: Mapping[Help | None, Meaning] = {Help.HERE: Meaning.HELP_IS_HERE, Help.CALLED: Meaning.HELP_IS_CALLED}


def meaning_of(tracker: DialogueStateTracker) -> Meaning | None:
    """Reads the newest message in the light of the newest card; None where its words have their plain meaning.

    What stands in few plain words goes before what is learned from hints (`bot.nlu.news`).
    """
    texts, card = _typed(tracker), newest_card(tracker)
    if not texts or not card:
        return None
    plain = _in_plain_words(tracker, texts, card)
    # "What do i do now" holds no news, though it sounds of doing it now.
    holds_no_news = plain is not None or asks_nothing_but_what_now(texts[0])
    return plain if holds_no_news else _of_the_news(tracker, texts, card)


def _in_plain_words(
    tracker: DialogueStateTracker, texts: Sequence[str], card: Mapping[str, Any]
) -> Meaning | None:
    newest, earlier = texts[0], texts[1:]
    category, speaker = card.get(CARD_CATEGORY), card.get(CARD_SPEAKER) or Speaker.UNKNOWN.value
    if _is_by_own_hand(tracker, category):
        return Meaning.OWN_HAND
    # "No its not that, i'm just lonely" denies the trouble, and names nobody else.
    is_of_another = "me" in newest.lower().split() or not is_of_the_writer_alone(newest)
    heard = news_of(tracker)
    # Who it is, is better known from the news where that was heard.
    is_named = heard is not None and heard.news.speaker is not None
    is_said = is_about_another(newest) and not is_named
    is_not_me = (_intent_of(tracker) == TOLD_IT_IS_NOT_ME and is_of_another) or is_said
    if is_not_me and speaker in _ONESELF and is_card_open(tracker):
        return Meaning.NOT_ME
    if _may_be_a_misreading(tracker) and denies_trouble(category, newest, earlier):
        return Meaning.MISREAD
    if is_emergency_open(tracker):
        return _in_danger(tracker, texts, card)
    return _after_a_card(tracker, texts, card) if is_card_open(tracker) else None


def _in_danger(tracker: DialogueStateTracker, texts: Sequence[str], card: Mapping[str, Any]) -> Meaning | None:
    """What few plain words mean while an emergency is open."""
    newest, earlier = texts[0], texts[1:]
    speaker, from_oneself = card.get(CARD_SPEAKER) or Speaker.UNKNOWN.value, is_emergency_from_oneself(tracker)
    is_over = _is_seen_again(texts, speaker) if from_oneself else calls_off(newest, earlier)
    if asks_until_help_comes(newest) and not is_over:
        return Meaning.HELP_IS_CALLED
    if is_over:
        return Meaning.CALLED_OFF
    if _intent_of(tracker) == BARRIER_CANNOT_TALK or must_not_be_heard(newest):
        return Meaning.CANNOT_SPEAK
    if says_phone_is_low(newest):
        return Meaning.PHONE_IS_LOW
    # Who took something is taken to a doctor: "should i go with her" is another question there, and nobody is hid from.
    asked = None if from_oneself else _what_not_to_do(texts, speaker)
    told = None if denies_help(newest) else help_of(tracker)
    of_hiding = Meaning.HIDES if hides(newest) and not from_oneself else None
    return asked or _OF_HELP.get(told) or of_hiding or _of_a_card(newest, earlier, card)


def _after_a_card(tracker: DialogueStateTracker, texts: Sequence[str], card: Mapping[str, Any]) -> Meaning | None:
    """What few plain words mean while a card is talked about, and nobody is in danger at this moment."""
    newest, earlier, category = texts[0], texts[1:], card.get(CARD_CATEGORY)
    speaker = card.get(CARD_SPEAKER) or Speaker.UNKNOWN.value
    is_of_a_stranger = category in (ADULT_INVOLVED, IMMEDIATE_DANGER) and not is_emergency_from_oneself(tracker)
    asked = _what_not_to_do(texts, speaker) if is_of_a_stranger else None
    if asked is not None:
        return asked
    # Who locked themselves in because somebody at home rages took nothing.
    is_of_a_person = category in (IMMEDIATE_DANGER, ABUSE_DISCLOSURE) and not is_emergency_from_oneself(tracker)
    if is_of_a_person and speaker in _ONESELF and hides(newest):
        return Meaning.HIDES
    if speaker != Speaker.OWN_BEHAVIOUR.value and cards_given(tracker) & _FROM_A_PERSON and is_kept_away(newest):
        return Meaning.KEPT_AWAY
    if _says_when(newest, card) and _intent_of(tracker) in _MAY_CORRECT:
        return Meaning.DANGER_AHEAD
    if category == SELF_HARM and _goes_on_about_dying(tracker, newest):
        return Meaning.MORE_OF_DYING
    # A friend is looked after: that is good news also where nobody spoke of an emergency.
    is_well = category == SELF_HARM and _is_seen_again(texts, speaker)
    # Help had come to a child who was still missing, and now they are found.
    is_found = speaker not in _ONESELF and is_back(newest) and calls_off(newest, earlier)
    return Meaning.CALLED_OFF if is_well or is_found else _of_a_card(newest, earlier, card)


def _says_when(text: str, card: Mapping[str, Any]) -> bool:
    """ "Tomorrow", "saturday after school", after the card about a meeting that is planned."""
    is_of_a_meeting = str(card.get("response")).startswith(_OF_A_MEETING)
    is_short = len(text.split()) <= _MOST_WORDS_OF_A_TIME
    return is_of_a_meeting and is_short and names_a_time(text) and not is_question(text)


def _goes_on_about_dying(tracker: DialogueStateTracker, text: str) -> bool:
    """ "Like alive", "for weeks": more of what the card was for, where the intent hears a detail or a plan put off.

    "Nobody would miss me" is more of it whatever the intent hears.
    """
    risk = latest_risk(tracker) or {}
    is_heard = RiskLevel.from_label(risk.get("alone", "none")) >= RiskLevel.CHECK_IN
    is_sure = risk.get("categories", {}).get(SELF_HARM, 0.0) >= _SURE_ENOUGH
    is_left_open = _intent_of(tracker) in _LEAVES_DYING_OPEN or is_told_in_despair(text)
    return is_heard and is_sure and is_left_open


def _what_not_to_do(texts: Sequence[str], speaker: str) -> Meaning | None:
    """Questions whose answer cannot wait: whether to go along, and how long to wait for somebody who is missing."""
    if speaker in _ONESELF and may_go_along(texts[0]):
        return Meaning.MUST_NOT_GO
    return Meaning.NO_WAITING if asks_to_wait(texts[0]) and was_missing(texts[1:]) else None


def _of_the_news(tracker: DialogueStateTracker, texts: Sequence[str], card: Mapping[str, Any]) -> Meaning | None:
    """What hints mean after this card; words for an intent of the same kind say it better."""
    heard = news_of(tracker)
    if heard is None or not is_card_open(tracker) or _intent_of(tracker) in _ASKS_TO_GO_ON:
        return None
    if heard.news.speaker is not None and not _is_believed(heard, texts[0], _intent_of(tracker)):
        return None
    if heard.news.speaker is Speaker.SELF and _intent_of(tracker) == TOLD_IT_IS_NOT_ME:
        # "Not me. My sister", after a card that was for her, makes it nobody else's.
        return None
    if _is_told_otherwise(heard, tracker):
        return None
    if heard.news.speaker is not None:
        # "My friend does it too" is one more, and nobody else.
        is_right = heard.is_of(case_told(tracker).voice) or says_as_well(texts[0])
        is_right = is_right or _is_no_correction(heard, texts[0], tracker, card)
        return None if is_right else Meaning.PUT_RIGHT
    if is_emergency_open(tracker) or heard.news is News.DESPAIR:
        return None
    if heard.news is News.DANGER_NOW:
        asked = SELF_HARM if card.get(CARD_CATEGORY) == SELF_HARM else IMMEDIATE_DANGER
        is_known = was_asked_lately(tracker, asked) or tells_of_safety(texts[0], texts[1:])
        is_answered = is_question(texts[0]) and _intent_of(tracker) == RETRIEVAL_INTENT
        return None if is_known or is_answered or _is_disclosed(tracker) else Meaning.MAYBE_NOW
    if is_question(texts[0]) or (heard.news is News.ANOTHER_CHILD and not _is_another(texts, heard)):
        return None
    if heard.news is News.DANGER_SOON and not names_a_time(texts[0]) and _has_general_words(heard, tracker):
        # "He still trains the team", "he keeps writing at night": it is no day that has to be planned for.
        return None
    return _of_more(heard.news, card, case_told(tracker).voice)


def _is_believed(heard: Heard, text: str, intent: str | None) -> bool:
    """Whether it is said whose trouble it is: surely, or in words that are understood as such.

    Of 439 messages after a card 29 sound a little like it ("thank you. really"), and none is a correction.
    """
    if is_question(text) or intent not in _MAY_CORRECT:
        return False
    least = _OWN_DOING_FROM if heard.news is News.OWN_BEHAVIOUR else _WHOSE_FROM
    return heard.score >= least or intent in (TOLD_IT_IS_ME, TOLD_IT_IS_NOT_ME)


def _is_told_otherwise(heard: Heard, tracker: DialogueStateTracker) -> bool:
    """Whether words for an intent say it better, or say something else of which the news is only a colour."""
    intent = _intent_of(tracker) or ""
    # Danger is asked about, whatever fact tells of it.
    is_fact = intent.startswith(_FACTS) and intent not in _LEAVES_OPEN and heard.news is not News.DANGER_NOW
    is_plain = is_fact and heard.news.speaker is None and heard.score < _SURELY
    if heard.news is News.DANGER_SOON and _is_of_somebody_known(intent, tracker):
        return False
    is_said_better = intent in _SAYS_IT_BETTER.get(heard.news, ())
    return is_said_better or (is_plain and intent not in _OF_THE_SAME.get(heard.news, ()))


def _is_of_somebody_known(intent: str, tracker: DialogueStateTracker) -> bool:
    """Whether a meeting is told of somebody of the family, or of a coach: words about strangers online misfit."""
    card = newest_card(tracker)
    is_staff = str(card.get("response") or "").startswith(_OF_STAFF)
    return intent == _MEETING and (is_staff or card.get(CARD_CATEGORY) == ABUSE_DISCLOSURE)


def _has_general_words(heard: Heard, tracker: DialogueStateTracker) -> bool:
    return _intent_of(tracker) == TOLD_STILL_NEAR or heard.score < _SURELY


def _is_no_correction(heard: Heard, newest: str, tracker: DialogueStateTracker, card: Mapping[str, Any]) -> bool:
    """Whether a trouble is told, in words of its own, of the very person whom the card was for; or danger, or rage."""
    risk = latest_risk(tracker) or {}
    is_told = RiskLevel.from_label(risk.get("alone", "none")) >= RiskLevel.ESCALATE
    is_of_the_same = risk.get("speaker") == card.get(CARD_SPEAKER) and heard.score < _SURE_ENOUGH
    is_danger_or_rage = IMMEDIATE_DANGER in risk.get("categories", {}) or rages(newest)
    return is_told and (is_of_the_same or is_danger_or_rage)


def _is_disclosed(tracker: DialogueStateTracker) -> bool:
    """Whether the words by themselves tell a trouble for sure, other than danger: that brings the card."""
    risk = latest_risk(tracker) or {}
    is_told = RiskLevel.from_label(risk.get("alone", "none")) >= RiskLevel.ESCALATE
    return is_told and IMMEDIATE_DANGER not in risk.get("categories", {})


def _is_another(texts: Sequence[str], heard: Heard) -> bool:
    """Whether a child is named beside the one told of; "he asked my daughter again" is the same one."""
    is_named = names_others(texts[0]) or heard.score >= _SURELY
    return is_named and not names_the_same_child(texts[0], texts[1:])


def _of_more(news: News, card: Mapping[str, Any], voice: str) -> Meaning | None:
    """What news of more to come, more of the same, or another child means after a card."""
    category = card.get(CARD_CATEGORY)
    is_own_worry = category == OFFENDER_CONCERN and card.get(CARD_SPEAKER) == Speaker.SELF.value
    if voice == OWN_BEHAVIOUR or is_own_worry:
        is_near = category == OFFENDER_CONCERN and news is not News.AGAIN
        return Meaning.MORE_AT_RISK if is_near else None
    if category == SELF_HARM:
        return None if news is News.ANOTHER_CHILD else Meaning.MORE_OF_DYING
    if news is News.ANOTHER_CHILD:
        return Meaning.OTHER_CHILDREN
    if news is News.AGAIN:
        return Meaning.WENT_ON if category in _DONE_TO_A_CHILD else None
    return Meaning.DANGER_AHEAD


def _is_by_own_hand(tracker: DialogueStateTracker, category: str | None) -> bool:
    """Whether a grown-up says "it's me" of the one for whom the card told them to keep the child away."""
    is_of_another = category == ABUSE_DISCLOSURE and not is_card_from_own_hand(tracker)
    is_said = _intent_of(tracker) == TOLD_IT_IS_ME and is_written_by_a_grown_up(tracker)
    return is_said and is_of_another and is_card_open(tracker)


def _intent_of(tracker: DialogueStateTracker) -> str | None:
    return tracker.latest_message.intent.get("name") if tracker.latest_message else None


def _may_be_a_misreading(tracker: DialogueStateTracker) -> bool:
    """Whether the card was for words alone: for no yes to our question, no danger, and for words in English."""
    was_said_yes = newest_card(tracker).get("utter_action") == UTTER_CHECK_IN_YES
    return not (was_said_yes or is_emergency_open(tracker) or language_of_card(tracker))


def _of_a_card(newest: str, earlier: Sequence[str], card: Mapping[str, Any]) -> Meaning | None:
    category, speaker = card.get(CARD_CATEGORY), card.get(CARD_SPEAKER) or Speaker.UNKNOWN.value
    if doubts_telling(newest) and category != OFFENDER_CONCERN and speaker != Speaker.OWN_BEHAVIOUR.value:
        return Meaning.RIGHT_TO_TELL
    feels_so_too = category == SELF_HARM and feels_the_same(newest)
    if speaker == Speaker.FRIEND.value and (is_about_me(newest) or feels_so_too):
        return Meaning.IT_IS_ME
    if speaker in _TOLD_OF_ANOTHER and category in _DONE_TO_TWO and was_done_to_me_too(newest):
        return Meaning.IT_IS_ME
    if category == IMAGE_SHARED and read_answer(newest, category) == "deny" != read_answer(newest):
        return Meaning.ORDINARY_PICTURE
    if speaker in _ONESELF and category in _DONE_ONESELF and carries_out(newest, category == SELF_HARM):
        return Meaning.CARRIES_OUT
    if speaker in _ONESELF and category in _FROM_A_PERSON and comes_near(newest, earlier):
        return Meaning.COMES_NEAR
    if _lives_with_them(card) and comes_near(newest, earlier):
        return Meaning.COMES_NEAR
    if category in _FROM_A_PERSON and speaker != Speaker.OWN_BEHAVIOUR.value and speaks_of_other_children(newest):
        return Meaning.OTHER_CHILDREN
    if category in _DONE_TO_A_CHILD and speaker != Speaker.OWN_BEHAVIOUR.value and tells_of_another_time(newest):
        # "As well" sounds of another child.
        return Meaning.WENT_ON
    if category == SELF_HARM and (took_nothing(newest) or will_not_act(newest)):
        return Meaning.NOT_ACTING if speaker in _ONESELF else Meaning.NOTHING_TAKEN
    # "Maybe my uncle", after "someone touches me", may be the one who did it.
    is_of_no_person = category not in _FROM_A_PERSON or speaker == Speaker.FRIEND.value
    if is_of_no_person and names_someone_to_tell(newest, earlier):
        return Meaning.SOMEONE_TO_TELL
    return Meaning.EXPLAINED if explains(newest, category == SELF_HARM) else None


def _lives_with_them(card: Mapping[str, Any]) -> bool:
    """Whether a parent's card was about somebody of the same home: "he just came home" is no child come back then."""
    is_at_home = str(card.get("response") or "").startswith(_AT_HOME) or card.get(CARD_CATEGORY) == OFFENDER_CONCERN
    return is_at_home and card.get(CARD_SPEAKER) == Speaker.ABOUT_CHILD.value


def _is_seen_again(texts: Sequence[str], speaker: str) -> bool:
    """Whether somebody is out and well, or a grown-up is with them, told by another, and they took nothing as was said.

    Who wanted to die, or took something, is not safe because somebody came home, nor because they seem well.
    """
    told = [text for text in texts if not took_nothing(text)]
    is_out = came_out(texts[0]) and not any(map(took_something, told))
    is_watched = is_looked_after(texts[0], texts[1:]) and not any(map(needs_a_doctor, told))
    return speaker not in _ONESELF and (is_out or is_watched or is_treated(texts[0]))


def _typed(tracker: DialogueStateTracker) -> Sequence[str]:
    """What was typed in this session, newest first; nothing where the newest is a button."""
    texts = list(typed_in_session(tracker))
    if not texts or texts[0].startswith(INTENT_MESSAGE_PREFIX):
        return []
    return [text for text in texts if not text.startswith(INTENT_MESSAGE_PREFIX)]
