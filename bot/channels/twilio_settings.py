"""The Twilio settings: what cannot work, and what to tell the person who starts the server. Pure, no Rasa."""

from __future__ import annotations

import re
from typing import List
from urllib.parse import urlsplit

from bot.config import Settings


def is_on(settings: Settings) -> bool:
    """Whether there is a Twilio account."""
    return bool(settings.twilio_account_sid or settings.twilio_auth_token)


def twilio_problems(settings: Settings) -> List[str]:
    """A sentence for each setting that cannot work; empty without an account."""
    if not is_on(settings):
        return []
    problems = []
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", settings.twilio_account_sid) or not settings.twilio_auth_token.split():
        problems.append(
            "KINDLIGHT_TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits, and KINDLIGHT_TWILIO_AUTH_TOKEN must "
            "hold that account's auth token; both are on the first page of Twilio's console."
        )
    for name in ("twilio_public_url", "twilio_api_url"):
        if getattr(settings, name) and not _is_safe(getattr(settings, name)):
            problems.append(f"KINDLIGHT_{name.upper()} must begin with https://, since messages travel there.")
    for template in settings.twilio_quick_replies.split():
        if not re.fullmatch(r"HX[0-9a-fA-F]{32}", template):
            problems.append(f"KINDLIGHT_TWILIO_QUICK_REPLIES holds '{template}'; it needs ids of the form HX….")
    return problems


def twilio_lines(settings: Settings) -> List[str]:
    """What `make run` prints about text messages and WhatsApp."""
    if not is_on(settings):
        return ["Texts, WhatsApp    off; docs/channels.md says how to switch them on"]
    called = settings.twilio_public_url.rstrip("/") or "this server, as its proxy names it"
    return [f"Texts, WhatsApp    on, Twilio calls {called}"]


def _is_safe(address: str) -> bool:
    found = urlsplit(address)
    return found.scheme == "https" or found.hostname in ("127.0.0.1", "localhost")
