"""Logs that hold no words: one JSON line an event, with an allow-list of fields.

Rasa logs message texts, slot values and whole events as structured fields. An allow-list keeps what operators need and
drops everything else, also what a later version of Rasa may add.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, MutableMapping

import structlog

#: Fields that never hold a person's words.
ALLOWED_FIELDS = frozenset({"event", "level", "timestamp", "logger", "component", "seconds", "count", "status", "port"})
#: Loggers that write texts, events or request bodies into their messages.
QUIET_LOGGERS = (
    "rasa.core",
    "rasa.shared",
    "rasa.nlu",
    "rasa.engine",
    "rasa.utils",
    "rasa_sdk",
    "sanic.access",
    "apscheduler",
)


def keep_allowed_fields(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: drops every field that is not on the allow-list."""
    return {name: value for name, value in event.items() if name in ALLOWED_FIELDS}


def configure(level: int = logging.WARNING) -> None:
    """Sets up both logging systems of this process."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr, level=level, force=True)
    # Deprecations inside Rasa's dependencies are for their developers; a run shows what an operator can act on.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            keep_allowed_fields,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
