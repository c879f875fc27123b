"""Country names in people's words; near-misses stay quiet."""

from __future__ import annotations

import pytest

from bot.content.countries import find_own_country, get_country_names, newest_own_country, resolve_country
from bot.content.hotlines import get_directory


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uk", "GB"), ("UK", "GB"), ("england", "GB"), ("i'm in the states", "US"), ("US", "US"), ("the us", "US"),
        ("Lagos", "NG"), ("\U0001f1ee\U0001f1ea", "IE"), ("Österreich", "AT"), ("ich wohne in Deutschland", "DE"),
        ("estoy en España", "ES"), ("日本です", "JP"), ("Я в Украине", "UA"), ("nz", "NZ"), ("im british", "GB"),
        ("northern ireland", "GB"), ("republic of ireland", "IE"), ("in jordan", "JO"), ("Jordan", "JO"),
        ("I'm from India but I live in Canada", "CA"), ("south korea", "KR"), ("u.s.a.", "US"), ("türkiye", "TR"),
    ],
)  # fmt: skip
def test_a_country_is_understood(text, expected):
    assert resolve_country(text) == expected


@pytest.mark.parametrize(
    "text",
    ["tell us", "my friend jordan said hi", "chad keeps messaging me", "no", "IN", "it is not fair", "he has my pics",
     "please help me", "paris is my friend", "man", ""],
)  # fmt: skip
def test_an_everyday_word_or_a_name_is_no_country(text):
    assert resolve_country(text) is None


def test_every_country_of_the_directory_is_found_by_its_english_name():
    directory = get_directory()
    missed = [code for code in directory.countries if resolve_country(directory.names[code]) != code]
    assert not missed


def test_every_alias_leads_to_a_country_of_the_directory():
    assert {"GB", "US", "IE"} <= set(get_country_names().by_words.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("somebody has a photo of my son and wants money, i am in the uk", "GB"),
        ("We live in Ireland. My daughter met a man online", "IE"),
        ("im from australia and he says hell post my pics", "AU"),
        ("i live in a small town in kenya and my uncle hurts me", "KE"),
        ("i'm from ukraine and i live in poland now", "PL"),
        ("im in turkey and i dont know who to call", "TR"),
        ("we’re in the states, is there a number", "US"),
    ],
)
def test_where_somebody_says_they_are_is_read_from_any_message(text, expected):
    assert find_own_country(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "my brother in canada says he will post my nudes",
        "he lives in canada and wants me to come",
        "im not in the uk",
        "im in the bathroom and he is outside",
        "im in love with a boy from spain",
        "i'm in year 9 and my friend jordan is mean",
        "i am in " + "trouble " * 5000,
    ],
)
def test_a_country_in_passing_is_not_where_somebody_is(text):
    assert find_own_country(text) is None


def test_the_newest_statement_counts():
    assert newest_own_country(["help", "im in spain now", "i live in ireland"]) == "ES"
    assert newest_own_country(["help"]) is None
