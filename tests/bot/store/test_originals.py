"""Originals open only for a lead, with a reason, a second person, and for a short time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.errors import InputError
from bot.store import constants, originals
from bot.store.staff_models import AuditEntry, User
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW

REASON = "police asked for the exact words"


def user(role, name):
    return User(email=f"{name}@example.org", name=name, role=role, created_at=NOW)


@pytest.fixture
def work(database, write, user_event, policy):
    event = replace(user_event("c1", "im <PERSON_1>"), original="im katie")
    write(event, chosen=replace(policy, originals=timedelta(hours=72)))
    with UnitOfWork(database) as opened:
        yield opened


@pytest.fixture
def staff(work):
    people = [user(constants.LEAD, "ada"), user(constants.LEAD, "grace"), user(constants.REVIEWER, "tim")]
    work.session.add_all(people)
    work.session.flush()
    return people


def test_two_leads_open_them_and_each_step_is_recorded(work, staff):
    ada, grace, _ = staff
    wish = originals.request_originals(work.session, "c1", ada, REASON, NOW)
    originals.confirm_originals(work.session, wish, grace, NOW)
    assert [text for _, text in originals.read_originals(work.session, wish, ada, NOW)] == ["im katie"]
    actions = work.session.execute(sa.select(AuditEntry.action).order_by(AuditEntry.id)).scalars().all()
    assert actions == ["originals.request", "originals.confirm", "originals.read"]


def test_nobody_opens_them_alone_or_without_role_or_reason(work, staff):
    ada, grace, tim = staff
    for person, reason in ((tim, REASON), (ada, "because")):
        with pytest.raises(InputError):
            originals.request_originals(work.session, "c1", person, reason, NOW)
    wish = originals.request_originals(work.session, "c1", ada, REASON, NOW)
    for person in (ada, tim):
        with pytest.raises(InputError):
            originals.confirm_originals(work.session, wish, person, NOW)
    with pytest.raises(InputError):
        originals.read_originals(work.session, wish, ada, NOW)


def test_they_close_again_and_the_words_expire(work, staff):
    ada, grace, _ = staff
    wish = originals.request_originals(work.session, "c1", ada, REASON, NOW)
    originals.confirm_originals(work.session, wish, grace, NOW)
    with pytest.raises(InputError):
        originals.read_originals(work.session, wish, ada, NOW + originals.OPEN_FOR + timedelta(seconds=1))
    with pytest.raises(InputError):
        originals.read_originals(work.session, wish, grace, NOW)
    wish.open_until = NOW + timedelta(days=9)
    assert originals.read_originals(work.session, wish, ada, NOW + timedelta(days=4)) == []
