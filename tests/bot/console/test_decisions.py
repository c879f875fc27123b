"""The pure parts: filters, timeline, charts, groups, exports, care."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from bot.console import exports, exposure
from bot.console.charts import LEFT_OUT, bar_chart, journey_rows, shown, shown_rows
from bot.console.filters import QueueFilter, read_filter
from bot.console.security import safe_path
from bot.console.similar import group
from bot.console.timeline import Piece, as_shown, cut
from bot.evaluation.reviewed import read_cases
from bot.safety.examples import read_examples
from bot.store.figures import JourneyFigures

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def test_a_filter_survives_the_way_through_an_address():
    wanted = QueueFilter(status="done", level="2", country="GB", since="2026-01-01")
    assert read_filter(wanted.as_query()) == (wanted, False)


@pytest.mark.parametrize(
    "values",
    [
        {"level": "4"},
        {"since": "2026-13-01"},
        {"since": "1999-12-31"},
        {"until": "9999-12-31"},
        {"category": "x"},
        {"assignee": "1 OR 1"},
    ],
)
def test_what_cannot_be_read_is_left_out_and_said(values):
    assert read_filter(values) == (QueueFilter(), True)


@pytest.mark.parametrize(
    ("spans", "marked"),
    [
        ([(0, 2)], ["he"]),
        ([(3, 8), (3, 5)], ["wants"]),
        ([(3, 99)], []),
        ([(5, 5)], []),
        ([(0, 2), (3, 8)], ["he", "wants"]),
    ],
)
def test_only_spans_that_fit_are_marked(spans, marked):
    findings = [{"category": "extortion", "start": start, "end": end} for start, end in spans]
    pieces = cut("he wants", findings)
    assert "".join(piece.text for piece in pieces) == "he wants"
    assert [piece.text for piece in pieces if piece.category] == marked


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, None), (4, None), (5, 5), (None, None)])
def test_small_counts_are_not_shown(count, told):
    assert shown(count) == told


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([9, 3], [LEFT_OUT, None]),  # else the total tells it
        ([20, 9, 3], [20, LEFT_OUT, None]),
        ([20, 9, 3, 2], [20, 9, None, None]),  # 1 and 4 make 5 as well
        ([20, 9, 1, 1], [20, LEFT_OUT, None, None]),  # 2 can only be 1 and 1
        ([20, 9, 4, 4], [20, LEFT_OUT, None, None]),
        ([20, 5, 1], [LEFT_OUT, LEFT_OUT, None]),  # 6 can only be 5 and 1
        ([7, 0, 5], [7, 0, 5]),
        ([3, 0], [None, 0]),
        ([], []),
    ],
)
def test_a_small_count_cannot_be_worked_out_from_the_total(counts, told):
    assert list(shown_rows(counts)) == told


def test_a_small_group_cannot_be_worked_out_from_the_row_of_all():
    figures = [
        JourneyFigures("quiz", group, 40, completed, 0)
        for group, completed in (("", 20), ("age_8_11", 9), ("age_12_17", 8), ("parent", 3))
    ]
    assert [row.completed for row in journey_rows(figures)] == [20, 9, LEFT_OUT, None]


def test_bars_fit_the_chart_and_suppressed_ones_are_flat():
    chart = bar_chart([("a", 7), ("b", None), ("c", 10), ("d", LEFT_OUT)])
    assert [bar.height > 0 for bar in chart.bars] == [True, False, True, False]
    assert chart.lines[-1][0] == 10 and all(bar.x + bar.width <= 640 for bar in chart.bars)


def test_near_questions_stand_together():
    rows = np.array([[1, 0], [0, 1], [0.9, 0.436]], dtype=np.float32)
    assert group(rows) == [[0, 2], [1]]


def test_a_patch_has_one_line_count_a_file_and_no_formula_reaches_a_spreadsheet():
    staged = [
        SimpleNamespace(
            id=1, kind="missed_risk", text="he wants pics", labels={"level": "escalate", "categories": ["extortion"]}
        ),
        SimpleNamespace(id=2, kind="wrong_answer", text="how do i block", labels={"faq": "block_someone"}),
    ]
    patch = exports.patch(staged)
    assert patch.count("+++ b/") == 3 and "@@ -0,0 +1,2 @@" in patch
    assert "+- intent: faq/block_someone\n+  examples: |\n+    - how do i block\n" in patch
    assert exports.to_csv(("a",), [("=1+1",)]) == "a\n'=1+1\n"


def added_files(patch):
    """Path → content of each file that a patch makes."""
    parts = re.split(r"^diff --git .*\n(?:.*\n){2}\+\+\+ b/(.*)\n@@.*\n", patch, flags=re.MULTILINE)[1:]
    return {name: re.sub(r"^\+", "", body, flags=re.MULTILINE) for name, body in zip(parts[::2], parts[1::2])}


HOSTILE_WORDS = 'he said "send: pics" # [now](x)\u2028or\u2029else\x85\x0b\x07 {y} — ünd 💥'


def test_what_a_patch_holds_is_taken_by_those_who_read_it(tmp_path):
    kinds = {
        "missed_risk": {"level": "escalate", "categories": ["extortion"]},
        "false_alarm": {"level": "none"},
        "wrong_answer": {"faq": "block_someone"},
        "unanswered": {},
    }
    staged = [
        SimpleNamespace(id=number, kind=kind, text=HOSTILE_WORDS, labels=labels)
        for number, (kind, labels) in enumerate(kinds.items(), start=1)
    ]
    for name, content in added_files(exports.patch(staged)).items():
        (tmp_path / Path(name).name).write_text(content, encoding="utf-8")
        assert "ünd 💥" in content, "letters of every script can be read in the patch"
    risk = read_examples(tmp_path / "reviewed_00001_00004.jsonl")
    assert [(one.text, one.level.label, one.categories) for one in risk] == [
        (HOSTILE_WORDS, "escalate", ("extortion",)),
        (HOSTILE_WORDS, "none", ()),
    ]
    questions = yaml.safe_load((tmp_path / "reviewed_questions_00001_00004.yml").read_text(encoding="utf-8"))
    assert [one["intent"] for one in questions["nlu"]] == ["faq/block_someone"]
    assert questions["nlu"][0]["examples"] == '- he said "send: pics" # now x or else y — ünd 💥\n'
    (tmp_path / "reviewed_00001_00004.jsonl").unlink()
    cases = read_cases(tmp_path)
    assert [(one.kind, one.text, one.expected) for one in cases] == [
        (kind, HOSTILE_WORDS, labels) for kind, labels in kinds.items()
    ]


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("missed_risk", {"level": "escalate", "categories": []}),
        ("wrong_answer", {"faq": "what is grooming"}),
        ("unanswered", {"faq": "a: b"}),
    ],
)
def test_what_was_staged_before_it_was_checked_is_left_out_of_a_patch(kind, labels):
    assert exports.patch([SimpleNamespace(id=1, kind=kind, text="hello", labels=labels)]) == ""


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_patches_can_be_applied_one_after_the_other(tmp_path):
    for number in (1, 2):
        labels = {"level": "escalate", "categories": ["extortion"]}
        staged = [SimpleNamespace(id=number, kind="missed_risk", text="he wants pics", labels=labels)]
        (tmp_path / "downloaded.patch").write_text(exports.patch(staged), encoding="utf-8")
        subprocess.run(["git", "apply", "downloaded.patch"], cwd=tmp_path, check=True)
    files = sorted(path.name for path in (tmp_path / "data" / "risk" / "examples").iterdir())
    assert files == ["reviewed_00001_00001.jsonl", "reviewed_00002_00002.jsonl"]


def test_a_break_is_due_after_hard_reading_only():
    day = SimpleNamespace(last_break_at=NOW - timedelta(minutes=46), severe=3)
    assert exposure.needs_break(day, NOW, 45)
    assert not exposure.needs_break(SimpleNamespace(last_break_at=day.last_break_at, severe=0), NOW, 45)
    assert exposure.is_capped(day, 3, 2) and not exposure.is_capped(day, 3, 1) and not exposure.is_capped(day, 4, 3)


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/queue?level=3", "/queue?level=3"),
        ("//x", "/"),
        ("/\\x", "/"),
        ("http://x", "/"),
        (None, "/"),
        ("/a/../b", "/"),
    ],
)
def test_only_paths_of_this_site_are_followed(wanted, path):
    assert safe_path(wanted) == path


def test_what_the_assistant_said_is_shown_as_the_person_saw_it():
    pieces = as_shown("Please **call [999](tel:999) now**.\n\n[open the page](https://example.org/help) · 2 ** 3")
    assert pieces == (
        Piece("Please "),
        Piece("call ", strong=True),
        Piece("999", strong=True, address="tel:999"),
        Piece(" now", strong=True),
        Piece(".\n\n"),
        Piece("open the page", address="https://example.org/help"),
        Piece(" · 2 ** 3"),
    )


def test_a_link_of_another_kind_stays_text():
    assert as_shown("[x](javascript:alert) **") == (Piece("[x](javascript:alert) **"),)
