"""Opening hours are read, or admitted to be unknown."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone

import pytest
import pytz

from bot.content.hotlines import get_directory
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
        ("Mon-Fri 8:00-0:00 (not on public holidays)", "2026-12-25T12:00", Status.UNKNOWN),
        ("daily 9:00-17:00 (except in August)", "2026-11-24T12:00", Status.UNKNOWN),
        ("24/7 (closed on 25 Dec)", "2026-12-25T12:00", Status.UNKNOWN),
        (None, "2026-11-24T12:00", Status.UNKNOWN),
    ],
)
def test_open_closed_or_honestly_unknown(words, moment, expected):
    assert parse_hours(words).status(at(moment), ZONE) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-27T17:30", Status.OPEN),
        ("2026-11-28T00:59", Status.OPEN),
        ("2026-11-28T01:00", Status.CLOSED),
        # Saturday has no hours of its own.
        ("2026-11-28T18:00", Status.CLOSED),
        ("2026-11-29T00:30", Status.CLOSED),
    ],
)
def test_hours_past_midnight_belong_to_the_evening_before(moment, expected):
    assert parse_hours("Mon-Fri 18:00-2:00").status(at(moment), ZONE) is expected


def test_a_line_open_past_midnight_closes_the_next_morning():
    hours = parse_hours("daily 18:00-2:00")
    assert hours.next_change(at("2026-11-27T20:00"), ZONE) == datetime(2026, 11, 28, 2, 0)
    assert hours.next_change(at("2026-11-28T00:30"), ZONE) == datetime(2026, 11, 28, 2, 0)
    assert hours.next_change(at("2026-11-28T01:30"), ZONE) == datetime(2026, 11, 28, 18, 0)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-29T10:00", Status.OPEN),
        ("2026-11-26T10:00", Status.OPEN),
        ("2026-11-27T10:00", Status.OPEN),
        ("2026-11-27T12:00", Status.CLOSED),
        ("2026-11-28T10:00", Status.CLOSED),
    ],
)
def test_days_may_go_round_the_end_of_the_week(moment, expected):
    assert parse_hours("Sun-Thu 9:00-17:00; Fri 8:00-12:00").status(at(moment), ZONE) is expected


@pytest.mark.parametrize(
    "words",
    [
        "Mon-Fri 9:00-17:00 and evenings",
        "Mon-Fri 9:00-17:00, Sat mornings",
        "Mon-Wed, Fri 9:00-17:00",
        "Mon-Fri except holidays 9:00-17:00",
        "24/7 chat; phone 9:00-17:00",
        "phone 24/7 on weekdays",
    ],
)
def test_words_left_over_make_the_hours_unknown(words):
    hours = parse_hours(words)
    assert not hours.always and hours.status(at("2026-11-24T12:00"), ZONE) is Status.UNKNOWN


@pytest.mark.parametrize("words", ["Monday-Friday 9:00-17:00 and Saturday 10:00-12:00", "phone 24/7; chat 9:00-13:00"])
def test_full_names_and_a_second_way_in_leave_nothing_over(words):
    assert parse_hours(words).status(at("2026-11-24T12:00"), ZONE) is Status.OPEN


def test_all_hours_of_the_country_files_end_after_they_begin():
    hours = [service.hours for service in get_directory().services if service.hours.spans]
    assert hours
    for start, end in (span for read in hours for day in read.spans for span in day):
        assert 0 <= start < 24 * 60 and start < end <= start + 24 * 60


def test_the_next_opening_is_told_in_local_time():
    hours = parse_hours("Mon-Fri 9:00-13:00")
    assert hours.next_change(at("2026-11-27T20:00"), ZONE) == datetime(2026, 11, 30, 9, 0)


def test_days_that_touch_are_one_time_of_being_open():
    hours = parse_hours("Mon, Thu, Fri 24 hours; other days 6:00-24:00")
    assert hours.next_change(at("2026-11-26T13:00"), ZONE) == datetime(2026, 11, 28, 0, 0)
    assert parse_hours("daily 0:00-24:00").next_change(at("2026-11-26T13:00"), ZONE) is None


@pytest.mark.parametrize("day", range(23, 30))
def test_at_the_next_change_every_service_opens_or_closes(day):
    services = [one for one in get_directory().services if one.hours.spans and one.time_zone]
    assert services
    for service, clock in itertools.product(services, ("03:00", "14:00", "23:30")):
        zone, hours = pytz.timezone(service.time_zone), service.hours
        change = hours.next_change(at(f"2026-11-{day}T{clock}"), service.time_zone)
        before, after = (zone.localize(change + timedelta(minutes=minutes)) for minutes in (-1, 0))
        assert hours.status(before, service.time_zone) is not hours.status(after, service.time_zone), service.id


def test_remarks_about_sources_are_not_shown():
    assert parse_hours("Mon-Fri 9:00-13:00 (2021 source)").shown == "Mon-Fri 9:00-13:00"


@pytest.mark.parametrize(
    "words", ["Mon-Fri 8:00-0:00 (not on public holidays)", "daily 16:00-21:00 (closed 29 Dec - 3 Jan)"]
)
def test_days_on_which_nobody_answers_are_shown_and_are_no_doubt_about_the_hours(words):
    assert parse_hours(words).shown == words and not parse_hours(words).hedged
