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
    ("SECRET", "pin 4821", "4821"),
    ("SECRET", "my pin 4821", "4821"),
    ("SECRET", "door code 4821", "4821"),
    ("SECRET", "the code to our door is 2580", "2580"),
    ("SECRET", "alarm code 9-1-4-2", "9-1-4-2"),
    ("SECRET", "verification code G-482193", "G-482193"),
    ("SECRET", "your code is G-482193", "G-482193"),
    ("SECRET", "snapchat sent me 553201", "553201"),
    ("SECRET", "2fa backup 8h3k-99xz", "8h3k-99xz"),
    ("SECRET", "my backup code is 8h3k99xz", "8h3k99xz"),
    ("SECRET", "the pin is four eight two one", "four eight two one"),
    ("SECRET", "pass: rainbow", "rainbow"),
    ("SECRET", "my pass is hunter22", "hunter22"),
    ("SECRET", "mdp: soleil99", "soleil99"),
    ("SECRET", "mi contraseña es gatito", "gatito"),
    ("SECRET", "mein passwort ist sommer", "sommer"),
    ("SECRET", "minha senha é luar77", "luar77"),
    ("SECRET", "la clave es tigre2012", "tigre2012"),
    ("SECRET", "gift card code X7QH-2MKL-9PRT-55AB", "X7QH-2MKL-9PRT-55AB"),
    ("SECRET", "steam code AB1DE-FG2IJ-KL3NO", "AB1DE-FG2IJ-KL3NO"),
    ("SECRET", "my password is sunshine", "sunshine"),
    ("SECRET", "my password is cool cats", "cool cats"),
    ("SECRET", "her password is best friends", "best friends"),
    ("HANDLE", "my snap is funny otter", "funny otter"),
    ("SECRET", "password: sunshine", "sunshine"),
    ("SECRET", "my password is liverpool", "liverpool"),
    ("SECRET", "my password is i love cats", "i love cats"),
    ("SECRET", "my password is sunshine and my mum found out", "sunshine"),
    ("SECRET", "my login is ella / monkey", "ella / monkey"),
    ("SECRET", "i changed my password to sunshine yesterday", "sunshine"),
    ("HANDLE", "username: rainbow", "rainbow"),
    ("HANDLE", "my roblox username is cool guy 55", "cool guy 55"),
    ("HANDLE", "my gamertag is Silent Hunter", "Silent Hunter"),
    ("HANDLE", "his insta handle is sad boy hours", "sad boy hours"),
    ("HANDLE", "my wickr is zorblefish", "zorblefish"),
    ("HANDLE", "add me on vrchat zorblefish", "zorblefish"),
    ("HANDLE", "my session is zorblefish", "zorblefish"),
    ("HANDLE", "kik me sweetboi", "sweetboi"),
    ("HANDLE", "snap me sweetboi", "sweetboi"),
    ("BIRTH_DATE", "nací el 3 de mayo de 2012", "3 de mayo de 2012"),
    ("BIRTH_DATE", "je suis né le 3 mai 2012", "3 mai 2012"),
    ("BIRTH_DATE", "ich bin am 3. mai 2012 geboren", "3. mai 2012"),
    ("BIRTH_DATE", "mein geburtstag ist am 5. märz", "5. märz"),
    ("BIRTH_DATE", "mon anniv c le 12 mars", "12 mars"),
    ("BIRTH_DATE", "geboren 05.03.12", "05.03.12"),
    ("BIRTH_DATE", "born on the third of may two thousand and twelve", "third of may two thousand and twelve"),
    ("BIRTH_DATE", "my birthday's the fourth of june", "fourth of june"),
    ("EMAIL", "tinker77@ gmail.com", "tinker77@ gmail.com"),
    ("EMAIL", "tinker77 @gmail.com", "tinker77 @gmail.com"),
    ("EMAIL", "tinker77 at gmail.com", "tinker77 at gmail.com"),
    ("EMAIL", "marta.ruiz arroba gmail punto com", "marta.ruiz arroba gmail punto com"),
    ("EMAIL", "tim.k ät gmx punkt de", "tim.k ät gmx punkt de"),
    ("EMAIL", "bob at protonmail", "bob at protonmail"),
    ("POSTCODE", "in canberra ACT 2600", "2600"),
    ("PHONE", "07700 nine hundred 123", "07700 nine hundred 123"),
    ("PHONE", "oh 7700 900 one two three", "oh 7700 900 one two three"),
    ("ID_NUMBER", "number plate yk 19 xpt", "yk 19 xpt"),
    ("ID_NUMBER", "reg is K123 ABC", "K123 ABC"),
    ("ID_NUMBER", "MH 12 AB 1234", "MH 12 AB 1234"),
    ("GPS", "lat 53.48 long -2.24", "lat 53.48 long -2.24"),
    ("ADDRESS", "i live on orchard close", "orchard close"),
    ("ADDRESS", "fourteen mill lane", "fourteen mill lane"),
    ("ADDRESS", "i live at forty two elm road", "forty two elm road"),
    ("POSTCODE", "75013 paris", "75013"),
    ("POSTCODE", "80331 münchen", "80331"),
    ("POSTCODE", "delhi 110001", "110001"),
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
    "pin it to the wall",
    "year 9 code club",
    "error code 404 in roblox",
    "roblox error code 2775 again",
    "what is a pin",
    "area code",
    "area code 0113 is leeds",
    "dress code",
    "code 9",
    "i forgot my pin",
    "i need the code to get in",
    "he sent me 5000 messages",
    "roblox sent me 20000 emails",
    "i turned 2fa on with a backup phone",
    "did i pass year 9",
    "i have to pass 10 exams",
    "i passed the 11-plus",
    "pass it to me",
    "a gift card code for his birthday",
    "what code is it",
    "my password is not working",
    "my password is good enough",
    "my password is old and boring",
    "my insta is new here",
    "my snap is dead lol",
    "is my password safe",
    "the password is wrong",
    "my password is the same everywhere",
    "my password is too short",
    "my password is really weak",
    "my password is gone",
    "my password is in my diary",
    "my password is known by my ex",
    "my password is only for me",
    "my password is 12 characters long",
    "what is a strong password: how long should it be",
    "my login is not working",
    "i changed my password to something stronger",
    "the password is a secret",
    "mein passwort ist nicht sicher",
    "mi contraseña es muy débil",
    "what username should i choose",
    "my username is taken",
    "my username is taken help",
    "username is too long",
    "my username is cool",
    "my username is so old",
    "a good username is short",
    "what username is best",
    "is my username safe",
    "my gamertag is really old",
    "my session is tomorrow",
    "my counselling session is at 3",
    "my locket is gold",
    "snap me later",
    "kik me tomorrow pls",
    "snap me when you get home",
    "the third of may is a holiday",
    "my birthday is in summer",
    "mail me at gmail",
    "he works at yahoo",
    "look at this point in time",
    "meet @ school",
    "follow @roblox",
    "Sexual Offences Act 2003",
    "Equality Act 2010",
    "Children Act 1989",
    "the EQUALITY ACT 2010",
    "two way street",
    "one busy road",
    "i live in leeds close to school",
    "i live close to a park",
    "i live on the edge",
    "two hundred 2000 people",
    "lat is a muscle",
    "10000 people in paris",
    "we had 12 and then four five six goals",
    "my password is really good lol",
    "my password is my business",
    "i forgot what my password is",
    "my login is broken",
    "what is your password",
    "the pass is 3rd",
    "should i tell him my password",
    "never give your password: it is yours",
    "i have 2 1 and one hundred 50",
    "her username is cool",
    "my insta is dead",
    "my username is old and boring",
    "my gamertag is cool",
    "username is required",
    "bio and username: leave out full name, age and town",
    "they changed the password to lock me out",
    "he changed my password to stop me",
    "she put a password on it",
    "my password is getting old",
    "one long lane",
    "two people in my lane",
    "i live in a flat with a view",
    "i live in a small town square",
    "we moved to a new place",
    "i live on a hill",
    "we live on the same road",
    "the plate is hot",
    "steam deck and gift card",
    "is it ok to put my password in",
    "they sent me 20000 robux",
    "it sent me 200 messages",
    "the code of conduct is 12 pages",
    "the code to my heart",
    "my code is bad",
    "he was born in summer",
    "the second of two",
    "it cost two thousand and twelve pounds",
    "i was born second",
    "year two thousand",
    "my pin is secret",
    "the pin was wrong",
    "pin me a photo",
    "scored 10 and nine hundred",
    "lat long are words",
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


def test_a_search_that_took_too_long_once_is_tried_again(redactor, monkeypatch):
    search, tries = redactor._find_in_piece, []

    def slow_at_first(text):
        tries.append(text)
        if len(tries) == 1:
            raise TimeoutError
        return search(text)

    monkeypatch.setattr(redactor, "_find_in_piece", slow_at_first)
    assert redactor.redact("im katie and i wait at the busy stop").text == "im <PERSON_1> and i wait at the busy stop"
    assert len(tries) == 2
