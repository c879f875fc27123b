"""Alerts reach staff once, without details, are tried again, and are shown when they fail."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.alerts import LEASE, AlertSender, make_notify
from bot.errors import ContentError
from bot.store import constants
from bot.store.alerting import finish_alert, take_due_alert
from bot.store.models import Alert
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW


class FakeStaff:
    """Takes messages, or refuses them."""

    def __init__(self, answers=()):
        self.messages = []
        self._answers = list(answers)

    def __call__(self, title, body):
        self.messages.append((title, body))
        answer = self._answers.pop(0) if self._answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer


class SlowStaff:
    """Takes every message, and a while for each; its own clock tells how long."""

    def __init__(self, each, meanwhile=lambda: None):
        self.messages = []
        self.now = 0.0
        self._each = each
        self._meanwhile = meanwhile

    def __call__(self, title, body):
        self.messages.append(title)
        self.now += self._each
        self._meanwhile()
        return False

    def seconds(self):
        return self.now


@pytest.fixture
def risky(write, user_event):
    write(user_event("c1", "katie says he has pictures", level="escalate", categories={"extortion": 0.9}))


def alert_row(database):
    with UnitOfWork(database) as work:
        row = work.session.execute(sa.select(Alert)).scalar_one()
        return row.status, row.attempts, row.last_error


def test_an_alert_goes_out_once_with_a_link_and_without_words(database, risky):
    staff = FakeStaff()
    sender = AlertSender(database, staff, "https://console.example.org/")
    assert sender.send_due(NOW) == 1
    assert sender.send_due(NOW + timedelta(seconds=60)) == 0
    title, body = staff.messages[0]
    assert "https://console.example.org/conversations/c1" in body
    assert "blackmail" in body
    assert "katie" not in title + body and "pictures" not in title + body
    assert alert_row(database) == (constants.SENT, 1, None)


def test_a_refused_alert_is_tried_again_within_a_minute(database, risky):
    staff = FakeStaff([False, OSError("no route to 10.0.0.1"), True])
    # A clock of its own: on a busy machine a round takes seconds, by which the next try would be put off.
    sender = AlertSender(database, staff, "https://c", seconds=lambda: 0.0)
    for seconds in (0, 6, 20):
        sender.send_due(NOW + timedelta(seconds=seconds))
    assert len(staff.messages) == 3
    assert alert_row(database)[0] == constants.SENT


def test_an_alert_that_never_arrives_is_marked_as_failed(database, risky):
    staff = FakeStaff([OSError("secret address")] * 50)
    sender = AlertSender(database, staff, "https://c")
    for minutes in range(0, 600, 11):
        sender.send_due(NOW + timedelta(minutes=minutes))
    status, attempts, error = alert_row(database)
    assert (status, error) == (constants.FAILED, "OSError")
    assert attempts == 11


def test_two_senders_do_not_send_the_same_alert(database, risky):
    staff = FakeStaff()
    senders = [AlertSender(database, staff, "https://c") for _ in range(2)]
    threads = [threading.Thread(target=sender.send_due, args=(NOW,)) for sender in senders]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(staff.messages) == 1


def test_an_alert_in_hand_is_left_alone_however_slow_those_before_it_were(database, write, user_event):
    for name in ("c1", "c2", "c3"):
        write(user_event(name, "he has pictures", level="escalate", categories={"extortion": 0.9}))
    others = []

    def look():
        with UnitOfWork(database) as work:
            held = work.session.query(Alert).filter(Alert.attempts == 1).order_by(Alert.next_attempt_at.desc()).first()
            others.append(held.next_attempt_at - (NOW + timedelta(seconds=slow.now)))

    slow = SlowStaff(40, look)
    AlertSender(database, slow, "https://c", seconds=slow.seconds).send_due(NOW)
    assert others == [LEASE - timedelta(seconds=40)] * 3, "each lease begins when its alert is taken"
    with UnitOfWork(database) as work:
        due = work.session.execute(sa.select(Alert.next_attempt_at).order_by(Alert.next_attempt_at)).scalars().all()
    assert due == [NOW + timedelta(seconds=seconds + 5) for seconds in (40, 80, 120)], "the pause begins afterwards"


def test_a_slow_address_is_asked_once_a_round_and_a_new_emergency_comes_next(database, write, user_event):
    for name in ("c1", "c2"):
        write(user_event(name, "he has pictures", level="escalate", categories={"extortion": 0.9}))

    def an_emergency_comes():
        if len(slow.messages) == 1:
            write(user_event("c3", "im on the bridge", level="emergency", categories={"immediate_danger": 0.9}))

    slow = SlowStaff(30, an_emergency_comes)
    AlertSender(database, slow, "https://c", seconds=slow.seconds).send_due(NOW)
    assert ["EMERGENCY" in title for title in slow.messages] == [False, True, False]


def test_who_comes_too_late_changes_nothing_of_what_another_has_done(database, risky):
    late = take_due_alert(database, NOW, LEASE)
    again = take_due_alert(database, NOW + LEASE, LEASE)
    finish_alert(database, again, None, NOW + LEASE, None)
    finish_alert(database, late, "OSError", NOW + LEASE, timedelta(seconds=5))
    assert alert_row(database) == (constants.SENT, 2, None)


@pytest.fixture
def addresses():
    """Invented kinds of address: one that takes everything and one that takes nothing."""
    from apprise.decorators import notify

    @notify(on="takesall")
    def take(body, title, *_, **__):
        return True

    @notify(on="takesnone")
    def refuse(body, title, *_, **__):
        return False


@pytest.mark.parametrize(
    ("urls", "is_taken"),
    [
        ("takesall://", True),
        ("takesall:// takesnone://", True),
        ("takesnone:// takesall://", True),
        ("takesnone://", False),
        ("takesnone://?optional=yes", False),
    ],
)
def test_one_address_that_takes_it_is_enough_and_one_is_needed(addresses, urls, is_taken):
    assert make_notify(urls)("title", "body") is is_taken


def test_the_kind_of_an_address_that_refuses_is_logged_without_its_secrets(addresses, caplog):
    make_notify("takesall:// takesnone://user:password@host")("title", "body")
    said = [record.getMessage() for record in caplog.records if record.name == "bot.alerts"]
    assert len(said) == 1 and "takesnone" in said[0]
    assert "password" not in said[0] and "host" not in said[0]


def test_an_address_that_cannot_be_read_is_named_without_its_secrets():
    with pytest.raises(ContentError) as caught:
        make_notify("nosuchthing://user:password@host")
    assert "nosuchthing" in str(caught.value)
    assert "password" not in str(caught.value)
