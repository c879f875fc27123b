"""A recorded check changes the lines of that check and nothing else."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from bot.content.checks import record_check
from bot.content.hotlines import FOLDER, load_directory
from bot.errors import InputError


@pytest.fixture
def folder(tmp_path):
    shutil.copy(FOLDER / "gb.yml", tmp_path)
    return tmp_path


def test_a_live_check_is_written_into_the_country_file(folder):
    before = (folder / "gb.yml").read_text(encoding="utf-8").splitlines()
    path, review_after = record_check("gb-childline", date(2026, 12, 1), "live", 'called: "answered"', folder)
    service = load_directory(folder).get("gb-childline")
    assert (service.checked.on, service.checked.how) == (date(2026, 12, 1), "live")
    assert service.checked.source == 'called: "answered"'
    assert service.review_after == review_after == date(2027, 12, 1)
    after = path.read_text(encoding="utf-8").splitlines()
    assert len(after) == len(before)
    assert sum(a != b for a, b in zip(after, before, strict=True)) == 4


def test_the_last_entry_of_a_file_can_be_checked_too(folder):
    last = load_directory(folder).services[-1].id
    record_check(last, date(2026, 12, 1), "page", "https://example.org/", folder)
    assert load_directory(folder).get(last).checked.on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("service_id", "on", "how", "source"),
    [
        ("gb-nobody", date(2026, 12, 1), "live", "called"),
        ("gb-childline", date(2026, 12, 1), "guess", "called"),
        ("gb-childline", date(2026, 12, 1), "live", "  "),
        ("gb-childline", date(2020, 1, 1), "live", "called"),
    ],
)
def test_a_check_that_makes_no_sense_is_refused(folder, service_id, on, how, source):
    with pytest.raises(InputError):
        record_check(service_id, on, how, source, folder)
