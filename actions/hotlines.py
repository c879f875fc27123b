"""Shows helplines when somebody asks for them, or names their country."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Dict, List, Optional

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.known import card_needs, known, own_age
from bot.content.countries import country_code, resolve_country
from bot.content.helpline_answers import HelplineAnswer, show_helplines

COUNTRY = "country"


class ActionShowHotlines(Action):
    """Answers `get_hotline` and `ask_country`."""

    def name(self) -> str:
        """The name that the domain and the rules use."""
        return "action_show_hotlines"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]) -> List[EventType]:
        """Sends the helplines of the country, or those that work anywhere together with the question for it.

        Args:
            dispatcher: Receives one message; its `utter_action` names the response, as for Rasa's own responses.
            tracker: Read for the slots audience, country, card_category and card_speaker, and for the person's own age.
            domain: Not used.

        Returns:
            The country, when this message named one.
        """
        named = named_country(tracker)
        country = named or valid_country(known(tracker, COUNTRY))
        answer = show_helplines(
            country=country,
            audience=known(tracker, "audience"),
            channel=str(tracker.get_latest_input_channel() or "web"),
            category=tracker.get_slot("card_category"),
            speaker=tracker.get_slot("card_speaker"),
            needs=card_needs(tracker),
            just_named=named is not None,
            at=datetime.now(timezone.utc),
            age=own_age(tracker),
            language=known(tracker, "language"),
        )
        utter(dispatcher, answer)
        return [SlotSet(COUNTRY, named)] if named else []


def utter(dispatcher: CollectingDispatcher, answer: HelplineAnswer) -> None:
    """Sends an answer with its structured cards for the widget."""
    buttons = [{"title": button.title, "payload": button.payload} for button in answer.buttons]
    dispatcher.utter_message(
        text=answer.text, buttons=buttons, utter_action=answer.response, hotlines=list(answer.hotlines)
    )


def named_country(tracker: Tracker) -> Optional[str]:
    """The country of a button, or of the newest words where they say whose it is (`bot/content/own_country.py`)."""
    return valid_country(next(tracker.get_latest_entity_values(COUNTRY), None))


def valid_country(value: Optional[str]) -> Optional[str]:
    """An ISO code for what a slot or entity holds, or None: words never stay in the slot as a country."""
    if not value:
        return None
    text = str(value).strip()
    return country_code(text) or resolve_country(text)
