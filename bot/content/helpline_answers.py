"""The answer to "show me helplines" and to "I'm in Ireland": wording and services for one country. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Dict, Tuple

from bot.content.hotlines import get_directory
from bot.content.responses import Button, get_responses
from bot.content.variables import helpline_lines, selection_from


@dataclass(frozen=True)
class HelplineAnswer:
    """What to send; `response` names the wording, `hotlines` the services shown."""

    text: str
    buttons: Tuple[Button, ...]
    response: str
    hotlines: Tuple[str, ...]


def show_helplines(
    country: str | None,
    audience: str | None = None,
    channel: str = "web",
    category: str | None = None,
    speaker: str | None = None,
    needs: Tuple[str, ...] = (),
    just_named: bool = False,
    at: datetime | None = None,
    age: int | None = None,
    language: str | None = None,
) -> HelplineAnswer:
    """Words the helplines of a country.

    Args:
        country: ISO code; None leads to help that works anywhere and the question for the country.
        category, speaker, needs: Those of the crisis card given before, if any: the same need, now for this country.
        just_named: The person answered "which country?"; after a card this goes on to what may stop them.
        at: An aware time for opening hours.
        age: Years, when the person said it of themselves.
        language: Two-letter code of the person's page; it chooses services, the words stay English.
    """
    directory = get_directory()
    slots: Dict[str, Any] = {
        "country": country,
        "audience": audience,
        "channel": channel,
        "card_category": category,
        "card_speaker": speaker,
        "card_needs": needs,
        "at": at,
        "own_age": age,
        "own_language": language,
    }
    selection = selection_from(slots)
    slots["helplines"] = "\n".join(helpline_lines(selection, slots))
    name = _response(country, directory.knows(country), category is not None and just_named)
    chosen = get_responses().choose(name, audience, channel, slots)
    shown = [choice.service.id for choice in selection.beside_emergency]
    emergency = directory.emergency(country)
    return HelplineAnswer(chosen.text.strip(), chosen.buttons, name, (*shown, emergency.id if emergency else "int-112"))


def _response(country: str | None, listed: bool, after_card: bool) -> str:
    if country is None:
        return "utter_hotlines_anywhere"
    if not listed:
        return "utter_hotlines_unlisted"
    return "utter_hotlines_after_card" if after_card else "utter_hotlines"
