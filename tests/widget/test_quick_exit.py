"""Leaving: blank within 100 ms, nothing kept, Back does not bring the chat."""

from __future__ import annotations

import pytest

from tests.widget.conftest import say

#: Notes how many milliseconds after the key or click the page was blank.
STOPWATCH = """
addEventListener('pointerdown', () => { window.began = performance.now(); }, true);
addEventListener('keydown', () => { window.began = performance.now(); }, true);
new MutationObserver(() => { if (!document.body) name = String(performance.now() - window.began); })
  .observe(document, {childList: true, subtree: true});
"""


def leave_by_click(page):
    page.get_by_role("button", name="Leave now").click()


def leave_by_keys(page):
    page.locator("textarea").focus()
    for _ in range(3):
        page.keyboard.press("Shift")


@pytest.mark.parametrize("leave", [leave_by_click, leave_by_keys])
def test_the_page_is_blank_at_once_then_a_neutral_site_and_nothing_is_left(open_page, chat, neutral, leave):
    page = open_page()
    page.get_by_text("B /start").wait_for()
    page.goto(page.url + "&again=1")
    say(page, "private words")
    page.get_by_text("B private words").wait_for()
    leave(page)
    page.wait_for_url(neutral)
    page.go_back()
    page.wait_for_load_state()
    assert "private words" not in page.content() and page.get_by_text("private words").count() == 0
    assert page.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


@pytest.mark.parametrize("leave", [leave_by_click, leave_by_keys])
def test_the_document_is_empty_within_100_ms(open_page, neutral, leave):
    page = open_page(before=STOPWATCH, exit_to=f"{neutral}nothing")
    page.get_by_text("B /start").wait_for()
    leave(page)
    page.wait_for_function("() => name !== ''")
    assert 0 <= float(page.evaluate("name")) <= 100
    assert page.evaluate("() => document.documentElement.childNodes.length") == 0


@pytest.mark.parametrize(
    "keys", [["Shift", "Shift"], ["Shift", "a", "Shift", "Shift"], ["Shift+A", "Shift+B", "Shift+C"]]
)
def test_capital_letters_do_not_leave_the_page(open_page, keys):
    page = open_page()
    page.get_by_text("B /start").wait_for()
    page.locator("textarea").focus()
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_timeout(150)
    assert page.locator("textarea").is_visible()


def test_the_exit_is_first_in_tab_order_on_our_pages_and_the_title_is_neutral(open_page):
    for path in ("/", "/child"):
        page = open_page(path)
        page.get_by_text("B /start").wait_for()
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.shadowRoot.activeElement.className") == "exit"
        assert page.title() == "Help page"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", ""])
def test_an_exit_address_that_is_no_page_is_not_used(open_page, address):
    page = open_page(exit_to=address)
    page.get_by_text("B /start").wait_for()
    page.route("https://www.wikipedia.org/", lambda route: route.fulfill(body="neutral"))
    leave_by_click(page)
    page.wait_for_url("https://www.wikipedia.org/")


def test_after_a_deletion_in_words_the_next_message_goes_into_a_new_conversation_and_nothing_stays_kept(open_page, chat):
    chat.token_after = ("delete it", "token-of-a-new-one")
    page = open_page()
    page.get_by_text("B /start").wait_for()
    page.get_by_role("button", name="More").click()
    page.get_by_label("Keep this chat in this tab").check()
    say(page, "delete it")
    page.get_by_text("B delete it").wait_for()
    page.wait_for_function("() => sessionStorage.length === 0")
    assert not page.get_by_label("Keep this chat in this tab").is_checked()
    say(page, "he is at the door")
    page.get_by_text("B he is at the door").wait_for()
    assert [message["token"] for message in chat.messages] == ["token-1"] * 2 + ["token-of-a-new-one"]
    assert chat.started == 1 and page.evaluate("() => sessionStorage.length") == 0 and page.errors == []


def test_nothing_is_stored_unless_asked_for_and_a_reload_then_keeps_the_chat(open_page, chat):
    page = open_page()
    page.get_by_text("B /start").wait_for()
    say(page, "keep me")
    page.get_by_text("B keep me").wait_for()
    stored = "() => [localStorage.length, sessionStorage.length, document.cookie]"
    assert page.evaluate(stored) == [0, 0, ""]
    page.get_by_role("button", name="More").click()
    page.get_by_label("Keep this chat in this tab").check()
    assert page.evaluate(stored) == [0, 1, ""]
    page.reload()
    page.get_by_text("B keep me").wait_for()
    assert chat.texts == ["/start", "keep me"] and chat.started == 1
    page.get_by_role("button", name="More").click()
    page.get_by_label("Keep this chat in this tab").uncheck()
    assert page.evaluate(stored) == [0, 0, ""]


def test_only_the_two_servers_are_asked_anything(open_page, site, chat):
    page = open_page("/child")
    page.get_by_text("B /start").wait_for()
    say(page, "hello")
    page.get_by_text("B hello").wait_for()
    assert {"/".join(url.split("/")[:3]) for url in page.asked} == {site, chat.address}


def test_a_chat_begun_again_is_not_kept_and_the_box_says_so(open_page):
    page = open_page()
    page.get_by_text("B /start").wait_for()
    page.get_by_role("button", name="More").click()
    page.get_by_label("Keep this chat in this tab").check()
    page.get_by_role("button", name="Start again").click()
    page.get_by_text("B /start").wait_for()
    assert page.evaluate("() => sessionStorage.length") == 0
    page.get_by_role("button", name="More").click()
    assert not page.get_by_label("Keep this chat in this tab").is_checked()
