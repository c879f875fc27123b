"""What the guard hears and says in Rasa's place goes into the log, too: staff must see who was helped by the guard.

The events have the form of Rasa's own (`Event.as_dict()` with `sender_id`), so that redaction, store and console
treat them alike. The logbook takes them without blocking and redacts them before anything is written.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping

from bot.channels.guard import Guard, GuardContext
from bot.safety.levels import RiskAssessment

Event = Dict[str, Any]


def make_logged_guard() -> Guard:
    """The guard of a channel in service."""
    return Guard(log=publish)


def publish(event: Mapping[str, Any]) -> None:
    """Hands one event to the logbook of this process; never blocks, never raises."""
    from bot.eventlog.embedded import get_logbook

    get_logbook().publish(event)


def person_said(context: GuardContext, text: str, assessment: RiskAssessment, moment: float) -> Event:
    """The message that Rasa could not take.

    Args:
        context: Who wrote, where.
        text: As typed; the logbook redacts it.
        assessment: What the safety engine found.
        moment: Seconds since the epoch at which it came.
    """
    from bot.nlu.risk_detector import as_dict

    known = {"audience": context.audience, "country": context.country, "language": context.language}
    return {
        "event": "user",
        "timestamp": moment,
        "sender_id": context.conversation_id,
        "text": text,
        "input_channel": context.channel,
        "metadata": {"channel_kind": context.channel, **{name: value for name, value in known.items() if value}},
        "parse_data": {"risk": as_dict(assessment)},
    }


def guard_said(context: GuardContext, reply: Mapping[str, Any], moment: float) -> Event:
    """One reply of the guard."""
    return {
        "event": "bot",
        "timestamp": moment,
        "sender_id": context.conversation_id,
        "text": reply["text"],
        "data": {"buttons": list(reply["buttons"])},
        "metadata": {"response": reply["response"], "hotlines": list(reply["hotlines"]), "guard": True},
    }


#: Takes one event.
Log = Callable[[Mapping[str, Any]], None]
