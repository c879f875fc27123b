"""`python -m bot evaluate` prints figures with intervals and writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import build_app
from bot.errors import InputError

ROWS = [
    {"id": "1", "text": "he says he'll post my pics if i dont pay", "risk": ["extortion"]},
    {"id": "2", "text": "which headset should i buy", "risk": []},
    {"id": "3", "text": "i want to kill myself", "risk": ["self_harm"], "unsure": True},
    {"id": "4", "text": "how are you", "risk": ["self_harm"]},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lines.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS))
    return path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(build_app(), ["evaluate", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_json_holds_counts_and_intervals_without_unsure_lines(file: Path) -> None:
    found = json.loads(run(str(file), "--json"))
    assert (found["risk"]["recall"]["hits"], found["risk"]["recall"]["total"]) == (1, 2)
    assert found["risk"]["any_reaction_on_quiet"]["value"] == 0
    assert found["categories"]["extortion"]["recall"]["low"] < 1
    assert found["unsure"]["reacted, lines with a risk label"]["total"] == 1


def test_text_lists_misses_on_request(file: Path) -> None:
    printed = run(str(file), "--misses")
    assert "Recall, check_in or above" in printed
    assert "missed · 4 · self_harm → none" in printed
    assert "missed" not in run(str(file))


def test_nothing_is_written(file: Path) -> None:
    before = sorted(file.parent.iterdir())
    run(str(file))
    assert sorted(file.parent.iterdir()) == before


def test_an_unknown_category_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"id": "1", "text": "a", "risk": ["sadness"]}')
    result = CliRunner().invoke(build_app(), ["evaluate", str(path)])
    assert isinstance(result.exception, InputError) and '"risk"' in str(result.exception)
