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
        ("hi im a year 8 form tutor", ("professional", True)),
        ("im year 8", ("child", True)),
        ("i am a school nurse", ("professional", True)),
        ("my son is 12", ("parent", False)),
        ("my 9 year old is on roblox", ("parent", False)),
        ("one of my pupils told me", ("professional", False)),
        ("i'm 34", (None, False)),
        ("im 5 minutes away", (None, False)),
        ("i am 100% sure", (None, False)),
        ("14 year old daughter being blackmailed what do i do", ("parent", False)),
        ("12yo son got messaged by a man", ("parent", False)),
        ("13 yr old son sent nudes", ("parent", False)),
        ("14f, daughter, being blackmailed", ("parent", False)),
        ("14yo, sent nudes, my daughter wont talk to me", ("parent", False)),
        ("im 34 and my son sent pics", ("parent", False)),
        ("15 year old student told me he is hit", (None, False)),
        ("14 year old girl in my class is being blackmailed", (None, False)),
        ("12yo got messaged by a man on roblox", (None, False)),
        ("he told me im a teacher", (None, False)),
        ("she said im 12", (None, False)),
        ("he says i'm a mum of two you can trust me", (None, False)),
        ("i told him im a teacher", ("professional", True)),
        ("i am his dad", ("parent", True)),
        ("im her worried mum", ("parent", True)),
        ("i'm a foster carer", ("parent", True)),
        ("I am grandmother of the boy", ("parent", True)),
        ("im a foster kid", ("child", True)),
        ("im a retired teacher", ("professional", True)),
        ("im a maths teacher", ("professional", True)),
        ("im scared coach will see", (None, False)),
        ("im at doctor now", (None, False)),
        ("im telling teacher", (None, False)),
        ("im the teacher's pet", (None, False)),
        ("hes a teacher", (None, False)),
        ("what is grooming", (None, False)),
        ("my friend is sad", (None, False)),
    ],
)
def test_audience(text, expected):
    assert find_audience(text) == expected


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("im 13", 13), ("i'm only 9", 9), ("im 3rd in class", None), ("hi", None), ("14yo here", 14), ("im 14", 14),
        ("14f", 14), ("15 m", 15), ("14 yo", 14), ("13 years old, im scared", 13), ("14-year-old girl here", 14),
        ("14 yo boy and he wants money", 14), ("14yo my dad hits me", 14), ("14f my kid sister is 9", 14),
        ("12 y/o i need help", 12), ("14m friend is in trouble", None), ("14yo kid here", 14),
        ("14 year old and 12 year old are bullied", None), ("14 yo kid got nudes", None),
        ("14yo son", None), ("12 yo step-daughter cuts herself", None), ("14 year old girl i teach cuts herself", None),
    ],
)  # fmt: skip
def test_own_age(text, age):
    assert find_own_age(text) == age


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("i told him im 12", 12), ("i told him im 18 but im 14", 14), ("i told him im 18", None), ("i said im 25", 25),
        ("he thinks im 18", None), ("he said \"im 15\" but he is 40", None), ("im 14 but he thinks im 18", 14),
        ("i lied and said im 18", None), ("he knows im 12", 12), ("he said hi and im 12", 12), ("thats what he said\nim 12", 12), ("i think im 13", 13),
    ],
)  # fmt: skip
def test_what_others_say_or_were_told_is_not_taken_for_an_adults_age(text, age):
    assert find_own_age(text) == age
