"""Care for the people who read: when a break is due and when the day's share is reached. Pure.

Source: guidance on content reviewers' wellbeing (The Tech Coalition, Employee Resilience Guidebook) advises limits
on exposure, breaks, and control over what is shown.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any


def needs_break(day: Any, now: datetime, break_minutes: int) -> bool:
    """Whether the last break is longer ago than `break_minutes`; `day` is an ExposureDay or None."""
    if day is None or day.last_break_at is None or day.severe == 0:
        return False
    return bool(now - day.last_break_at >= timedelta(minutes=break_minutes))


def is_capped(day: Any, cap: int, level: int) -> bool:
    """Whether one more conversation at `escalate` or above is past the day's share."""
    return bool(day is not None and level >= 2 and day.severe >= cap)
