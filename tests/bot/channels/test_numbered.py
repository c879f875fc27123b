"""Numbers, number words and the words of a choice are understood; a sentence that begins with a number is not one."""

from __future__ import annotations

import pytest

from bot.channels.numbered import as_lines, read_reply, read_title

CHOICES = (("It's a joke", "/deny"), ("Today is too much", "/tired"), ("I think about it", "/affirm"))


@pytest.mark.parametrize(
    ("said", "payload"),
    [
        ("1", "/deny"), ("2.", "/tired"), (" #3 ", "/affirm"), ("(1)", "/deny"), ("one", "/deny"), ("Two", "/tired"),
        ("THREE!", "/affirm"), ("number 2", "/tired"), ("the first one", "/deny"), ("2 please", "/tired"),
        ("2️⃣", "/tired"), ("③", "/affirm"), ("٢", "/tired"), ("3 I think about it", "/affirm"),
        ("ok today is too much please", "/tired"), ("yes it's a joke", "/deny"), ("a joke please", None),
        ("its a joke", None), ("it’s a joke", "/deny"), ("TODAY IS TOO MUCH", "/tired"),
    ],
)  # fmt: skip
def test_a_reply_that_means_a_choice(said, payload):
    assert read_reply(said, CHOICES) == payload


@pytest.mark.parametrize(
    "said",
    ["1 guy keeps asking me", "4", "0", "12", "one of them", "i think", "no", "", "  ", "?", "1 2", "no one",
     "2 days ago he asked me for pictures", "joke", "one " * 40, "١٢٣٤"],
)  # fmt: skip
def test_a_reply_that_is_a_message_like_any_other(said):
    assert read_reply(said, CHOICES) is None


def test_without_a_list_a_number_is_only_a_number():
    assert read_reply("1", ()) is None


def test_a_list_is_written_with_its_numbers():
    assert as_lines(CHOICES[:2]) == "1 It's a joke\n2 Today is too much"


DELETING = (("Delete my chat", "/confirm_delete_chat"), ("Keep it", "/deny"))


@pytest.mark.parametrize("said", ["Delete my chat", "yes", "yes please", "ok delete it", "do it", "Yes, delete everything now"])
def test_a_yes_to_what_is_offered_now_is_its_button(said):
    assert read_title(said, DELETING) == "/confirm_delete_chat"


@pytest.mark.parametrize("said", ["ok", "thanks", "please", "don't delete it", "delete his account", "no", "keep it please", "my chat"])
def test_nothing_is_deleted_without_a_yes(said):
    assert read_title(said, DELETING) != "/confirm_delete_chat"


def test_a_choice_is_named_by_its_place_where_there_are_buttons():
    assert read_title("yes the first one", CHOICES) == "/deny"
    assert read_title("the second one please", CHOICES) == "/tired"
    assert [read_title(said, CHOICES) for said in ("second", "1", "the fifth one", "the last one")] == [None] * 4
