"""Ids that tell something become keyed digests; random ones stay."""

from __future__ import annotations

import pytest

from bot.eventlog.conversation_ids import conversation_key


@pytest.mark.parametrize("sender", ["a3f9c2d4e5b60718293a4b5c6d7e8f90", "default", "test-1", "c1", "8b1f2c3d4e5f60718"])
def test_a_random_id_stays(sender, keys):
    assert conversation_key(sender, keys) == sender


@pytest.mark.parametrize(
    "sender",
    ["whatsapp:+447700900123", "+447700900123", "07700900123", "katie@example.org", "123456789", "Katie Smith"],
)
def test_a_phone_number_or_address_becomes_a_digest(sender, keys):
    found = conversation_key(sender, keys)
    assert found.startswith("c-") and len(found) == 34
    assert found == conversation_key(sender, keys)
    assert sender not in found


@pytest.mark.parametrize("sender", ["half \ud800", "\ud800", "a" * 20 + "\udfff", "zero\x00", "\udc80" * 300])
def test_an_id_that_no_database_takes_becomes_a_digest(sender, keys):
    found = conversation_key(sender, keys)
    assert found.startswith("c-") and len(found) == 34 and found.isascii()
    assert found == conversation_key(sender, keys) == conversation_key(found, keys)


def test_people_whose_ids_differ_in_half_a_character_have_conversations_of_their_own(keys):
    assert len({conversation_key(sender, keys) for sender in ("\ud800", "\ud801", "?", "+\ud800", "+\ud801", "+?")}) == 6
