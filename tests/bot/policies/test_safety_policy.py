"""What SafetyPolicy reads from a conversation before the table decides."""

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.policies.safety_policy import _answer_intent, _card_level, _is_plain, _waiting_check_in
from bot.safety.levels import SELF_HARM, RiskLevel

QUESTION = BotUttered("question", metadata={"utter_action": "utter_check_in", "check_in": SELF_HARM})


def tracker_with(*events):
    carried = {"card_level": "escalate", "check_in": SELF_HARM}
    slots = [TextSlot(name, [{}], initial_value=value) for name, value in carried.items()]
    return DialogueStateTracker.from_events("c1", list(events), slots)


@pytest.mark.parametrize(
    ("text", "intent", "read"),
    [
        ("haha im not joking", "laugh", "affirm"),
        ("lol i mean it", "laugh", "affirm"),
        ("lol no its just homework", "laugh", "deny"),
        ("hehe", "laugh", "laugh"),
        ("kinda", "nlu_fallback", "affirm"),
        ("what is grooming", "faq", "faq"),
        ("yes please show me", "get_hotline", "get_hotline"),
        ("no i was joking", "take_back", "deny"),
        ("no please help me", "deny", "affirm"),
        ("im not ok", "outcome_safe_now", "affirm"),
        ("no point in anything", "deny", "deny"),
        ("no point in anything", "nlu_fallback", "nlu_fallback"),
        ("/deny", "deny", "deny"),
        ("i mean it", "take_back", "affirm"),
        ("forget what i wrote", "take_back", "take_back"),
    ],
)
def test_plain_words_of_yes_and_no_count_where_the_intent_says_nothing(text, intent, read):
    assert _answer_intent(UserUttered(text, {"name": intent}), is_asked=True) == read


def test_taking_back_is_a_no_only_when_we_asked():
    assert _answer_intent(UserUttered("no i was joking", {"name": "take_back"}), is_asked=False) == "take_back"


@pytest.mark.parametrize(
    ("text", "plain"),
    [("/deny", True), ("no", True), ("nein", True), ("😂", True), ("lol no its just homework", True),
     ("no point in anything", False), ("lol whatever im done", False)],
)  # fmt: skip
def test_a_no_is_plain_when_nothing_else_is_said(text, plain):
    assert _is_plain(text) is plain


def test_a_question_of_an_earlier_session_is_not_answered_today():
    today = UserUttered("lol no")
    assert _waiting_check_in(tracker_with(SessionStarted(), QUESTION, today)) == SELF_HARM
    assert _waiting_check_in(tracker_with(SessionStarted(), QUESTION, SessionStarted(), today)) is None


@pytest.mark.parametrize("card", ["utter_crisis_card", "utter_check_in_yes"])
def test_talk_of_today_is_about_no_card_of_an_earlier_session(card):
    given = ActionExecuted(card)
    assert _card_level(tracker_with(SessionStarted(), given)) is RiskLevel.ESCALATE
    assert _card_level(tracker_with(SessionStarted(), given, SessionStarted())) is RiskLevel.NONE
