"""Answers to our own direct question, with near-misses."""

import pytest

from bot.safety.answers import read_answer


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
