"""A child writes in the widget; a reviewer who has the queue open sees it without touching anything."""

from __future__ import annotations

import os
import shutil
import threading
import time
from datetime import datetime, timezone

import pyotp
import pytest
from werkzeug.serving import make_server

from .running import RunningAssistant

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
SECRET, PASSWORD = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "lantern orchard velvet tram"


class Site:
    """A Flask application on a free port."""

    def __init__(self) -> None:
        self.server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
        self.port = self.server.server_port
        self.address = f"http://127.0.0.1:{self.port}"

    def serve(self, app) -> None:
        self.server.app = app
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (set CHROMIUM to its path)")
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


def add_reviewer(database):
    from bot.console import accounts
    from bot.store.accounts import add_user
    from bot.store.unit_of_work import UnitOfWork

    database.migrate()
    with UnitOfWork(database) as work:
        password = accounts.hash_password(PASSWORD)
        now = datetime.now(timezone.utc)
        user = add_user(work.session, "ben@example.org", "Ben Reader", "reviewer", password, now, "test")
        user.totp_secret = SECRET
        work.commit()


def sign_in(page, address):
    page.goto(f"{address}/queue")
    page.get_by_label("E-mail address").fill("ben@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code from your authenticator app").fill(pyotp.TOTP(SECRET).now())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/queue*")


@pytest.mark.timeout(300)
def test_a_message_in_the_widget_appears_in_the_open_queue_by_itself(browser, trained_model, deployment, tmp_path):
    from bot.config import Settings
    from bot.console.app import create_app as console_app
    from bot.store.database import Database
    from bot.widget.server import create_app as pages_app

    pages, console = Site(), Site()
    assistant = RunningAssistant(tmp_path, {"KINDLIGHT_WEB_ORIGINS": pages.address})
    assistant.start()
    database = Database(f"sqlite:///{assistant.var / 'kindlight.db'}")
    try:
        add_reviewer(database)
        settings = Settings(var_dir=assistant.var, console_port=console.port, console_url=console.address)
        console.serve(console_app(settings, database))
        pages.serve(pages_app(Settings(country="GB", chat_url=assistant.address)))

        queue = browser.new_context().new_page()
        sign_in(queue, console.address)
        queue.wait_for_timeout(1000)
        assert queue.locator('a[href*="/conversations/"]').count() == 0
        child = browser.new_context().new_page()
        child.goto(f"{pages.address}/child")
        child.locator("textarea").fill("he says he'll post my pics if i dont pay")
        child.keyboard.press("Enter")
        sent = time.perf_counter()
        queue.locator('a[href*="/conversations/"]').first.wait_for(timeout=10_000)
        seconds = time.perf_counter() - sent
        child.get_by_role("link", name="Call 0800 1111").first.wait_for()
        print(f"\nFrom Enter in the widget to the open queue: {seconds:.2f} s")
        assert "he says he" not in queue.content(), "the queue shows facts, not words"
        # The aim is 2 s (docs/console.md says what was measured); this bound only tells live from not live.
        assert seconds < 8
    finally:
        assistant.stop()
        for site in (pages, console):
            site.server.shutdown()
        database.close()
