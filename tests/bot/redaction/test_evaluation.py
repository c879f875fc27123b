"""The gates of redaction on the project's own set: what must be found, and what must stay."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

MEASURE = Path(__file__).parents[2] / "evaluation" / "redaction" / "measure.py"
STRUCTURED = ("PHONE", "EMAIL", "LINK", "IP_ADDRESS", "CARD", "ID_NUMBER", "GPS", "BIRTH_DATE", "POSTCODE", "ADDRESS")


@pytest.fixture(scope="module")
def score(redactor):
    import sys

    spec = importlib.util.spec_from_file_location("redaction_measure", MEASURE)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules["redaction_measure"] = module
    spec.loader.exec_module(module)
    return module.measure(module.read_lines(), redactor)


def test_the_set_has_at_least_500_lines():
    lines = (MEASURE.parent / "lines.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 500
    assert sum('"group": "names:' in line for line in lines) >= 300


@pytest.mark.parametrize("entity", STRUCTURED)
def test_structured_details_are_all_found(score, entity):
    assert score.recall(entity) == 1.0, [miss for miss in score.missed if miss[1] == entity]


@pytest.mark.parametrize("entity", ["PERSON", "SCHOOL", "HANDLE", "TEAM"])
def test_names_schools_and_handles_are_found_in_95_of_100(score, entity):
    assert score.recall(entity) >= 0.95, [miss for miss in score.missed if miss[1] == entity]


def test_at_most_one_kept_word_in_a_hundred_is_damaged(score):
    assert score.kept[0] >= 0.99 * score.kept[1], score.damaged


def test_nearly_all_quiet_lines_stay_untouched(score):
    assert score.quiet[0] >= 0.95 * score.quiet[1]
