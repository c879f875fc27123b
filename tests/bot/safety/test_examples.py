"""Examples are read with their labels; FAQ questions count as quiet unless they tell of somebody."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.errors import ContentError
from bot.safety.examples import EXAMPLES_DIR, load_examples
from bot.safety.levels import RiskLevel

ROW = {"id": "1", "text": "t", "level": "escalate", "risk": ["extortion"], "who": "self", "cluster": "c"}


def folder(tmp_path: Path, *rows: dict[str, object]) -> Path:
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    return tmp_path


def test_labels_are_read(tmp_path: Path) -> None:
    (example,) = load_examples(folder(tmp_path, ROW), tmp_path / "none")
    assert (example.level, example.categories, example.cluster) == (RiskLevel.ESCALATE, ("extortion",), "c")


@pytest.mark.parametrize("change", [{"level": "high"}, {"risk": ["sadness"]}, {"who": "nobody"}, {"text": None}])
def test_a_bad_line_is_named(tmp_path: Path, change: dict[str, object]) -> None:
    row = {**ROW, **change}
    if change == {"text": None}:
        del row["text"]
    with pytest.raises(ContentError, match="a.jsonl line 1"):
        load_examples(folder(tmp_path, row), tmp_path / "none")


def test_a_line_end_inside_a_text_is_no_end_of_an_example(tmp_path: Path) -> None:
    row = {**ROW, "text": "one\u2028two\x85three"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n\n", encoding="utf-8")
    assert [example.text for example in load_examples(tmp_path, tmp_path / "none")] == ["one\u2028two\x85three"]


def test_faq_questions_are_quiet_unless_somebody_speaks_in_a_risky_topic(tmp_path: Path) -> None:
    faq = tmp_path / "faq"
    faq.mkdir()
    block = "version: '3.1'\nnlu:\n- intent: faq/one\n  examples: |\n    - {}\n"
    (faq / "sextortion_what_to_do.yml").write_text(block.format("somebody blackmails me with a photo"))
    (faq / "privacy_settings.yml").write_text(block.format("how do I hide my account"))
    texts = [example.text for example in load_examples(folder(tmp_path, ROW), faq)]
    assert texts == ["t", "how do I hide my account"]


def test_no_id_and_no_text_of_the_shipped_examples_is_used_twice() -> None:
    rows = [json.loads(line) for path in sorted(EXAMPLES_DIR.glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    ids, texts = Counter(row["id"] for row in rows), Counter(row["text"].strip().lower() for row in rows)
    assert [found for found, times in (ids + texts).items() if times > 1] == []


def test_shipped_examples_keep_their_promises() -> None:
    for example in load_examples():
        assert example.text.strip()
        assert (example.level is RiskLevel.NONE) == (not example.categories)
