"""Lets Rasa import without the packages of channels, stores and reports that this deployment does not use.

Rasa imports the client libraries of every chat channel, database and cloud that it knows, and its test reports with
plots: some 80 MB and most of the time until the server is ready. `installed_packages_left_out` answers Rasa's own
imports of them, and nobody else's, with the inert stand-ins of `bot.tensorflow_stand_in`. A package stays real when the
endpoints or credentials name what needs it. Imports inside Rasa's functions run later and get the real package.
"""

from __future__ import annotations

import builtins
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Iterable, Iterator, Mapping, Sequence

from bot.tensorflow_stand_in import InertModule

#: Package → words in endpoints or credentials that ask for it; none when only Rasa's tests and reports use it.
NEEDED_FOR: Mapping[str, tuple[str, ...]] = {
    "aio_pika": ("pika", "rabbitmq", "amqp"),
    "aiogram": ("telegram",),
    "boto3": ("dynamo", "aws", "s3"),
    "botocore": ("dynamo", "aws", "s3"),
    "confluent_kafka": ("kafka",),
    "fbmessenger": ("facebook",),
    "google": ("hangouts", "gcs"),
    "matplotlib": (),
    "mattermostwrapper": ("mattermost",),
    "pymongo": ("mongo",),
    "questionary": (),
    "prompt_toolkit": (),
    "redis": ("redis",),
    "rocketchat_API": ("rocketchat",),
    "sentry_sdk": (),
    "sklearn": (),
    "slack_sdk": ("slack",),
    "socketio": ("socketio",),
    "structlog_sentry": (),
    "twilio": ("twilio",),
    "webexteamssdk": ("webexteams",),
}


def unneeded(files: Iterable[Path]) -> frozenset[str]:
    """The packages of NEEDED_FOR that nothing in the files asks for.

    Args:
        files: Endpoints and credentials of Rasa; a missing file asks for nothing.
    """
    asked = " ".join(path.read_text(encoding="utf-8").lower() for path in files if path.is_file())
    return frozenset(name for name, words in NEEDED_FOR.items() if not any(word in asked for word in words))


@contextmanager
def installed_packages_left_out(names: frozenset[str]) -> Iterator[None]:
    """While it lasts, what Rasa's modules import from `names` is inert; `sys.modules` is left as it is."""
    real_import = builtins.__import__
    stand_ins = {name: InertModule(name) for name in names}

    def lean_import(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> ModuleType:
        root = name.split(".", 1)[0]
        importer = (globals or {}).get("__name__", "")
        if level == 0 and root in stand_ins and importer.startswith("rasa."):
            return stand_ins[root]
        return real_import(name, globals, locals, fromlist, level)

    builtins.__import__ = lean_import  # type: ignore[assignment]
    try:
        yield
    finally:
        builtins.__import__ = real_import
