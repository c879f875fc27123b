"""Country names in people's words; near-misses stay quiet."""

from __future__ import annotations

import pytest

from bot.content.countries import get_country_names, resolve_country
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
