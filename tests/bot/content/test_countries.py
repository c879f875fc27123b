"""Country names in people's words; near-misses stay quiet."""

from __future__ import annotations

import pytest

from bot.content.countries import (
    country_code,
    find_own_country,
    get_country_names,
    newest_own_country,
    resolve_country,
)
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
        ("i live in lebanon ohio and my dad hits me", "US"),
        ("I live in London, Ontario", "CA"),
        ("im in panama city florida", "US"),
        ("i live in georgia usa", "US"),
        ("im in kansas city missouri", "US"),
        ("i live in new jersey", "US"),
        ("im in trouble, im in spain", "ES"),
        ("im in germany and an american man wants my pics", "DE"),
        ("im in germany american man wants my pics", "DE"),
        ("i live in atlanta georgia", "US"),
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
        "im in us history class",
        "i'm in english lessons with him",
        "im in french homework club",
        "i'm in year 9 and my friend jordan is mean",
        "i am in " + "trouble " * 5000,
    ],
)
def test_a_country_in_passing_is_not_where_somebody_is(text):
    assert find_own_country(text) is None


@pytest.mark.parametrize(
    ("place", "known", "expected"),
    [
        ("georgia", "US", "US"), ("georgia", "GB", None), ("georgia", None, None), ("jersey", "US", "US"),
        ("jersey", None, None), ("birmingham", "US", "US"), ("birmingham", "GB", "GB"), ("birmingham", None, "GB"),
        ("london", "CA", "CA"), ("london", "IE", "GB"), ("kenya", "GB", "KE"), ("turkey", "US", "TR"),
        ("jordan", "US", "JO"), ("jamaica", "GB", "JM"),
    ],
)  # fmt: skip
def test_a_place_of_two_countries_is_in_the_known_one_and_is_asked_about_rather_than_left_without_helplines(
    place, known, expected
):
    assert find_own_country(f"i live in {place}", known) == expected
    assert resolve_country(f"i'm in {place}", known) == expected
    assert newest_own_country(["help", f"im in {place}"], known) == expected


@pytest.mark.parametrize(("answer", "expected"), [("paris, texas", "US"), ("my english teacher", None), ("ohio", "US")])
def test_what_follows_a_name_says_what_it_is(answer, expected):
    assert resolve_country(answer) == expected


def test_the_newest_statement_counts():
    assert newest_own_country(["help", "im in spain now", "i live in ireland"]) == "ES"
    assert newest_own_country(["help"]) is None


@pytest.mark.parametrize(
    ("written", "code"),
    [("GB", "GB"), ("uk", "GB"), (" UK ", "GB"), ("EL", "GR"), ("ie", "IE"), ("JM", "JM"), ("XX", None), ("EN", None),
     ("EU", None), ("GBR", None), ("England", None), ("", None), (None, None), (7, None), (["GB"], None)],
)  # fmt: skip
def test_two_letters_are_read_as_people_write_them(written, code):
    assert country_code(written) == code


def test_every_country_of_the_directory_has_a_code():
    assert [code for code in get_directory().countries if country_code(code) != code] == []
