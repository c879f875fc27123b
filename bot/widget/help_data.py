"""Emergency number and helplines of one country as plain data, loaded by the element before anything goes wrong."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, List

from bot.content.cards import card_of, name_before
from bot.content.hotlines import get_directory
from bot.content.schema import INTERNATIONAL, dialled
from bot.content.selection import Choice, SelectionRequest, select

AUDIENCES = ("child", "parent", "professional")
#: Shorter than on a card in the chat: a person without a connection needs few and fast ways.
SERVICES = 3


@lru_cache(maxsize=128)
def help_for(country: str) -> Dict[str, Any] | None:
    """The help of a country.

    Args:
        country: ISO code, or `INT` when no country is known.

    Returns:
        `{"country", "emergency": {"phone", "tel"} | None, "services": {audience: [service]}}`, or None for a country
        without a file.
    """
    directory = get_directory()
    if country != INTERNATIONAL and not directory.knows(country):
        return None
    known = None if country == INTERNATIONAL else country
    emergency = directory.emergency(known)
    return {
        "country": country,
        "emergency": {"phone": emergency.phone, "tel": f"tel:{dialled(emergency.phone)}"}
        if emergency and emergency.phone
        else None,
        "services": {audience: _services(known, audience) for audience in AUDIENCES},
    }


def _services(country: str | None, audience: str) -> List[Dict[str, Any]]:
    selection = select(get_directory(), SelectionRequest(country=country, audience=audience))
    return [_service(choice) for choice in selection.beside_emergency[:SERVICES]]


def _service(choice: Choice) -> Dict[str, Any]:
    card = card_of(choice, "child", None, None)
    service = choice.service
    facts = {
        "name": service.name,
        "short": name_before(service.phone, service.short),
        "need": choice.need,
        "phone": card.phone,
        "tel": card.tel,
        "sms": card.sms_link,
        "sms_words": service.sms.number if service.sms else None,
        "chat": card.chat_url,
        "url": card.url,
    }
    return {name: value for name, value in facts.items() if value}
