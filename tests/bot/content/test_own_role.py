"""Who writes: what is said of the writer, and what tells of others."""

from __future__ import annotations

import time

import pytest

from bot.content.own_role import RoleReading, read_role

OTHERS = [
    "hes a photographer", "hes a teacher", "my mum is a social worker", "im a girl", "im a boy", "shes 15 like me", "he is 40",
    "my teacher", "shes my coach", "my dad", "his mum is a nurse", "he says hes a teacher", "he said im a teacher",
    "im scared of a teacher", "im dating a teacher", "im scared coach will see", "im in love with a teacher", "i like a teacher",
    "a photographer", "im a photographer", "hes in year 9", "shes a girl", "a teacher at school is mean", "teacher hits me",
    "my friend is 12", "im friends with a nurse", "hes a doctor and im scared", "hes 12", "coach is weird", "dad is a teacher",
    "mum hates me", "im 5 mins away", "im one of them", "they are adults", "he works as a nurse", "hes a dad", "i run away a lot",
    "im the teachers pet", "this is the teacher who hit me",
]  # fmt: skip


@pytest.mark.parametrize("known", [None, "child", "parent"])
@pytest.mark.parametrize("text", OTHERS)
def test_the_occupation_age_or_gender_of_others_says_nothing_of_who_writes(text, known):
    assert read_role(text, known) == RoleReading(False)
    assert read_role(text, known, is_card_open=True) == RoleReading(False)


@pytest.mark.parametrize("is_card_open", [False, True])
@pytest.mark.parametrize("known", [None, "child", "parent", "professional"])
@pytest.mark.parametrize(
    ("text", "audience"),
    [
        ("im a teacher", "professional"), ("i am his dad", "parent"), ("as a nurse what do i do", "professional"),
        ("mum of two here", "parent"), ("im 12", "child"), ("i'm a mum", "parent"), ("i am eleven", "child"),
        ("im in year 9", "child"), ("14m", "child"), ("i work with children", "professional"), ("i go to primary school", "child"),
        ("im not a kid im a parent", "parent"), ("i'm not a parent, i'm the kid", "child"), ("dad here", "parent"),
        ("i'm her auntie and she lives with me", "parent"), ("We are adoptive parents, both of us reading along.", "parent"),
        ("nah thats my son who wrote before, this is his mother typing now", "parent"), ("its his mum", "parent"),
        ("i'm over 18", None), ("im a student", None), ("his mum here", "parent"), ("im a foster kid", "child"),
        ("im a maths teacher", "professional"), ("i told you im a nurse", "professional"), ("speaking as a parent", "parent"),
    ],
)  # fmt: skip
def test_what_the_words_say_of_the_writer_counts_whatever_was_known(text, audience, known, is_card_open):
    assert read_role(text, known, is_card_open=is_card_open) == RoleReading(True, audience)


@pytest.mark.parametrize(
    ("text", "audience"),
    [("parent", "parent"), ("teacher", "professional"), ("15", "child"), ("girl, 15", "child"), ("school nurse", "professional"),
     ("single mother, two girls at home", "parent"), ("12 nearly 13", "child")],
)  # fmt: skip
def test_a_role_without_a_subject_counts_where_it_contradicts_nothing_and_nothing_else_is_talked_of(text, audience):
    other = "parent" if audience == "child" else "child"
    assert read_role(text) == read_role(text, audience) == RoleReading(True, audience)
    assert read_role(text, other).is_own == (text == "parent")
    assert not read_role(text, is_card_open=True).is_own
    assert read_role(text, other, was_asked=True, is_card_open=True) == RoleReading(True, audience)


def test_who_is_asked_may_answer_with_a_gender_and_not_with_somebody_else():
    assert read_role("im a girl", was_asked=True) == RoleReading(True, "child")
    assert not read_role("hes a boy", was_asked=True).is_own
    assert not read_role("my mum", was_asked=True).is_own


@pytest.mark.parametrize("text", ["im a " * 3000, "as a " * 3000, "im " * 5000, "hi so just " * 2000, "i told him " * 2000])
def test_an_endless_text_is_read_in_no_time(text):
    begun = time.perf_counter()
    read_role(text)
    assert time.perf_counter() - begun < 1
