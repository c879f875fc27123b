"""The element on somebody else's page: another origin, the strictest content policy, the printed integrity hash."""

from __future__ import annotations

from flask import Flask, Response

from bot.widget.bundle import get_bundle
from tests.widget.conftest import Site, say

#: Helplines as a page server may send them whose data nobody checked.
HELP_WITHOUT_HTTPS = """
const really = window.fetch;
window.fetch = (address, ...more) => String(address).includes("/help/")
  ? Promise.resolve(new Response(JSON.stringify({
      emergency: { phone: "192", tel: "tel:192" },
      services: { child: [{ short: "First", url: "http://first.invalid/" }, { short: "Second", url: "https://second.invalid/" }] },
    })))
  : really(address, ...more);
"""


def test_it_works_on_another_origin_under_a_strict_policy(browser, site, chat):
    policy = (
        f"default-src 'none'; script-src {site}; connect-src {site} {chat.address}; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    page_text = (
        '<!doctype html><html lang="en"><title>School</title><h1>School</h1>'
        f'<script type="module" crossorigin="anonymous" src="{site}/widget/safety-chat.js" '
        f'integrity="{get_bundle().integrity}"></script>'
        f'<safety-chat server="{chat.address}" country="GB" audience="parent" lang="fr"></safety-chat>'
    )
    app = Flask("school")
    app.add_url_rule("/", "home", lambda: Response(page_text, headers={"Content-Security-Policy": policy}))
    school = Site(app)
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    try:
        page.goto(school.address)
        page.get_by_role("button", name="Quitter vite").wait_for()
        say(page, "bonjour")
        page.get_by_text("B bonjour").wait_for()
        assert page.locator(".strip a").first.inner_text() == "999"
        assert [words for words in complaints if "favicon" not in words] == []
        background = "() => getComputedStyle(document.querySelector('safety-chat').shadowRoot.querySelector('.exit')).backgroundColor"
        assert page.evaluate(background) == "rgb(122, 46, 29)", "styled without an inline style"
    finally:
        page.close()
        school.close()


def test_a_site_sets_its_own_colours(open_page):
    page = open_page()
    page.get_by_text("B /start").wait_for()
    page.evaluate(
        "() => document.querySelector('safety-chat').style.setProperty('--safety-chat-accent', 'rgb(90, 0, 90)')"
    )
    colour = "() => getComputedStyle(document.querySelector('safety-chat').shadowRoot.querySelector('.send')).backgroundColor"
    assert page.evaluate(colour) == "rgb(90, 0, 90)"


def test_the_element_comes_and_goes_without_leaving_listeners_behind(open_page):
    page = open_page()
    page.get_by_text("B /start").wait_for()
    page.evaluate("() => { window.chat = document.querySelector('safety-chat'); chat.remove(); }")
    for _ in range(4):
        page.keyboard.press("Shift")
    assert page.get_by_role("heading", name="Page").is_visible(), "a removed chat does not leave the page"
    page.evaluate("() => document.querySelector('main').append(chat)")
    page.get_by_text("B /start").wait_for()
    assert page.locator(".exit").count() == 1 and page.errors == []


def test_the_strip_shows_no_page_without_encryption(open_page):
    page = open_page(country="RS", before=HELP_WITHOUT_HTTPS)
    page.locator(".strip a", has_text="Second").wait_for()
    links = "() => [...document.querySelector('safety-chat').shadowRoot.querySelectorAll('.strip a')].map(a => a.getAttribute('href'))"
    assert page.evaluate(links) == ["tel:192", "https://second.invalid/"]
