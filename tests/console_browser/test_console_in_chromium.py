"""A reviewer's day in a real browser: sign-in, queue, review, search, export, dashboard, sign-out; axe on each page.

`KINDLIGHT_SCREENSHOTS=1` keeps pictures of the pages in docs/images.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta, timezone

import pyotp
import pytest

from bot.config import PROJECT_DIR
from bot.console import watch
from bot.console.security import limiter
from bot.store.models import Conversation, Turn
from bot.store.staff_models import User
from bot.store.unit_of_work import UnitOfWork

IMAGES = PROJECT_DIR / "docs" / "images"
KEEP = os.environ.get("KINDLIGHT_SCREENSHOTS") == "1"
PASSWORD = "lantern orchard velvet tram"
PAGES = {
    "queue": "/queue",
    "queue-filters": "/queue?level=2&status=new",
    "search": "/search?q=pupil",
    "dashboard": "/dashboard",
    "unanswered": "/quality/unanswered",
    "examples": "/quality/examples",
    "content": "/content?topic=privacy_settings",
    "helplines": "/content/helplines",
    "scorecard": "/content/scorecard",
    "audit": "/audit",
    "staff": "/staff",
    "account": "/account",
    "care": "/care",
    "not-found": "/nowhere",
}
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def violations(page):
    """What axe-core finds, as short lines."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['target']} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]]


def picture(page, name):
    if KEEP:
        IMAGES.mkdir(parents=True, exist_ok=True)
        from PIL import Image

        path = IMAGES / f"console-{name}.png"
        page.screenshot(path=path, full_page=False)
        # A palette is enough for flat pages and a third of the size.
        Image.open(path).convert("RGB").quantize(96).save(path, optimize=True)


def sign_in(page, console, email="ada@example.org"):
    limiter.reset()
    page.goto(f"{console.address}/queue")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    with UnitOfWork(console.database) as work:
        user = work.session.query(User).filter_by(email=email).one()
        user.totp_last_step = None
        secret = user.totp_secret
        work.commit()
    page.get_by_label("Code from your authenticator app").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/queue*")


def add_urgent(console, name):
    """A conversation that stands first in the queue: an emergency, unread for a year."""
    now = datetime.now(timezone.utc)
    with UnitOfWork(console.database) as work:
        work.session.add(
            Conversation(
                id=name,
                channel="web",
                drill=False,
                started_at=now,
                last_at=now,
                turn_count=1,
                user_turn_count=1,
                unanswered_count=0,
                level=3,
                categories={"immediate_danger": 0.9},
                main_category="immediate_danger",
                helplines_shown=[],
                status="new",
                unread_since=now.replace(year=now.year - 1),
                country="NZ",
            )  # fmt: skip
        )
        work.session.flush()
        work.session.add(
            Turn(
                event_id=name,
                conversation_id=name,
                position=0,
                sent_at=now,
                author="user",
                text="help",
                risk_level=3,
                risk_failed=False,
                unanswered=False,
            )  # fmt: skip
        )
        work.commit()


@pytest.fixture(scope="module")
def state(chromium, console):
    """The cookies of a signed-in admin, shared by the page tests."""
    context = chromium.new_context(viewport=DESKTOP)
    page = context.new_page()
    sign_in(page, console)
    found = context.storage_state()
    context.close()
    return found


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture(params=["desktop", "phone"])
def size(request):
    return request.param


def test_every_page_has_no_axe_violation_and_nothing_overflows(chromium, console, state, scheme, size):
    context = chromium.new_context(
        viewport=DESKTOP if size == "desktop" else PHONE, color_scheme=scheme, storage_state=state
    )
    page = context.new_page()
    problems, errors = [], []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(f"{console.address}/queue/next")
    pages = {**PAGES, "conversation": page.url.removeprefix(console.address)}
    pages["print"] = pages["conversation"].split("?")[0] + "/print"
    pages["originals"] = pages["conversation"].split("?")[0] + "/originals"
    for name, path in pages.items():
        page.goto(console.address + path)
        problems += [f"{name} {scheme} {size}: {line}" for line in violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            problems.append(f"{name} {size}: {wide} px too wide")
        picture(page, f"{name}-{scheme}-{size}")
    context.close()
    assert not problems, "\n".join(problems)
    assert not [line for line in errors if "404" not in line], errors


def test_sign_in_pages_have_no_axe_violation(chromium, console, scheme):
    limiter.reset()
    context = chromium.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{console.address}/sign-in")
    problems = violations(page)
    picture(page, f"sign-in-{scheme}-phone")
    page.get_by_label("E-mail address").fill("ben@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/set-up")
    problems += violations(page)
    picture(page, f"set-up-{scheme}-phone")
    assert page.locator("img.qr").evaluate("image => image.complete && image.naturalWidth > 0")
    context.close()
    assert not problems, "\n".join(problems)


def test_a_reviewers_day(chromium, console):
    context = chromium.new_context(viewport=DESKTOP, accept_downloads=True)
    page = context.new_page()
    sign_in(page, console)
    page.get_by_role("link", name="Open the riskiest unread").click()
    page.get_by_role("button", name="Take it into review").click()
    page.locator("details.veil summary").first.click()
    page.locator("details.veil .words").first.wait_for()
    page.get_by_label("Add a note").fill("Spoke to the safeguarding lead.")
    page.get_by_role("button", name="Add note").click()
    page.get_by_label("Add a tag").fill("called back")
    page.get_by_role("button", name="Add tag").click()
    page.locator(".tags").get_by_text("called back").wait_for()
    page.locator("details.why summary").first.click()
    page.get_by_label("Mark this message as").first.select_option("wrong_answer")
    page.get_by_role("button", name="Mark", exact=True).first.click()
    page.get_by_label("then open the next one").uncheck()
    page.get_by_role("button", name="Done").click()
    page.locator(".pills").get_by_text("Done").wait_for()
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Words of a message").fill("stranger number")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("heading", name="Messages found").wait_for()
    page.get_by_role("link", name="Dashboard").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download CSV").click()
    assert waiting.value.suggested_filename.endswith(".csv")
    page.get_by_role("link", name="Audit").click()
    page.get_by_role("button", name="Check the whole trail").click()
    page.get_by_text("nothing was changed").first.wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out").wait_for()
    page.goto(f"{console.address}/queue")
    page.get_by_role("heading", name="Sign in").wait_for()
    context.close()


def test_a_new_message_reaches_the_open_queue_within_two_seconds(chromium, console):
    context = chromium.new_context(viewport=DESKTOP)
    page = context.new_page()
    sign_in(page, console)
    page.wait_for_timeout(800)
    add_urgent(console, "fresh0001")
    begin = time.perf_counter()
    page.locator('a[href*="fresh0001"]').wait_for(timeout=4000)
    spent = time.perf_counter() - begin
    assert "The queue has changed" in page.locator("#live").inner_text()
    context.close()
    print(f"\nA new message was in the open queue after {spent:.2f} s")
    assert spent < 2


def open_queue(chromium, console, **routes):
    """An open queue page; `routes` are what answers in the console's place, by the end of the address."""
    page = chromium.new_context(viewport=DESKTOP).new_page()
    sign_in(page, console)
    for pattern, answer in routes.items():
        page.route(f"**/queue{pattern}*", answer)
    page.goto(f"{console.address}/queue")
    return page


def test_an_open_queue_says_so_when_it_no_longer_updates(chromium, console, monkeypatch):
    monkeypatch.setattr(watch, "STREAM_SECONDS", 0.5)
    monkeypatch.setattr(watch, "RETRY_MILLISECONDS", 100, raising=False)
    page = open_queue(chromium, console)
    assert page.locator("#live").inner_text() == ""
    # As when the session has ended: the next stream is led to the sign-in page.
    page.context.clear_cookies()
    page.locator("#live").get_by_text("no longer updates").wait_for(timeout=8000)
    page.context.close()


def test_an_open_queue_says_so_when_the_console_has_no_stream_left(chromium, console):
    page = open_queue(chromium, console, **{"/events": lambda route: route.fulfill(status=503)})
    page.locator("#live").get_by_text("no longer updates").wait_for(timeout=4000)
    page.context.close()


@pytest.mark.parametrize("stream", [1, 2])
def test_a_message_that_comes_just_before_a_stream_begins_reaches_the_open_queue(
    chromium, console, monkeypatch, stream
):
    monkeypatch.setattr(watch, "STREAM_SECONDS", 0.5)
    monkeypatch.setattr(watch, "RETRY_MILLISECONDS", 100, raising=False)
    begun = []

    def add_before(route):
        begun.append(route)
        if len(begun) == stream:
            add_urgent(console, f"gap000{stream}")
            # The watch looks at most this often; what it sees next, it sees at the begin of the stream.
            time.sleep(watch.INTERVAL_SECONDS)
        route.continue_()

    page = open_queue(chromium, console, **{"/events": add_before})
    page.locator(f'a[href*="gap000{stream}"]').wait_for(timeout=8000)
    assert "The queue has changed" in page.locator("#live").inner_text()
    page.context.close()


def test_a_row_that_has_the_focus_is_not_replaced_by_rows_asked_for_before(chromium, console):
    held = []
    page = open_queue(
        chromium, console, **{"?part=rows": lambda route: route.continue_() if held else held.append(route)}
    )
    with page.expect_request("**part=rows**"):
        add_urgent(console, "focus0001")
    page.keyboard.press("j")
    with page.expect_response("**part=rows**"):
        held[0].continue_()
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.closest('#rows') !== null")
    page.evaluate("document.activeElement.blur()")
    page.locator('a[href*="focus0001"]').wait_for(timeout=4000)
    page.context.close()


def test_an_open_queue_says_so_when_its_rows_cannot_be_fetched(chromium, console):
    page = open_queue(chromium, console, **{"?part=rows": lambda route: route.abort()})
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    with page.expect_request("**part=rows**"):
        add_urgent(console, "away0001")
    page.locator("#live").get_by_text("no longer updates").wait_for(timeout=4000)
    assert not errors
    page.context.close()


def test_a_note_is_not_lost_to_the_idle_limit_unsaid(chromium, console):
    context = chromium.new_context(viewport=DESKTOP)
    page = context.new_page()
    sign_in(page, console)
    page.clock.install()
    page.goto(f"{console.address}/queue/next")
    note, said = page.get_by_label("Add a note"), page.locator("form[data-stay] [role=status]")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/account/stay") else None)
    page.clock.fast_forward("05:00")
    with page.expect_response("**/account/stay"):
        note.press_sequentially("Spoke to")
    assert len(asked) == 1, "once a minute is enough"
    page.clock.fast_forward("27:00")
    assert said.inner_text() == ""
    page.clock.fast_forward("01:30")
    said.get_by_text("will soon be signed out").wait_for(timeout=4000)
    with page.expect_response("**/account/stay"):
        note.press_sequentially(" the school.")
    page.wait_for_function("document.querySelector('form[data-stay] [role=status]').textContent === ''")
    context.clear_cookies()
    page.clock.fast_forward("01:30")
    note.press_sequentially("!")
    said.get_by_text("Copy what you wrote").wait_for(timeout=4000)
    assert note.input_value() == "Spoke to the school.!"
    context.close()


def test_the_queue_works_by_keyboard(chromium, console, state):
    context = chromium.new_context(viewport=DESKTOP)
    page = context.new_page()
    sign_in(page, console)
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("#rows tbody th a").nth(1)
    assert second.evaluate("link => link === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_url("**/conversations/**")
    context.close()


def times_of(page):
    """[(datetime, text, title)] of the times on the page."""
    return page.eval_on_selector_all("time", "all => all.map(one => [one.dateTime, one.textContent, one.title])")


def test_times_are_in_the_readers_zone_with_its_name_and_utc_in_the_title(chromium, console):
    context = chromium.new_context(viewport=DESKTOP, timezone_id="Asia/Kathmandu")
    page = context.new_page()
    sign_in(page, console)
    page.get_by_role("link", name="Open the riskiest unread").click()
    # A script that is a module runs before the page counts as loaded.
    page.wait_for_load_state()
    found = times_of(page)
    assert len(found) >= 3
    for written, text, title in found:
        at = datetime.fromisoformat(written)
        assert title == f"{at:%-d %b %Y, %H:%M} UTC"
        local = at + timedelta(hours=5, minutes=45)
        assert text.startswith(f"{local.day} ") and text.endswith(f" {local:%Y, %H:%M} GMT+5:45"), text
    assert [one["name"] for one in context.cookies()] == ["kindlight_console"], "the session's, and none for the zone"
    context.close()


def test_pages_work_without_javascript(chromium, console):
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, console)
    page.get_by_role("link", name="Open the riskiest unread").click()
    times = page.locator("time").all_text_contents()
    assert times and all(text.endswith(" UTC") for text in times)
    page.get_by_role("button", name="Needs follow-up").click()
    page.get_by_text("Status changed").wait_for()
    context.close()
