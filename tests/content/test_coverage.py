"""Every teaching of the webinar is found in an answer, and docs/coverage.md says in which."""

from __future__ import annotations

import pytest

from bot.content.coverage import PAGE, Teaching, coverage_page, coverage_problems, read_coverage
from bot.content.responses import get_responses
from bot.errors import ContentError

#: What the field has to know, as agreed at the start of the project.
THEMES = {
    "Grooming techniques", "Warning signs", "Risk factors", "Responding to a disclosure", "When to get outside help",
    "Trauma-informed approach", "The team approach", "Prevention", "Refusal skills", "Peers as upstanders",
    "Digital citizenship", "Privacy tips", "Family resilience", "Legal consequences", "Review of laws",
    "Terms and what exploitation is", "What ICMEC does", "Specialist training",
}  # fmt: skip


def test_every_theme_has_teachings_and_every_teaching_an_answer_that_exists():
    themes = read_coverage()
    assert set(themes) == THEMES and all(themes.values())
    assert coverage_problems(themes, get_responses()) == []


def test_the_page_is_in_step_with_the_map():
    assert PAGE.read_text(encoding="utf-8") == coverage_page(read_coverage(), get_responses()), (
        "Run `python -m bot content-pages` and commit docs/coverage.md."
    )


def test_a_teaching_without_an_answer_and_an_answer_that_is_none_are_named():
    themes = {"Prevention": [Teaching("Talk", "Slide", ()), Teaching("Play", "Slide", ("no_such_answer",))]}
    first, second = coverage_problems(themes, get_responses())
    assert "'Talk' is in no answer" in first and "'no_such_answer'" in second


def test_a_row_that_lacks_a_field_is_named(tmp_path):
    (tmp_path / "teachings.yml").write_text("Prevention:\n- teaching: Talk\n  where: Slide\n", encoding="utf-8")
    with pytest.raises(ContentError, match="needs teaching, where, faq"):
        read_coverage(tmp_path / "teachings.yml")


def test_figures_of_2019_are_not_given_as_current():
    book = get_responses()
    for name in book.names:
        for variation in book.variations(name):
            for old in ("750,000", "1.5 million images", "17,500", "49 million"):
                # One answer names an old figure to say why it is not used.
                assert old not in variation.text or "don't use them" in variation.text, (name, old)
