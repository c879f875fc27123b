"""The production layout on one machine: what `make run-production` starts, and what the soak test takes apart.

    people ─▶ nginx ─▶ Rasa × N ─▶ RabbitMQ ─▶ consumer × M ─▶ PostgreSQL ◀─ console ◀─ nginx ◀─ staff
                         │ Redis: one message of a conversation at a time
                         └ PostgreSQL: conversations, redacted
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from bot import engines, gateway
from bot.config import PROJECT_DIR, Settings, get_settings
from bot.private_folder import make_private_folder
from bot.supervisor import Part

ENDPOINTS = PROJECT_DIR / "deploy" / "endpoints.production.yml"
#: Where the trial's engines keep their data when root starts them: PostgreSQL's account must be able to get there.
_SHARED_FOLDER = Path("/var/tmp/kindlight-trial")


@dataclass(frozen=True)
class EnginePorts:
    """Ports of the trial's own engines, away from the usual ones, which may be taken."""

    postgres: int = 5440
    redis: int = 6390
    rabbitmq: int = 5680


def layout(settings: Settings, ports: EnginePorts = EnginePorts(), folder: Path | None = None) -> list[Part]:
    """Every process, in the order in which they are announced.

    Args:
        settings: Numbers, ports and, where given, the addresses of engines that run already.
        ports: For the engines started here.
        folder: For their data; by default one that lasts.

    Raises:
        ConfigError: A program is not installed; the message says which and what to do.
    """
    # First: the folders of the engines may stand in it, and making one of them would leave it open to others.
    make_private_folder(settings.var_dir)
    data = folder or _default_folder(settings)
    parts: list[Part] = []
    environment = {
        "KINDLIGHT_ENDPOINTS": str(ENDPOINTS),
        "KINDLIGHT_VAR_DIR": str(settings.var_dir),
        "KINDLIGHT_SHARED_VAR_DIR": "true",
        "KINDLIGHT_RASA_SERVERS": str(settings.rasa_servers),
        **_browser_addresses(settings),
    }
    if not settings.database_url:
        parts.append(engines.postgres(data / "postgres", ports.postgres))
        environment["KINDLIGHT_DATABASE_URL"] = engines.postgres_address(ports.postgres)
    if not settings.redis_url:
        parts.append(engines.redis(data / "redis", ports.redis))
        environment["KINDLIGHT_REDIS_URL"] = f"redis://127.0.0.1:{ports.redis}/1"
    if not settings.amqp_url:
        parts.append(engines.rabbitmq(data / "rabbitmq", ports.rabbitmq))
        environment["KINDLIGHT_AMQP_URL"] = f"amqp://guest:guest@127.0.0.1:{ports.rabbitmq}/"
    return parts + _our_parts(settings, environment) + [_gateway(settings, data)]


def rasa_ports(settings: Settings) -> list[int]:
    """One a server, counted up from the setting."""
    return [settings.rasa_port + number for number in range(settings.rasa_servers)]


def _our_parts(settings: Settings, environment: Mapping[str, str]) -> list[Part]:
    parts = [Part("actions", ("serve-actions",), settings.actions_port, "/healthz", "Action server", (), environment)]
    for number, port in enumerate(rasa_ports(settings), start=1):
        own = {**environment, "KINDLIGHT_RASA_PORT": str(port), "KINDLIGHT_STANDBY": "true"}
        parts.append(Part(f"rasa-{number}", ("serve",), port, "/readyz", f"Assistant {number} (Rasa)", (), own))
    for number in range(settings.consumers):
        port = settings.consumer_port + number if settings.consumer_port else 0
        own = {**environment, "KINDLIGHT_CONSUMER_PORT": str(port)}
        title = f"Writer of the log {number + 1}"
        parts.append(Part(f"consumer-{number + 1}", ("consume",), port, "/readyz" if port else "", title, (), own))
    parts.append(
        Part("page", ("serve-page",), settings.page_port, "/healthz", "Page with the chat", (), environment)
    )
    parts.append(
        Part("console", ("serve-console",), settings.console_port, "/healthz", "Staff console", (), environment)
    )
    return parts


def _gateway(settings: Settings, data: Path) -> Part:
    configuration = gateway.for_this_machine(
        rasa_ports(settings),
        settings.page_port,
        settings.console_port,
        f"{settings.host}:{settings.gateway_port}",
        f"{settings.host}:{settings.gateway_console_port}",
    )
    return engines.nginx(data / "nginx", configuration, settings.gateway_port)


def _browser_addresses(settings: Settings) -> dict[str, str]:
    """The pages and the chat have one address, that of nginx."""
    address = f"http://{settings.host}:{settings.gateway_port}"
    return {
        "KINDLIGHT_CHAT_URL": settings.chat_url or address,
        "KINDLIGHT_WEB_ORIGINS": settings.web_origins or f"{address} http://localhost:{settings.gateway_port}",
        "KINDLIGHT_CONSOLE_URL": f"http://{settings.host}:{settings.gateway_console_port}",
    }


def _default_folder(settings: Settings) -> Path:
    return _SHARED_FOLDER if os.geteuid() == 0 else settings.var_dir / "trial"


def make_secrets() -> None:
    """Makes the key files once, before the processes that share them start."""
    from bot.channels.identity import sign
    from bot.store.keys import get_key_ring

    make_private_folder(get_settings().var_dir)
    get_key_ring()
    sign("first")


def welcome(settings: Settings) -> str:
    """What is printed once everything answers."""
    address = f"http://{settings.host}:{settings.gateway_port}"
    return (
        f"\n  Chat for parents   {address}/\n"
        f"  Chat for children  {address}/child\n"
        f"  Staff console      http://{settings.host}:{settings.gateway_console_port}/\n"
        f"  Rasa servers       {', '.join(map(str, rasa_ports(settings)))} (/readyz, /metrics)\n"
        "  A new model without a pause: .venv/bin/python -m bot restart-servers\n"
        "  Stop everything with Ctrl-C.\n"
    )
