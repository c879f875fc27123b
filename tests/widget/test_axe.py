"""axe-core finds nothing wrong in any state, light, dark and in Arabic."""

from __future__ import annotations

import pytest

from tests.widget.conftest import say
from tests.widget.test_conversation import answers
from tests.widget.test_printing import SHEET


def with_sheet(message):
    return [{"text": "**Our plan**\n☑ Listen.\n☐ Report it.", "custom": {"sheet": SHEET}}]


def opening(page):
    page.get_by_text("Signs of grooming").wait_for()


def crisis_card(page):
    say(page, "he has my pics")
    page.locator(".card").first.wait_for()


def menu(page):
    opening(page)
    page.locator(".menu-button").click()


def deleting(page):
    menu(page)
    page.locator(".danger").click()


def too_long(page):
    opening(page)
    page.locator("textarea").fill("a" * 2010)


def sheet(page):
    say(page, "my plan")
    page.locator(".print").first.wait_for()


def offline(page):
    opening(page)
    page.context.set_offline(True)
    say(page, "hello")
    page.locator(".offline").wait_for()


STATES = [opening, crisis_card, menu, deleting, too_long, offline, sheet]
LOOKS = {
    "light": ({}, {}),
    "dark": ({"color_scheme": "dark"}, {}),
    "arabic on a phone": ({"viewport": {"width": 390, "height": 844}}, {"lang": "ar"}),
}


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize("look", LOOKS)
def test_no_violation(open_page, chat, look, state):
    from axe_playwright_python.sync_playwright import Axe

    chat.answer = with_sheet if state is sheet else answers
    options, attributes = LOOKS[look]
    page = open_page(with_={**options, "bypass_csp": True, "reduced_motion": "reduce"}, **attributes)
    state(page)
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found.response["violations"]] == []


@pytest.mark.parametrize("path", ["/", "/child"])
def test_no_violation_on_our_pages(open_page, chat, path):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(path, with_={"bypass_csp": True})
    page.get_by_text("B /start").wait_for()
    assert Axe().run(page).response["violations"] == []


def test_no_violation_on_the_privacy_page(open_page):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page("/privacy", with_={"bypass_csp": True})
    page.get_by_role("heading", name="What is kept, and for how long").wait_for()
    assert Axe().run(page).response["violations"] == []
