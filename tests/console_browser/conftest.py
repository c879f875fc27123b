"""A real console on a free port, and Debian's Chromium; skipped with the reason where Chromium is missing."""

from __future__ import annotations

import os
import shutil
import threading
from datetime import datetime, timezone
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from bot.config import Settings
from bot.console import accounts
from bot.console.app import create_app
from bot.evaluation.console_load import fill
from bot.store.accounts import add_user
from bot.store.database import Database
from bot.store.unit_of_work import UnitOfWork

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "lantern orchard velvet tram"


class Console:
    """Address, database and accounts of the console under test."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder / 'console.db'}")
        self.database.migrate()
        now = datetime.now(timezone.utc)
        fill(self.database, conversations=900, seed=7, now=now)
        with UnitOfWork(self.database) as work:
            for name, role in (("ada", "admin"), ("ben", "reviewer")):
                password = accounts.hash_password(PASSWORD)
                user = add_user(
                    work.session, f"{name}@example.org", f"{name.title()} Reader", role, password, now, "test"
                )
                user.totp_secret = SECRET if name == "ada" else None
            work.commit()
        self.server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
        port = self.server.server_port
        settings = Settings(var_dir=folder, console_port=port, console_url=f"http://127.0.0.1:{port}")
        self.app = create_app(settings, self.database)
        self.server.app = self.app
        self.address = f"http://127.0.0.1:{port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    found = Console(tmp_path_factory.mktemp("console"))
    yield found
    found.server.shutdown()
    found.database.close()


@pytest.fixture(scope="module")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not os.path.exists(CHROMIUM):
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
