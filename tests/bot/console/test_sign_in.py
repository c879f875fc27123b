"""Signing in as a person does, and the ways in which it must fail."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pyotp
import pytest
from bs4 import BeautifulSoup

from bot.store.staff_models import AuditEntry, User
from bot.store.unit_of_work import UnitOfWork

BASE = "http://127.0.0.1:8081"
PASSWORD = "lantern orchard velvet tram"


def enter_password(someone, password=PASSWORD, email="reviewer@example.org", after="/queue", status=302):
    return someone.post(
        "/sign-in", {"email": email, "password": password, "after": after}, status=status, token_from="/sign-in"
    )


def code_for(database, email="reviewer@example.org"):
    with UnitOfWork(database) as work:
        return pyotp.TOTP(work.session.query(User).filter_by(email=email).one().totp_secret).now()


def test_password_and_code_lead_to_the_page_that_was_wanted(browser, database, conversations):
    someone = browser()
    assert "after=%2Fqueue" in someone.get("/queue?level=3", status=302).location
    assert enter_password(someone, after="/queue?level=3").location == "/sign-in/code"
    done = someone.post("/sign-in/code", {"code": code_for(database)}, token_from="/sign-in/code")
    assert done.location == "/queue?level=3"
    someone.get("/queue")
    with UnitOfWork(database) as work:
        assert work.session.query(AuditEntry).filter_by(action="session.sign_in").count() == 1


def test_first_sign_in_sets_up_the_second_factor_and_shows_recovery_codes(browser, database, people):
    with UnitOfWork(database) as work:
        work.session.get(User, people["reviewer"]).totp_secret = None
        work.commit()
    someone = browser()
    assert enter_password(someone).location == "/set-up"
    secret = re.search(r'class="key">(\w+)<', someone.get("/set-up").text).group(1)
    assert someone.get("/set-up/qr.svg").mimetype == "image/svg+xml"
    someone.post("/set-up", {"code": "000000"}, status=401, token_from="/set-up")
    page = someone.post("/set-up", {"code": pyotp.TOTP(secret).now()}, status=200, token_from="/set-up")
    code = re.findall(r"<li><code>([\w-]+)</code>", page.text)[0]
    other = browser()
    enter_password(other)
    other.post("/sign-in/code", {"code": code}, token_from="/sign-in/code")
    other.get("/queue")
    someone.get("/set-up", status=302)


def test_a_password_alone_opens_nothing(browser, database, people):
    someone = browser()
    enter_password(someone)
    someone.get("/queue", status=302)
    someone.get("/set-up", status=404)


def test_unknown_address_wrong_password_and_lock_out_read_the_same(browser, database, people):
    pages = {enter_password(browser(), email="nobody@example.org", status=401).text}
    for _ in range(6):
        pages.add(enter_password(browser(), password="wrong wrong wrong", status=401).text)
    pages.add(enter_password(browser(), status=401).text)  # right, but locked by now
    assert len({re.sub(r'value="[^"]{40,}"', "", page) for page in pages}) == 1
    with UnitOfWork(database) as work:
        user = work.session.query(User).filter_by(email="reviewer@example.org").one()
        assert user.locked_until > datetime.now(timezone.utc)
        assert work.session.query(AuditEntry).filter_by(action="session.locked").count() >= 1


def test_wrong_codes_lock_too(browser, database, people):
    someone = browser()
    enter_password(someone)
    for _ in range(5):
        someone.post("/sign-in/code", {"code": "000000"}, status=401, token_from="/sign-in/code")
    someone.post("/sign-in/code", {"code": code_for(database)}, status=401, token_from="/sign-in/code")


def test_ten_thousand_sign_ins_get_nowhere(app, browser, database, people):
    someone = browser()
    data = {"email": "reviewer@example.org", "password": "guess guess guess", "csrf_token": someone.token("/sign-in")}
    answers = [someone.client.post("/sign-in", data=data, base_url=BASE).status_code for _ in range(10_000)]
    assert set(answers) == {401, 429} and answers.count(401) <= 40
    with UnitOfWork(database) as work:
        user = work.session.query(User).filter_by(email="reviewer@example.org").one()
        assert user.failed_attempts <= 40 and user.last_sign_in_at is None


def test_a_cookie_from_before_signing_in_is_worth_nothing_after(browser, database, conversations):
    someone = browser()
    with someone.client.session_transaction(base_url=BASE) as session:
        session["planted"] = "yes"
    before = someone.client.get_cookie("kindlight_console", domain="127.0.0.1").value
    enter_password(someone)
    someone.post("/sign-in/code", {"code": code_for(database)}, token_from="/sign-in/code")
    with someone.client.session_transaction(base_url=BASE) as session:
        assert "planted" not in session
    intruder = browser()
    intruder.client.set_cookie("kindlight_console", before, domain="127.0.0.1")
    intruder.get("/queue", status=302)


def test_signing_out_ends_a_copied_cookie(browser, conversations):
    someone, thief = browser("reviewer"), browser()
    someone.get("/queue")
    thief.client.set_cookie(
        "kindlight_console",
        someone.client.get_cookie("kindlight_console", domain="127.0.0.1").value,
        domain="127.0.0.1",
    )
    thief.get("/queue")
    someone.post("/sign-out")
    thief.get("/queue", status=302)


@pytest.mark.parametrize(("field", "minutes"), [("seen", 31), ("since", 601)])
def test_a_session_ends_by_itself(browser, conversations, field, minutes):
    someone = browser("reviewer")
    with someone.client.session_transaction(base_url=BASE) as session:
        session[field] = (datetime.now(timezone.utc) - timedelta(minutes=minutes)).timestamp()
    assert "timed_out" in someone.get("/queue", status=302).location


@pytest.mark.parametrize("other_tab", [False, True])
def test_a_note_sent_too_late_leads_back_to_its_conversation_and_is_said_to_be_lost(browser, conversations, other_tab):
    someone = browser("reviewer")
    data = {"text": "Spoke to the school.", "csrf_token": someone.token()}
    with someone.client.session_transaction(base_url=BASE) as session:
        session["seen"] = (datetime.now(timezone.utc) - timedelta(minutes=31)).timestamp()
    if other_tab:
        someone.get("/queue/events", status=302)
    refused = someone.client.post("/conversations/quiet0001/notes", data=data, base_url=BASE)
    assert "after=%2Fconversations%2Fquiet0001" in refused.location
    page = someone.get(refused.location).text
    assert "was not saved" in page and 'value="/conversations/quiet0001"' in page


def test_who_is_writing_stays_signed_in(browser, conversations):
    someone = browser("reviewer")
    form = BeautifulSoup(someone.get("/conversations/quiet0001").text, "html.parser").find("form", {"data-stay": True})
    assert form["data-idle"] == "1800" and form.find(role="status")["data-soon"]
    earlier = datetime.now(timezone.utc).timestamp() - 25 * 60
    with someone.client.session_transaction(base_url=BASE) as session:
        session["seen"] = earlier
    assert someone.get(form["data-stay"], status=204).text == ""
    with someone.client.session_transaction(base_url=BASE) as session:
        assert session["seen"] > earlier + 20 * 60


@pytest.mark.parametrize(
    "after", ["//evil.example", "https://evil.example", "/\\evil.example", "/../x", "javascript:1"]
)
def test_signing_in_never_leads_away(browser, database, people, after):
    someone = browser()
    enter_password(someone, after=after)
    assert someone.post("/sign-in/code", {"code": code_for(database)}, token_from="/sign-in/code").location == "/"


def test_a_closed_account_is_signed_out_at_once(browser, conversations, people):
    someone = browser("reviewer")
    someone.get("/queue")
    browser("admin").post(f"/staff/{people['reviewer']}", {"what": "close"})
    someone.get("/queue", status=302)


@pytest.fixture
def every_password_is_wrong(monkeypatch):
    """At once: on a busy machine, hashing a hundred of them takes longer than the minute of the limit."""
    monkeypatch.setattr("bot.console.accounts.check_password", lambda *_: False)


def test_tries_for_one_account_do_not_keep_others_out(browser, people, every_password_is_wrong):
    """Behind nginx all staff share one address."""
    someone = browser()
    data = {"password": "guess guess guess", "csrf_token": someone.token("/sign-in")}

    def try_as(email):
        return someone.client.post("/sign-in", data={**data, "email": email}, base_url=BASE).status_code

    assert [try_as("reviewer@example.org") for _ in range(25)][-1] == 429
    assert [try_as("Reviewer@example.org "), try_as("lead@example.org")] == [429, 401]
    assert [try_as(f"nobody{number}@example.org") for number in range(120)][-1] == 429, "an end for one address"


FORMS_THAT_CHECK = [
    ("/account/password", {"current": "guess guess guess", "new": "amber kettle meadow spoon"}),
    ("/account/recovery-codes", {"current": "guess guess guess"}),
    ("/sign-in/code", {"code": "000000"}),
]


@pytest.mark.parametrize(("path", "data"), FORMS_THAT_CHECK)
def test_a_field_that_a_form_does_not_have_is_no_way_around_its_limit(
    browser, people, every_password_is_wrong, path, data
):
    someone = browser(None if path == "/sign-in/code" else "reviewer")
    if path == "/sign-in/code":
        with someone.client.session_transaction(base_url=BASE) as session:
            session.update(pending=people["reviewer"], pending_at=datetime.now(timezone.utc).timestamp())
    data = {**data, "csrf_token": someone.token("/sign-in")}

    def try_with(email):
        return someone.client.post(path, data={**data, "email": email}, base_url=BASE).status_code

    assert [try_with(f"nobody{number}@example.org") for number in range(25)][-1] == 429


@pytest.mark.parametrize("path", ["/account/password", "/account/recovery-codes"])
def test_a_wrong_current_password_is_in_the_trail_and_locks(browser, database, people, path):
    someone = browser("reviewer")
    right = {"current": PASSWORD, "new": "amber kettle meadow spoon"}
    for _ in range(5):
        someone.post(path, {**right, "current": "guess guess guess"})
    with UnitOfWork(database) as work:
        user = work.session.get(User, people["reviewer"])
        assert user.failed_attempts == 5 and user.locked_until > datetime.now(timezone.utc)
        before = user.password_hash, user.recovery_codes
        actions = [entry.action for entry in work.session.query(AuditEntry).order_by(AuditEntry.id)]
        assert actions.count("session.wrong_password") == 4 and actions[-1] == "session.locked"
    assert "too many tries" in someone.post(path, right, follow=True).text, "right, but locked by now"
    with UnitOfWork(database) as work:
        user = work.session.get(User, people["reviewer"])
        assert (user.password_hash, user.recovery_codes) == before
        user.locked_until = datetime.now(timezone.utc) - timedelta(seconds=1)
        work.commit()
    someone.post(path, right, status=302 if path == "/account/password" else 200)
    with UnitOfWork(database) as work:
        user = work.session.get(User, people["reviewer"])
        assert (user.password_hash, user.recovery_codes) != before
        assert user.failed_attempts == 0 and user.locked_until is None
