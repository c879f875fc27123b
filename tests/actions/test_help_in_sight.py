"""Steps for an app after a card come with its helplines, and without a card alone."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.help_in_sight import HELP_STAYS
from actions.privacy_settings import ActionShowPrivacySteps
from bot.dialogue.constants import LOOK_BACK

CARD = {"event": "bot", "text": "…", "metadata": {"card_category": "abuse_disclosure"}}
TAKEN_BACK = {"event": "bot", "text": "…", "metadata": {"response": "utter_crisis_misread"}}
OTHER = {"event": "bot", "text": "…", "metadata": {}}


def sent(*events, channel="web"):
    """The response names of what is sent for a question about an app."""
    return [one.get("response") or one["utter_action"] for one in messages(*events, channel=channel)]


def messages(*events, channel="web"):
    message = {"text": "how do i make my tiktok private", "intent": {"name": "ask_privacy_setting"}, "entities": []}
    heard = {"event": "user", "text": message["text"], "input_channel": channel, "metadata": {}}
    dispatcher = CollectingDispatcher()
    slots = {"audience": "child", "country": "GB", "last_platform": None, "last_setting": None}
    ActionShowPrivacySteps().run(dispatcher, Tracker("1", slots, message, [*events, heard], False, None, {}, None), {})
    return dispatcher.messages


def test_helplines_follow_the_steps_for_a_while_after_a_card():
    assert sent(CARD) == ["utter_privacy_steps", HELP_STAYS]
    assert sent(CARD, *[OTHER] * (LOOK_BACK - 1))[-1] == HELP_STAYS


def test_what_leads_on_from_the_steps_stays_under_the_last_message():
    alone, (steps, help_line) = messages()[-1], messages(CARD)
    assert alone["buttons"] and not steps["buttons"] and help_line["buttons"] == alone["buttons"]


@pytest.mark.parametrize("events", [(), (OTHER,), (CARD, TAKEN_BACK), (CARD, *[OTHER] * LOOK_BACK), ({"event": "bot", "metadata": None},)])
def test_without_a_card_near_the_steps_stand_alone(events):
    assert HELP_STAYS not in sent(*events)


def test_a_text_message_is_not_made_longer():
    assert HELP_STAYS not in sent(CARD, channel="sms")
