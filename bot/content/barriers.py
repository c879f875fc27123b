"""What may stop a person from contacting a helpline, and an honest answer for the service they were shown.

The texts are `utter_barrier_<name>` in `data/responses/barriers.yml`. Here their variables are filled: what is known of
the service (its own sourced facts first, else what its entry says of cost and confidentiality), a way in without
speaking, and a first sentence to copy. The same variables serve Rasa's own responses, so the journey works without
the action server.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Dict, List, Mapping, Tuple

from bot.content.card_words import get_card_words, word
from bot.content.cards import Card, card_of, name_before, ways_in
from bot.content.opening_hours import Status
from bot.content.responses import Button, Provider, get_responses
from bot.content.schema import BARRIERS, Hotline
from bot.content.selection import Choice, Selection
from bot.content.variables import selection_from
from bot.errors import InputError
from bot.safety.levels import OFFENDER_CONCERN, Speaker

#: How it went; a `going_to` leads to the number and a first sentence.
OUTCOMES = ("contacted", "not_yet", "no_answer", "safe_now", "going_to")


@dataclass(frozen=True)
class BarrierAnswer:
    """The answer to one worry; `response` names the wording."""

    text: str
    buttons: Tuple[Button, ...]
    response: str


def answer(
    barrier: str, service: Hotline, audience: str | None = None, channel: str = "web", category: str | None = None
) -> BarrierAnswer:
    """Answers one worry about one service.

    Args:
        barrier: One of schema.BARRIERS.
        service: The service the person was shown.

    Raises:
        InputError: The barrier is unknown.
    """
    if barrier not in BARRIERS:
        raise InputError(f"There is no barrier '{barrier}'. Use one of: {', '.join(BARRIERS)}.")
    slots = {"audience": audience, "channel": channel, "card_category": category, "country": service.country}
    values: Dict[str, Any] = {**slots, **_variables(service, slots, barrier)}
    chosen = get_responses().choose(f"utter_barrier_{barrier}", audience, channel, values)
    return BarrierAnswer(chosen.text, chosen.buttons, chosen.name)


def outcome_response(outcome: str) -> str:
    """The response that follows an outcome. Raises InputError for a word outside OUTCOMES."""
    if outcome not in OUTCOMES:
        raise InputError(f"There is no outcome '{outcome}'. Use one of: {', '.join(OUTCOMES)}.")
    return f"utter_outcome_{outcome}"


def _variables(service: Hotline, slots: Mapping[str, Any], barrier: str) -> Dict[str, str]:
    selection = selection_from(slots)
    return {
        f"fact_{barrier}": fact_about(service, barrier),
        "quieter": _quieter(service, selection, slots),
        "first_line": _first_line(service, selection, slots),
        "first_sentence": first_sentence(slots),
    }


def fact_about(service: Hotline, barrier: str) -> str:
    """What is known of a service that speaks to a worry; its own sourced fact first. Empty where nothing applies."""
    own = service.facts.get(barrier)
    if own is not None:
        return own.text
    choices: Mapping[str, str] = get_card_words()["facts"].get(barrier, {})
    holds = {
        "hotline": service.kind == "hotline",
        "free": service.free is True,
        "confidential": service.confidential is True,
        "anonymous": service.anonymous is True,
        "default": True,
    }
    found = next((text for name, text in choices.items() if holds[name]), "")
    return found.format(service=service.short)


def first_sentence(slots: Mapping[str, Any]) -> str:
    """Words to copy, by who writes and what it is about: the situation, else what it calls for, else the category."""
    sentences = get_card_words()["first_sentences"]
    category = slots.get("card_category") or slots.get("check_in")
    choices: Mapping[str, str] = sentences[_who_writes(slots, category)]
    card = str(slots.get("card_response") or "")
    situation = (name for name in choices if card.startswith(f"utter_crisis_{name}_"))
    named = (*situation, *(slots.get("card_needs") or ())[:1], str(category))
    return next((choices[name] for name in named if name in choices), choices["default"])


def _who_writes(slots: Mapping[str, Any], category: Any) -> str:
    """A person as in `selection.person_of`, or `friend`: who looks out for another must not copy "I hurt myself"."""
    person, speaker = selection_from(slots).person, slots.get("card_speaker")
    if category == OFFENDER_CONCERN and slots.get("audience") is None and speaker is None:
        return "adult"
    about_another = speaker == Speaker.FRIEND or (speaker == Speaker.ABOUT_CHILD and person == "child")
    return "friend" if about_another and person != "professional" else person


def _quieter(service: Hotline, selection: Selection, slots: Mapping[str, Any]) -> str:
    """A way in without speaking: at this service, else at another one shown, else with an adult beside."""
    channel = slots.get("channel") or "web"
    ways = _silent_ways(service, channel)
    if ways:
        return word("quieter.ways", service=service.short, ways=ways)
    other, ways = _silent_other(selection, channel)
    if other:
        return word("quieter.other", service=service.short, other=other, ways=ways)
    return word("quieter.none", service=service.short)


def _first_line(service: Hotline, selection: Selection, slots: Mapping[str, Any]) -> str:
    """The service once more, with a quieter way beside the call."""
    channel = slots.get("channel") or "web"
    silent = _silent_ways(service, channel)
    name = name_before(service.phone, service.short)
    if not service.phone:
        return word("first_line.quiet", service=service.short, ways=silent or str(service.email))
    number = ways_in(replace(_card(service), sms=None, whatsapp=None, chat_url=None, url=None), channel)[0]
    other, ways = _silent_other(selection, channel)
    if silent:
        said = word("first_line.call_or_quiet", service=name, number=number, ways=silent)
    elif other:
        said = word("first_line.call_or_other", service=name, number=number, other=other, ways=ways)
    else:
        said = word("first_line.beside", service=name, number=number)
    # A service that is known by its number only is not named before it.
    return said.removeprefix(": ")


def _silent_other(selection: Selection, channel: str) -> Tuple[str, str]:
    for choice in selection.choices:
        # A page that takes pictures down or reports is no substitute for someone who listens.
        if choice.own and choice.service.kind in ("helpline", "finder"):
            ways = _silent_ways(choice.service, channel)
            if ways:
                return choice.service.short, ways
    return "", ""


def _silent_ways(service: Hotline, channel: str) -> str:
    if not (service.sms or service.chat_url or service.whatsapp or (service.link and not service.phone)):
        return ""
    return f" {word('or')} ".join(ways_in(replace(_card(service), phone=None, tel=None), channel))


def _card(service: Hotline) -> Card:
    need = "emergency" if service.kind == "emergency" else "child_helpline"
    return card_of(Choice(service, need, True, Status.UNKNOWN), "child", None, None)


def _shown_first(slots: Mapping[str, Any]) -> Hotline:
    """The service that led the card: the first that is not the emergency number."""
    selection = selection_from(slots)
    return next(iter(selection.beside_emergency), selection.choices[0]).service


def _fact_provider(barrier: str) -> Provider:
    return lambda slots: fact_about(_shown_first(slots), barrier)


def barrier_providers() -> Dict[str, Provider]:
    """Variables of the barrier texts, for the response book."""
    found: Dict[str, Provider] = {f"fact_{barrier}": _fact_provider(barrier) for barrier in BARRIERS}
    found["quieter"] = lambda slots: _quieter(_shown_first(slots), selection_from(slots), slots)
    found["first_line"] = lambda slots: _first_line(_shown_first(slots), selection_from(slots), slots)
    found["first_sentence"] = first_sentence
    return found


def names() -> List[str]:
    """Response names of the journey, for checks."""
    return [f"utter_barrier_{barrier}" for barrier in BARRIERS] + [f"utter_outcome_{outcome}" for outcome in OUTCOMES]
