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
    ("My daughter Shiva is very upset", "My daughter <PERSON_1> is very upset"),
    ("My daughter Camellia is very upset", "My daughter <PERSON_1> is very upset"),
    ("my friend durga sent it to everyone", "my friend <PERSON_1> sent it to everyone"),
    ("my friend obadiah sent it to everyone", "my friend <PERSON_1> sent it to everyone"),
    ("My daughter Jordan is very upset", "My daughter <PERSON_1> is very upset"),
    ("My daughter Kenya is very upset", "My daughter <PERSON_1> is very upset"),
    ("My daughter Rio is very upset", "My daughter <PERSON_1> is very upset"),
    ("my friend india sent it", "my friend <PERSON_1> sent it"),
    ("mein stiefvater thomas schlägt mich immer", "mein stiefvater <PERSON_1> schlägt mich immer"),
    ("mein bruder lukas", "mein bruder <PERSON_1>"),
    ("mein onkel jürgen fasst mich an", "mein onkel <PERSON_1> fasst mich an"),
    ("mi padrastro rubén me pega", "mi padrastro <PERSON_1> me pega"),
    ("mon copain lucas veut", "mon copain <PERSON_1> veut"),
    ("rahul bhaiya mujhe pareshan karta hai", "<PERSON_1> bhaiya mujhe pareshan karta hai"),
    ("mein lehrer herr schröder", "mein lehrer herr <PERSON_1>"),
    ("le prof de sport monsieur martin", "le prof de sport monsieur <PERSON_1>"),
    ("hola soy lucia tengo 12", "hola soy <PERSON_1> tengo 12"),
    ("ich bin die mia und hab angst", "ich bin die <PERSON_1> und hab angst"),
    ("der typ heisst kevin müller", "der typ heisst <PERSON_1>"),
    ("will from maths wont stop", "<PERSON_1> from maths wont stop"),
    ("grace from my class is horrible", "<PERSON_1> from my class is horrible"),
    ("it was mark who did it", "it was <PERSON_1> who did it"),
    ("me and hope arent friends", "me and <PERSON_1> arent friends"),
    ("hope is bullying me", "<PERSON_1> is bullying me"),
    ("summer in my class is being mean", "<PERSON_1> in my class is being mean"),
    ("i fancy mark", "i fancy <PERSON_1>"),
    ("so basically ruby sent it to everyone", "so basically <PERSON_1> sent it to everyone"),
    ("name: tia", "name: <PERSON_1>"),
    ("my name is f r e y a", "my name is <PERSON_1>"),
    ("its spelt f-r-e-y-a", "its spelt <PERSON_1>"),
    ("my name is f.r.e.y.a", "my name is <PERSON_1>"),
    ("everyone calls me pickle", "everyone calls me <PERSON_1>"),
    ("ppl call me bubbles", "ppl call me <PERSON_1>"),
    ("Pupil J. Whitcombe disclosed", "Pupil J. <PERSON_1> disclosed"),
    ("lily and daisy wont let me", "<PERSON_1> and <PERSON_2> wont let me"),
    ("ruby n poppy", "<PERSON_1> n <PERSON_2>"),
    ("mark n will r horrible", "<PERSON_1> n <PERSON_2> r horrible"),
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
    "my daughter summer camp",
    "my friend group sent it to everyone",
    "my daughter jordan trip",
    "my son london trip",
    "my friend in india",
    "my friend tiktok got hacked",
    "ich bin die älteste",
    "soy nueva aqui",
    "mi mama no esta",
    "mon copain veut",
    "ho mostrato a mio padre una foto della gita",
    "doctor wali dawai kha li",
    "das macht mir angst",
    "mein freund hat mich geschlagen",
    "quelqu'un veut",
    "numero",
    "colegio",
    "Geburtstag",
    "hope from my mum helps",
    "i fancy cherry coke",
    "rain n storm",
    "joy is being taken from me",
    "mark my work",
    "may from now on be quiet",
    "a b c d e grades",
    "i got a b a c",
    "everyone calls me ugly",
    "they call me names",
    "they call me fat",
    "call me back",
    "call me later",
    "my will is strong",
    "i will die",
    "shiva is a god in hindu stories",
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
