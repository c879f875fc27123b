"""Attacks that must come to nothing, and promises that hold for every route."""

from __future__ import annotations

import ast
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup

from bot.console import views
from bot.console.permissions import ROLE_PERMISSIONS, may
from bot.console.words import get_words
from bot.store import audit
from bot.store.constants import ROLES
from bot.store.models import Conversation, Turn
from bot.store.staff_models import AuditEntry
from bot.store.unit_of_work import UnitOfWork

BASE = "http://127.0.0.1:8081"
VIEW_FILES = sorted(Path(views.__path__[0]).glob("*.py"))
PUBLIC = {
    "static",
    "health.healthz",
    "health.readyz",
    "sign_in.show",
    "sign_in.check",
    "sign_in.show_code",
    "sign_in.check_code",
    "sign_in.show_set_up",
    "sign_in.show_qr",
    "sign_in.finish_set_up",
    "sign_in.to_provider",
    "sign_in.from_provider",
}


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def path_of(rule):
    return re.sub(r"<int:[^>]+>", "1", re.sub(r"<(conversation_id|path:filename)>", "escalate0001", rule.rule))


def test_every_view_function_wears_its_permission_in_the_source():
    for file in VIEW_FILES:
        for function in [n for n in ast.parse(file.read_text()).body if isinstance(n, ast.FunctionDef)]:
            worn = [ast.unparse(decorator) for decorator in function.decorator_list]
            if any(name.startswith("pages.") for name in worn):
                assert worn[-1] == "public" or worn[-1].startswith("requires(Permission."), (file.name, function.name)


def test_only_signing_in_and_health_are_public(app):
    assert {name for name, view in app.view_functions.items() if view.permission is None} == PUBLIC


def test_addresses_are_kebab_case(app):
    for rule in rules(app):
        assert re.fullmatch(r"[a-z0-9/.-]*", re.sub(r"<[^>]+>", "x", rule.rule)), rule.rule


@pytest.mark.parametrize("role", ROLES)
def test_a_wrong_role_is_refused_on_every_route(app, browser, conversations, role):
    someone = browser(role)
    tried = 0
    for rule in rules(app):
        permission = app.view_functions[rule.endpoint].permission
        if permission is None or may(role, permission):
            continue
        method = "GET" if "GET" in rule.methods else "POST"
        data = {"csrf_token": someone.token()} if method == "POST" else None
        response = someone.client.open(path_of(rule), method=method, data=data, base_url=BASE)
        assert response.status_code == 403, (role, rule.rule)
        tried += 1
    assert tried > 0 or role == "admin"


def test_nobody_gets_in_without_signing_in(app, browser, conversations):
    someone = browser()
    for rule in rules(app):
        if app.view_functions[rule.endpoint].permission is not None and "GET" in rule.methods:
            response = someone.client.get(path_of(rule), base_url=BASE)
            assert response.status_code == 302 and response.location.startswith("/sign-in"), rule.rule


def test_every_post_without_its_token_is_400(app, browser, conversations):
    someone = browser("admin")
    for rule in rules(app):
        if "POST" in rule.methods:
            assert someone.client.post(path_of(rule), base_url=BASE).status_code == 400, rule.rule


def test_roles_stay_apart():
    assert set(ROLE_PERMISSIONS) == set(ROLES)
    assert not any(p.value == "read" for p in ROLE_PERMISSIONS["auditor"] | ROLE_PERMISSIONS["content_editor"])


def test_headers_are_strict_on_every_kind_of_answer(browser, conversations):
    someone = browser("reviewer")
    for path, status in (("/queue", 200), ("/nowhere", 404), ("/staff", 403), ("/static/console.css", 200)):
        headers = someone.get(path, status=status).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
        if not path.startswith("/static"):
            assert headers["Cache-Control"] == "no-store"
    cookie = someone.client.get("/account", base_url=BASE).headers.get("Set-Cookie", "")
    assert not cookie or ("HttpOnly" in cookie and "SameSite=Lax" in cookie)


def test_cookies_are_secure_behind_https(settings, database):
    from dataclasses import replace

    from bot.console.app import create_app

    public = create_app(replace(settings, console_url="https://console.example.org"), database)
    assert public.config["SESSION_COOKIE_SECURE"]
    assert public.test_client().get("/healthz", base_url="https://console.example.org").status_code == 200


@pytest.mark.parametrize(
    ("address", "is_told"), [("https://console.example.org", True), ("http://127.0.0.1:8081", False)]
)
def test_browsers_are_told_to_stay_with_https_also_behind_a_proxy(settings, database, address, is_told):
    from dataclasses import replace

    from bot.console.app import create_app

    client = create_app(replace(settings, console_url=address), database).test_client()
    # nginx ends https and hands the request on in plain http.
    response = client.get("/healthz", base_url=address.replace("https:", "http:"))
    assert response.status_code == 200
    assert ("Strict-Transport-Security" in response.headers) is is_told


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:9999", "127.0.0.1.evil.example:8081"])
def test_another_host_name_is_refused(browser, host):
    assert browser().client.get("/sign-in", base_url=f"http://{host}").status_code == 400


@pytest.mark.parametrize(
    ("path", "level"),
    [
        ("/conversations/escalate0002?show=all", 2),
        ("/search?q=alert", 1),  # where a search shows the words
        ("/conversations/escalate0002/print", 2),
    ],
)
def test_hostile_chat_text_is_shown_inert(browser, conversations, database, path, level):
    with UnitOfWork(database) as work:
        work.session.execute(sa.update(Conversation).where(Conversation.id == "escalate0002").values(level=level))
        work.session.execute(sa.update(Turn).where(Turn.conversation_id == "escalate0002").values(risk_level=level))
        work.commit()
    text = browser("reviewer").get(path).text
    page = BeautifulSoup(text, "html.parser")
    assert "alert(2)" in text and "49" not in page.find("main").text.split("javascript")[0][-20:]
    assert not page.find_all("script", src=False)
    assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
    assert not page.select("main img[src=x]")


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", "%'; DROP TABLE turns; --", "\\", "%%%", "_____", "💥" * 50, "a" * 5000, "(money OR pics)*"]
)
def test_search_takes_any_text(browser, conversations, text):
    someone = browser("reviewer")
    someone.get("/search", query_string={"q": text})
    assert "/conversations/escalate0001#m1" in someone.get("/search?q=money").text


@pytest.mark.parametrize("path", ["/search?q=%00money", "/conversations/%00", "/audit?actor=%00", "/queue?tag=a%00"])
def test_a_zero_byte_is_refused(browser, conversations, path):
    browser("admin").get(path, status=400)


@pytest.mark.parametrize(
    "query",
    [
        "level=3'--",
        "category=x%25",
        "since=2026-99-99",
        "until=9999-12-31",
        "since=0001-01-01",
        "assignee=-1",
        "tag=%27;--",
        "from=3_1_x_y",
        "from=" + "9" * 40,
        "from=3_1_99999999999999999999_x",
        "country=%F0%9F%92%A5",
        "status=;",
    ],
)
def test_filters_take_any_text(browser, conversations, query):
    browser("reviewer").get(f"/queue?{query}")


def test_a_day_past_the_calendar_stops_no_review(browser, conversations):
    someone = browser("reviewer")
    assert "could not be read" in someone.get("/queue?until=9999-12-31").text
    data = {"status": "in_review", "seen": "2", "keep-until": "9999-12-31"}
    done = someone.post("/conversations/quiet0001/status", data)
    assert done.location == "/conversations/quiet0001"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/conversations/..%2f..%2fetc%2fpasswd",
        "/conversations/nothing",
        "/content/helplines?country=../x",
    ],
)
def test_path_tricks_find_nothing(browser, conversations, path):
    assert browser("reviewer").client.get(path, base_url=BASE).status_code in (308, 404)


def test_a_large_form_is_refused(browser, conversations):
    someone = browser("reviewer")
    data = {"text": "x" * 100_000, "csrf_token": someone.token()}
    assert someone.client.post("/conversations/quiet0001/notes", data=data, base_url=BASE).status_code in (400, 413)


def test_tampering_with_one_audit_row_is_found(browser, conversations, database):
    browser("reviewer").get("/conversations/escalate0001")
    admin = browser("admin")
    assert "nothing was changed" in admin.post("/audit/verify", follow=True).text
    with UnitOfWork(database) as work:
        work.session.execute(
            sa.update(AuditEntry).where(AuditEntry.action == "conversation.view").values(object_id="other")
        )
        work.commit()
    text = admin.post("/audit/verify", follow=True).text
    assert re.search(r"entries read: entry \d+ was changed\. Digest", text)


@pytest.mark.parametrize(
    ("gone", "told"), [(AuditEntry.id == 3, "entry 3 is missing"), (AuditEntry.id <= 2, "entries before 3 are missing")]
)
def test_a_removed_audit_row_is_named_on_the_page(browser, conversations, database, gone, told):
    with UnitOfWork(database) as work:
        work.session.execute(sa.delete(AuditEntry).where(gone).execution_options(synchronize_session=False))
        work.commit()
    assert told in browser("admin").post("/audit/verify", follow=True).text


def test_a_removed_audit_row_is_found(database, people):
    with UnitOfWork(database) as work:
        work.session.execute(sa.delete(AuditEntry).where(AuditEntry.id == 3))
        work.commit()
        assert audit.verify(work.session).broken_at == 3


def test_every_audit_action_has_a_sentence():
    sources = [
        p for p in Path(views.__path__[0]).parent.parent.rglob("*.py") if "console" in p.parts or "store" in p.parts
    ]
    found = set()
    for file in sources:
        found |= set(
            re.findall(
                r'"((?:session|user|queue|search|conversation|originals?|unanswered|examples|figures|audit|view|break)\.[a-z_]+)"',
                file.read_text(),
            )
        )
    endpoints = {"queue.show", "queue.events", "conversation.show", "audit.show", "account.show", "care.show"}
    missing = {
        a for a in found - set(get_words()["audit"]) if not re.search(r"\.(show|open_|unanswered$|set_|home|events)", a)
    }
    assert not missing - endpoints, missing


def add_turn(database, position):
    with UnitOfWork(database) as work:
        work.session.add(
            Turn(
                event_id=f"new{position}",
                conversation_id="quiet0001",
                position=position,
                sent_at=datetime.now(timezone.utc),
                author="user",
                text="hello",
                risk_level=0,
                risk_failed=False,
                unanswered=False,
            )
        )
        work.commit()


def test_event_stream_tells_of_a_new_message(app, browser, conversations, database, monkeypatch):
    from bot.console import watch

    monkeypatch.setattr(watch, "INTERVAL_SECONDS", 0.05)
    response = browser("reviewer").client.get("/queue/events", base_url=BASE)
    chunks = response.iter_encoded()
    assert b"retry" in next(chunks)
    add_turn(database, position=2)
    assert b"event: queue" in next(chunks)
    response.close()


def test_event_stream_tells_of_what_came_since_the_page_was_made(browser, conversations, database, monkeypatch):
    from bot.console import watch

    monkeypatch.setattr(watch, "INTERVAL_SECONDS", 0.01)
    someone = browser("reviewer")
    source = BeautifulSoup(someone.get("/queue").text, "html.parser").find(id="rows")["data-events"]
    headers = {}
    # The first stream is told by its address what the page shows, a later one by the browser what was told last.
    for position in (2, 3):
        add_turn(database, position)
        response = someone.client.get(source, base_url=BASE, headers=headers)
        chunks = response.iter_encoded()
        assert b"retry" in next(chunks)
        told = next(chunks).decode()
        response.close()
        assert "event: queue" in told
        headers = {"Last-Event-ID": re.search("^id: (.+)$", told, re.M).group(1)}
    monkeypatch.setattr(watch, "STREAM_SECONDS", 0.05)
    quiet = b"".join(someone.client.get(source, base_url=BASE, headers=headers).iter_encoded())
    assert b"event: queue" not in quiet, "nothing came since"


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(browser, conversations):
    someone = browser("reviewer")
    earlier = datetime.now(timezone.utc).timestamp() - 600
    for path, moves in (("/queue?part=rows", False), ("/queue", True)):
        with someone.client.session_transaction(base_url=BASE) as session:
            session["seen"] = earlier
        someone.get(path)
        with someone.client.session_transaction(base_url=BASE) as session:
            assert (session["seen"] > earlier) is moves, path


def test_streams_that_were_never_begun_give_their_place_back(app, browser, conversations):
    from bot.console.watch import MAX_STREAMS

    someone = browser("reviewer")
    for _ in range(MAX_STREAMS + 1):
        response = someone.client.head("/queue/events", base_url=BASE)
        assert response.status_code == 200
        # As a server does, also for an answer without a body.
        response.close()
    someone.client.get("/queue/events", base_url=BASE).close()


HUGE = "9" * 30


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/search?q=money&from={HUGE}", 200),
        (f"/audit?from={HUGE}", 200),
        (f"/conversations/quiet0001?before={HUGE}", 200),
    ],
)
def test_numbers_no_row_can_have_are_taken_calmly(browser, conversations, path, status):
    browser("admin").get(path, status=status)


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        (f"/staff/{HUGE}", {"what": "close"}, 404),
        (f"/queue/views/{HUGE}/remove", {}, 404),
        ("/conversations/quiet0001/assign", {"to": HUGE}, 400),
        ("/conversations/quiet0001/marks", {"turn": HUGE, "outcome": "missed_risk"}, 400),
    ],
)
def test_forms_with_such_numbers_too(browser, conversations, path, data, status):
    browser("admin").post(path, data, status=status)


def test_a_database_that_goes_away_is_said_and_no_stack_is_shown(app, browser, conversations, monkeypatch):
    from bot.store import queries

    def away(*_, **__):
        raise sa.exc.OperationalError("SELECT words", {}, Exception("could not connect"))

    monkeypatch.setattr(queries, "find_queue", away)
    page = browser("reviewer").client.get("/queue", base_url=BASE)
    assert page.status_code == 503 and "cannot be reached" in page.text and "SELECT" not in page.text


def test_forms_work_behind_https(settings, database, people):
    from dataclasses import replace

    from bot.console.app import create_app

    public = create_app(replace(settings, console_url="https://console.example.org"), database)
    client, base = public.test_client(), "https://console.example.org"
    page = BeautifulSoup(client.get("/sign-in", base_url=base).text, "html.parser")
    data = {
        "csrf_token": page.find("input", {"name": "csrf_token"})["value"],
        "email": "x@example.org",
        "password": "x",
    }
    assert client.post("/sign-in", data=data, base_url=base).status_code == 401, "read, and refused for what it says"
