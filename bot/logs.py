"""Logs that hold no words: one JSON line an event, with an allow-list of fields.

Rasa logs message texts, slot values and whole events as structured fields. An allow-list keeps what operators need and
drops everything else, also what a later version of Rasa may add.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timezone
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


class JsonLines(logging.Formatter):
    """One JSON object a line. Of an exception only its kind: its words and its frames may hold what a person wrote."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, in the same fields as structlog's."""
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def configure(level: int = logging.WARNING) -> None:
    """Sets up both logging systems of this process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=level, force=True)
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
