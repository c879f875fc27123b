"""What custom actions answer is checked as Rasa checks it, and quickly."""

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

from bot import action_answers


@pytest.fixture
def action():
    """One whose answers are checked as in a server that `bot.rasa_process` prepared."""
    action_answers.install()
    return RemoteAction("action_show_hotlines", None)


def test_the_schema_is_read_once(action, monkeypatch):
    read = []
    specification = RemoteAction.action_response_format_spec
    monkeypatch.setattr(RemoteAction, "action_response_format_spec", lambda: read.append(1) or specification())
    action_answers._checker.cache_clear()
    for _ in range(3):
        action._validate_action_result({"events": [], "responses": []})
    assert len(read) == 1


def test_a_good_answer_is_taken(action):
    slot = {"event": "slot", "name": "country", "value": "GB", "timestamp": None}
    assert action._validate_action_result({"events": [slot], "responses": [{"text": "Hello"}]}) is True


@pytest.mark.parametrize("answer", [{"events": "none"}, {"events": [], "responses": ["Hello"]}, {"events": [{"name": "x"}]}])
def test_an_answer_that_rasa_would_refuse_is_refused(action, answer):
    with pytest.raises(ValidationError, match="custom-actions"):
        action._validate_action_result(answer)
