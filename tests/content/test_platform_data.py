"""Every platform × setting cell: reached by ordinary words, sourced, dated, and within the tone rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.content.platform_schema import UNDATED, Steps
from bot.content.platforms import SETTINGS, get_platforms

QUESTIONS = yaml.safe_load(
    (Path(__file__).parents[1] / "evaluation" / "platform_questions.yml").read_text(encoding="utf-8")
)
CELLS = [cell for platform in get_platforms().platforms.values() for cell in platform.settings.values()]
KNOWN = [cell for cell in CELLS if not cell.unknown]


def name_of(cell: Steps) -> str:
    return f"{cell.platform}-{cell.setting}"


@pytest.mark.parametrize("cell", CELLS, ids=name_of)
def test_each_cell_is_reached_by_all_its_phrasings(cell: Steps) -> None:
    book = get_platforms()
    names = QUESTIONS["names"][cell.platform]
    asked = [wording.format(p=name) for wording in QUESTIONS["wordings"][cell.setting] for name in names]
    assert len(asked) >= 3
    missed = {q: (book.find_platform(q), book.find_setting(q)) for q in asked}
    wrong = {q: got for q, got in missed.items() if got != (cell.platform, cell.setting)}
    assert wrong == {}


def test_each_setting_is_asked_in_at_least_twelve_ways() -> None:
    assert {setting for setting in SETTINGS if len(set(QUESTIONS["wordings"][setting])) < 12} == set()


@pytest.mark.parametrize("cell", KNOWN, ids=name_of)
def test_a_known_cell_has_an_address_or_a_named_document_as_source(cell: Steps) -> None:
    if cell.certainty == "general_knowledge" and cell.source == ("general knowledge",):
        return
    assert all(source.startswith(("http://", "https://", "ICMEC")) for source in cell.source)
    assert cell.date == UNDATED or 2019 <= int(cell.date[:4]) <= 2026


@pytest.mark.parametrize("cell", CELLS, ids=name_of)
def test_words_of_a_cell_keep_to_the_tone_rules(cell: Steps) -> None:
    words = " ".join((*cell.lines, cell.answer, cell.note, cell.note_child))
    assert not re.search(r"!|\bjust\b|don't worry|you should have|100%", words, re.IGNORECASE)
    assert not re.search(r"\+?\d[\d\s-]{6,}\d", re.sub(r"\b\d{1,2} \w+ 20\d\d\b|\b20\d\d\b", "", words))


def test_no_alias_is_an_ordinary_word_that_is_kept_apart() -> None:
    raw = yaml.safe_load((Path(__file__).parents[2] / "data" / "platforms" / "_settings.yml").read_text())
    aliases = {alias for platform in get_platforms().platforms.values() for alias in platform.aliases}
    assert aliases & set(raw["not_platforms"]) == set()


def test_the_lookup_of_platform_names_is_in_step_with_the_aliases() -> None:
    path = Path(__file__).parents[2] / "data" / "nlu" / "lookups" / "platforms.yml"
    lookup = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"][0]["examples"]
    names = {line.removeprefix("- ") for line in lookup.splitlines()}
    assert names == {alias for platform in get_platforms().platforms.values() for alias in platform.aliases}


def test_training_questions_are_many_and_differ_from_the_ones_kept_for_measuring() -> None:
    path = Path(__file__).parents[2] / "data" / "nlu" / "privacy_questions.yml"
    examples = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"][0]["examples"]
    asked = [line.removeprefix("- ") for line in examples.splitlines()]
    assert len(asked) == len(set(asked)) >= 150
    kept = {
        w.format(p=n).lower()
        for ws in QUESTIONS["wordings"].values()
        for w in ws
        for ns in QUESTIONS["names"].values()
        for n in ns
    }
    assert {question.lower() for question in asked} & kept == set()
