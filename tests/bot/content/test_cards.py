"""One card in each channel's form."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest

from bot.content.barriers import answer
from bot.content.card_words import get_card_words
from bot.content.cards import card_of, cards_of, gsm, hours_in_words, line, name_before, segments, sms_line
from bot.content.hotlines import get_directory
from bot.content.opening_hours import Status
from bot.content.selection import PURPOSES, Choice, SelectionRequest, select
from bot.safety.levels import Speaker

TUESDAY_NIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=timezone.utc)
TUESDAY_NOON = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
THURSDAY_MIDDAY_IN_JAPAN = datetime(2026, 11, 26, 5, 0, tzinfo=timezone.utc)
SATURDAY_MIDDAY_IN_JAPAN = datetime(2026, 11, 28, 5, 0, tzinfo=timezone.utc)


def card(service_id: str, need: str, own: bool = True, person: str = "child", category: str | None = "extortion"):
    return card_of(Choice(get_directory().get(service_id), need, own, Status.OPEN), person, category, None)


def test_on_the_web_numbers_and_pages_can_be_tapped():
    text = line(card("gb-childline", "child_helpline"), "web")
    assert "[0800 1111](tel:08001111)" in text
    assert "[chat online](https://www.childline.org.uk" in text
    assert "sms:85258?body=SHOUT" in line(card("gb-shout", "crisis"), "web")


def test_elsewhere_they_stand_in_the_open():
    text = line(card("gb-childline", "child_helpline"), "telegram")
    assert "0800 1111" in text and "](" not in text and "**" not in text


def test_each_card_says_why_this_service():
    assert "threats with pictures" in card("gb-childline", "child_helpline").why


@pytest.mark.parametrize(
    ("service_id", "need", "reader", "said"),
    [
        ("gb-report-remove", "image_removal", "child", "Can help get a sexual picture of you taken down or blocked, also a faked one."),
        ("gb-report-remove", "image_removal", "other", "Can help get a sexual picture taken down or blocked, also a faked one."),
        ("us-cybertipline", "report", "child", "You can tell them about a person who hurt you online."),
        ("us-cybertipline", "report", "other", "You can report pictures of child abuse there, or a person who harms children online."),
        ("us-cybertipline", "abuse", "parent", "You can report there that a child is being hurt."),
        ("gb-ceop", "report", "child", "You can tell this police team about grooming, sexual abuse or sexual threats online to anyone under 18."),
        ("gb-ceop", "abuse", "other", "You can tell this police team about grooming, sexual abuse or sexual threats online to anyone under 18."),
        ("at-stopline", "report", "child", "You can tell them where a sexual picture of a child can be seen online."),
        ("int-inhope", "report", "parent", "You can report pictures of child abuse there that can be seen online. Choose your country there."),
        ("au-crime-stoppers", "abuse", "parent", "A line for telling the police what you know about harm to a child, without your name."),
        ("us-rainn", "sexual_violence", "parent", "For anyone who has been through sexual violence, now or long ago."),
        ("us-rainn", "sexual_violence", "child", "For anyone who was hurt or touched in a sexual way, now or long ago."),
        ("us-rainn", "abuse", "child", "For anyone who was hurt or touched in a sexual way, now or long ago."),
        ("ua-1547", "abuse", "parent", "For anyone who is being hurt or frightened at home."),
        ("au-1800respect", "sexual_violence", "child", "For anyone who is hurt or frightened by someone close, or has been through sexual violence."),
        ("au-1800respect", "domestic_violence", "adult", "For anyone who is hurt or frightened by someone close, or has been through sexual violence."),
        ("us-ndvh", "domestic_violence", "adult", "For anyone who is being hurt or frightened at home."),
    ],
)  # fmt: skip
def test_a_service_is_described_by_what_it_takes_and_to_whom(service_id, need, reader, said):
    assert card(service_id, need, person=reader, category="abuse_disclosure").why == said


def test_no_service_is_described_by_what_nobody_understands_or_what_does_not_fit_it():
    for service in get_directory().services:
        for need, purposes in PURPOSES.items():
            if set(purposes) & set(service.serves):
                for reader in ("child", "parent", "professional", "adult", "other"):
                    why = card(service.id, need, person=reader, category="abuse_disclosure").why
                    assert "They say which" not in why and "unwanted" not in why and why.endswith("."), service.id
                    assert reader in ("child", "adult") or " of you " not in why, (service.id, reader)


def test_words_of_a_service_are_of_one_that_exists_and_for_a_need_that_it_meets():
    for service_id, words in get_card_words()["services"].items():
        serves = get_directory().get(service_id).serves
        for need in set(words) - {"default"}:
            assert set(PURPOSES[need]) & set(serves), (service_id, need)


@pytest.mark.parametrize(
    ("speaker", "audience", "said"),
    [
        (Speaker.SELF, "child", " of you "),
        (Speaker.UNKNOWN, None, " of you "),
        (Speaker.FRIEND, "child", " picture taken "),
        (Speaker.ABOUT_CHILD, "child", " picture taken "),
        (Speaker.ABOUT_CHILD, "parent", " picture taken "),
        (Speaker.OWN_BEHAVIOUR, "child", " picture taken "),
        (Speaker.PROFESSIONAL, None, " picture taken "),
    ],
)
def test_only_who_writes_about_themselves_reads_of_a_picture_of_you(speaker, audience, said):
    request = SelectionRequest(country="GB", category="image_shared", speaker=speaker, audience=audience)
    shown = [one.why for one in cards_of(select(get_directory(), request), "image_shared", None) if "faked" in one.why]
    assert shown and all(said in why for why in shown)


def test_a_line_for_the_child_says_so_to_the_parent():
    assert card("gb-childline", "child_helpline", own=False, person="parent").why.startswith("For your child: they")


def test_an_unconfirmed_address_is_not_on_the_card():
    shown = card("us-988", "crisis")
    assert shown.chat_url is None and shown.url is None
    assert get_directory().get("us-988").hidden_urls


@pytest.mark.parametrize(
    ("service_id", "at", "expected"),
    [
        ("gb-childline", TUESDAY_NIGHT, "any time, day or night"),
        ("nl-kindertelefoon", TUESDAY_NIGHT, "closed now, opens today at 11:00"),
        ("nl-kindertelefoon", TUESDAY_NOON, "open now, until 21:00"),
        ("nl-kindertelefoon", None, "hours: daily 11:00-21:00"),
        ("br-cvv", TUESDAY_NIGHT, "any time, day or night"),
        ("za-cipla-sadag", TUESDAY_NIGHT, "hours: phone 24/7; WhatsApp 8:00-17:00 daily"),
        ("cz-linka-bezpeci", None, "hours: phone 24/7; chat 9:00-13:00 and 15:00-19:00"),
        ("jp-inochi-sos", THURSDAY_MIDDAY_IN_JAPAN, "open now, until 00:00 on Saturday"),
        ("jp-inochi-sos", SATURDAY_MIDDAY_IN_JAPAN, "open now, until 00:00"),
        ("cl-1455", TUESDAY_NOON, "hours: Mon-Fri 8:00-0:00 (not on public holidays)"),
        ("nz-whatsup", TUESDAY_NOON, "hours: Mon-Fri 12:00-23:00, Sat-Sun 15:00-23:00 (may have changed)"),
    ],
)
def test_hours_are_told_in_words(service_id, at, expected):
    assert hours_in_words(get_directory().get(service_id), at) == expected


def test_a_text_message_keeps_to_plain_characters_and_short_names():
    assert sms_line(card("gb-childline", "child_helpline"), "Childline") == "Childline 0800 1111 or childline.org.uk"
    assert sms_line(card("gb-shout", "crisis"), "Shout") == "Shout (text SHOUT to 85258)"
    assert gsm("“Únic” · Łódź’s") == "\"Unic\" - ?odz's"
    assert [segments("x" * n) for n in (160, 161, 306, 307)] == [1, 2, 2, 3]


def test_the_structured_card_leaves_out_what_is_not_known():
    data = card("gb-ceop", "report").as_dict()
    assert data["url"].startswith("https://www.ceop.police.uk")
    assert "phone" not in data and "hours" not in data


@pytest.mark.parametrize(
    ("name", "number", "said"),
    [
        ("Child Helpline 1098", "1098", "Child Helpline"),
        ("Bris 116 111", "116 111", "Bris"),
        ("Lelki Elsősegély 116-123", "116 123", "Lelki Elsősegély"),
        ("Die Dargebotene Hand (143)", "143", "Die Dargebotene Hand"),
        ("Uganda Child Helpline - Sauti 116", "116", "Uganda Child Helpline - Sauti"),
        ("Shout 85258", "text SHOUT to 85258", "Shout"),
        ("9-8-8", "988", ""),
        ("*4141", "*4141", ""),
        ("1929 Child Helpline", "1929", "1929 Child Helpline"),
        ("Uganda Police 999 / 112", "999", "Uganda Police 999 / 112"),
        ("Childline", "0800 1111", "Childline"),
        ("Child Helpline 1098", None, "Child Helpline 1098"),
    ],
)
def test_a_name_before_its_number_does_not_say_the_number_as_well(name, number, said):
    assert name_before(number, name) == said


def test_a_line_that_only_takes_texts_has_its_way_in_beside_another_languages_words():
    assert line(card("us-crisis-text-line", "crisis"), "telegram", bare=True) == "Crisis Text Line: text HOME to 741741"


def without_links(text):
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)


def test_no_short_line_of_any_service_says_its_number_twice():
    for service in get_directory().services:
        shown = card_of(Choice(service, "child_helpline", True, Status.OPEN), "child", None, None)
        texts = [sms_line(shown), sms_line(shown, service.short), line(shown, "telegram", bare=True)]
        if service.reachable and service.phone:
            lines = answer("dont_know_what_to_say", service, "child").text.split("\n")
            texts += [text for text in map(without_links, lines) if service.phone in text]
        number = service.phone or (service.sms.number if service.sms else None)
        for text in texts if number else ():
            digits = r"[\s().:-]*".join(re.findall(r"\d", number))
            assert not re.search(rf"(?<!\d){digits}\)?:? {digits}(?!\d)", text), (service.id, text)
            assert re.search(digits, text), (service.id, text)


def test_a_service_known_by_its_number_only_is_not_named_before_it():
    shown = card_of(Choice(get_directory().get("fr-3018"), "report", True, Status.OPEN), "child", None, None)
    assert sms_line(shown, "3018") == "3018"
    said = without_links(answer("dont_know_what_to_say", get_directory().get("fr-3018"), "child").text)
    assert "3018" in said and "3018: 3018" not in said and "\n: " not in said
