"""Country names in people's words; near-misses stay quiet."""

from __future__ import annotations

import pytest

from bot.content.countries import country_code, get_country_names, resolve_country
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


@pytest.mark.parametrize(("answer", "expected"), [("paris, texas", "US"), ("my english teacher", None), ("ohio", "US")])
def test_what_follows_a_name_says_what_it_is(answer, expected):
    assert resolve_country(answer) == expected


@pytest.mark.parametrize(
    ("written", "code"),
    [("GB", "GB"), ("uk", "GB"), (" UK ", "GB"), ("EL", "GR"), ("ie", "IE"), ("JM", "JM"), ("XX", None), ("EN", None),
     ("EU", None), ("GBR", None), ("England", None), ("", None), (None, None), (7, None), (["GB"], None)],
)  # fmt: skip
def test_two_letters_are_read_as_people_write_them(written, code):
    assert country_code(written) == code


def test_every_country_of_the_directory_has_a_code():
    assert [code for code in get_directory().countries if country_code(code) != code] == []
