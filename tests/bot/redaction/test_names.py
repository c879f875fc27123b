"""People, handles, schools and teams in chat spelling, each beside its near-miss. All invented."""

from __future__ import annotations

import pytest

REDACTED = [
    ("im katie", "im <PERSON_1>"),
    ("my name's zyanna", "my name's <PERSON_1>"),
    ("everyone calls me Bramble", "everyone calls me <PERSON_1>"),
    ("a girl called poppy", "a girl called <PERSON_1>"),
    ("my friend rose told her mum", "my friend <PERSON_1> told her mum"),
    ("katies brother sent it", "<PERSON_1>s brother sent it"),
    ("KATIE HELP ME", "<PERSON_1> HELP ME"),
    ("Priya Sharma wrote to me", "<PERSON_1> wrote to me"),
    ("mr green is my teacher", "mr <PERSON_1> is my teacher"),
    ("i told will yesterday", "i told <PERSON_1> yesterday"),
    ("katieeee pls", "<PERSON_1> pls"),
    ("je m'appelle amélie", "je m'appelle <PERSON_1>"),
    ("меня зовут Аня", "меня зовут <PERSON_1>"),
    ("add me on snap its_maddie07", "add me on snap <HANDLE_1>"),
    ("insta: zoe.lxx", "insta: <HANDLE_1>"),
    ("@real.jay wants pics", "<HANDLE_1> wants pics"),
    ("roblox user CookieQueen2011", "roblox user <HANDLE_1>"),
    ("darkreaper#4821 on discord", "<HANDLE_1> on discord"),
    ("i go to st marys", "i go to <SCHOOL_1>"),
    ("at kingsmead academy", "at <SCHOOL_1>"),
    ("she is at Lincoln Middle School", "she is at <SCHOOL_1>"),
    ("i play for Riverside Rovers", "i play for <TEAM_1>"),
    ("my jersey number is 23", "my jersey number is <TEAM_1>"),
]

UNTOUCHED = [
    "my name is not important",
    "my name is quite unusual",
    "will he post it",
    "my friend will tell her mum",
    "my friend may know",
    "i hope it stops",
    "mark it as spam",
    "he called me names",
    "im scared and im 13",
    "im gonna tell my mum",
    "my mum and my stepdad dont know",
    "i live in jordan",
    "he is from london or manchester",
    "i use tiktok, snapchat and discord",
    "my nud3s got l34ked",
    "is gta5 ok for a 12yo",
    "my snap is private",
    "i hate high school",
    "my primary school had a talk",
    "the whole football team saw",
    "hes 2x my age and 6ft2",
    "Childline helped me",
    "what happens on Friday in March",
    "kms lol",
    "Can Kids Help Phone text me back?",
]


@pytest.mark.parametrize("text, expected", REDACTED)
def test_a_detail_becomes_a_placeholder(redactor, text, expected):
    assert redactor.redact(text).text == expected


@pytest.mark.parametrize("text", UNTOUCHED)
def test_a_near_miss_stays(redactor, text):
    assert redactor.redact(text).text == text


def test_the_same_person_keeps_one_number_in_a_conversation(redactor, memory):
    first = redactor.redact("katie and tariq were there", memory).text
    second = redactor.redact("tariq said Katie lied", memory).text
    assert first == "<PERSON_1> and <PERSON_2> were there"
    assert second == "<PERSON_2> said <PERSON_1> lied"


def test_a_full_name_after_the_given_name_is_the_same_person(redactor, memory):
    redactor.redact("im katie", memory)
    assert redactor.redact("katie sharma is my name", memory).text == "<PERSON_1> is my name"


def test_a_redacted_text_is_not_redacted_again(redactor):
    text = "im <PERSON_1> at <SCHOOL_1>, my snap is <HANDLE_2>"
    assert redactor.redact(text).text == text


def test_found_spans_point_into_the_text_as_typed(redactor):
    text = "ok \u200bim ｋａｔｉｅ now"
    (found,) = redactor.redact(text).found
    assert text[found.start : found.end] == "ｋａｔｉｅ"
