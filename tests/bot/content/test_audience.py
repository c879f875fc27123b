"""Who writes, by their own words, with near-misses."""

import pytest

from bot.content.audience import find_audience, find_own_age


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("im 12", ("child", True)),
        ("I'm 15 and someone asked for pics", ("child", True)),
        ("14f here", ("child", True)),
        ("i'm a teen", ("child", True)),
        ("I am a mum of two", ("parent", True)),
        ("i'm a worried dad", ("parent", True)),
        ("I'm a teacher", ("professional", True)),
        ("i am a school nurse", ("professional", True)),
        ("my son is 12", ("parent", False)),
        ("my 9 year old is on roblox", ("parent", False)),
        ("one of my pupils told me", ("professional", False)),
        ("i'm 34", (None, False)),
        ("im 5 minutes away", (None, False)),
        ("i am 100% sure", (None, False)),
        ("what is grooming", (None, False)),
        ("my friend is sad", (None, False)),
    ],
)
def test_audience(text, expected):
    assert find_audience(text) == expected


@pytest.mark.parametrize(("text", "age"), [("im 13", 13), ("i'm only 9", 9), ("im 3rd in class", None), ("hi", None)])
def test_own_age(text, age):
    assert find_own_age(text) == age
