"""Words are found without decrypting, and the index holds no word."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.store.models import SearchToken
from bot.store.search import tokens_of, words_of
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW


@pytest.mark.parametrize(
    "text, words",
    [
        ("He says he'll post my PICS!", ["say", "he'll", "post", "pic"]),
        ("im <PERSON_1> from <SCHOOL_1>", []),
        ("pics pics Pics", ["pic"]),
        ("", []),
    ],
)
def test_words_of_a_text(text, words):
    assert words_of(text) == words


def test_tokens_depend_on_the_key_and_fit_a_bigint():
    one, other = tokens_of("blackmail", b"a" * 32), tokens_of("blackmail", b"b" * 32)
    assert one != other
    assert all(-(2**63) <= token < 2**63 for token in one | other)


def test_messages_are_indexed_by_their_own_words(database, write, user_event, bot_event, keys):
    write(
        user_event("c1", "he wants pictures of me"),
        bot_event("c1", "Pictures are never owed.", NOW + timedelta(seconds=1)),
        user_event("c2", "the weather is nice", NOW + timedelta(seconds=2)),
    )
    (token,) = tokens_of("picture", keys.derive("search"))
    with UnitOfWork(database) as work:
        found = work.session.execute(sa.select(SearchToken.turn_id).where(SearchToken.token == token)).scalars().all()
    assert len(found) == 1
