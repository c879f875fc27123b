"""A sheet on paper: the assistant's words only, with ticks and numbers, and nothing fetched, kept or left behind."""

from __future__ import annotations

import pytest

from tests.widget.conftest import say

SHEET = {
    "title": "Our next steps",
    "intro": "Made from your choices.",
    "sections": [
        {
            "title": "First hour",
            "items": [{"text": "Listen.", "done": True}, {"text": "Keep the words.", "done": False}],
        },
        {"title": "People to call", "items": [{"text": "**Childline**: they listen. [0800 1111](tel:08001111)"}]},
    ],
    "signatures": ["Signed"],
    "foot": "Look at it again in a week.",
}
NO_PRINTER = "window.printed = 0; window.print = () => { window.printed += 1; };"
PAPER = "document.querySelector('safety-chat').shadowRoot.querySelector('iframe').contentDocument"


@pytest.fixture
def sheet_in_view(open_page, chat):
    chat.answer = lambda message: [{"text": "**Our next steps**\n\n• Listen.", "custom": {"sheet": SHEET}}]
    page = open_page(before=NO_PRINTER)
    page.get_by_role("button", name="Print this page").wait_for()
    return page


def print_it(page):
    page.get_by_role("button", name="Print this page").last.click()
    return page.evaluate(f"() => {PAPER}.body.textContent")


def test_the_paper_holds_the_sheet_and_the_numbers_in_plain_words(sheet_in_view):
    words = print_it(sheet_in_view)
    for part in ("Our next steps", "First hour", "Done: Listen.", "Keep the words.", "Childline: they listen. 0800 1111",
                 "Signed", "in a week", "999"):  # fmt: skip
        assert part in words
    assert "**" not in words and "tel:" not in words


def test_what_the_person_wrote_is_never_on_the_paper(sheet_in_view):
    say(sheet_in_view, "my secret words")
    sheet_in_view.get_by_role("button", name="Print this page").nth(1).wait_for()
    assert "my secret words" not in print_it(sheet_in_view)


def test_ticks_are_boxes_and_only_what_is_done_is_ticked(sheet_in_view):
    print_it(sheet_in_view)
    kinds = sheet_in_view.evaluate(f"() => [...{PAPER}.querySelectorAll('li')].map((row) => row.className)")
    assert kinds == ["tick done", "tick", ""]
    border = sheet_in_view.evaluate(
        f"() => {{ const row = {PAPER}.querySelector('li.tick');"
        " return row.ownerDocument.defaultView.getComputedStyle(row, '::before').borderTopStyle; }"
    )
    assert border == "solid"


def test_printing_asks_nobody_and_leaves_nothing_behind(sheet_in_view):
    asked = len(sheet_in_view.asked)
    print_it(sheet_in_view)
    print_it(sheet_in_view)
    assert len(sheet_in_view.asked) == asked
    assert sheet_in_view.context.cookies() == []
    kept = sheet_in_view.evaluate("() => [localStorage.length, sessionStorage.length]")
    assert kept == [0, 0]
    frames = "() => document.querySelector('safety-chat').shadowRoot.querySelectorAll('iframe').length"
    assert sheet_in_view.evaluate(frames) == 1
    sheet_in_view.evaluate(f"() => {PAPER}.defaultView.dispatchEvent(new Event('afterprint'))")
    assert sheet_in_view.evaluate(frames) == 0
    assert sheet_in_view.errors == []


def test_hostile_words_in_a_sheet_stay_words(open_page, chat):
    bad = "<img src=x onerror='top.hit=1'><script>top.hit=1</script>"
    sheet = {
        "title": bad,
        "intro": bad,
        "foot": bad,
        "signatures": [bad],
        "sections": [{"title": bad, "items": [{"text": bad}]}],
    }
    chat.answer = lambda message: [{"text": "Hello", "custom": {"sheet": sheet}}]
    page = open_page(before=NO_PRINTER)
    assert bad in print_it(page)
    assert page.evaluate(f"() => {PAPER}.querySelectorAll('img, script').length") == 0
    assert page.evaluate("() => window.hit") is None


@pytest.mark.parametrize("sheet", [{"title": "T"}, {"title": "T", "sections": "x", "signatures": 3}, {"title": 5}])
def test_a_sheet_with_parts_missing_is_still_printed(open_page, chat, sheet):
    chat.answer = lambda message: [{"text": "Hello", "custom": {"sheet": sheet}}]
    page = open_page(before=NO_PRINTER)
    assert str(sheet["title"]) in print_it(page)
    assert page.errors == []


def test_a_reply_without_a_sheet_offers_no_printing(open_page):
    page = open_page()
    page.get_by_text("A /start").wait_for()
    assert page.get_by_role("button", name="Print this page").count() == 0
