"""Small answers are read whole, or not at all, with the place of what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.content.small_answers import SmallAnswer, load_small_answers
from bot.errors import ContentError

ROW = {"id": "they_can_tell", "after": ["block_someone"], "asked": ["can they tell", "do they get a message"]}


def written(folder: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "privacy.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_one_is_read_with_what_it_follows_and_how_it_is_asked(tmp_path: Path) -> None:
    found = load_small_answers(written(tmp_path, ROW, {**ROW, "id": "for_children", "for": ["child"]}))
    assert found[0] == SmallAnswer("they_can_tell", ("block_someone",), ("can they tell", "do they get a message"))
    assert found[1].readers == {"child"}


def test_it_is_for_everybody_or_for_those_it_is_worded_for() -> None:
    to_all, to_children = SmallAnswer("a", ("x",), ("y",)), SmallAnswer("b", ("x",), ("y",), frozenset({"child"}))
    assert to_all.is_for("professional") and to_all.is_for(None)
    assert to_children.is_for("child") and not to_children.is_for("parent")
    # Who has not said who they are reads what parents read.
    assert not to_children.is_for(None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{not json", "line 1"),
        ({**ROW, "after": []}, "after"),
        ({**ROW, "asked": []}, "asked"),
        ({**ROW, "for": ["dog"]}, "for"),
        ({"id": "x", "asked": ["y"]}, "after"),
        ("[]", "line 1"),
    ],
)
def test_a_line_that_is_wrong_is_named_by_its_place(tmp_path: Path, line: object, said: str) -> None:
    with pytest.raises(ContentError, match=said):
        load_small_answers(written(tmp_path, line))


def test_a_name_that_is_there_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="they_can_tell"):
        load_small_answers(written(tmp_path, ROW, ROW))
