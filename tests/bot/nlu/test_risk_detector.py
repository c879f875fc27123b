"""What RiskDetector remembers of a conversation."""

from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.constants import RISK
from bot.nlu.risk_detector import RiskDetector, _of_what_was_explained, _without_haste
from bot.safety.levels import EXTORTION, IMMEDIATE_DANGER, Finding, RiskAssessment, RiskLevel, Speaker

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


def test_what_a_card_has_answered_is_not_read_again():
    card = BotUttered("card", metadata={"utter_action": "utter_crisis_card"})
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
