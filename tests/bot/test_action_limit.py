"""A turn that failed doesn't silence the messages after it."""

from types import SimpleNamespace

import pytest
from rasa.shared.core.events import ActionExecuted, UserUttered

from bot import action_limit


@pytest.fixture
def is_reached(monkeypatch):
    import rasa.core.processor

    monkeypatch.setattr(rasa.core.processor, "MessageProcessor", type("Processor", (), {"max_number_of_predictions": 10}))
    action_limit.install()
    processor = rasa.core.processor.MessageProcessor()

    def ask(*events, more=True):
        return processor.is_action_limit_reached(SimpleNamespace(events=list(events)), more)

    return ask


FAILED = [ActionExecuted("action_default_fallback") for _ in range(10)]


def test_a_turn_stops_after_ten_actions(is_reached):
    assert is_reached(ActionExecuted("action_listen"), UserUttered("hello"), *FAILED)
    assert not is_reached(ActionExecuted("action_listen"), UserUttered("hello"), *FAILED[:9])


def test_the_message_after_a_failed_turn_is_answered(is_reached):
    assert not is_reached(ActionExecuted("action_listen"), UserUttered("delete it"), *FAILED, UserUttered("hello?"))


def test_nothing_is_reached_where_no_more_is_to_be_done(is_reached):
    assert not is_reached(UserUttered("hello"), *FAILED, more=False)


def test_after_an_empty_text_who_wants_to_die_is_answered_without_a_server_too(trained_model):
    """ "" failed a turn, and `bot ask` then left every later message of that conversation without a reply."""
    from bot.assistant import get_assistant

    empty, told = get_assistant().converse(["", "i dont want to be here anymore"], "empty first", "child", "GB")
    assert empty["replies"] and empty["text"] == "" and told["replies"] and told["card"]
