"""Replies as text messages."""

from __future__ import annotations

import pytest

from bot.channels.first_line import with_first_line
from bot.channels.offers import Offer
from bot.channels.segments import MOST_PARTS, SEGMENTS_A_PART, count_segments, is_gsm
from bot.channels.sms import as_text_messages, meant_by, reserved_command
from bot.content.crisis import CrisisContext, compose
from bot.content.responses import get_responses
from bot.safety.levels import RiskAssessment, RiskLevel

YES_NO = [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]


def reply(text, buttons=(), **more):
    return {"text": text, "buttons": list(buttons), **more}


def card(**context):
    found = compose(
        RiskAssessment(level=RiskLevel.ESCALATE, categories={"extortion": 0.9}),
        CrisisContext(country="GB", audience="child", channel="sms", **context),
    )
    (message,) = found.messages
    buttons = [{"title": button.title, "payload": button.payload} for button in message.buttons]
    return reply(message.text, buttons, hotlines=list(found.hotlines), card_level="escalate")


def test_choices_are_numbers_under_the_words():
    found = as_text_messages([reply("Is it **okay** now?\n\nTell me – if you like.", YES_NO)])
    assert found.parts == ("Is it okay now?\nTell me - if you like.\nReply with a number:\n1 Yes\n2 No",)
    assert found.offer == Offer((("Yes", "/affirm"), ("No", "/deny")))


def test_the_first_card_is_one_message_of_two_segments_and_spells_out_its_choice_itself():
    found = as_text_messages([card()])
    (text,) = found.parts
    assert count_segments(text) <= 2 and "0800 1111" in text and "Reply 1 if" in text and "Reply with" not in text
    assert meant_by(found.offer, "1") == "/barrier_cannot_talk"


def test_words_before_a_card_stay_a_message_of_their_own_and_words_after_it_have_the_room_that_is_left():
    answer = reply("A sentence of an ordinary answer that goes on. " * 40, YES_NO)
    found = as_text_messages([reply("Thank you for writing."), card(), answer])
    assert found.parts[0] == "Thank you for writing." and "0800 1111" in found.parts[1]
    assert len(found.parts) == MOST_PARTS and found.parts[2].endswith("Reply MORE to read on.")
    assert found.offer.unread and meant_by(found.offer, "2") is None


def test_the_number_that_a_card_spells_out_means_that_choice_whatever_follows_the_card():
    for answer in ("Short.", "A sentence of an ordinary answer that goes on. " * 40):
        found = as_text_messages([card(), reply(answer, YES_NO)])
        assert meant_by(found.offer, "1") == "/barrier_cannot_talk"
        assert not any("Reply with" in part for part in found.parts)
    more = meant_by(found.offer, "more")
    assert more["buttons"][0]["payload"] == "/barrier_cannot_talk"


def test_the_neutral_first_line_and_the_first_card_fit_two_segments_together():
    (first,) = with_first_line([card()], "sms", "child", False)
    (text,) = as_text_messages([first]).parts
    assert text.startswith("Thank you for writing. Read on where no one can see.\n")
    assert count_segments(text) <= 2 and "0800 1111" in text


def test_a_long_reply_about_safety_is_sent_whole_and_never_waits_behind_more():
    long = reply("A sentence of help that goes on and on. " * 30, YES_NO, hotlines=["gb-childline"])
    found = as_text_messages([long])
    assert not found.offer.unread and len(found.parts) > MOST_PARTS
    assert "MORE" not in "".join(found.parts) and found.parts[-1].endswith("1 Yes\n2 No")
    question = as_text_messages([reply("Is anyone in danger?", YES_NO, response="utter_check_in_unclear")])
    assert question.parts == ("Is anyone in danger?\nReply with a number:\n1 Yes\n2 No",)
    assert all(count_segments(part) <= SEGMENTS_A_PART for part in found.parts)


def test_reading_on_ends_with_the_choices():
    page = as_text_messages([reply("A sentence of an ordinary answer that goes on. " * 40, YES_NO)])
    while page.offer.unread:
        assert all(count_segments(part) <= SEGMENTS_A_PART for part in page.parts)
        assert meant_by(page.offer, "tell me more about it") is None
        page = as_text_messages([meant_by(page.offer, " More! ")])
    assert page.parts[-1].endswith("1 Yes\n2 No") and meant_by(page.offer, "two") == "/deny"
    assert meant_by(page.offer, "more") is None


def test_every_answer_for_a_child_fits_three_text_messages_or_offers_more():
    book = get_responses()
    long = 0
    for name in book.names:
        found = as_text_messages([reply(book.choose(name, "child", "sms", {"country": "GB"}).text)])
        assert 1 <= len(found.parts) <= MOST_PARTS, name
        for part in found.parts:
            assert count_segments(part) <= SEGMENTS_A_PART, (name, part)
        long += bool(found.offer.unread)
    assert long < len(book.names) / 4


def test_text_messages_keep_to_cheap_characters_where_the_words_are_latin():
    book = get_responses()
    for name in book.names:
        if name.endswith(("_ar", "_ja", "_ru", "_zh")):
            continue
        for part in as_text_messages([reply(book.choose(name, "child", "sms", {"country": "GB"}).text)]).parts:
            assert is_gsm(part), (name, part)


@pytest.mark.parametrize(
    ("said", "command"),
    [("STOP", "/stop"), ("Stop.", "/stop"), (" unsubscribe ", "/stop"), ("START", "/start"), ("Help", "/help"), ("info", "/help")],
)
def test_words_that_carriers_reserve_are_commands_when_they_stand_alone(said, command):
    assert reserved_command(said) == command


@pytest.mark.parametrize("said", ["make it stop", "help me", "yes", "please help", "the end", "", "startled"])
def test_in_a_sentence_they_are_words_like_any_other(said):
    assert reserved_command(said) is None
