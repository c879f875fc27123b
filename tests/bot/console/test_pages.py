"""Every page for the roles that may see it, and what a reviewer does all day."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest
from bs4 import BeautifulSoup

from bot.console.words import counted
from bot.store.models import Alert, Conversation, Escalation, OriginalRequest, Turn
from bot.store.staff_models import AuditEntry, ExposureDay, Note, Review, StagedExample, Tag
from bot.store.unit_of_work import UnitOfWork

PAGES = [
    "/queue",
    "/queue?level=3&category=self_harm&tag=a&since=2026-01-01",
    "/search",
    "/search?q=money",
    "/dashboard",
    "/dashboard?days=7",
    "/audit",
    "/audit?actor=admin@example.org",
    "/quality/examples",
    "/quality/unanswered",
    "/content",
    "/content/helplines",
    "/content/helplines?country=INT",
    "/content/scorecard",
    "/staff",
    "/account",
    "/care",
    "/conversations/escalate0001",
    "/conversations/escalate0002?show=all",
    "/conversations/quiet0001",
    "/conversations/escalate0001/print",
    "/conversations/escalate0001/originals",
]


def shown(someone, path):
    """What the form beside a conversation says the page shows."""
    page = BeautifulSoup(someone.get(path).text, "html.parser")
    form = page.find("form", action=f"{path}/status")
    return {name: form.find("input", {"name": name})["value"] for name in ("seen", "shown-status", "shown-assignee")}


@pytest.mark.parametrize("path", PAGES)
def test_page_keeps_its_promises(browser, conversations, path):
    browser("admin").get(path)


def test_scorecard_reads_as_tables_that_say_what_they_are_about(browser):
    page = BeautifulSoup(browser("admin").get("/content/scorecard").text, "html.parser")
    gates = page.select_one("#gate-figures").find_next("table")
    assert [cell.get_text() for cell in gates.select("thead th")][:2] == ["Figure", "Measured"]
    assert gates.select_one("tbody th[scope=row]").get_text() == "recall_check_in"
    assert gates.parent["aria-label"] == "Gate figures" and gates.parent["tabindex"] == "0"
    regions = [region["aria-label"] for region in page.select(".sheet [role=region]")]
    assert len(set(regions)) == len(regions) and not [cell for cell in page.select(".sheet th") if not cell.get_text()]
    assert len(page.select("h1")) == 1 and "| --- |" not in page.get_text()
    targets = {heading["id"] for heading in page.select(".sheet h2")}
    assert {link["href"][1:] for link in page.select(".contents a")} == targets and len(targets) > 10


def test_scorecard_that_was_never_written_is_said_so(browser, monkeypatch, tmp_path):
    monkeypatch.setattr("bot.console.views.content.SCORECARD", tmp_path / "none.md")
    assert "No scorecard yet" in browser("admin").get("/content/scorecard").text


def test_a_number_agrees_with_its_noun(browser, conversations):
    assert [counted(n, "entry", "entries") for n in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]
    assert counted(1, "account") == "1 account" and counted(5, "account") == "5 accounts"
    pages = [browser("admin").get(path).text for path in ("/queue", "/staff", "/quality/unanswered", "/content/helplines")]
    assert not [found for page in pages for found in re.findall(r"\b1 (?:messages|accounts|questions|services|entries)\b", page)]


def test_health_answers_without_a_sign_in(browser):
    assert browser().get("/healthz").json == {"status": "ok"}


def test_queue_shows_riskiest_first_and_longest_waiting_within_a_level(browser, conversations):
    page = BeautifulSoup(browser("reviewer").get("/queue").text, "html.parser")
    found = [link["href"].split("/")[-1] for link in page.select("tbody th a")]
    assert found == ["emergency0001", "escalate0001", "escalate0002", "checkin0001", "quiet0001"]


def test_one_click_opens_the_riskiest_unread(browser, conversations):
    assert browser("reviewer").get("/queue/next", status=302).location.endswith("/conversations/emergency0001")


def test_hard_messages_stay_closed_until_asked_for(browser, conversations):
    someone = browser("reviewer")
    assert '<details class="veil">' in someone.get("/conversations/escalate0001").text
    assert '<details class="veil">' not in someone.get("/conversations/escalate0001?show=all").text
    assert '<details class="veil">' not in someone.get("/conversations/quiet0001").text


def test_an_answer_is_shown_without_its_marks_and_what_a_person_wrote_as_it_was_written(browser, conversations, database):
    with UnitOfWork(database) as work:
        turns = work.session.query(Turn).filter_by(conversation_id="quiet0001").all()
        for turn in turns:
            turn.text = "**call [116 123](tel:116123)**"
        assert {turn.author for turn in turns} == {"user", "bot"}
        work.commit()
    page = BeautifulSoup(browser("reviewer").get("/conversations/quiet0001").text, "html.parser")
    said = {author: page.select_one(f".turn.{author} .words") for author in ("user", "bot")}
    assert said["bot"].get_text(strip=True) == "call116 123" and said["bot"].select_one("a")["href"] == "tel:116123"
    assert said["user"].get_text(strip=True) == "**call [116 123](tel:116123)**" and not said["user"].select("a")


@pytest.mark.parametrize(
    ("text", "said"),
    [("/start", "Opened the chat."), ("/get_hotline", "Pressed a button:/get_hotline"), ("he is 34", "he is 34")],
)
def test_staff_read_what_a_person_did_and_not_how_it_was_sent(browser, conversations, database, text, said):
    with UnitOfWork(database) as work:
        work.session.query(Turn).filter_by(conversation_id="quiet0001", author="user").update({"text": text})
        work.commit()
    page = BeautifulSoup(browser("reviewer").get("/conversations/quiet0001").text, "html.parser")
    assert page.select_one(".turn.user .words").get_text(strip=True) == said


def test_opening_a_conversation_is_an_audit_sentence(browser, conversations):
    browser("reviewer").get("/conversations/escalate0001")
    assert "opened conversation escalate0001" in browser("auditor").get("/audit").text


def test_review_from_note_to_done(browser, conversations, database):
    someone = browser("reviewer")
    path = "/conversations/escalate0001"
    someone.post(f"{path}/status", {"status": "in_review", **shown(someone, path)})
    someone.post(f"{path}/notes", {"text": "Spoke to Tom Harris, his number is 07700 900123"})
    someone.post(f"{path}/tags", {"tag": "Snapchat"})
    page = someone.post(f"{path}/status", {"status": "done", **shown(someone, path)}, follow=True)
    assert "Status changed" in page.text
    with UnitOfWork(database) as work:
        row = work.session.get(Conversation, "escalate0001")
        assert (row.status, row.unread_since, [tag.name for tag in row.tags]) == ("done", None, ["snapchat"])
        escalation = work.session.query(Escalation).filter_by(conversation_id="escalate0001").one()
        assert escalation.acknowledged_at and escalation.closed_at and escalation.status == "closed"
        assert "900123" not in work.session.query(Note).one().text
        assert work.session.query(Review).one().started_at is not None


def test_done_is_refused_when_a_message_came_in_meanwhile(browser, conversations, database):
    someone, path = browser("reviewer"), "/conversations/escalate0001"
    page = someone.post(f"{path}/status", {"status": "done", **shown(someone, path), "seen": "1"}, follow=True)
    assert "new message came in" in page.text
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "escalate0001").status == "new"


def test_marking_stages_an_example_and_the_patch_holds_it(browser, conversations, database):
    someone = browser("lead")
    page = BeautifulSoup(someone.get("/conversations/checkin0001").text, "html.parser")
    turn = page.select_one("form.mark input[name=turn]")["value"]
    data = {"turn": turn, "outcome": "missed_risk", "category": "self_harm"}
    someone.post("/conversations/checkin0001/marks", data)
    with UnitOfWork(database) as work:
        assert work.session.query(StagedExample).one().labels == {"level": "escalate", "categories": ["self_harm"]}
    patch = someone.post("/quality/examples/download", status=200).text
    assert "+++ b/data/risk/examples/reviewed_00001_00001.jsonl" in patch and "kms this homework" in patch
    assert "+++ b/tests/evaluation/reviewed/00001_00001.jsonl" in patch


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ({"outcome": "missed_risk"}, "Choose the risk category"),
        ({"outcome": "missed_risk", "category": "other"}, "Choose the risk category"),
        ({"outcome": "wrong_answer", "expected": "what is grooming"}, "no answer with that name"),
        ({"outcome": "unanswered", "expected": "a: b # c"}, "no answer with that name"),
    ],
)
def test_a_mark_that_no_training_can_put_right_is_refused(browser, conversations, database, marks, said):
    someone = browser("lead")
    page = BeautifulSoup(someone.get("/conversations/checkin0001").text, "html.parser")
    turn = page.select_one("form.mark input[name=turn]")["value"]
    assert said in someone.post("/conversations/checkin0001/marks", {"turn": turn, **marks}, follow=True).text
    with UnitOfWork(database) as work:
        assert work.session.query(StagedExample).count() == work.session.query(Review).count() == 0


def test_an_answer_is_chosen_from_the_known_ones(browser, conversations, database):
    someone = browser("lead")
    page = BeautifulSoup(someone.get("/conversations/quiet0001").text, "html.parser")
    field = page.select_one("form.mark input[name=expected]")
    known = [option["value"] for option in page.find("datalist", id=field["list"]).find_all("option")]
    assert "what_is_grooming" in known
    data = {"turn": page.select_one("form.mark input[name=turn]")["value"], "outcome": "wrong_answer"}
    someone.post("/conversations/quiet0001/marks", {**data, "expected": "what_is_grooming"})
    someone.post("/conversations/quiet0001/marks", data)
    with UnitOfWork(database) as work:
        assert [one.labels for one in work.session.query(StagedExample)] == [{"faq": "what_is_grooming"}, {}]


def test_a_patch_holds_what_nobody_has_downloaded_and_the_latest_can_be_had_again(browser, conversations, database):
    someone, path = browser("lead"), "/quality/examples/download"
    page = BeautifulSoup(someone.get("/conversations/checkin0001").text, "html.parser")
    turn = page.select_one("form.mark input[name=turn]")["value"]
    assert "nothing to download" in someone.post(path, follow=True).text
    for category in ("self_harm", "extortion"):
        data = {"turn": turn, "outcome": "missed_risk", "category": category}
        someone.post("/conversations/checkin0001/marks", data)
        assert "not yet" in someone.get("/quality/examples").text
        patch = someone.post(path, status=200).text
        assert re.findall(r'"risk": \["(\w+)"\]', patch) == [category]
    assert "nothing to download" in someone.post(path, follow=True).text
    assert someone.post(path, {"again": "yes"}, status=200).text == patch
    page = BeautifulSoup(someone.get("/quality/examples").text, "html.parser")
    assert [button.text for button in page.select("main form button")] == ["Download the latest patch again"]


@pytest.mark.parametrize("tag", ["katie smith", "St Marys Primary", "07700 900123"])
def test_a_tag_that_tells_who_somebody_is_is_refused(browser, conversations, database, tag):
    page = browser("reviewer").post("/conversations/escalate0001/tags", {"tag": tag}, status=200)
    assert "could tell who somebody is" in page.text
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "escalate0001").tags == []
        assert work.session.query(Tag).count() == 0


@pytest.mark.parametrize(
    "what, field, typed, why",
    [
        ("tags", "tag", 'katie smith "home"', "could tell who somebody is"),
        ("tags", "tag", "called; again?", "A tag is up to 40"),
        ("tags", "tag", "called back by the lead on the phone and " * 2, "A tag is up to 40"),
        ("notes", "note", "<b>so</b>\n" + "x" * 4000, "up to 4,000 characters"),
        ("notes", "note", "", "Write the note first"),
    ],
    ids=["personal tag", "sign in a tag", "long tag", "long note", "empty note"],
)
def test_what_was_refused_comes_back_in_its_field_with_the_reason_beside_it(
    browser, conversations, database, what, field, typed, why
):
    data = {"tag" if field == "tag" else "text": typed.replace("\n", "\r\n"), "keep-level": "2"}
    page = browser("reviewer").post(f"/conversations/escalate0001/{what}", data, status=200)
    shown = BeautifulSoup(page.text, "html.parser")
    refused = shown.find(id=field)
    assert (refused["value"] if field == "tag" else refused.text) == typed
    assert refused["aria-invalid"] == "true" and f"{field}-problem" in refused["aria-describedby"].split()
    assert why in refused.find_parent(class_="field").find(id=f"{field}-problem").text
    assert len(shown.select("[aria-invalid]")) == 1, "the other field is not blamed"
    assert shown.find("input", {"name": "keep-level"})["value"] == "2"
    with UnitOfWork(database) as work:
        assert work.session.query(Tag).count() == work.session.query(Note).count() == 0


def test_a_restore_that_was_stopped_is_told_on_every_page_to_whoever_is_signed_in(browser, conversations, settings):
    someone, told = browser("reviewer"), "A restore of the database was stopped"
    assert told not in someone.get("/queue").text
    (settings.var_dir / "restore-tombstones.json").write_text("[]", encoding="utf-8")
    assert told in someone.get("/queue").text and told in someone.get("/conversations/escalate0001").text
    assert told not in browser().get("/sign-in").text
    (settings.var_dir / "restore-tombstones.json").unlink()
    assert told not in someone.get("/queue").text


def test_a_note_of_many_lines_may_have_as_many_characters_as_its_field(browser, conversations, database):
    text = "a\n" * 1999 + "an"
    browser("reviewer").post("/conversations/escalate0001/notes", {"text": text.replace("\n", "\r\n")})
    with UnitOfWork(database) as work:
        kept = work.session.query(Note).one().text
        assert (len(kept), kept[-2:]) == (4000, "an")


def test_the_audit_trail_holds_no_word_of_a_tag(browser, conversations, database):
    someone, path = browser("reviewer"), "/conversations/escalate0001/tags"
    someone.post(path, {"tag": "police called"})
    someone.post(f"{path}/remove", {"tag": "police called"})
    with UnitOfWork(database) as work:
        entries = work.session.query(AuditEntry).filter(AuditEntry.action.like("conversation.%tag")).all()
        assert [(one.action, one.details) for one in entries] == [("conversation.tag", {}), ("conversation.untag", {})]
    text = browser("auditor").get("/audit").text
    assert "tagged conversation escalate0001" in text and "removed a tag from conversation escalate0001" in text


def test_a_turn_of_another_conversation_cannot_be_marked(browser, conversations):
    someone = browser("lead")
    page = BeautifulSoup(someone.get("/conversations/checkin0001").text, "html.parser")
    turn = page.select_one("form.mark input[name=turn]")["value"]
    someone.post("/conversations/quiet0001/marks", {"turn": turn, "outcome": "missed_risk"}, status=400)


def test_search_finds_words_and_ids(browser, conversations):
    someone = browser("reviewer")
    assert "/conversations/escalate0001#m1" in someone.get("/search?q=money+pics").text
    assert "No message holds" in someone.get("/search?q=money+private").text
    assert someone.get("/search?q=quiet0001", status=302).location.endswith("/conversations/quiet0001")


def test_a_search_hit_leads_to_the_part_of_the_conversation_that_holds_it(browser, conversations, monkeypatch):
    from bot.store import queries

    monkeypatch.setattr(queries, "TURNS_SHOWN", 1)
    someone = browser("reviewer")
    page = BeautifulSoup(someone.get("/search?q=money").text, "html.parser")
    address, _, message = page.select_one(".timeline a")["href"].partition("#")
    assert message == "m1" and BeautifulSoup(someone.get(address).text, "html.parser").find(id=message)


def test_a_search_shows_no_word_of_a_hard_conversation(browser, conversations):
    someone = browser("reviewer")
    someone.post("/account/preferences", {"show_all": "yes", "keys": "yes"})
    text = someone.get("/search?q=money").text
    assert "/conversations/escalate0001#m1" in text and "sends my pics" not in text


def test_a_search_is_a_look_at_each_conversation_whose_words_it_shows(browser, conversations, database):
    someone = browser("reviewer")
    assert "kms this homework" in someone.get("/search?q=homework").text
    someone.get("/search?q=money")
    with UnitOfWork(database) as work:
        looks = work.session.query(AuditEntry).filter_by(action="search.read").all()
        assert [(one.object_type, one.object_id) for one in looks] == [("conversation", "checkin0001")]
    text = browser("auditor").get("/audit").text
    assert "read messages of conversation checkin0001 in the results of a search" in text


def test_originals_need_a_reason_and_a_second_person(browser, conversations, database):
    first, second = browser("lead"), browser("lead2")
    path = "/conversations/escalate0001/originals"
    assert "at least 20" in first.post(path, {"reason": "curious"}, follow=True).text
    first.post(path, {"reason": "The police asked for the exact words of the threat"})
    assert "Another person" in first.post(f"{path}/1/confirm", follow=True).text
    assert "30 minutes" in second.post(f"{path}/1/confirm", follow=True).text
    second.post(f"{path}/9/confirm", status=404)


@pytest.mark.parametrize(
    "reason",
    ["sarah.whitfield@example.org", "katie.smith@example.org 07700 900123", "https://www.instagram.com/katie.smith.2011"],
)
def test_a_reason_made_of_what_is_taken_out_is_refused_calmly(browser, conversations, database, reason):
    assert "at least 20" in browser("lead").post("/conversations/escalate0001/originals", {"reason": reason}, 200).text
    with UnitOfWork(database) as work:
        assert work.session.query(OriginalRequest).count() == 0


def test_a_reason_that_is_refused_can_be_written_further(browser, conversations):
    text = browser("lead").post("/conversations/escalate0001/originals", {"reason": "<b>so"}, status=200).text
    assert BeautifulSoup(text, "html.parser").find("textarea", id="reason").text == "<b>so"


def test_small_counts_are_suppressed_on_the_page_and_in_the_export(browser, conversations):
    someone = browser("lead")
    assert "&lt; 5" in someone.get("/dashboard").text
    exported = someone.get("/dashboard/export?format=csv").text
    assert "escalations,extortion,<5" in exported and "conversations,,5" in exported
    assert someone.get("/dashboard/export?format=json").is_json


def test_what_would_give_a_small_count_away_is_left_out_of_page_and_export(browser, conversations, database):
    with UnitOfWork(database) as work:
        row = work.session.get(Conversation, "quiet0001")
        facts = {one.key: getattr(row, one.key) for one in row.__table__.columns if one.key != "id"}
        for number in range(4):
            work.session.add(Conversation(id=f"more{number}", **{**facts, "channel": "web"}))
        work.session.get(Conversation, "checkin0001").channel = "telegram"
        work.session.get(Conversation, "escalate0001").channel = "telegram"
        work.commit()
    exported = browser("lead").get("/dashboard/export?format=csv").text
    assert "conversations,,9" in exported and "channels,telegram,<5" in exported and "channels,web,–" in exported
    page = BeautifulSoup(browser("lead").get("/dashboard").text, "html.parser")
    rows = page.find("section", {"aria-labelledby": "table-channels"}).tbody.find_all("tr")
    assert [[cell.text for cell in row.find_all(["th", "td"])] for row in rows] == [["Website", "–"], ["Telegram", "< 5"]]


def test_exposure_cap_stops_gently_and_the_override_is_recorded(app, browser, conversations, database, settings):
    object.__setattr__(settings, "exposure_cap", 1)
    someone = browser("reviewer")
    someone.get("/conversations/escalate0001")
    assert "Enough for today" in someone.get("/conversations/emergency0001").text
    assert "Enough for today" not in someone.get("/conversations/quiet0001").text
    someone.get("/conversations/emergency0001?more=yes")
    with UnitOfWork(database) as work:
        assert work.session.query(AuditEntry).filter_by(action="conversation.more").count() == 1


def test_the_print_view_stops_as_the_conversation_does(browser, conversations, database, settings):
    object.__setattr__(settings, "exposure_cap", 1)
    someone = browser("reviewer")
    someone.get("/conversations/escalate0001")
    stop = BeautifulSoup(someone.get("/conversations/emergency0001/print").text, "html.parser")
    assert "Enough for today" in stop.h1.text
    assert "unsafe" in someone.get(stop.find("a", string=re.compile("Nobody else is there"))["href"]).text
    with UnitOfWork(database) as work:
        assert work.session.query(AuditEntry).filter_by(action="conversation.more").count() == 1
        assert work.session.query(AuditEntry).filter_by(action="conversation.print").count() == 1


def test_the_print_view_holds_every_message(browser, conversations, monkeypatch):
    from bot.store import queries

    monkeypatch.setattr(queries, "TURNS_SHOWN", 1)
    text = browser("reviewer").get("/conversations/escalate0001/print?before=1").text
    assert "sends my pics" in text and "glad you told me" in text


def test_reading_originals_counts_and_stops_as_a_conversation_does(browser, conversations, database, settings, people):
    for path in ("/conversations/escalate0001/originals", "/conversations/emergency0001/originals"):
        browser("lead").post(path, {"reason": "The police asked for the exact words of the threat"})
    for number, name in enumerate(("escalate0001", "emergency0001"), start=1):
        browser("lead2").post(f"/conversations/{name}/originals/{number}/confirm")
    object.__setattr__(settings, "exposure_cap", 1)
    someone = browser("lead")
    assert "Enough for today" not in someone.get("/conversations/escalate0001/originals").text
    assert "Enough for today" not in someone.get("/conversations/escalate0001/originals").text, "opened today"
    assert "Enough for today" in someone.get("/conversations/emergency0001/originals").text
    someone.get("/conversations/emergency0001/originals?more=yes")
    with UnitOfWork(database) as work:
        day = work.session.query(ExposureDay).filter_by(user_id=people["lead"]).one()
        assert (day.conversations, day.severe) == (2, 2)
        assert work.session.query(AuditEntry).filter_by(action="originals.read").count() == 3


def test_saved_views_belong_to_one_person(browser, conversations):
    browser("reviewer").post("/queue/views", {"name": "Hard ones", "keep-level": "2"})
    assert "Hard ones" in browser("reviewer").get("/queue").text
    assert "Hard ones" not in browser("lead").get("/queue").text


def test_a_reviewer_takes_but_only_a_lead_gives(browser, conversations, people):
    path = "/conversations/escalate0001/assign"
    held = {"shown-assignee": str(people["reviewer"])}
    browser("reviewer").post(path, {"to": str(people["reviewer"]), "shown-assignee": ""})
    text = browser("reviewer").post(path, {"to": str(people["lead"]), **held}, follow=True).text
    assert "can give a conversation to somebody else" in text and "Assigned.<" not in text
    browser("lead").post(path, {"to": str(people["lead2"]), **held})
    browser("lead").post(path, {"to": str(people["auditor"]), "shown-assignee": str(people["lead2"])}, status=400)


def test_an_admin_changes_a_role_but_not_their_own(browser, people):
    admin = browser("admin")
    admin.post(f"/staff/{people['reviewer']}", {"what": "role", "role": "lead"})
    assert "your own account" in admin.post(f"/staff/{people['admin']}", {"what": "close"}, follow=True).text


def test_a_form_keeps_the_filters_apart_from_its_own_fields(browser, conversations):
    data = {"tag": "called", "keep-level": "2", "keep-tag": ""}
    done = browser("reviewer").post("/conversations/escalate0001/tags", data)
    assert done.location.endswith("/conversations/escalate0001?level=2")


def test_the_link_in_an_alert_opens_its_conversation(browser, conversations, settings):
    from bot.alerts import load_words
    from bot.store.alerting import DueAlert

    alert = DueAlert(1, "escalate0001", 2, "extortion", datetime.now(timezone.utc), 1)
    _, body = load_words().title_and_body(alert, settings.console_url)
    path = re.search(rf"{re.escape(settings.console_url)}(\S+)", body).group(1)
    assert "extortion" in browser("reviewer").get(path).text.lower()


def test_the_riskiest_unread_is_not_one_that_waits_for_a_follow_up(browser, conversations):
    someone = browser("reviewer")
    path = "/conversations/emergency0001"
    someone.post(f"{path}/status", {"status": "follow_up", **shown(someone, path)})
    assert someone.get("/queue/next", status=302).location.endswith("/conversations/escalate0001")
    someone.get("/queue/next?level=3", status=302)
    assert "Nothing unread is left" in someone.get("/queue?level=3").text


def test_a_conversation_counts_once_a_day_towards_the_cap(browser, conversations, settings):
    object.__setattr__(settings, "exposure_cap", 2)
    someone = browser("reviewer")
    path = "/conversations/escalate0001"
    for _ in range(3):
        someone.get(path)
    someone.post(f"{path}/tags", {"tag": "school"}, follow=True)
    someone.get(f"{path}/print")
    page = BeautifulSoup(someone.get("/care").text, "html.parser")
    assert [tile.text.split()[0] for tile in page.select(".tiles dd")] == ["1", "1"]
    someone.get("/conversations/escalate0002")
    assert "Enough for today" in someone.get("/conversations/emergency0001").text
    assert "Enough for today" not in someone.get(path).text, "what was opened today stays open"


def test_an_alert_that_reached_nobody_is_shown_until_somebody_has_read(browser, conversations, database):
    with UnitOfWork(database) as work:
        escalation = work.session.query(Escalation).filter_by(conversation_id="escalate0001").one()
        at = datetime.now(timezone.utc)
        known = {"level": 2, "category": "extortion", "created_at": at, "next_attempt_at": at, "attempts": 11}
        work.session.add(Alert(key="escalate0001:2", escalation_id=escalation.id, status="failed", **known))
        work.commit()
    someone = browser("reviewer")
    section = BeautifulSoup(someone.get("/queue").text, "html.parser").find(attrs={"aria-labelledby": "alerts-title"})
    assert section.a["href"].endswith("/conversations/escalate0001") and "Extortion" in section.text
    path = "/conversations/escalate0001"
    someone.post(f"{path}/status", {"status": "done", **shown(someone, path)})
    assert "Alerts that reached nobody" not in someone.get("/queue").text


@pytest.mark.parametrize(("problem", "is_shown"), [("not accepted", True), (None, False)])
def test_an_alert_that_is_tried_again_is_shown_from_its_first_refusal_on(
    browser, conversations, database, problem, is_shown
):
    with UnitOfWork(database) as work:
        escalation = work.session.query(Escalation).filter_by(conversation_id="escalate0001").one()
        at = datetime.now(timezone.utc)
        known = {"level": 2, "category": "extortion", "created_at": at, "next_attempt_at": at, "last_error": problem}
        work.session.add(Alert(key="escalate0001:2", escalation_id=escalation.id, status="pending", **known))
        work.commit()
    assert ("Alerts that reached nobody" in browser("reviewer").get("/queue").text) is is_shown


def test_single_keys_can_be_switched_off(browser, conversations):
    someone = browser("reviewer")
    assert "keys.js" in someone.get("/queue").text and "keys.js" in someone.get("/conversations/quiet0001").text
    someone.post("/account/preferences", {"show_all": "yes"})
    for path in ("/queue", "/conversations/quiet0001"):
        text = someone.get(path).text
        assert "keys.js" not in text and "<kbd>" not in text


def test_earlier_messages_keep_filters_and_what_is_open(browser, conversations, database, monkeypatch):
    from bot.store import queries

    monkeypatch.setattr(queries, "TURNS_SHOWN", 1)
    someone = browser("reviewer")
    page = BeautifulSoup(someone.get("/conversations/escalate0001?level=2&show=all").text, "html.parser")
    earlier = page.find("a", string="Earlier messages")["href"]
    assert "before=1" in earlier and "level=2" in earlier and "show=all" in earlier
    page = BeautifulSoup(someone.get("/conversations/escalate0001?level=2&before=1").text, "html.parser")
    assert "before=1" in page.find("a", string="Open all of them")["href"]
