"""Whose country a message names: both sides of every way to say it."""

from __future__ import annotations

import time

import pytest

from bot.content.countries import resolve_country
from bot.content.own_country import find_own_country, newest_own_country, read_country, said_first, said_last


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


def test_the_newest_statement_counts():
    assert newest_own_country(["help", "im in spain now", "i live in ireland"]) == "ES"
    assert newest_own_country(["help"]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("im currently living in norway and he hits me", "NO"), ("i liv in scotland by the sea", "GB"),
        ("me i stay in ghana, accra", "GH"), ("were in ireland and mum is crying", "IE"), ("based in the usa", "US"),
        ("moved from india, now in singapore", "SG"), ("we moved to denmark last year", "DK"), ("from ireland here", "IE"),
        ("south africa here", "ZA"), ("sri lanka is where i live", "LK"), ("our family is based in nairobi, kenya", "KE"),
        ("the school i work for is in dubai", "AE"), ("my country is spain", "ES"), ("change my country to france", "FR"),
        ("country: ghana", "GH"), ("im writing to you from new zealand", "NZ"), ("i live in south london", "GB"),
        ("im a girl from kenya and he wants pics", "KE"), ("im a teacher in dublin", "IE"), ("i told you im in ireland", "IE"),
        ("im italian, living in italy", "IT"), ("he lives in america, i live in ireland", "IE"),
        ("born in brazil but we're in lisbon these days", "PT"), ("im from poland but i live in leeds", "GB"),
        ("i am a youth worker from hungary and work now in ireland", "IE"),
    ],
)  # fmt: skip
def test_where_the_writer_is_now_is_read_however_it_is_said(text, expected):
    assert find_own_country(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "im from poland but i live here", "im originally from poland", "im from poland but ive been here 3 years",
        "they bully me because im from poland", "they tease me for being from poland", "i told him im in america",
        "he thinks i live in canada", "she said im from spain", "when im in poland my cousin hits me", "we were in ireland",
        "i was in the uk last year", "i used to live in india", "i was born in poland", "i wish i lived in america",
        "im going to spain", "my sister moved out, now in spain", "im in german class", "im in a polish school",
        "im a fan of a boy from spain", "jordan here", "victoria here", "america is where he lives", "he is from ireland here",
        "his country is spain", "my family lives in india", "we went to france", "im half irish",
    ],
)  # fmt: skip
def test_what_others_say_what_is_over_and_where_others_are_is_not_where_the_writer_is(text):
    assert find_own_country(text) is None


SOMEBODY_ELSE_OR_A_BACKGROUND = [
    "cos im indian", "they bully me cos im indian", "my friend lives in india", "im polish", "cos im irish",
    "im from poland but i live here", "he lives in america", "from when my mom went to work in durban", "american", "indian",
    "hes american", "a boy from spain", "my dad moved to germany", "america. he lives there", "i love canada",
    "i met him in spain", "my indian friend", "he has an american number", "i get bullied because im from poland",
    "im half irish", "people in england are mean", "i hate england", "my teacher is french", "i speak english",
    "is tiktok chinese", "im not in the uk", "64gb", "she lives in france, not here", "i want to live in america",
    "i like a boy in spain", "we went to spain in summer", "i was in ireland",
    "we met in spain", "im talking to someone in spain", "im friends with someone in spain", "it happened in france", "polish my nails",
]  # fmt: skip


@pytest.mark.parametrize("known", [None, "GB"])
@pytest.mark.parametrize("understood", [False, True])
@pytest.mark.parametrize("text", SOMEBODY_ELSE_OR_A_BACKGROUND)
def test_somebody_elses_country_or_a_background_is_not_taken_even_when_understood_as_a_country(text, understood, known):
    reading = read_country(text, known, names_a_country=understood)
    assert reading.country is None and not reading.is_meant


@pytest.mark.parametrize("known", [None, "GB"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ireland", "IE"), ("Ireland!", "IE"), ("lagos nigeria", "NG"), ("its the usa", "US"), ("hi im in ireland", "IE"),
        ("belfast, northern ireland", "GB"), ("uk, near leeds", "GB"), ("IE", "IE"), ("us", "US"), ("bosnia", "BA"),
        ("its poland not portugal", "PL"), ("not the uk, mexico", "MX"), ("in turkey i am", "TR"), ("\U0001f1ee\U0001f1ea", "IE"),
        ("trinidad and tobago", "TT"), ("ich wohne in Deutschland", "DE"), ("estoy en España", "ES"), ("je vis en france", "FR"),
        ("日本です", "JP"), ("Я в Украине", "UA"), ("i am from spain", "ES"), ("im in japan rn", "JP"),
    ],
)  # fmt: skip
def test_a_name_that_is_the_whole_message_is_where_the_writer_is(text, expected, known):
    assert read_country(text, known).country == expected


def test_another_way_to_say_where_the_writer_stays_counts_where_it_was_understood_as_naming_a_country():
    assert read_country("i rly live up north near leeds", "IE", names_a_country=True).country == "GB"
    assert read_country("i rly live up north near leeds", "IE").country is None


def test_a_place_without_a_person_is_as_often_somebody_elses_where_the_own_country_is_known():
    assert read_country("from the philippines").country == "PH"
    assert read_country("from the philippines", "GB", names_a_country=True).country is None
    assert read_country("from the philippines", "GB", was_asked=True).country == "PH"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("indian", "IN"), ("im polish", "PL"), ("we are irish", "IE"), ("england i think", "GB"), ("the one in the uk", "GB"),
        ("i think its scotland maybe", "GB"), ("my family is in the philippines", "PH"), ("kenyan here", "KE"),
        ("not the uk", None), ("he lives in america", None), ("my mum is in ireland", None), ("they bully me cos im indian", None),
        ("cos im indian", None), ("i was born in india", None), ("im from poland but i live here", None),
    ],
)  # fmt: skip
def test_an_answer_to_our_question_may_be_a_nationality_and_is_never_about_somebody_else(text, expected):
    assert read_country(text, was_asked=True, names_a_country=True).country == expected


@pytest.mark.parametrize(
    ("text", "known", "was_asked", "expected"),
    [
        ("uk. he paid already and they want more", None, False, "GB"), ("United Kingdom, mum knows now", "US", True, "GB"),
        ("ireland and she is nine", None, True, "IE"), ("jordan. he keeps texting me", None, False, None),
        ("us. he wont stop", None, False, None), ("uk. he paid already", "US", False, None), ("uk", None, True, None),
        ("france was lovely. he wrote there", None, True, None), ("no. he did it", None, True, None),
    ],
)  # fmt: skip
def test_a_country_with_which_a_message_begins_is_where_the_writer_is(text, known, was_asked, expected):
    assert said_first(text, known, was_asked) == expected


@pytest.mark.parametrize(
    ("text", "known", "was_asked", "expected"),
    [
        ("she is blackmailed with a picture, UK", None, False, "GB"), ("who do i call (ireland)", None, False, "IE"),
        ("he keeps texting me at night. canada.", None, False, "CA"), ("he wants more money - uk", None, False, "GB"),
        ("he wants more money, uk", "US", False, None), ("he wants more money, uk", "US", True, "GB"),
        ("he is from somewhere far, ireland", None, False, None), ("he lives abroad, spain", None, False, None),
        ("we met on holiday, spain", None, False, None), ("he knows people in france, spain", None, False, None),
        ("his name is, jordan", None, False, None), ("they know us, us", None, False, None), ("uk", None, False, None),
        (", uk", None, False, None), ("i dont know - he is bad - uk", None, False, "GB"), ("he was lovely, france", None, False, None), ("he texts me, my dad too", None, False, None),
    ],
)  # fmt: skip
def test_a_country_with_which_a_message_ends_is_where_the_writer_is(text, known, was_asked, expected):
    assert said_last(text, known, was_asked) == expected


@pytest.mark.parametrize("text", ["a" * 4000, "- " * 2000, ", " * 2000, "he. " + " " * 3990, "no, " * 1000])
def test_a_long_text_without_a_country_is_searched_for_one_too(text):
    assert said_last(text) is None


@pytest.mark.parametrize("text", ["georgia", "kerry", "not the uk", "i dont know"])
def test_an_answer_that_names_no_country_is_asked_about_again(text):
    assert read_country(text, was_asked=True, names_a_country=True).is_meant


def test_an_own_place_that_nobody_can_name_the_country_of_is_still_the_writers():
    assert read_country("i live in georgia", "GB", names_a_country=True).is_meant
    assert not read_country("my friend lives in georgia", "GB", names_a_country=True).is_meant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("numbers for india please", "IN"), ("can i have the helplines for canada", "CA"), ("indian helplines", "IN"),
        ("show me hotlines in germany", "DE"), ("whats the number for kenya", "KE"), ("canadian childline number", "CA"),
        ("emergency number in france?", "FR"), ("can you switch the numbers to canadian ones", "CA"),
    ],
)  # fmt: skip
def test_a_request_for_the_lines_of_a_country_is_one_by_its_words(text, expected):
    reading = read_country(text, "GB")
    assert reading.country == expected and reading.asks_for_lines


@pytest.mark.parametrize(
    "text",
    ["he has an american number", "numbers", "he asked for my number in spain", "my indian friend has a number", "india",
     "how many kids are hurt in india", "a polish line manager"],
)  # fmt: skip
def test_a_number_of_somebody_else_is_no_request_for_lines(text):
    assert not read_country(text, "GB").asks_for_lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("is there a number for kids in kenya", "KE"), ("my son is hit at school, who do i call in india", "IN"),
        ("i want to talk to someone in spain", "ES"), ("which reporting centre do we use in poland", "PL"),
        ("german helpline for my son", "DE"), ("i need a helpline, he lives in canada", None),
        ("i need a helpline he lives in canada", None), ("my indian friend needs a number", None),
        ("i need help my friend lives in india", None), ("i need a helpline", None),
    ],
)  # fmt: skip
def test_a_request_for_helplines_names_the_country_of_the_lines_and_not_of_those_told_of(text, expected):
    assert read_country(text, "GB", asks_for_lines=True).country == expected


@pytest.mark.parametrize("text", ["i am a " * 2000, "im in the " * 2000, "now, " * 3000, "i live here now " * 2000])
def test_an_endless_text_is_read_in_no_time(text):
    begun = time.perf_counter()
    find_own_country(text)
    assert time.perf_counter() - begun < 1
