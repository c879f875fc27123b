"""A bad line: nothing is lost, nothing is doubled, order is kept; help is shown when nobody answers."""

from __future__ import annotations

import random
import re
import time

import pytest

from tests.widget.conftest import say

#: Fewer milliseconds than in real use, so that two hundred messages with faults take seconds.
FAST = (
    "addEventListener('DOMContentLoaded', () => {"
    " customElements.whenDefined('safety-chat').then(() => Object.assign(customElements.get('safety-chat').timings,"
    " {unreachableAfter: 200, patience: 350, firstWait: 10, longestWait: 40})); });"
)
BOT_TEXTS = "() => [...document.querySelector('safety-chat').shadowRoot.querySelectorAll('.bot .bubble')].map(n => n.textContent)"
#: What was said by both, and where the help for a lost line stands, in the order shown.
TOLD = """() => [...document.querySelector('safety-chat').shadowRoot.querySelectorAll('.own .bubble, .bot > .bubble, .offline')]
  .map(node => node.classList.contains('offline') ? 'help' : node.textContent)"""
#: Notes in the page, by its own clock, when a message is shown as sent and when the help for a lost line is. A clock on this
#: side would count how fast the machine types and asks, too.
WATCH = """() => {
  const root = document.querySelector('safety-chat').shadowRoot;
  const own = root.querySelectorAll('.own').length;
  window.shownAt = {};
  new MutationObserver(() => {
    if (root.querySelectorAll('.own').length > own) window.shownAt.sent ??= performance.now();
    if (root.querySelector('.offline')) window.shownAt.help ??= performance.now();
  }).observe(root, {childList: true, subtree: true});
}"""
FAULTS = ["drop", "cut", "500", "hang:1", "late:0.1", "twice", "restart"]


def shown(page):
    return page.evaluate(BOT_TEXTS)


def copied(page):
    """What "Copy the chat" copies."""
    page.evaluate("() => { navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }; }")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Copy the chat").click()
    return page.evaluate("copied")


def seconds_until_help(page):
    """From the message shown as sent to the help; the page was told to WATCH before."""
    page.locator(".offline").wait_for(timeout=10_000)
    return page.evaluate("() => (shownAt.help - shownAt.sent) / 1000")


def expected(texts):
    return [f"{part} {text}" for text in texts for part in "AB"]


@pytest.mark.timeout(120)
def test_two_hundred_messages_over_a_bad_line_arrive_once_and_in_order(open_page, chat):
    texts = ["/start", *(f"message {number}" for number in range(199))]
    dice = random.Random(8)
    chat.faults = {place: dice.choice(FAULTS) for place in range(2, 260, 5)}
    chat.faults |= {20: "429", 90: "drop", 91: "drop", 92: "500", 93: "cut", 150: "hang:10"}
    planned = len(chat.faults)
    page = open_page(before=FAST)
    page.evaluate(
        "texts => { const chat = document.querySelector('safety-chat'); for (const t of texts) chat.send(t); }",
        texts[1:],
    )
    page.wait_for_function(f"() => ({BOT_TEXTS})().includes('B message 198')", timeout=90_000)
    page.wait_for_timeout(100)
    assert [text for text in shown(page) if text[:2] in ("A ", "B ")] == expected(texts)
    assert chat.texts == texts
    assert set(chat.handled.values()) == {1}, "the server handled no message twice"
    assert planned - len(chat.faults) >= 45, "the faults were met"
    assert page.errors == []


def test_a_reply_that_comes_late_to_an_attempt_given_up_is_not_shown_twice(open_page, chat):
    chat.faults = {2: "late:0.8"}
    page = open_page(before=FAST)
    page.get_by_text("B /start").wait_for()
    say(page, "one")
    say(page, "two")
    page.get_by_text("B two").wait_for()
    page.wait_for_timeout(900)
    assert shown(page) == expected(["/start", "one", "two"])


def test_ten_seconds_of_silence_show_help_and_lose_nothing(open_page, chat):
    page = open_page()
    page.get_by_text("B /start").wait_for()
    chat.faults = {2: "hang:10"}
    page.evaluate(WATCH)
    say(page, "slow")
    assert 0 < seconds_until_help(page) <= 3.0
    page.get_by_text("B slow").wait_for(timeout=15_000)
    assert [text for text in shown(page) if "slow" in text] == expected(["slow"])


def test_without_a_server_the_card_of_the_country_appears_within_three_seconds(open_page, chat):
    chat.close()
    page = open_page("/child")
    # From the loaded page: how fast a busy machine starts a browser is not the widget's.
    page.locator(".offline").wait_for(timeout=3000)
    words = page.locator(".offline").inner_text()
    assert "Childline" in words
    assert page.get_by_role("link", name="Call 0800 1111").is_visible()
    assert page.get_by_role("link", name="Call 999").is_visible()
    assert page.locator(".offline a").first.get_attribute("href") == "tel:999"


def test_a_page_whose_words_never_come_shows_help_in_english(open_page, chat):
    chat.close()
    page = open_page(hangs="**/strings/*.json", lang="es")
    page.locator(".offline").wait_for(timeout=6000)
    assert page.get_by_role("link", name="Call 999").is_visible()
    assert page.get_by_role("button", name="Leave now").is_visible()
    assert page.locator(".chat").get_attribute("lang") == "en"


@pytest.mark.parametrize("mode", ["inline", "floating"])
def test_words_that_come_late_are_shown_when_they_come(open_page, chat, mode):
    page = open_page(hangs="**/strings/*.json", lang="es", mode=mode)
    if mode == "floating":
        page.get_by_role("button", name="Open the chat").click()
    page.get_by_text("B /start").wait_for()
    page.get_by_role("button", name="Leave now").wait_for()
    page.hanging.pop().continue_()
    page.get_by_role("button", name="Salir ya").wait_for()
    page.get_by_text("Por ahora respondo en inglés").wait_for()
    assert page.locator(".chat").get_attribute("lang") == "es"


def test_words_that_did_not_come_are_asked_for_again_when_the_line_is_back(open_page, chat):
    page = open_page(before=FAST, hangs="**/strings/*.json", lang="es")
    page.get_by_text("B /start").wait_for()
    page.unroute("**/strings/*.json")
    chat.faults = dict.fromkeys(range(2, 12), "500")
    say(page, "first")
    page.get_by_role("button", name="Salir ya").wait_for()
    page.get_by_text("B first").wait_for()


def test_a_message_written_without_a_connection_goes_out_when_it_is_back(open_page, chat):
    page = open_page()
    page.get_by_text("B /start").wait_for()
    page.context.set_offline(True)
    page.evaluate(WATCH)
    say(page, "first")
    assert 0 < seconds_until_help(page) <= 3.0
    say(page, "second")
    assert "when the line is back" in page.locator(".own .state").last.inner_text()
    assert chat.texts == ["/start"]
    page.context.set_offline(False)
    page.get_by_text("B second").wait_for(timeout=5000)
    assert shown(page) == expected(["/start", "first", "second"])
    assert page.locator(".own .state").last.inner_text() == ""
    assert page.locator(".offline").count() == 1, "one card for one outage"


def test_messages_that_waited_stand_above_their_own_answers_and_not_above_what_was_said_meanwhile(open_page, chat):
    page = open_page(before=FAST)
    page.get_by_text("B /start").wait_for()
    chat.faults = dict.fromkeys(range(2, 40), "500")
    say(page, "first")
    say(page, "second")
    page.locator(".offline").wait_for()
    page.get_by_text("B second").wait_for()
    told = page.evaluate(TOLD)
    assert "help" in told
    assert [text for text in told if text != "help"] == [
        "A /start", "B /start", "first", "A first", "B first", "second", "A second", "B second",
    ]  # fmt: skip
    # Copied in the same order.
    assert copied(page).index("A first") < copied(page).index("second")


@pytest.mark.parametrize("fault", ["cut:0.2", "undone:0.2"])
def test_after_an_answer_that_broke_off_the_persons_words_still_stand_above_it(open_page, chat, fault):
    page = open_page(before=FAST)
    page.get_by_text("B /start").wait_for()
    chat.faults = {2: fault}
    say(page, "first")
    say(page, "second")
    page.get_by_text("B second").wait_for()
    assert [text for text in page.evaluate(TOLD) if text != "help"] == [
        "A /start", "B /start", "first", "A first", "B first", "second", "A second", "B second",
    ]  # fmt: skip
    assert copied(page).index("Me: first") < copied(page).index("A first")


def test_a_flood_is_answered_with_a_readable_sentence_and_the_message_goes_out_by_itself(open_page, chat):
    page = open_page()
    page.get_by_text("B /start").wait_for()
    chat.faults = {2: "429"}
    say(page, "quick")
    page.get_by_text("I need a moment to keep up").wait_for()
    page.get_by_text("B quick").wait_for()
    assert page.locator(".status").inner_text() == ""


def test_an_ended_conversation_begins_anew_with_the_message_kept(open_page, chat):
    page = open_page()
    page.get_by_text("B /start").wait_for()
    chat.faults = {2: "400"}
    say(page, "after a night")
    page.get_by_text("a new conversation began").wait_for()
    page.get_by_text("B after a night").wait_for()
    assert chat.started == 2


@pytest.mark.parametrize("fault", ["damaged", "408"])
def test_a_message_that_came_cut_is_sent_again_in_the_same_conversation(open_page, chat, fault):
    page = open_page(before=FAST)
    page.get_by_text("B /start").wait_for()
    chat.faults = {2: fault, 3: fault}
    say(page, "cut on its way")
    page.get_by_text("B cut on its way").wait_for()
    assert chat.started == 1 and {sent["token"] for sent in chat.messages} == {"token-1"}
    # A browser may repeat a request that got 408 by itself, as the same attempt.
    assert len(chat.messages) == 4 and chat.messages[-1]["attempt"] > 1
    assert page.get_by_text("a new conversation began").count() == 0
    assert shown(page) == expected(["/start", "cut on its way"])


def test_deleting_over_a_dead_line_says_soon_that_nothing_is_deleted(open_page, chat):
    page = open_page(before=FAST)
    page.get_by_text("B /start").wait_for()
    chat.delete_hangs = 6.0
    began = time.monotonic()
    assert page.evaluate("() => document.querySelector('safety-chat').deleteChat()") is None
    assert time.monotonic() - began < 5.0
    assert "nothing is deleted yet" in page.locator(".status").inner_text()
    assert shown(page) == expected(["/start"]), "the chat is still there to try again"


def test_deleting_right_after_a_conversation_ended_deletes_it(open_page, chat):
    page = open_page(before=FAST)
    page.get_by_text("B /start").wait_for()
    # No new conversation can begin.
    page.route("**/conversations", lambda route: route.abort())
    chat.faults = {2: "400"}
    say(page, "after a night")
    page.get_by_text("a new conversation began").wait_for()
    assert page.evaluate("() => document.querySelector('safety-chat').deleteChat()") == "7KQM-2XHT"
    assert chat.erased == ["token-1"]
    page.get_by_text("Your receipt is 7KQM-2XHT").wait_for()


@pytest.mark.parametrize("is_reloaded", [False, True])
def test_deleting_deletes_each_conversation_in_view_and_shows_each_receipt(open_page, chat, is_reloaded):
    page = open_page(before=FAST)
    page.get_by_text("B /start").wait_for()
    page.get_by_role("button", name="More").click()
    page.get_by_label("Keep this chat in this tab").check()
    chat.faults = {2: "400"}
    say(page, "after a night")
    page.get_by_text("B after a night").wait_for()
    if is_reloaded:
        page.reload()
        page.get_by_text("B after a night").wait_for()
    page.evaluate("() => document.querySelector('safety-chat').deleteChat()")
    page.get_by_text("7KQM-2XHT, 9PWD-4RNB").wait_for()
    assert sorted(chat.erased) == ["token-1", "token-2"]


def test_where_one_of_two_conversations_could_not_be_deleted_only_that_one_is_tried_again(open_page, chat):
    page = open_page(before=FAST)
    page.get_by_text("B /start").wait_for()
    chat.faults = {2: "400"}
    say(page, "after a night")
    page.get_by_text("B after a night").wait_for()
    first = re.compile("/delete$")
    page.route(first, lambda route: route.abort() if "token-1" in route.request.post_data else route.continue_())
    assert page.evaluate("() => document.querySelector('safety-chat').deleteChat()") is None
    page.unroute(first)
    assert page.evaluate("() => document.querySelector('safety-chat').deleteChat()") == "7KQM-2XHT, 9PWD-4RNB"
    assert chat.erased == ["token-2", "token-1"]


def begin_deleting(page, chat):
    """Presses the buttons; the server does not delete before `chat.may_delete` is set."""
    page.get_by_text("B /start").wait_for()
    chat.may_delete.clear()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Delete my chat").click()
    page.get_by_role("button", name="Delete it").click()
    page.get_by_text("Deleting.").first.wait_for()


def test_what_is_written_while_a_deletion_runs_is_answered_in_the_new_conversation(open_page, chat):
    page = open_page()
    begin_deleting(page, chat)
    say(page, "he is outside my door")
    page.locator(".own", has_text="he is outside my door").wait_for()
    page.locator("textarea").fill("half a sent")
    # Neither a second wish nor a new start disturbs the one that runs.
    page.evaluate("() => { const chat = document.querySelector('safety-chat'); chat.deleteChat(); chat.restart(); }")
    chat.may_delete.set()
    page.get_by_text("B he is outside my door").wait_for()
    assert page.evaluate(TOLD) == [
        "A /start", "B /start", "he is outside my door", "A he is outside my door", "B he is outside my door",
    ]  # fmt: skip
    log = page.locator(".log").inner_text()
    assert log.index("Your receipt is 7KQM-2XHT") < log.index("he is outside my door")
    assert page.locator("textarea").input_value() == "half a sent"
    assert [(message["token"], message["text"]) for message in chat.messages] == [
        ("token-1", "/start"), ("token-2", "/start"), ("token-2", "he is outside my door"),
    ]  # fmt: skip
    assert chat.deleted == 1 and "Deleting." not in page.locator(".chat").inner_text()


def test_what_is_written_while_a_deletion_fails_is_answered_in_the_conversation_that_stays(open_page, chat):
    page = open_page()
    begin_deleting(page, chat)
    say(page, "first")
    page.locator("textarea").fill("half a sent")
    chat.delete_hangs = 0.01
    chat.may_delete.set()
    page.get_by_text("B first").wait_for()
    assert shown(page) == expected(["/start", "first"]) and page.locator(".own .bubble").all_inner_texts() == ["first"]
    assert {message["token"] for message in chat.messages} == {"token-1"}
    assert "nothing is deleted yet" in page.locator(".status").inner_text()
    assert page.locator(".own .state").last.inner_text() == ""
    assert page.locator("textarea").input_value() == "half a sent"


def test_a_chat_that_nobody_opened_has_nothing_to_delete_and_can_be_used_afterwards(open_page, chat):
    page = open_page(mode="floating")
    page.get_by_role("button", name="Open the chat").wait_for()
    assert page.evaluate("() => document.querySelector('safety-chat').deleteChat()") is None
    page.get_by_role("button", name="Open the chat").click()
    page.get_by_text("Nothing had been sent yet").wait_for()
    say(page, "first")
    page.get_by_text("B first").wait_for()
    assert chat.deleted == 0


def test_a_country_chosen_without_a_connection_never_keeps_the_numbers_of_another(open_page, chat):
    page = open_page()
    page.get_by_text("B /start").wait_for()
    numbers = "() => [...document.querySelector('safety-chat').shadowRoot.querySelectorAll('.strip a')].map(a => a.getAttribute('href'))"
    # The strip is drawn when the helplines have come, which may be a moment after the greeting.
    page.wait_for_function(f"() => ({numbers})()[0] === 'tel:999'")
    page.context.set_offline(True)
    say(page, "first")
    page.locator(".offline").wait_for(timeout=3500)
    page.get_by_role("button", name="More").click()
    page.locator("select").select_option("DE")
    page.wait_for_function(f"() => ({numbers})().join() === 'tel:112,tel:911'")
    page.context.set_offline(False)
    page.get_by_text("B first").wait_for(timeout=5000)
    page.wait_for_function(f"() => !({numbers})().includes('tel:911')")
    assert page.evaluate(numbers)[0] == "tel:112"


def test_a_chat_that_nobody_opened_says_nothing_to_the_server(open_page, chat):
    page = open_page(mode="floating")
    page.get_by_role("button", name="Open the chat").wait_for()
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.wait_for_timeout(300)
    assert chat.started == 0 and chat.texts == []


def test_an_element_that_is_gone_before_it_began_begins_nothing(open_page, chat):
    page = open_page(mode="floating")
    page.get_by_role("button", name="Open the chat").wait_for()
    page.evaluate(
        "server => { for (const lang of ['en', 'de']) { const chat = document.createElement('safety-chat');"
        " chat.lang = lang; chat.setAttribute('server', server); document.body.append(chat); chat.remove(); } }",
        chat.address,
    )
    page.wait_for_timeout(500)
    assert page.errors == [] and chat.started == 0
