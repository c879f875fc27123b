"""What composers of journeys take and give (`bot.content.journey_composers`). Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Tuple

from bot.content.journeys import Choice, Link


@dataclass(frozen=True)
class JourneyFacts:
    """For whom and where a step is worded.

    Attributes:
        audience: child, parent, professional or None.
        country: Two capital letters, or None.
        channel: web, telegram, whatsapp, sms or plain.
        slots: Further slots of the conversation, such as `language`.
    """

    audience: str | None = None
    country: str | None = None
    channel: str = "web"
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Composed:
    """What a composer made.

    Attributes:
        text: Bubbles parted by a blank line.
        choices: Buttons; their ids are kept as answers of the step (lower case, digits, `_ . -`, at most 48).
        links: Buttons that lead out of the journey.
        custom: What the widget draws beside the text, such as a page to print; JSON values only.
        hotlines: Ids of the helplines named in the text.
    """

    text: str
    choices: Tuple[Choice, ...] = ()
    links: Tuple[Link, ...] = ()
    custom: Mapping[str, Any] | None = None
    hotlines: Tuple[str, ...] = ()


#: Ids of the choices made at each step so far, in order; a step never reached is missing.
Answers = Mapping[str, Tuple[str, ...]]
Composer = Callable[[Answers, JourneyFacts], "Composed | None"]


def entities_of(payload: str) -> Mapping[str, Any]:
    """What a button names: `{"country": "GB"}` for `/ask_country{"country": "GB"}`; empty without anything named."""
    _, brace, rest = payload.partition("{")
    return dict(json.loads(brace + rest)) if brace else {}


def choice_in(payload: str) -> str:
    """The choice that a button stands for: `done` for `/journey_answer{"choice": "setting/done"}`."""
    return str(entities_of(payload)["choice"]).rpartition("/")[2]
