"""What the widget needs to draw a reply: facts of each service shown, and the language the words are in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Dict, List, Mapping, Sequence

from bot.content.hotlines import get_directory
from bot.content.schema import dialled
from bot.errors import InputError

#: A card in another language carries its code at the end of its name, such as `utter_emergency_card_ar`. Two letters at
#: the end of another name are none, such as those of `utter_check_in_no`.
_LANGUAGE = re.compile(r"^utter_(?:crisis|emergency)_card_([a-z]{2})$")


def language_of(response: str | None) -> str:
    """The language of a reply, from the name of its wording; English unless the name says otherwise."""
    found = _LANGUAGE.match(response or "")
    return found.group(1) if found else "en"


@lru_cache(maxsize=512)
def facts_of(service_id: str) -> Mapping[str, Any] | None:
    """Name and ways in of one service, for `tel:` links and cards; None for an id that is not in the directory."""
    try:
        service = get_directory().get(service_id)
    except InputError:
        return None
    facts = {
        "id": service.id,
        "name": service.name,
        "kind": service.kind,
        "phone": service.phone,
        "tel": f"tel:{dialled(service.phone)}" if service.phone else None,
        "sms": f"sms:{dialled(service.sms.number)}" if service.sms else None,
        "chat": service.chat_url,
        "url": service.report_url or service.web,
    }
    return {name: value for name, value in facts.items() if value}


def cards_of(service_ids: Sequence[str]) -> List[Dict[str, Any]]:
    """The facts of every known service, in order."""
    found = (facts_of(service_id) for service_id in service_ids)
    return [dict(facts) for facts in found if facts]


def dressed(reply: Mapping[str, Any], country: str | None = None) -> Dict[str, Any]:
    """A reply with `language` and, where services are shown, `cards`; a crisis card with the `emergency` number.

    Args:
        country: The one that the reply was worded for; the page may still show another.
    """
    told = {**reply, "language": language_of(reply.get("response")), "cards": cards_of(reply.get("hotlines") or [])}
    emergency = get_directory().emergency(country) if reply.get("card_level") else None
    return {**told, "emergency": emergency.phone} if emergency else told
