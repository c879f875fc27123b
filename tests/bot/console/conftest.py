"""A console over a database of its own, with a few invented conversations, and clients signed in by role."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import html5lib
import pytest
from bs4 import BeautifulSoup

from bot.config import Settings
from bot.console import accounts
from bot.console.app import create_app
from bot.console.security import limiter
from bot.store import constants
from bot.store.accounts import add_user
from bot.store.database import Database
from bot.store.keys import get_key_ring
from bot.store.models import Conversation, Escalation, SearchToken, Turn
from bot.store.search import tokens_of
from bot.store.unit_of_work import UnitOfWork

NOW = datetime.now(timezone.utc).replace(microsecond=0)
BASE = "http://127.0.0.1:8081"
UTC_TIME = re.compile(r"\d\d:\d\d UTC")
PASSWORD = "lantern orchard velvet tram"
XSS = '<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} javascript:alert(3) "><svg onload=alert(4)>'


@pytest.fixture(scope="session")
def password_hash():
    return accounts.hash_password(PASSWORD)


@pytest.fixture
def settings(tmp_path):
    return Settings(var_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'console.db'}", sealed_originals=True)


@pytest.fixture
def database(settings):
    database = Database(settings.database_address)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def people(database, password_hash):
    """Role → account id; `lead2` is a second lead."""
    ids = {}
    with UnitOfWork(database) as work:
        for name, role in [*((r, r) for r in constants.ROLES), ("lead2", "lead")]:
            user = add_user(work.session, f"{name}@example.org", name.title(), role, password_hash, NOW, "test")
            user.totp_secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
            ids[name] = user.id
        work.commit()
    return ids


@pytest.fixture
def conversations(database):
    """Ids of five conversations, riskiest first."""
    rows = [
        ("emergency0001", 3, "self_harm", 5, "child", "web", "i feel unsafe right now"),
        ("escalate0001", 2, "extortion", 90, "child", "telegram", "he wants money or he sends my pics"),
        ("escalate0002", 2, "adult_involved", 10, "parent", "web", XSS),
        ("checkin0001", 1, "self_harm", 60, "child", "sms", "kms this homework"),
        ("quiet0001", 0, None, 30, "parent", "web", "how do i make the account private"),
    ]
    key = get_key_ring().derive("search")
    with UnitOfWork(database) as work:
        for number, (name, level, category, minutes, audience, channel, text) in enumerate(rows):
            at = NOW - timedelta(minutes=minutes)
            row = Conversation(
                id=name,
                channel=channel,
                audience=audience,
                country="GB",
                language="en",
                drill=False,
                started_at=at,
                last_at=at,
                turn_count=2,
                user_turn_count=1,
                unanswered_count=int(level == 0),
                level=level,
                categories={category: 0.9} if category else {},
                main_category=category,
                speaker="self",
                helplines_shown=[],
                status="new",
                unread_since=at,
                sla_due_at=at + timedelta(minutes=60) if level else None,
            )
            work.session.add(row)
            work.session.flush()
            turn = Turn(
                event_id=f"e{number}u",
                conversation_id=name,
                position=0,
                sent_at=at,
                author="user",
                text=text,
                channel=channel,
                intent="disclose",
                confidence=0.91,
                risk_level=level,
                risk_categories={category: 0.9} if category else {},
                risk_speaker="self",
                risk_stance="now",
                risk_findings=[
                    {"category": category, "source": "signal_x", "start": 0, "end": 4, "sentence": "Says so."}
                ]
                if category
                else None,
                risk_failed=False,
                unanswered=level == 0,
            )
            answer = Turn(
                event_id=f"e{number}b",
                conversation_id=name,
                position=1,
                sent_at=at + timedelta(seconds=1),
                author="bot",
                text="I'm glad you told me.",
                response="utter_greet",
                buttons=["I can't talk out loud"],
                risk_level=0,
                risk_failed=False,
                unanswered=False,
            )
            work.session.add_all([turn, answer])
            work.session.flush()
            work.session.add_all([SearchToken(token=token, turn_id=turn.id) for token in tokens_of(text, key)])
            if level >= 2:
                work.session.add(
                    Escalation(
                        conversation_id=name,
                        turn_id=turn.id,
                        level=level,
                        category=category,
                        opened_at=at,
                        last_at=at,
                        count=1,
                        status="open",
                        sla_due_at=at + timedelta(minutes=60),
                        drill=False,
                    )
                )
        work.commit()
    return [row[0] for row in rows]


@pytest.fixture
def app(settings, database):
    app = create_app(settings, database)
    app.config["TESTING"] = True
    limiter.reset()
    return app


class Browser:
    """A test client that checks every page it gets."""

    def __init__(self, app, user_id=None):
        self.client = app.test_client()
        self.app = app
        if user_id is not None:
            self.sign_in_as(user_id)

    def sign_in_as(self, user_id):
        moment = datetime.now(timezone.utc).timestamp()
        with self.client.session_transaction(base_url=BASE) as session:
            session.update(user=user_id, version=0, since=moment, seen=moment)

    def get(self, path, status=200, **kwargs):
        response = self.client.get(path, base_url=BASE, **kwargs)
        assert response.status_code == status, (path, response.status_code, response.location)
        if response.mimetype == "text/html" and status not in (301, 302):
            check_page(response.text)
        return response

    def token(self, path="/account"):
        page = BeautifulSoup(self.client.get(path, base_url=BASE).text, "html.parser")
        return page.find("input", {"name": "csrf_token"})["value"]

    def post(self, path, data=None, status=302, follow=False, token_from="/account"):
        data = {**(data or {}), "csrf_token": self.token(token_from)}
        response = self.client.post(path, data=data, base_url=BASE, follow_redirects=follow)
        assert response.status_code == (200 if follow else status), (path, response.status_code, response.text[:300])
        if response.mimetype == "text/html" and response.status_code == 200:
            check_page(response.text)
        return response


def check_page(text):
    """What every page promises: it parses, one h1 that the title begins with, labelled fields, no inline code."""
    if "<html" not in text:
        return
    html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    page = BeautifulSoup(text, "html.parser")
    headings = page.find_all("h1")
    assert len(headings) == 1
    assert page.title.text.startswith(headings[0].text.strip()), (page.title.text, headings[0].text)
    assert not page.find_all(style=True) and not page.find_all("style")
    assert all(script.get("src") and not script.text.strip() for script in page.find_all("script"))
    assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
    for said in page.find_all(string=UTC_TIME):
        assert said.parent.name == "time", f"{said} is not in an element that the reader's zone can be written into"
        at = datetime.fromisoformat(said.parent["datetime"])
        assert at.utcoffset() == timedelta(0) and f"{at:%-d %b %Y, %H:%M} UTC" == said
    labels = {label.get("for") for label in page.find_all("label")}
    for field in page.find_all(["input", "select", "textarea"]):
        if field.get("type") != "hidden":
            assert field.get("id") in labels or field.find_parent("label"), field
    for form in page.find_all("form", method="post"):
        assert form.get("action") and form.find("input", {"name": "csrf_token"})
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids)), "ids occur once"


@pytest.fixture
def browser(app, people):
    """`browser("lead")` is signed in as that role; `browser()` is nobody."""
    return lambda role=None: Browser(app, people[role] if role else None)
