"""The privacy action: what it reads, which response it sends, and what it keeps for a follow-on."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.privacy_settings import ActionShowPrivacySteps
from bot.config import DATA_DIR
from bot.content import platform_answers
from bot.content.responses import load_responses


@pytest.fixture(autouse=True)
def platform_wording(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the wording in data/responses, so that this test needs no helpline data."""
    book = load_responses(DATA_DIR / "responses")
    monkeypatch.setattr(platform_answers, "get_responses", lambda: book)


def run(text: str, entities: Optional[dict[str, str]] = None, **slots: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Runs the action on one message; returns the message sent and the slots set."""
    message = {"text": text, "entities": [{"entity": k, "value": v} for k, v in (entities or {}).items()]}
    tracker = Tracker("someone", slots, message, [], False, None, {}, None)
    dispatcher = CollectingDispatcher()
    events = ActionShowPrivacySteps().run(dispatcher, tracker, {})
    assert len(dispatcher.messages) == 1
    return dispatcher.messages[0], {event["name"]: event["value"] for event in events}


@pytest.mark.parametrize(
    ("text", "platform", "setting"),
    [
        ("how do i make my insta private", "instagram", "private_account"),
        ("my kid is on roblox, who can message him?", "roblox", "who_can_message"),
        ("turn off location on snap", "snapchat", "location"),
    ],
)
def test_a_question_gets_exactly_its_steps(text: str, platform: str, setting: str) -> None:
    sent, slots = run(text)
    assert sent["utter_action"] == "utter_privacy_steps"
    assert slots == {"last_platform": platform, "last_setting": setting}


def test_another_platform_keeps_the_setting() -> None:
    _, slots = run("and on tiktok?", last_platform="instagram", last_setting="private_account")
    assert slots == {"last_platform": "tiktok", "last_setting": "private_account"}


def test_another_setting_keeps_the_platform() -> None:
    _, slots = run("how do i block someone there?", last_platform="discord", last_setting="location")
    assert slots == {"last_platform": "discord", "last_setting": "block"}


def test_a_button_payload_is_followed() -> None:
    sent, slots = run(
        '/ask_privacy_setting{"platform": "youtube", "setting": "report"}', {"platform": "youtube", "setting": "report"}
    )
    assert sent["utter_action"] == "utter_privacy_steps"
    assert slots == {"last_platform": "youtube", "last_setting": "report"}


def test_an_entity_in_the_persons_own_spelling_is_understood() -> None:
    _, slots = run("how do i block someone on my ig", {"platform": "IG"}, last_platform="tiktok")
    assert slots["last_platform"] == "instagram"


def test_without_a_platform_it_asks_for_one_and_keeps_the_setting() -> None:
    sent, slots = run("how do i turn off location")
    assert sent["utter_action"] == "utter_privacy_ask_platform"
    assert len(sent["buttons"]) == 4
    assert slots == {"last_platform": None, "last_setting": "location"}


def test_the_answer_to_that_question_completes_it() -> None:
    sent, slots = run("snap", last_setting="location")
    assert sent["utter_action"] == "utter_privacy_steps"
    assert slots == {"last_platform": "snapchat", "last_setting": "location"}


def test_with_only_a_platform_it_asks_what_to_change() -> None:
    sent, slots = run("my daughter is on discord")
    assert sent["utter_action"] == "utter_privacy_ask_setting"
    assert len(sent["buttons"]) == 4
    assert slots == {"last_platform": "discord", "last_setting": None}


def test_the_another_app_button_asks_again_and_keeps_the_setting() -> None:
    sent, slots = run(
        '/ask_privacy_setting{"platform": "other", "setting": "block"}',
        {"platform": "other", "setting": "block"},
        last_platform="instagram",
    )
    assert sent["utter_action"] == "utter_privacy_ask_platform"
    assert slots == {"last_platform": None, "last_setting": "block"}


def test_an_app_without_checked_steps_is_not_answered_with_the_last_ones() -> None:
    sent, slots = run("and on yubo?", last_platform="instagram", last_setting="private_account")
    assert sent["utter_action"] == "utter_privacy_not_covered"
    assert slots["last_platform"] is None


def test_an_unknown_cell_is_said_to_be_unknown() -> None:
    sent, _ = run("how do i turn off comments on snap")
    assert sent["utter_action"] == "utter_privacy_unknown"


def test_the_country_rule_reaches_the_answer() -> None:
    with_rule, _ = run("make insta private", country="AU")
    without, _ = run("make insta private", country="GB")
    assert with_rule["text"] != without["text"]
