"""`python -m bot assess` follows the command-line contract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import build_app
from bot.errors import InputError


def run(*arguments: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(build_app(), ["assess", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_object_a_line_with_the_fields_of_the_contract(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    rows = [{"id": "a", "text": "hello"}, {"id": "b", "turns": ["he has pics", "wants 200 by tonight"]}]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    first, second = run(str(file))
    assert set(first) == {"id", "level", "categories", "speaker", "ms"}
    assert (first["id"], first["level"], first["categories"]) == ("a", "none", {})
    assert second["level"] == "escalate"


def test_a_session_keeps_its_highest_level(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps({"id": "a", "turns": ["he says hell post my nudes if i dont pay", "ok thanks"]}))
    assert run(str(file))[0]["level"] == "escalate"


@pytest.mark.parametrize("row", ['{"id": "a"}', '{"id": "a", "turns": []}', '{"id": "a", "text": 3}', "nonsense", "[]"])
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, row: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(row)
    result = CliRunner().invoke(build_app(), ["assess", str(file)])
    assert isinstance(result.exception, InputError) and "ine 1" in str(result.exception)
