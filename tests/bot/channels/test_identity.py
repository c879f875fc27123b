"""Tokens cannot be altered, and ids of one person on two channels cannot be linked."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.channels import identity
from bot.errors import ConfigError, InputError


def test_a_token_gives_its_conversation_back():
    conversation = identity.new_conversation_id()
    assert identity.read_token(identity.sign(conversation)) == conversation


def test_an_old_token_opens_nothing_and_still_deletes(monkeypatch):
    conversation = identity.new_conversation_id()
    token = identity.sign(conversation)
    monkeypatch.setattr(identity, "TOKEN_VALID_SECONDS", -1)
    with pytest.raises(InputError, match="has ended"):
        identity.read_token(token)
    assert identity.read_token(token, for_deletion=True) == conversation


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\ud800", "a.b.\udfff"])
def test_an_altered_token_is_refused_in_words(token):
    with pytest.raises(InputError, match="start a new one"):
        identity.read_token(token)


def test_ids_are_unlinkable_across_channels():
    assert identity.pseudonym("telegram", "4477") != identity.pseudonym("sms", "4477")


def test_the_same_person_keeps_the_same_id_on_a_channel():
    assert identity.pseudonym("telegram", "4477") == identity.pseudonym("telegram", "4477")


def test_an_id_with_half_a_character_has_a_hash_of_its_own():
    assert len({identity.pseudonym("telegram", sent) for sent in ("7 \ud800", "7 \ud801", "7 ?")}) == 3


def test_a_key_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "keys" / "channel.key"
    key = identity._read_or_make_key(path)
    assert path.stat().st_mode & 0o077 == 0 and identity._read_or_make_key(path) == key
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        identity._read_or_make_key(path)


def test_servers_that_start_together_have_one_whole_key(tmp_path):
    path = tmp_path / "keys" / "channel.key"
    with ThreadPoolExecutor(8) as servers:
        keys = set(servers.map(lambda _: identity._read_or_make_key(path), range(8)))
    assert keys == {path.read_bytes()} and len(keys.pop()) == 32
    assert [found.name for found in path.parent.iterdir()] == ["channel.key"]


def test_an_empty_key_is_refused(tmp_path):
    path = tmp_path / "channel.key"
    path.touch(mode=0o600)
    with pytest.raises(ConfigError, match="empty"):
        identity._read_or_make_key(path)
