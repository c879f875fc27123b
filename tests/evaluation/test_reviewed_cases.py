"""What staff marked as wrong is right after the next training; the repository itself has no such cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import ContentError
from bot.evaluation.reviewed import ReviewedCase, problem_of, read_cases
from bot.safety.engine import get_engine
from bot.safety.levels import RiskAssessment, RiskLevel

FOLDER = Path(__file__).parent / "reviewed"
HEARS_NOTHING = RiskAssessment()
HEARS_A_RISK = RiskAssessment(RiskLevel.ESCALATE, {"extortion": 0.9})


def case(kind, **expected):
    return ReviewedCase("case-00001", kind, "some words", expected)


def problem(one, hears, *nearest):
    return problem_of(one, lambda text: hears, lambda text: nearest)


def test_a_missed_risk_must_be_met():
    missed = case("missed_risk", level="escalate", categories=["extortion"])
    assert problem(missed, HEARS_NOTHING) == "case-00001: none, where staff saw escalate."
    assert problem(missed, HEARS_A_RISK) is None


def test_a_risk_that_staff_called_unclear_may_be_asked_about():
    unclear = case("missed_risk", level="check_in", categories=["extortion"])
    assert problem(unclear, RiskAssessment(RiskLevel.CHECK_IN, {"extortion": 0.3})) is None


def test_a_false_alarm_must_stay_quiet():
    assert "no risk" in problem(case("false_alarm", level="none"), HEARS_A_RISK)
    assert problem(case("false_alarm", level="none"), HEARS_NOTHING) is None


def test_a_wrong_answer_must_give_way_to_the_one_that_staff_named():
    wrong = case("wrong_answer", faq="block_someone")
    assert "block_someone" in problem(wrong, HEARS_NOTHING, "report_someone")
    assert problem(wrong, HEARS_NOTHING, "report_someone", "block_someone") is None
    assert problem(case("unanswered"), HEARS_NOTHING) is None


def test_a_line_that_is_no_case_is_named(tmp_path):
    (tmp_path / "00001_00002.jsonl").write_text('{"id": "case-00001"}\n', encoding="utf-8")
    with pytest.raises(ContentError, match="00001_00002.jsonl, line 1"):
        read_cases(tmp_path)
    assert read_cases(tmp_path / "nowhere") == []


def test_a_case_is_read_as_the_console_writes_it(tmp_path):
    row = {"id": "case-00007", "kind": "wrong_answer", "text": "how do i block", "expected": {"faq": "block_someone"}}
    (tmp_path / "00007_00007.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert read_cases(tmp_path) == [ReviewedCase("case-00007", "wrong_answer", "how do i block", row["expected"])]


def test_a_line_end_inside_a_text_is_no_end_of_a_case(tmp_path):
    row = {"id": "case-00007", "kind": "unanswered", "text": "one\u2028two\x85three", "expected": {}}
    (tmp_path / "00007_00007.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    assert [one.text for one in read_cases(tmp_path)] == ["one\u2028two\x85three"]


def test_nothing_that_staff_marked_is_wrong_again(assistant):
    def nearest(text):
        return next(iter(assistant.understood([text])))[1]

    cases = read_cases(FOLDER)
    assert [found for found in (problem_of(one, get_engine().assess, nearest) for one in cases) if found] == []
