"""The Telegram settings: what cannot work, and what to tell the person who starts the server. Pure, no Rasa."""

from __future__ import annotations

from typing import List

from bot.config import Settings

POLLING, WEBHOOK = "polling", "webhook"


def telegram_problems(settings: Settings) -> List[str]:
    """A sentence for each setting that cannot work; empty without a token."""
    if not settings.telegram_token:
        return []
    if settings.telegram_mode not in (POLLING, WEBHOOK):
        return [f"KINDLIGHT_TELEGRAM_MODE is '{settings.telegram_mode}'; write polling or webhook."]
    # Telegram itself calls https only; a Bot API server of one's own may stand on this machine.
    if settings.telegram_mode == WEBHOOK and not settings.telegram_public_url.startswith(
        ("https://", "http://127.0.0.1")
    ):
        return [
            "KINDLIGHT_TELEGRAM_MODE is webhook, so Telegram must reach this server: put its public address into "
            "KINDLIGHT_TELEGRAM_PUBLIC_URL, such as https://chat.example.org, or choose polling."
        ]
    return []


def telegram_lines(settings: Settings) -> List[str]:
    """What `make run` prints about Telegram."""
    if not settings.telegram_token:
        return ["Telegram           off (docs/channels.md: a bot in ten minutes)"]
    if settings.telegram_mode == POLLING:
        return ["Telegram           on, long polling; needs exactly one server process"]
    return [f"Telegram           on, webhook at {settings.telegram_public_url.rstrip('/')}"]
