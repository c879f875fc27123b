"""Free-text refusals: accuracy on held-out lines, and what must never be taken for an exercise."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
import yaml

from bot.errors import ContentError, ModelError
from bot.learning import refusal
from bot.learning.practice import answers_exercise
from bot.learning.refusal import (
    KINDS,
    LONGEST_WORDS,
    RefusalReader,
    get_refusal_reader,
    read_examples,
    read_refusal,
    telling_examples,
)
from bot.safety.engine import get_engine
from bot.safety.levels import Finding, RiskAssessment, RiskLevel

EVALUATION = Path(__file__).parents[2] / "evaluation"
HELD_OUT = [
    (kind, line)
    for kind, lines in yaml.safe_load((EVALUATION / "refusal" / "held_out.yml").read_text(encoding="utf-8")).items()
    for line in lines
]
#: Share of short held-out messages at risk that an open exercise may take as an answer (measured: 2 of 405).
MOST_SWALLOWED = 0.01


def test_there_are_enough_lines_and_each_stands_once():
    examples = read_examples()
    assert len([1 for kind, _ in examples if kind in KINDS]) >= 600
    assert len([1 for kind, _ in HELD_OUT if kind in KINDS]) >= 150
    assert len({line.lower() for _, line in examples}) == len(examples)


def test_nine_in_ten_held_out_refusals_are_read_right():
    asked = [(kind, line) for kind, line in HELD_OUT if kind in KINDS]
    right = sum(read_refusal(line) == kind for kind, line in asked)
    assert right / len(asked) >= 0.9, f"{right} of {len(asked)}"


def test_no_held_out_line_is_near_a_training_line():
    spec = importlib.util.spec_from_file_location("near", EVALUATION / "test_no_near_duplicates.py")
    near = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(near)
    held_out = [(kind, line) for kind, line in HELD_OUT]
    assert near.near_duplicates(held_out, read_examples()) == []


def test_short_messages_at_risk_are_almost_never_taken_as_an_answer_to_an_exercise():
    rows = [json.loads(line) for path in sorted((EVALUATION / "risk").glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] for row in rows if row["level"] != "none" and len(row["text"].split()) <= LONGEST_WORDS]
    # Only the unsure ones cost an assessment.
    unsure = [t for t, reading in zip(texts, get_refusal_reader().read(texts)) if reading.kind in KINDS and reading.telling <= 0]
    swallowed = [text for text in unsure if answers_exercise(text, get_engine().assess(text))]
    assert len(swallowed) / len(texts) <= MOST_SWALLOWED, swallowed


@pytest.mark.parametrize(
    "risk",
    [
        RiskAssessment(level=RiskLevel.EMERGENCY),
        RiskAssessment(level=RiskLevel.CHECK_IN, failed=True),
        RiskAssessment(level=RiskLevel.ESCALATE, findings=(Finding("self_harm", "sh_plan", 0, 3, "A plan."),)),
    ],
)
def test_a_signal_a_failure_or_an_emergency_is_never_put_aside(risk):
    assert not answers_exercise("no i dont send photos", risk)


def test_an_ordinary_refusal_may_be_put_aside():
    doubt = RiskAssessment(level=RiskLevel.CHECK_IN, findings=(Finding("self_harm", "classifier", 0, 0, "x"),))
    assert answers_exercise("no i dont send photos", doubt)
    assert not answers_exercise("my uncle hurts me at home and i dont know what to do", doubt)


def test_a_reader_without_examples_says_so():
    with pytest.raises(ModelError, match="no refusal examples"):
        RefusalReader([])


def test_a_broken_examples_file_says_what_is_wrong(tmp_path):
    path = tmp_path / "x.yml"
    path.write_text("examples: {odd: [a]}")
    with pytest.raises(ContentError, match="unknown kinds"):
        read_examples(path)
    path.write_text("nothing: 1")
    with pytest.raises(ContentError, match="must hold"):
        read_examples(path)


def test_a_line_end_inside_an_example_of_risk_is_no_end_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(refusal, "EXAMPLES_DIR", tmp_path)
    path = tmp_path / "reviewed.jsonl"
    path.write_text(json.dumps({"text": "he\u2028hits me", "level": "escalate"}, ensure_ascii=False) + "\n")
    assert [text for _, text in telling_examples()] == ["he\u2028hits me"]
    path.write_text('{"text": "he')
    with pytest.raises(ContentError, match="reviewed.jsonl must hold"):
        telling_examples()
