"""What staff do leaves the rows the pages expect."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.errors import InputError
from bot.store import constants
from bot.store.models import Escalation, Metric
from bot.store.repository import Repository
from bot.store.staff_models import Tag, User
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def work(database, write, user_event):
    write(user_event("c1", "he will post my pics", level="escalate", categories={"extortion": 0.9}))
    with UnitOfWork(database) as opened:
        yield opened


@pytest.fixture
def ada(work):
    user = User(email="ada@example.org", name="Ada", created_at=NOW)
    work.session.add(user)
    work.session.flush()
    return user


def test_assigning_acknowledges_and_closing_closes_the_escalation(work, ada):
    repository = Repository(work.session)
    conversation = repository.conversation("c1")
    repository.assign(conversation, ada, LATER)
    escalation = work.session.execute(sa.select(Escalation)).scalar_one()
    assert (conversation.status, escalation.status, escalation.acknowledged_by) == ("in_review", "acknowledged", ada.id)
    repository.set_status(conversation, constants.DONE, LATER)
    assert (escalation.status, escalation.closed_at, conversation.unread_since) == ("closed", LATER, None)
    with pytest.raises(InputError):
        repository.set_status(conversation, "finished", LATER)


def test_reviews_notes_and_tags(work, ada):
    repository = Repository(work.session)
    conversation = repository.conversation("c1")
    repository.add_note(conversation, ada, "spoke to the school", LATER)
    repository.add_review(conversation, ada, constants.CORRECT, LATER)
    tag = repository.tag(conversation, "  Follow   UP ")
    assert repository.tag(conversation, "follow up").id == tag.id
    work.session.refresh(conversation)
    assert [one.name for one in conversation.tags] == ["follow up"]
    repository.untag(conversation, tag.id)
    assert work.session.execute(sa.select(sa.func.count()).select_from(Tag)).scalar_one() == 1
    for bad in (
        lambda: repository.tag(conversation, "  "),
        lambda: repository.add_review(conversation, ada, "meh", NOW),
    ):
        with pytest.raises(InputError):
            bad()


def test_a_figure_is_raised_not_repeated(work):
    repository = Repository(work.session)
    for _ in range(3):
        repository.count("answers", NOW, {"channel": "web", "audience": "child"})
    metric = work.session.execute(sa.select(Metric)).scalar_one()
    assert (metric.labels, metric.value) == ("audience=child,channel=web", 3.0)
