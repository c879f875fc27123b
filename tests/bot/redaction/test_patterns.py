"""Details with a fixed shape, each beside its near-miss. All examples are invented or reserved for examples."""

from __future__ import annotations

import pytest

FOUND = [
    ("PHONE", "ring 07700 900123 now", "07700 900123"),
    ("PHONE", "text +1 (202) 555-0143", "+1 (202) 555-0143"),
    ("PHONE", "0 7 7 0 0 9 0 0 1 2 3", "0 7 7 0 0 9 0 0 1 2 3"),
    (
        "PHONE",
        "its oh seven seven double oh nine oh oh one two three",
        "oh seven seven double oh nine oh oh one two three",
    ),
    ("PHONE", "０７７００ ９００１２３ is mine", "０７７００ ９００１２３"),
    ("PHONE", "07700\u200b900123", "07700\u200b900123"),
    ("PHONE", "0\ufe0f\u20e37\ufe0f\u20e37\ufe0f\u20e300900123 ok", "0\ufe0f\u20e37\ufe0f\u20e37\ufe0f\u20e300900123"),
    ("PHONE", "07700 - 900 - 123", "07700 - 900 - 123"),
    ("PHONE", "my number is 07700,900,123", "07700,900,123"),
    ("PHONE", "call 07700:900:123", "07700:900:123"),
    ("PHONE", "07700|900|123", "07700|900|123"),
    ("PHONE", "07700📱900📱123", "07700📱900📱123"),
    ("PHONE", "call me 0 7 7 0 0 / 9 0 0 1 2 3", "0 7 7 0 0 / 9 0 0 1 2 3"),
    ("PHONE", "oh seven seven double oh nine hundred one two three", "oh seven seven double oh nine hundred one two three"),
    ("HANDLE", "my snap is dark wolf", "dark wolf"),
    ("HANDLE", "his username is shadow", "shadow"),
    ("HANDLE", "my discord tag is shadow 1 2 3 4", "shadow 1 2 3 4"),
    ("HANDLE", "my roblox user is bacon hair 55, add me", "bacon hair 55"),
    ("EMAIL", "mail jo.b+x@mail.example.com", "jo.b+x@mail.example.com"),
    ("EMAIL", "jo at gmail dot com", "jo at gmail dot com"),
    ("EMAIL", "jo(at)example(dot)org", "jo(at)example(dot)org"),
    ("EMAIL", "pay me at jo.b@okaxis", "jo.b@okaxis"),
    ("LINK", "see https://www.instagram.com/jo.b/?hl=en", "https://www.instagram.com/jo.b/?hl=en"),
    ("LINK", "its tiktok.com/@jo.b", "tiktok.com/@jo.b"),
    ("LINK", "on jossecretblog.com", "jossecretblog.com"),
    ("IP_ADDRESS", "ip 203.0.113.7 says he", "203.0.113.7"),
    ("IP_ADDRESS", "2001:db8::8a2e:370:7334", "2001:db8::8a2e:370:7334"),
    ("CARD", "4111-1111-1111-1111 is moms", "4111-1111-1111-1111"),
    ("ID_NUMBER", "ssn 078-05-1120", "078-05-1120"),
    ("ID_NUMBER", "NI QQ123456C", "QQ123456C"),
    ("ID_NUMBER", "passport no. 533380006", "533380006"),
    ("ID_NUMBER", "passport number 533380006", "533380006"),
    ("ID_NUMBER", "GB29 NWBK 6016 1331 9268 19", "GB29 NWBK 6016 1331 9268 19"),
    ("GPS", "im at 51.5007, -0.1246", "51.5007, -0.1246"),
    ("GPS", "///filled.count.soap", "///filled.count.soap"),
    ("BIRTH_DATE", "born 3rd of may 2010", "3rd of may 2010"),
    ("BIRTH_DATE", "my bday is 12/03", "12/03"),
    ("BIRTH_DATE", "12/03/2011", "12/03/2011"),
    ("BIRTH_DATE", "dob 120311", "120311"),
    ("BIRTH_DATE", "dob is 12032011", "12032011"),
    ("POSTCODE", "in ls1 4ap", "ls1 4ap"),
    ("POSTCODE", "zip 90210", "90210"),
    ("POSTCODE", "K1A 0B1", "K1A 0B1"),
    ("ADDRESS", "at 14 maple avenue", "14 maple avenue"),
    ("ADDRESS", "he knows 221b Baker Street", "221b Baker Street"),
    ("ADDRESS", "she lives on willow lane", "willow lane"),
    ("ADDRESS", "Hauptstraße 45", "Hauptstraße 45"),
    ("SECRET", "my password is Fluffy2012!", "Fluffy2012"),
]

KEPT = [
    "call 999 or 911 or 116 123",
    "text 85258 or 741741",
    "he wants 1000000 robux and £1,000,000",
    "between 10:30-12:45 on 03/05/2026",
    "in 2019-2020 i was 9",
    "2 people on the road said so",
    "5 minutes down the road on the way home",
    "i walk on the street at night",
    "see you at 5pm m8 1st",
    "version 2.0.1.4.5 of it",
    "ok.so what now",
    "is character.ai or roblox.com safe",
    "my password is safe",
    "born to be wild",
    "on my birthday he sent 100000 robux",
    "we walk him@home every day",
    "passport photos please",
    "my snap is private and her insta is hacked",
    "my discord is not working",
    "my tiktok is blowing up",
    "my username is taken",
    "10,000,000 views at 12:30:45",
    "open 08:00-17:00, 09:00-12:00",
    "i paid 0,50 and 0,75",
    "can i add my id to the account",
]


@pytest.mark.parametrize("entity, text, detail", FOUND)
def test_a_detail_is_found_whole(redactor, entity, text, detail):
    found = [(one.type, text[one.start : one.end]) for one in redactor.find(text)]
    assert (entity, detail) in found


@pytest.mark.parametrize("text", KEPT)
def test_a_near_miss_stays(redactor, text):
    assert redactor.redact(text).text == text


def test_numbers_of_the_helpline_directory_stay(redactor, monkeypatch):
    from bot.redaction.identifiers import is_directory_number
    from bot.redaction.lexicon import Kept, Lexicon

    nothing = frozenset()
    kept = Kept(numbers=frozenset({"8001111", "18006624357"}))
    lexicon = Lexicon(nothing, nothing, nothing, nothing, nothing, nothing, nothing, kept)
    assert is_directory_number("08001111", lexicon)
    assert is_directory_number("8006624357", lexicon)
    assert not is_directory_number("07700900123", lexicon)
    assert redactor.redact("ring childline on 0800 1111").text == "ring childline on 0800 1111"


def test_a_hostile_text_is_searched_within_its_bounds(redactor):
    import time

    started = time.process_time()
    for text in ("1 " * 9000, "a" * 19000, "@a." * 6000, "st " * 6000, "0-" * 9000, "my name is " * 1500):
        redactor.redact(text)
    assert time.process_time() - started < 60


def test_text_that_cannot_be_searched_is_withheld(redactor, monkeypatch):
    def fail(*_, **__):
        raise TimeoutError

    monkeypatch.setattr(redactor, "_find_in_piece", fail)
    assert redactor.redact("im katie from somewhere unseen").text == "<WITHHELD>"
    assert redactor.redact("x" * 30000).text == "<WITHHELD>"
