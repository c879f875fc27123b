"""What RiskDetector remembers of a conversation."""

import pytest
from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.constants import RISK
from bot.nlu.news import Heard, News
from bot.nlu.risk_detector import (
    RiskDetector,
    _is_asked_first,
    _of_what_was_explained,
    _with_news,
    _without_haste,
    _without_what_is_denied,
)
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    EXTORTION,
    IMMEDIATE_DANGER,
    SELF_HARM,
    Finding,
    RiskAssessment,
    RiskLevel,
    Speaker,
)

TOLD = UserUttered("my friend is 12", parse_data={RISK: {"level": "check_in", "speaker": "friend"}})
DETECTOR = RiskDetector({})


def tracker_with(*events):
    return DialogueStateTracker.from_events("c1", list(events), [])


def test_the_messages_of_this_session_are_read_together():
    tracker = tracker_with(SessionStarted(), TOLD, UserUttered("/affirm"), UserUttered("he has a picture"))
    assert DETECTOR._earlier_texts(tracker) == ["my friend is 12", "he has a picture"]
    assert DETECTOR._speaker_before(tracker) is Speaker.FRIEND


def test_what_was_said_in_an_earlier_session_is_not_read_with_today():
    tracker = tracker_with(SessionStarted(), TOLD, SessionStarted(), UserUttered("hello again"))
    assert DETECTOR._earlier_texts(tracker) == ["hello again"]
    assert DETECTOR._speaker_before(tracker) is None


def test_what_was_told_before_help_was_found_is_not_read_again():
    found = BotUttered("glad", metadata={"response": "utter_outcome_found"})
    told = UserUttered("she is in her room", parse_data={})
    assert DETECTOR._earlier_texts(tracker_with(SessionStarted(), TOLD, found, told)) == ["she is in her room"]


@pytest.mark.parametrize(("alone", "kept"), [("none", []), ("escalate", ["no i dont want to die lol"])])
def test_a_mere_denial_says_nothing_beside_what_is_written_next(alone, kept):
    denial = UserUttered("no i dont want to die lol", parse_data={RISK: {"alone": alone, "level": alone, "speaker": "self"}})
    read = DETECTOR._earlier_texts(tracker_with(SessionStarted(), denial, UserUttered("i dont want her to see it")))
    assert read == [*kept, "i dont want her to see it"]


@pytest.mark.parametrize("action", ["utter_crisis_card", "utter_told_danger_goes_on"])
def test_what_a_card_has_answered_is_not_read_again(action):
    card = BotUttered("card", metadata={"utter_action": action})
    assert DETECTOR._earlier_texts(tracker_with(SessionStarted(), TOLD, card, UserUttered("thanks"))) == ["thanks"]


def test_a_blackmailers_deadline_is_no_danger_to_life_unless_words_say_so():
    learned = RiskAssessment(RiskLevel.EMERGENCY, {IMMEDIATE_DANGER: 0.9})
    calmed = _without_haste(learned, "he says 1 hour left", frozenset({EXTORTION}))
    assert calmed.level is RiskLevel.ESCALATE and calmed.main_category == EXTORTION
    # Without blackmail, without a deadline, or with words that tell of danger it stays what it was.
    assert _without_haste(learned, "he says 1 hour left", frozenset()) is learned
    assert _without_haste(learned, "he is outside", frozenset({EXTORTION})) is learned
    told = RiskAssessment(RiskLevel.EMERGENCY, {IMMEDIATE_DANGER: 0.9}, findings=(Finding(IMMEDIATE_DANGER, "signal", 3, 9, ""),))
    assert _without_haste(told, "he is outside, 5 minutes left", frozenset({EXTORTION})) is told


def test_what_was_explained_just_before_is_asked_about_where_it_is_theirs():
    explained = BotUttered("words", metadata={"response": "utter_faq/what_is_sextortion"})
    found = _of_what_was_explained(tracker_with(TOLD, explained))
    assert found.level is RiskLevel.CHECK_IN and found.asked_category == EXTORTION
    assert found.findings[0].sentence and found.findings[0].end == 0
    # Only right after it, and only where the answer is about something that happens to people.
    other = BotUttered("words", metadata={"response": "utter_faq/strong_password"})
    for events in ((explained, other), (other,), ()):
        assert _of_what_was_explained(tracker_with(TOLD, *events)).level is RiskLevel.NONE
    assert _of_what_was_explained(None).level is RiskLevel.NONE


def test_who_says_not_to_want_to_die_is_asked_and_believed_after_words_of_ours_about_it():
    heard = RiskAssessment(RiskLevel.ESCALATE, {SELF_HARM: 0.9})
    text = "i dont want to hurt myself i just like talking to it"
    ours = BotUttered("If you want to hurt yourself, tell someone.", metadata={"response": "utter_faq/are_ai_companions_safe"})
    assert _without_what_is_denied(heard, text, None).level is RiskLevel.CHECK_IN
    assert _without_what_is_denied(heard, text, tracker_with(SessionStarted(), ours)).level is RiskLevel.NONE
    # What was told in plain words before, danger at this moment, and another trouble stay.
    told = tracker_with(SessionStarted(), UserUttered("i want to kill myself"), ours)
    assert _without_what_is_denied(heard, text, told) is heard
    now = RiskAssessment(RiskLevel.EMERGENCY, {SELF_HARM: 0.9})
    assert _without_what_is_denied(now, text, tracker_with(SessionStarted(), ours)) is now
    both = RiskAssessment(RiskLevel.ESCALATE, {SELF_HARM: 0.9, ABUSE_DISCLOSURE: 0.6})
    left = _without_what_is_denied(both, text, tracker_with(SessionStarted(), ours))
    assert left.level is RiskLevel.CHECK_IN and left.main_category == ABUSE_DISCLOSURE


def test_a_no_to_our_question_is_one_although_a_score_hears_the_words_beside_it():
    heard = RiskAssessment(RiskLevel.ESCALATE, {SELF_HARM: 0.99})
    asked = BotUttered("Are you thinking about ending your life?", metadata={"utter_action": "utter_check_in", "check_in": SELF_HARM})
    tracker = tracker_with(SessionStarted(), UserUttered("whats the point"), asked)
    assert _without_what_is_denied(heard, "no not like that just bored of everything", tracker).level is RiskLevel.NONE
    assert _without_what_is_denied(heard, "no i just want it to be over", tracker) is heard
    assert _without_what_is_denied(heard, "no not like that just bored of everything", tracker_with(SessionStarted())) is heard


CARD = {"utter_action": "utter_crisis_card", "card_category": ABUSE_DISCLOSURE, "card_speaker": "about_child"}


@pytest.mark.parametrize(
    ("news", "text", "more", "level"),
    [
        (News.DANGER_NOW, "his car is in the drive", (), RiskLevel.EMERGENCY),
        (News.DESPAIR, "she gave her things away", (), RiskLevel.CHECK_IN),
        (News.DANGER_SOON, "handover is on sunday", (), RiskLevel.NONE),
        # Safety in plain words is believed.
        (News.DANGER_NOW, "shes at the hospital now", (), RiskLevel.NONE),
        # Danger that is open has words of its own; and what was asked just now is not asked again.
        (News.DANGER_NOW, "his car is in the drive", (BotUttered("999", metadata={**CARD, "card_level": "emergency"}),), RiskLevel.NONE),
        (News.DESPAIR, "she gave her things away", (BotUttered("Dying?", metadata={"check_in": SELF_HARM}),), RiskLevel.NONE),
    ],
)
def test_news_becomes_part_of_the_assessment(news, text, more, level):
    tracker = tracker_with(SessionStarted(), TOLD, BotUttered("card", metadata=CARD), *more)
    found = _with_news(Heard(news, 0.9), RiskAssessment(), text, tracker)
    assert found.level is level
    if level > RiskLevel.NONE:
        assert found.speaker is Speaker.ABOUT_CHILD and found.findings[0].sentence


SURE, UNSURE = ({EXTORTION: score} for score in (0.85, 0.75))
PASSWORD, DISCLOSED = "utter_faq/strong_password", "utter_faq/child_disclosed_first_steps"


def after(answer, *more):
    return tracker_with(SessionStarted(), UserUttered("a question"), BotUttered("x", metadata={"response": answer}), *more)


@pytest.mark.parametrize(
    ("categories", "level", "findings", "answer", "is_asked"),
    [
        (UNSURE, RiskLevel.ESCALATE, (), PASSWORD, True),
        # A sure score, plain words and an emergency bring the card at once, as does any score after an answer on harm.
        (SURE, RiskLevel.ESCALATE, (), PASSWORD, False),
        (UNSURE, RiskLevel.ESCALATE, (Finding(EXTORTION, "signal", 0, 4, ""),), PASSWORD, False),
        (UNSURE, RiskLevel.EMERGENCY, (), PASSWORD, False),
        (UNSURE, RiskLevel.ESCALATE, (), DISCLOSED, False),
    ],
)
def test_an_unsure_card_is_asked_about_in_the_midst_of_everyday_talk(categories, level, findings, answer, is_asked):
    assessment = RiskAssessment(level, categories, findings=findings)
    assert _is_asked_first(assessment, after(answer)) is is_asked


def test_nobody_is_asked_instead_of_a_card_at_the_first_message_twice_or_after_a_card():
    assessment = RiskAssessment(RiskLevel.ESCALATE, UNSURE)
    asked = BotUttered("?", metadata={"response": "utter_check_in_extortion", "check_in": EXTORTION})
    answered = [UserUttered("no"), BotUttered("x", metadata={"response": PASSWORD})]
    card = BotUttered("card", metadata={"card_category": EXTORTION})
    assert not _is_asked_first(assessment, tracker_with(SessionStarted()))
    assert not _is_asked_first(assessment, after(PASSWORD, UserUttered("he wants money"), asked, *answered))
    assert not _is_asked_first(assessment, after(PASSWORD, UserUttered("he wants money"), card, *answered))
