"""Every entry of data/hotlines/ meets its schema, can be proved and is not long overdue for a check."""

from __future__ import annotations

import warnings
from datetime import date

import pytest

from bot.content.hotlines import FOLDER, get_directory, load_directory
from bot.content.schema import dialled, number_problem, service_problems
from bot.content.selection import NEEDS, PURPOSES
from bot.errors import ContentError

GOOD = {
    "id": "gb-example",
    "name": "Example line",
    "kind": "helpline",
    "serves": ["child_helpline"],
    "for": ["child"],
    "phone": "0800 1111",
    "sources": [{"url": "https://example.org/", "seen": "0800 1111"}],
    "confidence": "high",
    "checked": {"on": date(2026, 11, 24), "how": "page", "source": "https://example.org/"},
    "review_after": date(2027, 5, 24),
}


def test_eighty_countries_and_the_international_services_are_there():
    directory = get_directory()
    assert len(directory.countries) == 80
    assert len(directory) == 376
    assert {"US", "GB", "IE", "CA", "AU", "NZ", "IN", "ZA"} <= set(directory.countries)
    assert directory.find(None, "emergency")


def test_every_entry_is_proved_by_a_source_and_a_dated_check():
    for service in get_directory().services:
        assert service.sources and service.checked.source and service.checked.how in ("page", "live")
        assert service.review_after > service.checked.on


def test_an_address_nobody_confirmed_is_kept_from_people():
    for service in get_directory().services:
        for name, url in service.hidden_urls.items():
            assert getattr(service, name) is None and url.startswith("http")


def test_the_emergency_number_is_the_well_sourced_general_one():
    directory = get_directory()
    assert [directory.emergency(c).phone for c in ("GB", "US", "NO", "AU", "IN")] == ["999", "911", "112", "000", "112"]
    assert directory.emergency("ZZ") is None and directory.emergency(None) is None


def test_every_country_with_a_file_has_an_emergency_number():
    directory = get_directory()
    assert not [country for country in directory.countries if directory.emergency(country) is None]


def test_the_line_for_missing_children_is_not_offered_as_a_line_to_talk_to():
    offered = {service.id for c in get_directory().countries for service in get_directory().find(c, "child_helpline")}
    assert "sk-116111" in offered and "sk-116000" not in offered


def test_every_need_is_met_by_a_purpose():
    assert {need for table in NEEDS.values() for needs in table.values() for need in needs} <= set(PURPOSES)


def test_no_check_is_long_overdue():
    overdue = get_directory().due(date.today())
    assert not [due.id for due in overdue if due.failing]
    if overdue:
        warnings.warn(f"{len(overdue)} helpline entries are due for a check: python -m bot hotlines due", stacklevel=1)


def test_due_entries_are_listed_a_month_before_and_fail_half_a_year_after():
    directory = get_directory()
    first = min(service.review_after for service in directory.services)
    assert not directory.due(date.fromordinal(first.toordinal() - 31))
    assert directory.due(date.fromordinal(first.toordinal() - 30))
    assert not any(due.failing for due in directory.due(date.fromordinal(first.toordinal() + 180)))
    assert any(due.failing for due in directory.due(date.fromordinal(first.toordinal() + 181)))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"id": "us-example"}, "must start with 'gb-'"),
        ({"kind": "number"}, "kind"),
        ({"serves": ["everything"]}, "everything"),
        ({"for": ["kids"]}, "kids"),
        ({"phone": 999}, "must be in quotes"),
        ({"phone": "0800 1111 0800"}, "length"),
        ({"phone": None}, "no way to make contact"),
        ({"web": "childline"}, "not a web address"),
        ({"web": "http://example.org/"}, "is not https; list it in unconfirmed_fields"),
        ({"fone": "1"}, "unknown fields"),
        ({"checked": {"on": "today", "how": "page", "source": "x"}}, "checked.on"),
        ({"checked": {"on": date(2026, 1, 1), "how": "guess", "source": "x"}}, "checked.how"),
        ({"review_after": None}, "'review_after' is missing"),
        ({"facts": {"cost": {"text": "Free."}}}, "a fact needs text and source"),
    ],
)
def test_a_broken_entry_is_told_what_is_wrong(change, complaint):
    assert not service_problems(GOOD, "GB")
    assert complaint in "; ".join(service_problems({**GOOD, **change}, "GB"))


def test_a_page_without_encryption_may_be_kept_where_nobody_is_shown_it():
    assert not service_problems({**GOOD, "web": "http://example.org/", "unconfirmed_fields": ["web"]}, "GB")


@pytest.mark.parametrize(
    ("number", "country", "fine"),
    [("116 111", "DE", True), ("*4141", "CL", True), ("741741", "US", True), ("0800 1111", "GB", True),
     ("0800 11", "GB", True), ("0800 800 80011 22", "GB", False), ("call us", "GB", False)],
)  # fmt: skip
def test_numbers_are_read_for_their_country(number, country, fine):
    assert (number_problem(number, country) is None) is fine


def test_digits_to_dial_keep_star_and_plus():
    assert dialled("+44 (20) 3879-8560") == "+442038798560" and dialled("*4141") == "*4141"


def test_two_services_with_one_id_stop_the_start(tmp_path):
    text = (FOLDER / "ie.yml").read_text(encoding="utf-8")
    (tmp_path / "ie.yml").write_text(text + text[text.index("\n  - id: ie-childline") :], encoding="utf-8")
    with pytest.raises(ContentError, match="share the id"):
        load_directory(tmp_path)


def test_a_file_named_for_another_country_stops_the_start(tmp_path):
    (tmp_path / "fr.yml").write_text((FOLDER / "ie.yml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ContentError, match="does not fit the name"):
        load_directory(tmp_path)
