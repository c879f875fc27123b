"""What SafetyPolicy reads from a conversation before the table decides."""

import pytest
from rasa.shared.core.events import UserUttered

from bot.policies.safety_policy import _answer_intent


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
        ("i mean it", "take_back", "affirm"),
        ("forget what i wrote", "take_back", "take_back"),
    ],
)
def test_plain_words_of_yes_and_no_count_where_the_intent_says_nothing(text, intent, read):
    assert _answer_intent(UserUttered(text, {"name": intent}), is_asked=True) == read


def test_taking_back_is_a_no_only_when_we_asked():
    assert _answer_intent(UserUttered("no i was joking", {"name": "take_back"}), is_asked=False) == "take_back"
