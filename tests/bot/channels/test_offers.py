"""What "1" and "more" refer to is kept sealed, for one chat only."""

from __future__ import annotations

import os

from bot.channels.offers import Offer, seal, unseal
from bot.store.keys import KeyRing, Keys

OFFER = Offer((("Yes", "/affirm"), ("Nein – später", "/deny")), "the rest of it", shown=True)


def ring():
    return KeyRing(Keys("aaaaaaaa", {"aaaaaaaa": os.urandom(32)}, os.urandom(32)))


def test_an_offer_comes_back_as_it_was_and_shows_nothing_while_it_lies_there():
    keys = ring()
    sealed = seal(OFFER, "chat", keys)
    assert unseal(sealed, "chat", keys) == OFFER
    assert b"affirm" not in sealed and b"rest" not in sealed


def test_an_offer_of_another_chat_or_with_another_key_is_no_offer():
    keys = ring()
    sealed = seal(OFFER, "chat", keys)
    assert not unseal(sealed, "another chat", keys)
    assert not unseal(sealed, "chat", ring())
    assert not unseal(sealed[:-1], "chat", keys) and not unseal(b"nonsense", "chat", keys)
    assert not unseal(keys.encrypt(b'{"choices": 7}', b"chat"), "chat", keys)


def test_nothing_to_offer_is_not_kept():
    assert seal(None, "chat") is None and seal(Offer(), "chat") is None and unseal(None, "chat") == Offer()


def test_a_disk_that_fails_keeps_no_offer_and_breaks_nothing(monkeypatch):
    def broken():
        raise OSError("read-only")

    monkeypatch.setattr("bot.channels.offers.get_key_ring", broken)
    assert seal(Offer((("Yes", "/affirm"),)), "chat") is None
    assert unseal(b"sealed", "chat") == Offer()
