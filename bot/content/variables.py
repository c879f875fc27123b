"""Variables any response may name: `{emergency_number}`, `{helplines}`, `{help_strip}` and their kin.

Each provider takes the slots of the conversation (country, audience, channel, card_category or check_in, card_speaker,
card_needs, language of the text, `own_age` in years and `own_language` of the person, and `at`, an aware time, when the
caller has one) and returns words for that channel.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping

from bot.content.card_words import word
from bot.content.cards import card_of, line, name_before, sms_line
from bot.content.hotlines import HotlineDirectory, get_directory
from bot.content.responses import Provider
from bot.content.schema import dialled
from bot.content.selection import Choice, Selection, SelectionRequest, select
from bot.safety.levels import CATEGORIES, RiskLevel, Speaker

#: A strip is one line at the foot of an answer: the emergency number and this many services.
STRIP_SERVICES = 2


def selection_from(slots: Mapping[str, Any], directory: HotlineDirectory | None = None) -> Selection:
    """The services that fit what the slots say."""
    category = slots.get("card_category") or slots.get("check_in")
    speaker = slots.get("card_speaker")
    return select(
        directory or get_directory(),
        SelectionRequest(
            country=slots.get("country"),
            category=category if category in CATEGORIES else None,
            level=RiskLevel.ESCALATE,
            speaker=Speaker(speaker) if speaker in {s.value for s in Speaker} else Speaker.UNKNOWN,
            audience=slots.get("audience"),
            age=slots.get("own_age"),
            at=slots.get("at"),
            channel=slots.get("channel") or "web",
            language=slots.get("own_language") or slots.get("language") or "en",
            needs=tuple(slots.get("card_needs") or ()),
        ),
    )


def emergency_number(slots: Mapping[str, Any]) -> str:
    """The number to call in danger, tappable on the web; words that work anywhere when the country is unknown."""
    service = get_directory().emergency(slots.get("country"))
    channel = slots.get("channel") or "web"
    if service is None or service.phone is None:
        foreign = (slots.get("language") or "en") != "en"
        return word("emergency_unknown_short" if channel == "sms" or foreign else "emergency_unknown")
    if channel != "web":
        return service.phone
    return f"[{service.phone}](tel:{dialled(service.phone)})"


def emergency_hint(slots: Mapping[str, Any]) -> str:
    """What to do if the number does not connect, where it is not well confirmed; else nothing."""
    directory = get_directory()
    country = slots.get("country")
    service = directory.emergency(country)
    doubtful = service is None or service.confidence != "high"
    return word("emergency_hint") if doubtful and directory.knows(country) else ""


def emergency_silent(slots: Mapping[str, Any]) -> str:
    """How to show at the emergency number that one can't speak, where the country has a way for it; else nothing."""
    service = get_directory().emergency(slots.get("country"))
    fact = service.facts.get("cannot_talk") if service is not None else None
    return fact.text if fact else ""


def helplines(slots: Mapping[str, Any]) -> str:
    """The services, one a line, in the channel's form."""
    return "\n".join(helpline_lines(selection_from(slots), slots))


def helpline_lines(selection: Selection, slots: Mapping[str, Any], most: int | None = None) -> List[str]:
    """One line for each service of a selection, the emergency service left to `{emergency_number}`."""
    category = slots.get("card_category") or slots.get("check_in")
    language = slots.get("language") or "en"
    choices = selection.beside_emergency[:most]
    cards = [card_of(choice, selection.reader, category, slots.get("at"), language) for choice in choices]
    return [line(card, slots.get("channel") or "web", bare=language != "en") for card in cards]


def helpline_short(slots: Mapping[str, Any]) -> str:
    """The first service in text-message form, such as `Childline 0800 1111 or childline.org.uk`."""
    return short_line(selection_from(slots))


def short_line(selection: Selection) -> str:
    """The same for services already chosen."""
    choice: Choice = next(iter(selection.beside_emergency), selection.choices[0])
    return sms_line(card_of(choice, selection.reader, None, None), choice.service.short)


def help_strip(slots: Mapping[str, Any]) -> str:
    """One line: the first services, then the emergency number, which is no service before it as well.

    Who answers comes before forms and tools: "you can tell these people how it feels" is no word for a page.
    """
    selection = selection_from(slots)
    channel = slots.get("channel") or "web"
    parts = []
    staffed_first = sorted(selection.beside_emergency, key=lambda choice: choice.service.kind != "helpline")
    for choice in staffed_first[:STRIP_SERVICES]:
        service = choice.service
        if channel == "web" and service.phone:
            number = f"[{service.phone}](tel:{dialled(service.phone)})"
            parts.append(f"{name_before(service.phone, service.short)} {number}".strip())
        elif channel == "web" and service.link:
            parts.append(f"[{service.short}]({service.link})")
        else:
            parts.append(sms_line(card_of(choice, selection.reader, None, None), service.short))
    # The middle dot is no character of a plain text message.
    return (" - " if channel == "sms" else " · ").join([*parts, word("help_strip", number=emergency_number(slots))])


def country_name(slots: Mapping[str, Any]) -> str:
    """The English name of the country as it stands in a sentence ("the United Kingdom"), or "every country"."""
    return get_directory().in_text.get(str(slots.get("country")), word("every_country"))


PROVIDERS: Dict[str, Provider] = {
    "emergency_number": emergency_number,
    "emergency_hint": emergency_hint,
    "emergency_silent": emergency_silent,
    "helplines": helplines,
    "helpline_short": helpline_short,
    "help_strip": help_strip,
    "country_name": country_name,
}
