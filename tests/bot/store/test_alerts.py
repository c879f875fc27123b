"""Alerts reach staff once, without details, are tried again, and are shown when they fail."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.alerts import AlertSender, make_notify
from bot.errors import ContentError
from bot.store import constants
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
    sender = AlertSender(database, staff, "https://c")
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


def test_an_address_that_cannot_be_read_is_named_without_its_secrets():
    with pytest.raises(ContentError) as caught:
        make_notify("nosuchthing://user:password@host")
    assert "nosuchthing" in str(caught.value)
    assert "password" not in str(caught.value)
