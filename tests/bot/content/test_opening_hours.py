"""Opening hours are read, or admitted to be unknown."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.content.opening_hours import Status, parse_hours

ZONE = "Europe/Amsterdam"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("words", "moment", "expected"),
    [
        ("24/7", "2026-11-24T03:00", Status.OPEN),
        ("phone 24/7", "2026-11-24T03:00", Status.OPEN),
        ("daily 11:00-21:00", "2026-11-24T19:59", Status.OPEN),
        ("daily 11:00-21:00", "2026-11-24T20:00", Status.CLOSED),
        ("Mon-Fri 8:00-20:00; Sat-Sun and holidays 9:00-17:00", "2026-11-28T18:00", Status.CLOSED),
        ("Mon-Fri 8:00-20:00; Sat-Sun and holidays 9:00-17:00", "2026-11-27T18:00", Status.OPEN),
        ("Mon, Wed, Fri 9:00-14:00; Tue, Thu 15:00-20:00", "2026-11-24T09:00", Status.CLOSED),
        ("Mon-Fri 9:00-13:00 and 15:00-18:00, Sat 10:00-13:00", "2026-11-24T13:00", Status.CLOSED),
        ("Mon, Thu, Fri 24 hours; other days 6:00-24:00 (2022 page)", "2026-11-24T03:00", Status.CLOSED),
        ("weekdays, limited hours; check site", "2026-11-24T12:00", Status.UNKNOWN),
        ("every day, until 24:00 (start time varies)", "2026-11-24T12:00", Status.UNKNOWN),
        ("24/7 (2016 sources)", "2026-11-24T12:00", Status.UNKNOWN),
        ("Mon-Sat 16:00-22:00 (2019 source)", "2026-11-24T12:00", Status.UNKNOWN),
        (None, "2026-11-24T12:00", Status.UNKNOWN),
    ],
)
def test_open_closed_or_honestly_unknown(words, moment, expected):
    assert parse_hours(words).status(at(moment), ZONE) is expected


def test_the_next_opening_is_told_in_local_time():
    hours = parse_hours("Mon-Fri 9:00-13:00")
    assert hours.next_change(at("2026-11-27T20:00"), ZONE) == datetime(2026, 11, 30, 9, 0)


def test_remarks_about_sources_are_not_shown():
    assert parse_hours("Mon-Fri 9:00-13:00 (2021 source)").shown == "Mon-Fri 9:00-13:00"
