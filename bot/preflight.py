"""What must be so before a server may start. Pure decisions over a `Situation`; each fault says what to do.

`python -m bot serve` refuses to start on a fault, `python -m bot doctor` lists them.
"""

from __future__ import annotations

import logging
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, List, Mapping, Sequence

import yaml

from bot.channels.overview import channel_problems
from bot.config import PREFIX, PROJECT_DIR, Settings
from bot.errors import ConfigError
from bot.private_folder import is_open_to_others

logger = logging.getLogger(__name__)
#: Lock stores that order messages in one process only.
_ONE_PROCESS = ("", "in_memory")
_SHARED_FOLDER = (
    " Where all of them use one KINDLIGHT_VAR_DIR, KINDLIGHT_SHARED_VAR_DIR=true lets them use the key file in it."
)


@dataclass(frozen=True)
class Situation:
    """What the checks look at.

    Attributes:
        workers: Processes that answer messages, on this machine and behind the same address.
        lock_store: `type` of the lock store in the endpoints file; empty for none.
        shared: Several processes or machines share conversations, database or queue.
        has_encryption_keys, has_channel_key: Given in the environment, or in a file that all processes use.
        open_keys: Key files that others on this machine can read.
        api, has_token: Rasa's HTTP interface is switched on; it asks for a token.
        refused_drafts: Texts without a professional's sign-off, where the deployment refuses them; else 0.
        unserved_country: The country of the deployment, as written, when no file has helplines for it; else empty.
    """

    workers: int = 1
    lock_store: str = ""
    shared: bool = False
    has_encryption_keys: bool = True
    has_channel_key: bool = True
    open_keys: Sequence[Path] = field(default_factory=tuple)
    api: bool = False
    has_token: bool = False
    refused_drafts: int = 0
    unserved_country: str = ""


def faults(found: Situation) -> List[str]:
    """Sentences; empty when a server may start."""
    problems: List[str] = []
    if found.workers > 1 and found.lock_store in _ONE_PROCESS:
        problems.append(
            f"{found.workers} servers answer messages, but the lock store is in memory, so that two of them could "
            "handle one conversation at once. Set KINDLIGHT_ENDPOINTS=deploy/endpoints.production.yml (Redis)."
        )
    if found.shared and not found.has_encryption_keys:
        problems.append(
            "KINDLIGHT_ENCRYPTION_KEYS is missing. Without it each machine makes a key of its own and cannot read what "
            'the others wrote. Make one with: echo "$(openssl rand -hex 4):$(openssl rand -base64 32),'
            'index:$(openssl rand -base64 32)".' + _SHARED_FOLDER
        )
    if found.shared and not found.has_channel_key:
        problems.append(
            "KINDLIGHT_CHANNEL_KEY is missing. Without it a conversation that one server began is unknown to the next. "
            "Make one with: openssl rand -base64 32." + _SHARED_FOLDER
        )
    for path in found.open_keys:
        problems.append(f"The key file {path} can be read by others. Run: chmod 600 {path}")
    if found.api and not found.has_token:
        problems.append(
            "--enable-api lets anybody who reaches the port read every conversation. Leave it out, or add --auth-token "
            "with a long random value."
        )
    if found.refused_drafts:
        problems.append(
            f"{found.refused_drafts} texts have not been signed by a safeguarding professional, and "
            "KINDLIGHT_REFUSE_DRAFTS is true. `python -m bot review` lists them and records a sign-off."
        )
    if found.unserved_country:
        problems.append(
            f"KINDLIGHT_COUNTRY is '{found.unserved_country}', and no file in data/hotlines/ has helplines for it, so "
            "that nobody would get local numbers. Write two letters such as GB, or leave it empty: then the chat asks."
        )
    return problems


def look(settings: Settings, environment: Mapping[str, str], arguments: Sequence[str] = ()) -> Situation:
    """The situation of this process.

    Args:
        settings: Of this process.
        environment: Its variables.
        arguments: Of `rasa run`.

    Raises:
        ConfigError: The endpoints file or a number cannot be read.
    """
    endpoints = environment.get(f"{PREFIX}ENDPOINTS", str(PROJECT_DIR / "endpoints.yml"))
    keys = settings.var_dir / "keys"
    files = [path for path in (keys / "store.json", keys / "channel.key") if path.is_file()]
    # A key file of this machine alone was made by whatever command ran first, and nobody else has it.
    shared_files = files if settings.shared_var_dir else []
    return Situation(
        workers=max(settings.rasa_servers, _number(environment, "SANIC_WORKERS")),
        lock_store=_lock_store(Path(endpoints)),
        shared=bool(settings.rasa_servers > 1 or settings.amqp_url),
        has_encryption_keys=bool(settings.encryption_keys) or (keys / "store.json") in shared_files,
        has_channel_key=bool(environment.get(f"{PREFIX}CHANNEL_KEY")) or (keys / "channel.key") in shared_files,
        open_keys=tuple(path for path in files if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)),
        api="--enable-api" in arguments,
        has_token=_is_given(arguments, ("-t", "--auth-token", "--jwt-secret")),
        refused_drafts=_unsigned_texts() if settings.refuse_drafts else 0,
        unserved_country="" if _is_served(settings.country) else settings.country,
    )


def check(settings: Settings, arguments: Sequence[str] = ()) -> None:
    """Stops before anything starts; what should be mended but stops nothing is logged.

    Raises:
        ConfigError: All faults, one after the other.
    """
    found = problems(settings, os.environ, arguments)
    if found:
        raise ConfigError(" ".join(found))
    warn(settings)


def warn(settings: Settings) -> None:
    """Logs what should be mended but stops nothing."""
    for caution in cautions(settings):
        logger.warning(caution)


def cautions(settings: Settings) -> List[str]:
    """What should be mended although a server may start with it, in sentences."""
    from bot.store import noted_tombstones

    found: List[str] = []
    if is_open_to_others(settings.var_dir):
        found.append(f"The folder {settings.var_dir} can be read by others. Run: chmod 700 {settings.var_dir}")
    # Not a fault: a person at risk gets help meanwhile, and answers show nothing of what was erased.
    if noted_tombstones.are_left(settings.var_dir):
        found.append(
            f"A restore was stopped before its end ({settings.var_dir / noted_tombstones.NAME} is left), so that what "
            "people deleted since that backup may be in the database again. Stop everything and run the same restore "
            "once more: python -m bot restore ARCHIVE --yes. It deletes that again and removes the file."
        )
    return found


def problems(settings: Settings, environment: Mapping[str, str], arguments: Sequence[str] = ()) -> List[str]:
    """Everything for which `serve` refuses to start, in sentences.

    Args:
        settings, environment, arguments: As for `look`.
    """
    return [*faults(look(settings, environment, arguments)), *channel_problems(settings)]


def _is_served(country: str) -> bool:
    from bot.content.countries import country_code
    from bot.content.hotlines import get_directory

    return not country or get_directory().knows(country_code(country))


def _unsigned_texts() -> int:
    from bot.content.reviews import standings

    return sum(not text.is_signed for text in standings())


def _is_given(arguments: Sequence[str], options: Sequence[str]) -> bool:
    for at, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name in options and (value or at + 1 < len(arguments) and not arguments[at + 1].startswith("-")):
            return True
    return False


def _number(environment: Mapping[str, str], name: str) -> int:
    raw = environment.get(name) or "1"
    if not raw.isdigit():
        raise ConfigError(f"{name} is '{raw}', but it must be a number.")
    return int(raw)


def _lock_store(path: Path) -> str:
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"The endpoints file {path} cannot be read ({type(error).__name__}).") from None
    if not isinstance(content, dict) or not isinstance(content.get("lock_store") or {}, dict):
        raise ConfigError(f"The endpoints file {path} must name its parts, such as `lock_store:`.")
    return str((content.get("lock_store") or {}).get("type") or "")
