"""What happens when something else happens at the same moment: on SQLite, and on PostgreSQL where the machine has one."""

from __future__ import annotations

import secrets
import threading
from datetime import datetime, timezone

import pytest
from bs4 import BeautifulSoup

from bot.config import Settings
from bot.console.app import create_app
from bot.store import audit, queries, reviews
from bot.store.keys import get_key_ring
from bot.store.log_writer import LogWriter
from bot.store.models import Conversation
from bot.store.policy import read_policy
from bot.store.records import LoggedEvent
from bot.store.staff_models import AuditEntry, ExposureDay, SavedView, Tag, User
from bot.store.unit_of_work import UnitOfWork
from tests.servers import emptied

PATH = "/conversations/escalate0001"
#: How long one waits for the other, who may have to wait for the first to finish.
PATIENCE_SECONDS = 0.5


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request, tmp_path, postgres_address):
    address = f"sqlite:///{tmp_path / 'console.db'}"
    if request.param == "postgresql":
        address = emptied(postgres_address)
    return Settings(var_dir=tmp_path, database_url=address, sealed_originals=True)


def write_message(database, settings):
    """A new message of the person, as the log writes it."""
    now = datetime.now(timezone.utc)
    parsed = {"risk": {"level": "none", "categories": {}, "speaker": "self", "stance": "now", "findings": []}}
    event = {"event": "user", "timestamp": now.timestamp(), "text": "he found out", "parse_data": parsed}
    logged = LoggedEvent(secrets.token_hex(16), "escalate0001", event)
    with UnitOfWork(database) as work:
        LogWriter(work.session, read_policy(settings), get_key_ring(), now).write([logged])
        work.commit()


class Meanwhile:
    """Something that another thread does, begun once, in the middle of what this one does."""

    def __init__(self, do):
        self.results = []
        self.thread = threading.Thread(target=lambda: self.results.append(do()))

    def begin(self):
        """Begins it and gives it time; where it has to wait for this thread, this thread goes on."""
        if self.thread.ident is None:
            self.thread.start()
            self.thread.join(PATIENCE_SECONDS)

    def before(self, function):
        """The function, with this begun before it."""

        def called(*args, **kwargs):
            self.begin()
            return function(*args, **kwargs)

        return called

    def end(self):
        """What came of it."""
        self.thread.join(20)
        assert self.results, "it came to an end, without an error"
        return self.results[0]


def page_of(someone, path=PATH):
    return BeautifulSoup(someone.get(path).text, "html.parser")


def fields_of(page, action):
    """The hidden fields of the form that posts to this address, without its token."""
    hidden = page.select(f'form[action="{PATH}/{action}"] input[type=hidden]')
    return {field["name"]: field["value"] for field in hidden if field["name"] != "csrf_token"}


def kept(database, name="escalate0001"):
    """(status, whether something is unread, account it is assigned to)."""
    with UnitOfWork(database) as work:
        row = work.session.get(Conversation, name)
        return row.status, row.unread_since is not None, row.assignee_id


def test_a_message_that_comes_in_while_done_is_on_its_way_stays_unread(
    browser, conversations, database, settings, monkeypatch
):
    someone = browser("reviewer")
    shown = fields_of(page_of(someone), "status")
    message = Meanwhile(lambda: write_message(database, settings) or "written")
    monkeypatch.setattr(queries, "find_neighbours", message.before(queries.find_neighbours))
    someone.post(f"{PATH}/status", {**shown, "status": "done"})
    assert message.end() == "written"
    assert kept(database)[:2] == ("new", True)


def test_done_is_refused_for_a_message_that_came_in_after_the_conversation_was_read(
    browser, conversations, database, settings, monkeypatch
):
    someone = browser("reviewer")
    shown = fields_of(page_of(someone), "status")
    lock = reviews.lock_conversation

    def read_then_lock(session, conversation_id):
        queries.get_conversation(session, conversation_id)
        write_message(database, settings)
        return lock(session, conversation_id)

    monkeypatch.setattr(reviews, "lock_conversation", read_then_lock)
    someone.post(f"{PATH}/status", {**shown, "status": "done"})
    monkeypatch.undo()
    assert "A new message came in" in someone.get(PATH).text
    assert kept(database)[:2] == ("new", True)


def test_a_page_of_earlier_messages_does_not_offer_to_finish(browser, conversations, monkeypatch):
    monkeypatch.setattr(queries, "TURNS_SHOWN", 1)
    someone = browser("reviewer")
    assert page_of(someone).select("button[name=status]")
    earlier = page_of(someone, f"{PATH}?before=1&level=2")
    assert not earlier.select("button[name=status], input[name=seen]")
    assert earlier.find("a", string="To the newest messages")["href"] == f"{PATH}?level=2"
    assert page_of(someone, f"{PATH}?before=2").select("button[name=status]"), "the newest message is on it"


def test_of_two_reviewers_who_take_a_conversation_the_second_is_told_who_was_first(
    browser, conversations, database, people
):
    first, second = browser("lead"), browser("reviewer")
    shown = {"first": fields_of(page_of(first), "status"), "second": fields_of(page_of(second), "status")}
    assert "Status changed" in first.post(f"{PATH}/status", {**shown["first"], "status": "in_review"}, follow=True).text
    text = second.post(f"{PATH}/status", {**shown["second"], "status": "in_review"}, follow=True).text
    assert "Lead changed this in the meantime" in text and "Status changed" not in text
    with UnitOfWork(database) as work:
        assert work.session.query(AuditEntry).filter_by(action="conversation.status").count() == 1
    assert kept(database) == ("in_review", True, people["lead"])


def test_a_page_from_before_somebody_finished_takes_nothing_back(browser, conversations, database):
    first, second = browser("lead"), browser("reviewer")
    shown = fields_of(page_of(second), "status")
    first.post(f"{PATH}/status", {**fields_of(page_of(first), "status"), "status": "done"})
    second.post(f"{PATH}/status", {**shown, "status": "in_review"})
    assert kept(database)[:2] == ("done", False)
    again = second.post(f"{PATH}/status", {**fields_of(page_of(second), "status"), "status": "in_review"}, follow=True)
    assert "Status changed" in again.text, "with a page that shows how it stands it can be taken up again"


def test_a_second_tab_of_ones_own_is_told_so(browser, conversations):
    someone = browser("reviewer")
    shown = fields_of(page_of(someone), "status")
    someone.post(f"{PATH}/status", {**shown, "status": "done"}, follow=True)
    text = someone.post(f"{PATH}/status", {**shown, "status": "done"}, follow=True).text
    assert "You changed this yourself in the meantime" in text


def test_a_conversation_somebody_holds_is_not_taken_from_them_by_a_page_that_does_not_show_it(
    browser, conversations, database, people
):
    first, second = browser("lead"), browser("reviewer")
    shown = fields_of(page_of(second), "assign")
    first.post(f"{PATH}/assign", {**fields_of(page_of(first), "assign"), "to": str(people["lead"])})
    text = second.post(f"{PATH}/assign", {**shown, "to": str(people["reviewer"])}, follow=True).text
    assert "Lead changed this in the meantime" in text
    assert kept(database)[2] == people["lead"]


def test_who_holds_a_conversation_is_what_the_page_shows_and_only_a_lead_takes_it_away(
    browser, conversations, database, people
):
    lead, someone = browser("lead"), browser("reviewer")
    lead.post(f"{PATH}/assign", {**fields_of(page_of(lead), "assign"), "to": str(people["lead"])})
    page = page_of(someone)
    told = "Lead holds this conversation. Only a lead or an admin can take it from them."
    assert told in page.text and not page.select("select[name=to]")
    for to in ("", str(people["reviewer"])):
        answer = someone.post(f"{PATH}/assign", {"shown-assignee": str(people["lead"]), "to": to}, follow=True)
        flashed = BeautifulSoup(answer.text, "html.parser").select_one(".notice[role=status]").text
        assert told in flashed and "Assigned" not in flashed
        assert kept(database)[2] == people["lead"]


def test_a_reviewer_takes_what_nobody_holds_and_gives_it_back(browser, conversations, database, people):
    someone = browser("reviewer")
    for chosen in (people["reviewer"], None):
        page = page_of(someone)
        assert [option.text for option in page.select("select[name=to] option")] == ["Nobody", "Reviewer"]
        someone.post(f"{PATH}/assign", {**fields_of(page, "assign"), "to": str(chosen or "")})
        assert kept(database)[2] == chosen


def test_a_lead_takes_a_conversation_from_whoever_holds_it_and_the_trail_says_from_whom(
    browser, conversations, database, people
):
    someone, lead = browser("reviewer"), browser("lead")
    someone.post(f"{PATH}/assign", {**fields_of(page_of(someone), "assign"), "to": str(people["reviewer"])})
    lead.post(f"{PATH}/assign", {**fields_of(page_of(lead), "assign"), "to": str(people["lead"])})
    assert kept(database)[2] == people["lead"]
    said = "lead@example.org took conversation escalate0001 from reviewer@example.org and assigned it to lead@example.org"
    assert said in browser("auditor").get("/audit").text


def test_somebody_who_left_is_shown_as_the_one_who_holds_it(browser, conversations, database, people):
    with UnitOfWork(database) as work:
        work.session.get(Conversation, "escalate0001").assignee_id = people["lead2"]
        work.session.get(User, people["lead2"]).active = False
        work.commit()
    lead = browser("lead")
    page = page_of(lead)
    assert page.select_one("select[name=to] option[selected]").text == "Lead2"
    lead.post(f"{PATH}/assign", {**fields_of(page, "assign"), "to": ""})
    assert kept(database)[2] is None


@pytest.mark.parametrize("action", ["status", "assign"])
def test_an_open_queue_learns_that_somebody_took_a_conversation(browser, conversations, database, people, action):
    def latest():
        with UnitOfWork(database) as work:
            return queries.latest_change(work.session)

    someone, before = browser("reviewer"), latest()
    shown = fields_of(page_of(someone), action)
    assert latest() == before, "looking is no change"
    someone.post(f"{PATH}/{action}", {**shown, "status": "in_review", "to": str(people["reviewer"])})
    assert latest() > before


def opens(someone, path):
    return lambda: someone.get(path).status_code


def posts(someone, path, data):
    return lambda: someone.post(path, data).status_code


@pytest.mark.parametrize("what", ["look", "tag", "view"])
def test_the_same_done_twice_at_the_same_moment_is_done_once(
    browser, conversations, database, people, monkeypatch, what
):
    one, other = browser("reviewer"), browser("reviewer")
    do = {
        "look": lambda who: opens(who, PATH),
        "tag": lambda who: posts(who, f"{PATH}/tags", {"tag": "called"}),
        "view": lambda who: posts(who, "/queue/views", {"name": "Hard ones", "keep-level": "2"}),
    }[what]
    second = Meanwhile(do(other))
    monkeypatch.setattr(audit, "record", second.before(audit.record))
    assert do(one)() == second.end() == (200 if what == "look" else 302)
    with UnitOfWork(database) as work:
        if what == "look":
            day = work.session.query(ExposureDay).filter_by(user_id=people["reviewer"]).one()
            assert (day.conversations, day.severe) == (1, 1)
        elif what == "tag":
            assert work.session.query(Tag).count() == 1
            assert [tag.name for tag in work.session.get(Conversation, "escalate0001").tags] == ["called"]
        else:
            assert work.session.query(SavedView).one().filters == {"level": "2"}


def test_two_conversations_opened_at_the_same_moment_both_count(browser, conversations, database, people, monkeypatch):
    browser("reviewer").get("/conversations/quiet0001")
    one, other = browser("reviewer"), browser("reviewer")
    second = Meanwhile(opens(other, "/conversations/emergency0001"))
    monkeypatch.setattr(audit, "record", second.before(audit.record))
    assert opens(one, PATH)() == second.end() == 200
    with UnitOfWork(database) as work:
        day = work.session.query(ExposureDay).filter_by(user_id=people["reviewer"]).one()
        assert (day.conversations, day.severe) == (3, 2)


def test_what_a_database_refuses_in_the_middle_of_a_page_is_a_calm_page(
    settings, database, conversations, people, browser, monkeypatch
):
    app = create_app(settings, database)

    def refused(session, user, *_):
        session.add(User(email=user.email, name="twice", role="lead", created_at=datetime.now(timezone.utc)))
        session.flush()

    someone = browser("reviewer")
    someone.client = app.test_client()
    someone.sign_in_as(people["reviewer"])
    monkeypatch.setattr(reviews, "note_view", refused)
    assert "Something went wrong here" in someone.get(PATH, status=500).text
