"""Journeys on the dashboard and in its export, small counts left out."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import partial

from bs4 import BeautifulSoup

from bot.store.figures import raise_figure
from bot.store.unit_of_work import UnitOfWork


def count_quizzes(database, group, completed, before, after):
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    labels = {"journey": "safety_quiz", "group": group}
    with UnitOfWork(database) as work:
        count = partial(raise_figure, work.session)
        count("journey", today, {"journey": "safety_quiz", "group": "_", "event": "started"}, completed + 4)
        count("journey", today, {**labels, "event": "completed"}, completed)
        count("quiz_right_before", today, labels, before)
        count("quiz_right_after", today, labels, after)
        count("quiz_asked", today, labels, 4 * completed)
        work.commit()


def rows_of(page):
    table = BeautifulSoup(page, "html.parser").find("section", {"aria-labelledby": "journeys"}).table
    return [[cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")]


def test_completion_and_gain_of_the_quiz_are_shown_and_exported(browser, database):
    count_quizzes(database, "age_8_11", 10, 20, 35)
    someone = browser("lead")
    whole, band = rows_of(someone.get("/dashboard?days=7").text)
    assert whole[:5] == ["safety quiz", "all", "14", "10", "0"]
    assert band[1:2] + band[3:] == ["age 8 11", "10", "0", "50 %", "88 %"]
    exported = someone.get("/dashboard/export?format=csv&days=7").text
    assert "journey_completed,safety_quiz: age_8_11,10" in exported
    assert "journey_right_after,safety_quiz: age_8_11,0.875" in exported


def test_a_group_of_few_is_not_shown_in_numbers(browser, database):
    count_quizzes(database, "age_12_17", 3, 6, 9)
    someone = browser("lead")
    band = rows_of(someone.get("/dashboard?days=7").text)[1]
    assert band[3] == "< 5" and band[5:] == ["–", "–"]
    exported = someone.get("/dashboard/export?format=csv&days=7").text
    assert "journey_completed,safety_quiz: age_12_17,<5" in exported and "right_after" not in exported
