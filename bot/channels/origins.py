"""Which pages may talk to the web channel. Pure: settings in, addresses out.

A page on another site needs to be named in `KINDLIGHT_WEB_ORIGINS`; without that only this machine's own pages may.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.config import Settings
from bot.errors import ConfigError

_LOOPBACK_NAMES = ("127.0.0.1", "localhost")


def allowed_origins(settings: Settings) -> frozenset[str]:
    """The origins (`https://host[:port]`) of pages that may embed the chat.

    Raises:
        ConfigError: An entry of `web_origins` is not an origin.
    """
    given = settings.web_origins.replace(",", " ").split()
    if not given:
        names = {*_LOOPBACK_NAMES, settings.host}
        return frozenset(f"http://{name}:{settings.page_port}" for name in names)
    return frozenset(_checked(origin) for origin in given)


def _checked(origin: str) -> str:
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        raise ConfigError(
            f"KINDLIGHT_WEB_ORIGINS holds '{origin}', which is not an origin. Write it like https://www.example.org"
        )
    return f"{parts.scheme}://{parts.netloc}"


def chat_address(settings: Settings) -> str:
    """Where pages reach the web channel: the setting, or this machine's Rasa server."""
    if settings.chat_url:
        return _checked(settings.chat_url)
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://{host}:{settings.rasa_port}"
