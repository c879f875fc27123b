"""A browser, the page server and a faulty chat server, all in this process. Without Chromium the tests are skipped."""

from __future__ import annotations

import os
import shutil
import threading
from dataclasses import replace
from typing import Any, Callable, Iterator

import pytest
from flask import Flask, render_template_string, request
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.config import Settings
from bot.widget.server import create_app
from tests.widget.fake_server import FakeChat

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

#: A page of nobody's, with whatever attributes a test asks for.
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Help page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script type="module" src="/widget/safety-chat.js"></script>
<main><h1>Page</h1><safety-chat {% for name, value in given.items() %} {{ name }}="{{ value }}"{% endfor %}></safety-chat></main>
"""


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), None)


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        """Quiet."""


class Site:
    """One running page server."""

    def __init__(self, app: Flask) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = _chromium()
    if path is None:
        pytest.skip("no Chromium on this machine (set CHROMIUM to its path)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def chat() -> Iterator[FakeChat]:
    server = FakeChat()
    yield server
    server.close()


@pytest.fixture(scope="session")
def neutral() -> Iterator[str]:
    """The site that a quick exit goes to."""
    app = Flask("neutral")
    app.add_url_rule("/", "home", lambda: "<!doctype html><title>Weather</title><h1>Weather</h1>")
    # No content: the browser stays where it is, so that a blanked page can be looked at.
    app.add_url_rule("/nothing", "nothing", lambda: ("", 204))
    site = Site(app)
    yield site.address + "/"
    site.close()


@pytest.fixture
def site(chat: FakeChat, neutral: str) -> Iterator[str]:
    app = create_app(replace(Settings(), chat_url=chat.address, country="GB", exit_url=neutral))
    app.add_url_rule("/any", "any", lambda: render_template_string(PAGE, given=request.args.to_dict()))
    served = Site(app)
    yield served.address
    served.close()


@pytest.fixture
def open_page(browser: Any, site: str, chat: FakeChat, neutral: str) -> Iterator[Callable[..., Any]]:
    """Opens a page with the element: a path, or the element's attributes; context options as `with_`. What is asked of
    addresses like `hangs` is not answered: it waits in `page.hanging`."""
    contexts: list[Any] = []

    def opened(
        path: str = "", with_: dict[str, Any] | None = None, before: str = "", hangs: str = "", **attributes: str
    ) -> Any:
        context = browser.new_context(**({"viewport": {"width": 900, "height": 800}} | (with_ or {})))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.asked = []
        page.on("request", lambda sent: page.asked.append(sent.url))
        page.hanging = []
        if hangs:
            page.route(hangs, lambda route: page.hanging.append(route))
        if before:
            page.add_init_script(before)
        given = {"server": chat.address, "country": "GB", "audience": "child", "exit-to": neutral}
        given |= {name.replace("_", "-"): value for name, value in attributes.items()}
        from urllib.parse import urlencode

        page.goto(f"{site}{path or '/any?' + urlencode(given)}")
        return page

    yield opened
    for context in contexts:
        context.close()


def say(page: Any, text: str) -> None:
    """Types a message and sends it with Enter."""
    page.locator("textarea").fill(text)
    page.locator("textarea").press("Enter")
