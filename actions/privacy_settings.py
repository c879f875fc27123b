"""Steps for a privacy setting: which app, which setting, and what was said before."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.help_in_sight import is_help_due, say_help_stays
from actions.known import known
from bot.content.platform_answers import ANOTHER, PlatformAnswer, ask_platform, ask_setting, not_covered, render
from bot.content.platforms import SETTINGS, get_platforms


class ActionShowPrivacySteps(Action):
    """Answers `ask_privacy_setting`, and asks back when the platform or the setting is open."""

    def name(self) -> str:
        """The name that the domain and the rules use."""
        return "action_show_privacy_steps"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]) -> List[EventType]:
        """Sends the steps, or a question back with buttons.

        Args:
            dispatcher: Receives one message; its `utter_action` names the response, as for Rasa's own responses.
            tracker: Read for the latest message and the slots audience, country, last_platform and last_setting.
            domain: Not used.

        Returns:
            Slot events that keep the platform and the setting for a follow-on ("and on tiktok?").
        """
        audience, channel = known(tracker, "audience"), channel_of(tracker)
        app = _uncovered_app(tracker)
        platform, setting = understood(tracker)
        if app is not None:
            platform = None
            answer = not_covered(app, audience, channel)
        elif platform is None:
            answer = ask_platform(setting, audience, channel)
        elif setting is None:
            answer = ask_setting(platform, audience, channel)
        else:
            answer = render(platform, setting, audience, channel, known(tracker, "country"))
        buttons = [{"title": button.title, "payload": button.payload} for button in answer.buttons]
        helplines_follow = is_help_due(tracker, channel)
        utter(dispatcher, answer, [] if helplines_follow else buttons)
        if helplines_follow:
            say_help_stays(dispatcher, buttons)
        return [SlotSet("last_platform", platform), SlotSet("last_setting", setting)]


def understood(tracker: Tracker) -> Tuple[Optional[str], Optional[str]]:
    """Platform and setting of the latest message, filled up from the conversation.

    A message that names one of the two keeps the other from before; one that names neither ("show me again")
    keeps both.
    The "another app" button clears the platform.
    """
    text = str(tracker.latest_message.get("text") or "")
    book = get_platforms()
    named_platform, named_setting = _entity(tracker, "platform"), _entity(tracker, "setting")
    setting = named_setting if named_setting in SETTINGS else None
    if not text.startswith("/"):
        setting = setting or book.find_setting(text)
    setting = setting or tracker.get_slot("last_setting")
    if named_platform == ANOTHER:
        return None, setting
    platform = named_platform if named_platform in book.platforms else None
    if platform is None and not text.startswith("/"):
        # The whole text before a single entity: it tells an app from a device ("snap on my iphone").
        platform = book.find_platform(text)
    if platform is None and named_platform:
        platform = book.find_platform(named_platform)
    return platform or tracker.get_slot("last_platform"), setting


def utter(dispatcher: CollectingDispatcher, answer: PlatformAnswer, buttons: List[Dict[str, str]]) -> None:
    """Sends an answer, with the buttons under its last text.

    Rasa keeps `utter_action` in the message's metadata, where the log finds the response.
    """
    for index, text in enumerate(answer.texts, start=1):
        last = index == len(answer.texts)
        dispatcher.utter_message(text=text, buttons=buttons if last else [], utter_action=answer.response)


def channel_of(tracker: Tracker) -> str:
    """The channel the latest message came through, `web` when none is named."""
    return str(tracker.get_latest_input_channel() or "web")


def _uncovered_app(tracker: Tracker) -> Optional[str]:
    text = str(tracker.latest_message.get("text") or "")
    book = get_platforms()
    if text.startswith("/") or book.find_platform(text) is not None:
        return None
    return book.find_uncovered_app(text)


def _entity(tracker: Tracker, name: str) -> Optional[str]:
    value = next(tracker.get_latest_entity_values(name), None)
    return None if value is None else str(value)
