"""Answers to our own direct question, with near-misses."""

import pytest

from bot.safety.answers import is_one_word, read_answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", "affirm"),
        ("kinda", "affirm"),
        ("no im not joking", "affirm"),
        ("lol no its just homework", "deny"),
        ("haha yes", "affirm"),
        ("lol yeah", "affirm"),
        ("ok maybe sometimes", "affirm"),
        ("lol i am fine", "deny"),
        ("nah jk", "deny"),
        ("it was a joke", "deny"),
        ("im fine", "deny"),
        ("what is grooming", None),
        ("my dad", None),
        ("", None),
        ("no one at home ever listens to me and i do not know how long i can go on with it all", None),
    ],
)
def test_answer(text, expected):
    assert read_answer(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "no one would care if i was gone", "no point in anything", "no reason to live", "no way out", "no one",
        "not really sure i want to be here", "not really ok", "im just tired of being alive", "im not just tired",
        "i'm good at hiding it", "im ok with dying", "i wish it was just a joke", "no im a joke",
        "lol whatever im done",
        "no but he hits me", "no its worse", "no not yet", "never mind", "no idea",
    ],
)  # fmt: skip
def test_a_no_that_tells_something_else_is_none(text):
    assert read_answer(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "no im not safe", "no he is still here", "no please help me", "no i need help", "im not ok",
        "they arent joking",
        "no it wasn't a joke", "im not just joking",
    ],
)  # fmt: skip
def test_a_call_for_help_is_a_yes_whatever_word_it_begins_with(text):
    assert read_answer(text) == "affirm"


@pytest.mark.parametrize(
    "text", ["can you help me with my privacy settings", "im not ok with ads", "how do i help a friend"]
)
def test_help_with_something_is_no_call_for_help(text):
    assert read_answer(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "no thanks", "no im not", "nooo no no", "no way", "no i was joking", "haha no im just tired", "no why",
        "no i dont", "no, i didn't mean it like that", "no he isn't", "im safe now", "no sorry i was just being dramatic",
    ],
)  # fmt: skip
def test_a_plain_no_may_be_said_in_several_words(text):
    assert read_answer(text) == "deny"


@pytest.mark.parametrize(
    ("text", "expected"), [("hehe", True), ("😂😂", True), ("nein", True), ("lol whatever", False)]
)
def test_beside_one_word_nothing_is_told(text, expected):
    assert is_one_word(text) is expected


def test_a_sentence_without_spaces_is_no_single_word():
    assert not is_one_word("我不想再继续活下去了因为没有人会真的在乎我")
