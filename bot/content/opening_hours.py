"""Opening hours: from the words in a country file to "open now", without guessing.

Hours that cannot be read with certainty are `UNKNOWN`: the person then sees the words of the file, and the service is
neither preferred nor put back. Times are local to the service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, Dict, List, Tuple

import pytz

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 24 * 60
_DAY_WORDS = {
    "daily": tuple(range(7)),
    "every day": tuple(range(7)),
    "weekdays": (0, 1, 2, 3, 4),
    "weekends": (5, 6),
}
#: Words that say "there is more to it": such hours are shown as written and never counted on.
_HEDGES = re.compile(r"check|var(y|ies)|may |about|older|some |limited|until|only|20[01]\d", re.IGNORECASE)
_TAKES_DAYS_AWAY = r"[^)]*\b(?:not on|except|closed)\b"
#: A bracket about days on which nobody answers: we know no calendar, so such hours are shown with it, never counted on.
_EXCEPTION = re.compile(rf"\({_TAKES_DAYS_AWAY}", re.IGNORECASE)
#: From here on a remark is about the source, not about the hours.
_REMARK = re.compile(
    rf"\s+on (?:stored|an older|the operator)|\s*\((?!{_TAKES_DAYS_AWAY})|;\s*(?:check|may)|, may ", re.IGNORECASE
)
_BRACKETS = re.compile(r"\([^)]*\)")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
#: One round the clock, whatever the other ways in do.
_ALWAYS = re.compile(r"24/7$|phone 24/7(?:$|[;,])")
_ALWAYS_AND_NO_MORE = re.compile(r"(?:phone )?24/7", re.IGNORECASE)
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?"
_PART = re.compile(
    rf"\b(daily|weekdays|weekends|every day|{_DAY}(?:\s*-\s*{_DAY}|(?:\s*,\s*{_DAY})+)?)"
    r"(?:\s+and\s+(?:public\s+|bank\s+)?holidays)?\s+"
    r"((?:24 hours)|(?:\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2})(?:\s+and\s+\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2})*)",
    re.IGNORECASE,
)
_OTHER_DAYS = re.compile(r"other days (\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2})")
#: What may stand between the parts that were read.
_BETWEEN = re.compile(r"(?:[\s;,.]|\band\b)*")


class Status(Enum):
    """Whether a service answers at a moment."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class OpeningHours:
    """When a service answers.

    Attributes:
        always: Day and night, every day.
        spans: For each weekday (0 is Monday) the `(start, end)` minutes after its midnight, `start < end`; an end
            beyond 24 hours lies in the next day. Empty when unknown.
        words: The hours as the country file has them.
    """

    always: bool
    spans: Tuple[Tuple[Tuple[int, int], ...], ...]
    words: str

    @property
    def shown(self) -> str:
        """The words without remarks about where they were read."""
        return _REMARK.split(self.words)[0]

    @property
    def fits_every_way_in(self) -> bool:
        """Whether a service that answers day and night names no other hours for its chat or its texts."""
        return self.always and _ALWAYS_AND_NO_MORE.fullmatch(self.shown) is not None

    @property
    def hedged(self) -> bool:
        """Whether the file itself doubts these hours."""
        return bool(_HEDGES.search(self.words))

    def status(self, at: datetime, time_zone: str | None) -> Status:
        """Open, closed or unknown at a moment.

        Args:
            at: An aware time.
            time_zone: Name of the service's zone, such as `Europe/London`.
        """
        if self.always:
            return Status.OPEN
        if not self.spans or time_zone is None:
            return Status.UNKNOWN
        return Status.OPEN if self._is_open(self.local_time(at, time_zone)) else Status.CLOSED

    def _is_open(self, local: datetime) -> bool:
        minute = local.hour * 60 + local.minute
        today, yesterday = self.spans[local.weekday()], self.spans[local.weekday() - 1]
        inside = any(start <= minute < end for start, end in today)
        return inside or any(minute + _DAY_MINUTES < end for _, end in yesterday)

    @staticmethod
    def local_time(at: datetime, time_zone: str) -> datetime:
        """The clock at the service, without zone."""
        local: datetime = at.astimezone(_zone(time_zone)).replace(tzinfo=None)
        return local

    def next_change(self, at: datetime, time_zone: str) -> datetime | None:
        """When an open service closes or a closed one opens, as local time; None when it cannot be told."""
        if self.always or not self.spans:
            return None
        now = self.local_time(at, time_zone)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        moments = sorted(
            midnight + timedelta(days=day, minutes=minute)
            for day in range(-1, 8)
            for span in self.spans[(now.weekday() + day) % 7]
            for minute in span
        )
        # Where one day's hours touch the next day's, nothing changes at midnight.
        is_open = self._is_open(now)
        return next((moment for moment in moments if moment > now and self._is_open(moment) != is_open), None)


@cache
def _zone(name: str) -> Any:
    return pytz.timezone(name)


def parse_hours(words: str | None) -> OpeningHours:
    """Reads hours such as `24/7`, `daily 9:00-23:00` or `Mon-Fri 8:00-20:00; Sat-Sun 9:00-17:00`.

    A part in brackets is a remark about the source, unless it takes days away. That, anything that hedges, and whatever
    is left over after reading make the hours unknown: a wrong "open now" costs a frightened person their one try.
    """
    text = (words or "").strip()
    if _EXCEPTION.search(text):
        return OpeningHours(False, (), text)
    plain = _BRACKETS.sub("", text).strip().lower()
    if _ALWAYS.match(plain) and not re.search(r"only|20\d\d", text):
        return OpeningHours(True, (), text)
    if not plain or _HEDGES.search(text):
        return OpeningHours(False, (), text)
    return OpeningHours(False, _spans(plain), text)


def _spans(plain: str) -> Tuple[Tuple[Tuple[int, int], ...], ...]:
    by_day: Dict[int, List[Tuple[int, int]]] = {day: [] for day in range(7)}
    named: set[int] = set()
    for part in _PART.finditer(plain):
        days = _days(part.group(1))
        named.update(days)
        for span in _times(part.group(2)):
            for day in days:
                by_day[day].append(span)
    rest = _OTHER_DAYS.search(plain)
    if rest:
        for day in set(range(7)) - named:
            by_day[day].extend(_times(rest.group(1)))
    left_over = _OTHER_DAYS.sub("", _PART.sub("", plain))
    if not named or not _BETWEEN.fullmatch(left_over):
        return ()
    return tuple(tuple(by_day[day]) for day in range(7))


def _times(words: str) -> List[Tuple[int, int]]:
    if words.startswith("24"):
        return [(0, _DAY_MINUTES)]
    spans = [(int(a) * 60 + int(b), int(c) * 60 + int(d)) for a, b, c, d in _SPAN.findall(words)]
    return [(start, end if end > start else end + _DAY_MINUTES) for start, end in spans]


def _days(words: str) -> Tuple[int, ...]:
    if words in _DAY_WORDS:
        return _DAY_WORDS[words]
    if "-" in words:
        first, last = (DAYS.index(day.strip()[:3]) for day in words.split("-"))
        # "Sun-Thu" goes round the end of the week.
        return tuple((first + number) % 7 for number in range((last - first) % 7 + 1))
    return tuple(DAYS.index(day.strip()[:3]) for day in words.split(","))
