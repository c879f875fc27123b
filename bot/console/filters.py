"""Queue filters: from the address of the page to a QueueFilter, and back. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Dict, Mapping, Optional, Tuple

from bot.safety.levels import CATEGORIES
from bot.store.constants import STATUSES

OPEN_STATUSES = ("new", "in_review", "follow_up")
AUDIENCES = ("child", "parent", "professional")
DRILLS = ("", "only", "all")
YEARS = range(2000, 3000)
_WORD = re.compile(r"[\w -]{1,40}")
_CURSOR = re.compile(r"[0-9A-Za-z_.:-]{1,120}")


@dataclass(frozen=True)
class QueueFilter:
    """What the queue shows. Empty text means "any".

    Attributes:
        status: `open` (everything that waits) or one of STATUSES.
        level: Number of the level as text.
        assignee: `me`, `nobody` or the number of an account.
        since, until: Days in ISO form, of YEARS, both included.
        drill: Without drills, drills only, or all.
    """

    status: str = "open"
    level: str = ""
    category: str = ""
    channel: str = ""
    audience: str = ""
    country: str = ""
    language: str = ""
    tag: str = ""
    assignee: str = ""
    since: str = ""
    until: str = ""
    drill: str = ""

    @property
    def statuses(self) -> Tuple[str, ...]:
        """The statuses to show."""
        return OPEN_STATUSES if self.status == "open" else (self.status,)

    def as_query(self) -> Dict[str, Any]:
        """Only what differs from the default, for addresses and saved views."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}


def read_filter(values: Mapping[str, str]) -> Tuple[QueueFilter, bool]:
    """Reads a filter from an address.

    Returns:
        The filter without what could not be read, and whether something was left out.
    """
    checks = {
        "status": lambda v: v in ("open", *STATUSES),
        "level": lambda v: v in ("0", "1", "2", "3"),
        "category": lambda v: v in CATEGORIES,
        "channel": lambda v: _WORD.fullmatch(v) is not None,
        "audience": lambda v: v in AUDIENCES,
        "country": lambda v: re.fullmatch(r"[A-Za-z]{2}", v) is not None,
        "language": lambda v: re.fullmatch(r"[A-Za-z-]{2,8}", v) is not None,
        "tag": lambda v: _WORD.fullmatch(v) is not None,
        "assignee": lambda v: v in ("me", "nobody") or re.fullmatch(r"\d{1,9}", v) is not None,
        "since": _is_day,
        "until": _is_day,
        "drill": lambda v: v in DRILLS,
    }
    found, dropped = {}, False
    for name, fits in checks.items():
        value = values.get(name, "").strip()
        if not value:
            continue
        if fits(value):
            found[name] = value.upper() if name == "country" else value
        else:
            dropped = True
    return replace(QueueFilter(), **found), dropped


def read_kept(values: Mapping[str, str]) -> QueueFilter:
    """The filter that a form carries along, in fields `keep-<name>` so that they meet no field of the form itself."""
    kept = {name[5:]: value for name, value in values.items() if name.startswith("keep-")}
    return read_filter(kept)[0]


def read_cursor(value: Optional[str]) -> Optional[str]:
    """The place where a page goes on, None when missing or not one of ours."""
    return value if value and _CURSOR.fullmatch(value) else None


def read_number(value: Optional[str]) -> Optional[int]:
    """A row number from an address or a form; None when it is none, or larger than a database can compare."""
    if not value or not (value.isascii() and value.isdigit()) or len(value) > 18:
        return None
    return int(value)


def _is_day(value: str) -> bool:
    try:
        # The queue reckons a day further: the last one of the calendar has none.
        return date.fromisoformat(value).year in YEARS
    except ValueError:
        return False
