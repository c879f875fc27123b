"""Pages for reviewers show everything that is said, where it comes from and how it stands."""

from __future__ import annotations

import re

import pytest

from bot.content.pages import INDEX, build_pages, out_of_step, write_pages
from bot.content.platforms import get_platforms
from bot.content.responses import get_responses


@pytest.fixture(scope="module")
def pages():
    return build_pages()


def test_every_wording_of_every_response_stands_on_a_page(pages):
    everything = re.sub(r"\s+", " ", "\n".join(pages.values()).replace("\n>", "\n"))
    book = get_responses()
    for name in book.names:
        assert f"`{name}`" in everything, name
        for variation in book.variations(name):
            assert re.sub(r"\s+", " ", variation.text).strip() in everything, name


def test_an_answer_shows_question_voices_source_standing_phrasings_and_where_buttons_lead(pages):
    page = pages["grooming_what_is.md"]
    part = page[page.index("## What is grooming?") : page.index("## How does grooming happen")]
    for shown in ("**To everybody else**", "**To child**", "**To professional**", "- Source: ", "- Written: 2026-11-24",
                  "- Review: draft", "- Ways of asking it is trained on: ", "→ `signs_of_grooming`"):  # fmt: skip
        assert shown in part


def test_small_answers_stand_under_the_long_one_with_what_is_asked_and_for_whom_each_wording_is(pages):
    page = pages["small_age_appropriate_apps.md"]
    start = page.index("\n## When is it time for a first phone?")
    part = page[start : page.index("\n## ", start + 5)]
    for shown in ("**“can i give him my old one” · “using dads old iphone”", "> **To parent:** Yes, but reset it first",
                  "> **To child:** Yes, that can be good.", "`utter_small_old_phone_hand_me_down` · written 2026-12-01 · draft"):  # fmt: skip
        assert shown in part
    listed = re.findall(r"^- \[(.+)\]\(#.+\)$", page, re.MULTILINE)
    assert listed == re.findall(r"^## (.+)$", page, re.MULTILINE) and len(listed) < 20
    used = {int(one) for found in re.findall(r"· sources ([\d, ]+)$", page, re.MULTILINE) for one in found.split(", ")}
    assert used == {int(number) for number in re.findall(r"^(\d+)\. ", page, re.MULTILINE)}


def test_there_is_a_page_for_each_topic_fixed_text_journey_platform_and_for_the_helplines(pages):
    assert {"crisis.md", "check_in.md", "barriers.md", "journey_safety_quiz.md", "helplines.md", INDEX} <= set(pages)
    # Also what no conversation says: the words on a card, and those of the chat itself.
    assert "I'm worried that my friend may hurt themselves." in pages["helplines_card_words.md"]
    assert {"widget_en.md", "widget_ar.md"} <= set(pages)
    assert {f"platform_{platform}.md" for platform in get_platforms().platforms} <= set(pages)
    assert "0800 1111" in pages["helplines.md"]


def test_a_long_page_begins_with_links_to_each_of_its_headings(pages):
    page = pages["crisis_situations.md"]
    listed = re.findall(r"^- \[(.+)\]\(#(.+)\)$", page, re.MULTILINE)
    assert [heading for heading, _ in listed] == re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert ("Crisis own weapon child", "crisis-own-weapon-child") in listed
    assert len({anchor for _, anchor in listed}) == len(listed)
    # As the anchors of a rendered page: small letters, no marks, hyphens for spaces.
    assert "- [What is grooming?](#what-is-grooming)" in pages["grooming_what_is.md"]
    assert "Contents:" not in pages["sms.md"]


def test_the_index_links_to_every_page(pages):
    assert {name for name in pages if name != INDEX} == set(re.findall(r"\(([\w.]+\.md)\)", pages[INDEX]))


def test_a_page_that_is_missing_old_or_left_over_is_named_and_mended(tmp_path):
    write_pages({"a.md": "A", "b.md": "B"}, tmp_path)
    assert out_of_step({"a.md": "A", "b.md": "B"}, tmp_path) == []
    wanted = {"a.md": "A", "b.md": "changed", "c.md": "new"}
    (tmp_path / "old.md").write_text("left over", encoding="utf-8")
    assert out_of_step(wanted, tmp_path) == ["b.md", "c.md", "old.md"]
    assert write_pages(wanted, tmp_path) == ["b.md", "c.md", "old.md"]
    assert out_of_step(wanted, tmp_path) == []
