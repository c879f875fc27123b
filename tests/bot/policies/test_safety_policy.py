"""What SafetyPolicy reads from a conversation before the table decides."""

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.policies.safety_policy import _answer_intent, _card_level, _is_plain, _waiting_check_in
from bot.safety.levels import ADULT_INVOLVED, IMAGE_SHARED, SELF_HARM, RiskLevel

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
    assert _answer_intent(UserUttered(text, {"name": intent}), SELF_HARM) == read


def test_taking_back_is_a_no_only_when_we_asked():
    assert _answer_intent(UserUttered("no i was joking", {"name": "take_back"}), None) == "take_back"


def test_some_answers_count_for_one_question_only():
    same_age, portrait = (UserUttered(text, {"name": "faq"}) for text in ("shes 11 same as me", "nothing rude just my face"))
    assert _answer_intent(same_age, ADULT_INVOLVED) == "deny" and _is_plain("shes 11 same as me", ADULT_INVOLVED)
    assert _answer_intent(portrait, IMAGE_SHARED) == "deny"
    assert _answer_intent(same_age, SELF_HARM) == _answer_intent(portrait, None) == "faq"
    # A claim online is no proof, and an age over 17 is a yes.
    assert _answer_intent(UserUttered("he says hes 13", {"name": "faq"}), ADULT_INVOLVED) == "faq"
    assert _answer_intent(UserUttered("he turned 22", {"name": "faq"}), ADULT_INVOLVED) == "affirm"


@pytest.mark.parametrize(
    ("text", "plain"),
    [("/deny", True), ("no", True), ("nein", True), ("😂", True), ("lol no its just homework", True),
     ("no point in anything", False), ("lol whatever im done", False)],
)  # fmt: skip
def test_a_no_is_plain_when_nothing_else_is_said(text, plain):
    assert _is_plain(text, SELF_HARM) is plain


def test_a_question_of_an_earlier_session_is_not_answered_today():
    today = UserUttered("lol no")
    assert _waiting_check_in(tracker_with(SessionStarted(), QUESTION, today)) == SELF_HARM
    assert _waiting_check_in(tracker_with(SessionStarted(), QUESTION, SessionStarted(), today)) is None


@pytest.mark.parametrize("card", ["utter_crisis_card", "utter_check_in_yes"])
def test_talk_of_today_is_about_no_card_of_an_earlier_session(card):
    given = ActionExecuted(card)
    assert _card_level(tracker_with(SessionStarted(), given)) is RiskLevel.ESCALATE
    assert _card_level(tracker_with(SessionStarted(), given, SessionStarted())) is RiskLevel.NONE
