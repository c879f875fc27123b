"""The pure parts: filters, timeline, charts, groups, exports, care."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import numpy as np
import pytest

from bot.console import exports, exposure
from bot.console.charts import bar_chart, shown
from bot.console.filters import QueueFilter, read_filter
from bot.console.security import safe_path
from bot.console.similar import group
from bot.console.timeline import cut

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def test_a_filter_survives_the_way_through_an_address():
    wanted = QueueFilter(status="done", level="2", country="GB", since="2026-01-01")
    assert read_filter(wanted.as_query()) == (wanted, False)


@pytest.mark.parametrize("values", [{"level": "4"}, {"since": "2026-13-01"}, {"category": "x"}, {"assignee": "1 OR 1"}])
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


def test_bars_fit_the_chart_and_suppressed_ones_are_flat():
    chart = bar_chart([("a", 7), ("b", None), ("c", 10)])
    assert [bar.height > 0 for bar in chart.bars] == [True, False, True]
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
