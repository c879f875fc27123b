"""Whole conversations by mouse and by keyboard, small, zoomed in, still, in Arabic; what a person can do besides."""

from __future__ import annotations

import pytest

from tests.widget.conftest import say

CARD = {
    "text": "I'm glad you told me.\n\n**Childline**: They listen. [0800 1111](tel:08001111) · "
    "[chat online](https://www.childline.org.uk/) · free\n\nIn danger, call [999](tel:999).",
    "card_level": "escalate",
    "hotlines": ["gb-childline"],
    "cards": [{"name": "Childline", "phone": "0800 1111", "tel": "tel:08001111"}],
    "buttons": [{"title": "I can't talk out loud", "payload": "/barrier_cannot_talk"}],
}
NOTICE = {"text": "Hi. I'm a program.", "buttons": [{"title": "Signs of grooming", "payload": '/ask{"faq": "signs"}'}]}
ANSWER = {"text": "Some signs:\n• secrets\n• gifts", "response": "utter_faq/signs", "buttons": []}
PLAIN_ARABIC = {
    "text": "Childline: 0800 1111 · https://www.childline.org.uk/chat/",
    "language": "ar",
    "card_level": "escalate",
    "cards": [
        {"name": "Childline", "phone": "0800 1111", "tel": "tel:08001111", "chat": "https://www.childline.org.uk/chat/"}
    ],
}


def answers(message):
    if message["text"] == "/start":
        return [NOTICE]
    if message["text"].startswith("/ask"):
        return [ANSWER]
    return [PLAIN_ARABIC if message["language"] == "ar" else CARD]


@pytest.fixture(autouse=True)
def _answers(chat):
    chat.answer = answers


def test_a_conversation_by_mouse(open_page, chat):
    page = open_page()
    page.get_by_role("button", name="Signs of grooming").click()
    page.get_by_text("gifts").wait_for()
    page.get_by_role("button", name="Say it simpler").click()
    page.get_by_role("link", name="Call 0800 1111").wait_for()
    assert chat.texts == ["/start", '/ask{"faq": "signs"}', "/say_simpler"]
    assert chat.messages[0]["audience"] == "child" and chat.messages[0]["country"] == "GB"
    assert page.get_by_role("link", name="Chat online").get_attribute("rel") == "noopener noreferrer"
    assert page.errors == []


def test_a_conversation_by_keyboard_alone(open_page, chat):
    page = open_page()
    page.get_by_role("button", name="Signs of grooming").wait_for()
    page.keyboard.press("Tab")
    focused = "() => document.querySelector('safety-chat').shadowRoot.activeElement"
    assert page.evaluate(f"({focused})().className") == "exit"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate(f"({focused})()?.className") == "choice":
            break
    page.keyboard.press("Enter")
    page.get_by_text("gifts").wait_for()
    assert "own" in page.evaluate(f"({focused})().className")
    page.keyboard.press("Tab")
    assert page.evaluate(f"({focused})().className") == "tool"
    while page.evaluate(f"({focused})().tagName") != "TEXTAREA":
        page.keyboard.press("Tab")
    page.keyboard.type("he has my pics")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Call 0800 1111").wait_for()
    assert page.evaluate(f"({focused})().tagName") == "TEXTAREA"
    assert chat.texts[-1] == "he has my pics"


@pytest.mark.parametrize(
    "viewport", [(320, 640), (320, 256)], ids=["320 px wide", "1280 by 1024 at 400 % zoom is 320 by 256"]
)
@pytest.mark.parametrize("lang", ["en", "de", "ar"])
def test_a_small_view_needs_no_sideways_scrolling(open_page, viewport, lang):
    page = open_page(with_={"viewport": {"width": viewport[0], "height": viewport[1]}}, lang=lang)
    page.get_by_text("Signs of grooming").wait_for()
    say(page, "he has my pics")
    page.locator(".card").first.wait_for()
    wide = page.evaluate(
        """() => { const root = document.querySelector('safety-chat').shadowRoot;
        return [document.documentElement, ...root.querySelectorAll('.chat, .log')]
          .filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.className || 'page'); }"""
    )
    assert wide == []
    box = page.locator(".exit").bounding_box()
    assert box and 0 <= box["y"] < viewport[1] - box["height"], "the way out stays in view"
    assert page.locator(".strip a").first.bounding_box()["y"] < viewport[1], "the help strip stays in view"


def test_everything_pressed_is_large_enough(open_page):
    page = open_page(with_={"viewport": {"width": 390, "height": 844}, "has_touch": True})
    say(page, "he has my pics")
    page.locator(".card").first.wait_for()
    page.locator(".menu-button").click()
    sizes = page.evaluate(
        """() => [...document.querySelector('safety-chat').shadowRoot.querySelectorAll('button, select, .way, textarea')]
        .filter(node => node.checkVisibility()).map(node => [node.className || node.tagName,
        Math.round(node.getBoundingClientRect().width), Math.round(node.getBoundingClientRect().height)])"""
    )
    assert len(sizes) > 10
    assert [size for size in sizes if min(size[1:]) < 44] == []


def test_reduced_motion_stills_everything(open_page):
    page = open_page(with_={"reduced_motion": "reduce"})
    say(page, "hello")
    page.locator(".card").first.wait_for()
    moving = "() => document.querySelector('safety-chat').shadowRoot.getAnimations().length"
    assert page.evaluate(moving) == 0
    page.evaluate("() => document.querySelector('safety-chat').shadowRoot.querySelector('.typing').hidden = false")
    assert page.evaluate(moving) == 0


def test_an_arabic_conversation_runs_right_to_left(open_page):
    page = open_page(lang="ar")
    page.get_by_text("إجاباتي حاليًا باللغة الإنجليزية").wait_for()
    assert page.locator(".chat").get_attribute("dir") == "rtl"
    assert page.locator(".exit").bounding_box()["x"] > 400
    say(page, "يهددني")
    page.get_by_role("link", name="الاتصال بالرقم 0800 1111").wait_for()
    assert page.get_by_role("link", name="الاتصال بالرقم 0800 1111").locator("bdi").get_attribute("dir") == "ltr"
    assert page.locator(".turn.bot").last.get_attribute("dir") == "rtl"
    turns = page.locator(".turn.bot")
    assert [turns.nth(place).get_attribute("lang") for place in range(2)] == ["en", "ar"]
    assert (
        page.get_by_role("link", name="محادثة عبر الإنترنت").get_attribute("href")
        == "https://www.childline.org.uk/chat/"
    )


def test_urgent_help_is_announced_at_once(open_page):
    page = open_page()
    assert page.locator(".log").get_attribute("aria-live") == "polite"
    # The country's numbers are there before anybody can type; on a slow machine a test is quicker.
    page.locator("a[href='tel:999']").first.wait_for()
    say(page, "he has my pics")
    page.wait_for_function(
        "() => document.querySelector('safety-chat').shadowRoot.querySelector('[role=alert]').textContent"
        ".includes('Childline 0800 1111. In danger, call 999')"
    )


def test_the_accessibility_tree_of_a_conversation(open_page):
    page = open_page()
    page.get_by_text("Signs of grooming").wait_for()
    say(page, "he has my pics")
    page.get_by_role("button", name="I can't talk out loud").wait_for()
    tree = page.locator("safety-chat").aria_snapshot()
    for line in (
        '- region "Kindlight chat":',
        '- button "Leave now"',
        '- group "Help now":',
        '- log "Conversation":',
        '- link "999"',
        '- link "Call 0800 1111"',
        '- link "Chat online (opens in a new tab)"',
        '- group "Choices":',
        '- textbox "Write here"',
        '- button "Send"',
    ):
        assert line in tree, tree
    order = ["Leave now", "More", "Help now", "Conversation", "Write here", "Send"]
    assert [tree.index(f'"{name}"') for name in order] == sorted(tree.index(f'"{name}"') for name in order)


def test_pictures_are_refused_kindly_and_never_read(open_page, chat):
    page = open_page()
    for kind, target in (("paste", "textarea"), ("drop", ".log")):
        page.locator("textarea").fill("")
        stopped = page.evaluate(
            """([kind, target]) => {
            const node = document.querySelector('safety-chat').shadowRoot.querySelector(target);
            const data = new DataTransfer(); data.items.add(new File(['x'], 'a.png', {type: 'image/png'}));
            const init = {bubbles: true, cancelable: true, composed: true};
            const event = kind === 'paste' ? new ClipboardEvent(kind, {...init, clipboardData: data})
              : new DragEvent(kind, {...init, dataTransfer: data});
            node.dispatchEvent(event); return event.defaultPrevented; }""",
            [kind, target],
        )
        assert stopped
        assert "don’t send pictures" in page.locator(".status").inner_text()
    assert page.locator("input[type=file]").count() == 0
    assert all("png" not in str(message) for message in chat.messages)


def test_too_long_a_message_stays_in_the_box_with_a_kind_word(open_page, chat):
    page = open_page()
    page.get_by_text("Signs of grooming").wait_for()
    page.locator("textarea").fill("a" * 1990)
    assert page.locator(".count").inner_text() == "10 characters left"
    say(page, "a" * 2001)
    assert "still in the box" in page.locator(".status").inner_text()
    assert len(page.locator("textarea").input_value()) == 2001
    say(page, "a" * 2000)
    page.locator(".own").wait_for()
    assert len(chat.texts[-1]) == 2000 or page.locator(".own").count() == 1


def test_deleting_asks_first_and_shows_the_receipt(open_page, chat):
    page = open_page()
    say(page, "hello")
    page.locator(".own").wait_for()
    page.locator(".card").first.wait_for()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Delete my chat").click()
    assert chat.deleted == 0
    page.get_by_role("button", name="Delete it").click()
    page.get_by_text("Your receipt is 7KQM-2XHT").wait_for()
    assert chat.deleted == 1 and page.locator(".own").count() == 0


def test_text_grows_and_the_country_can_be_chosen(open_page, chat):
    page = open_page(country="")
    page.get_by_text("Signs of grooming").wait_for()
    assert page.locator(".strip").inner_text().split()[:4] == ["In", "danger?", "112", "911"]
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Bigger text").click()
    assert page.evaluate(
        "() => getComputedStyle(document.querySelector('safety-chat').shadowRoot.querySelector('.chat')).fontSize"
    ).startswith("19.5")
    page.get_by_label("Country for helplines").select_option("IE")
    page.locator(".strip a", has_text="112").wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".panel").is_hidden()
    say(page, "hello")
    page.locator(".card").first.wait_for()
    assert chat.messages[-1]["country"] == "IE"


def test_a_country_told_in_the_chat_is_the_country_of_the_whole_page(open_page, chat):
    chat.answer = lambda message: [CARD | {"cards": [], "emergency": "911"}] if "US" in message["text"] else [ANSWER]
    chat.country_after = {"I'm in the US": "US"}
    page = open_page()
    page.locator(".strip a", has_text="999").wait_for()
    say(page, "I'm in the US")
    page.locator(".strip a", has_text="911").wait_for()
    assert "911" in page.locator(".alert").inner_text() and "999" not in page.locator(".alert").inner_text()
    assert page.locator("select").input_value() == "US"
    say(page, "who can i call")
    page.locator(".turn.bot").nth(2).wait_for()
    assert (chat.messages[-1]["country"], chat.messages[-1]["country_chosen"]) == ("US", False)


def test_a_country_chosen_in_the_menu_goes_out_once_and_no_older_answer_replaces_it(open_page, chat):
    chat.answer = lambda message: [ANSWER]
    chat.country_after = {"slow": "ES", "next": "DE"}
    chat.faults = {2: "late:0.5"}
    page = open_page()
    page.get_by_text("Some signs").wait_for()
    say(page, "slow")
    page.get_by_role("button", name="More").click()
    page.get_by_label("Country for helplines").select_option("DE")
    page.keyboard.press("Escape")
    for words in ("next", "last"):
        say(page, words)
    page.locator(".turn.bot").nth(3).wait_for()
    sent = [(one["text"], one["country"], one["country_chosen"]) for one in chat.messages[1:]]
    assert sent == [("slow", "GB", False), ("next", "DE", True), ("last", "DE", False)]
    assert page.locator("select").input_value() == "DE"


def test_printing_leaves_the_persons_own_words_out(open_page):
    page = open_page(before="window.print = () => {}; HTMLIFrameElement.prototype.printed = true;")
    say(page, "my secret words")
    page.locator(".card").first.wait_for()
    page.evaluate("() => { window.frames; }")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Print all answers").click()
    words = page.evaluate(
        "() => document.querySelector('safety-chat').shadowRoot.querySelector('iframe')?.contentDocument.body.textContent"
    )
    assert words and "0800 1111" in words and "999" in words and "my secret words" not in words


def test_a_floating_chat_opens_closes_and_gives_the_focus_back(open_page, chat):
    page = open_page(mode="floating")
    assert chat.messages == []
    page.get_by_role("button", name="Open the chat").click()
    page.get_by_text("Signs of grooming").wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".chat").is_hidden()
    assert page.evaluate("() => document.querySelector('safety-chat').shadowRoot.activeElement.className") == "launcher"


def test_the_element_says_that_something_happened_but_never_what(open_page):
    page = open_page(
        before="window.heard = []; for (const name of ['open', 'message', 'offline', 'online', 'leave'])"
        " addEventListener(`safety-chat-${name}`, (event) => heard.push([name, event.detail]));"
    )
    say(page, "he has my pics")
    page.locator(".card").first.wait_for()
    assert ["message", {"level": "escalate"}] in page.evaluate("heard")
    assert "pics" not in str(page.evaluate("heard"))


def test_a_number_in_bold_words_can_be_tapped(open_page, chat):
    chat.answer = lambda message: [{"text": "Please **call [999](tel:999) now**, even if you feel okay."}]
    page = open_page(with_={"reduced_motion": "reduce"})
    number = page.locator("safety-chat strong a[href='tel:999']").first
    number.wait_for()
    assert number.inner_text() == "999"
    assert page.locator("safety-chat strong").first.inner_text() == "call 999 now"
