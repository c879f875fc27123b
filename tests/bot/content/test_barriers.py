"""What may stop a person, and what is honestly known of the service they were shown."""

from __future__ import annotations

import re

import pytest

from bot.content.barriers import OUTCOMES, answer, fact_about, first_sentence, names, outcome_response
from bot.content.hotlines import get_directory
from bot.content.responses import get_responses
from bot.content.schema import BARRIERS
from bot.errors import InputError
from bot.safety.levels import CATEGORIES

CHILDLINE = get_directory().get("gb-childline")


def test_every_barrier_is_answered_for_every_service_and_audience_without_a_gap():
    for service in get_directory().services:
        if not service.reachable:
            continue
        for barrier in BARRIERS:
            found = answer(barrier, service, "child", "web", "extortion")
            assert "{" not in found.text and "None" not in found.text, (service.id, barrier, found.text)
    for audience in (None, "child", "parent", "professional"):
        for channel in ("web", "telegram", "sms"):
            for barrier in BARRIERS:
                assert answer(barrier, CHILDLINE, audience, channel).text


def test_an_answer_ends_with_how_it_went():
    payloads = {button.payload for button in answer("my_fault", CHILDLINE, "child").buttons}
    assert payloads == {"/outcome_contacted", "/outcome_not_yet", "/outcome_safe_now"}


def test_what_a_service_says_itself_comes_first():
    assert "few exceptions" in fact_about(CHILDLINE, "parents_find_out")
    assert "carries your name" in fact_about(get_directory().get("gb-ceop"), "police")


@pytest.mark.parametrize(
    ("service_id", "barrier", "expected"),
    [
        ("gb-samaritans", "cost", "is free"),
        ("au-lifeline", "cost", "don't have a checked answer"),
        ("za-crime-stop", "police", "can reach the police"),
        ("gb-samaritans", "police", "confidential"),
        ("za-childline", "parents_find_out", "ask them first"),
    ],
)
def test_nothing_is_claimed_that_the_entry_does_not_say(service_id, barrier, expected):
    assert expected in fact_about(get_directory().get(service_id), barrier)


def test_a_way_without_speaking_is_offered_at_the_service_or_beside_it():
    assert "chat online" in answer("cannot_talk", CHILDLINE, "child").text
    samaritans = get_directory().get("gb-samaritans")
    assert "Shout" in answer("cannot_talk", samaritans, "child", "web", "self_harm").text


def test_the_words_to_copy_fit_who_writes_and_about_what():
    child = answer("dont_know_what_to_say", CHILDLINE, "child", "web", "extortion").text
    assert "threatening me with pictures" in child
    parent = answer("dont_know_what_to_say", CHILDLINE, "parent", "web", "extortion").text
    assert "blackmailing my child" in parent


@pytest.mark.parametrize("audience", [None, "child", "parent"])
@pytest.mark.parametrize("category", CATEGORIES)
def test_who_writes_about_a_friend_is_not_given_words_about_themselves_or_their_child(audience, category):
    words = first_sentence({"card_speaker": "friend", "audience": audience, "card_category": category})
    assert not re.search(r"\b(me|myself|my child|not okay)\b", words), words


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"card_speaker": "friend", "audience": "child"}, "my friend may hurt"),
        ({"card_speaker": "about_child", "audience": "child"}, "my friend may hurt"),
        ({"card_speaker": "about_child", "audience": "parent"}, "my child may hurt"),
        ({"card_speaker": "friend", "audience": "professional"}, "with a young person"),
        ({"card_speaker": "self", "audience": "child"}, "I'm not okay"),
    ],
)
def test_the_first_sentence_says_who_is_in_danger(slots, expected):
    assert expected in first_sentence({**slots, "card_category": "self_harm"})


@pytest.mark.parametrize("name", names())
def test_a_parent_is_asked_whether_the_child_is_safe(name):
    titles = {button.title for button in get_responses().choose(name, "parent", "web", {}).buttons}
    assert "I'm safe now" not in titles


def test_every_response_of_the_journey_exists_and_works_from_slots_alone():
    book = get_responses()
    for name in names():
        for country in ("GB", None):
            text = book.choose(name, "child", "web", {"country": country, "card_category": "extortion"}).text
            assert text and "{" not in text


@pytest.mark.parametrize("audience", [None, "child", "parent", "professional"])
def test_who_only_left_a_message_is_not_told_that_it_went_badly_and_the_offer_of_others_stands_last(audience):
    text = get_responses().choose("utter_outcome_contacted", audience, "web", {"country": "GB"}).text
    assert "someone wrote" not in text and "didn't" not in text
    assert "another of these" in text.split("\n\n")[-1] and "another of these" not in text.split("\n\n")[0]


@pytest.mark.parametrize("audience", [None, "child", "parent", "professional"])
def test_who_reached_nobody_is_offered_the_next_line_and_the_emergency_number(audience):
    book, slots = get_responses(), {"country": "GB", "audience": audience, "channel": "web"}
    text = book.choose("utter_outcome_no_answer", audience, "web", slots).text
    assert text.startswith("Thank you for trying") and book.fill("{help_strip}", slots) in text
    assert "don't wait for a line" in text.lower() and "999" in text.split("\n\n")[-1]


@pytest.mark.parametrize("audience", [None, "child", "parent", "professional"])
def test_what_becomes_of_the_other_person_is_not_laid_on_who_tells(audience):
    text = answer("their_trouble", CHILDLINE, audience).text
    assert "not your doing" in text and "0800 1111" in text


def test_a_parent_whose_child_is_calmer_is_led_nowhere_that_speaks_of_a_disclosure_only():
    chosen = get_responses().choose("utter_outcome_safe_now", "parent", "web", {"country": "GB"})
    # Of a child who harmed another it would not be true that none of it is their fault.
    assert "that isn't your child's fault" in chosen.text and "wrote to you" not in chosen.text
    assert not [button for button in chosen.buttons if "child_disclosed" in button.payload]


def test_outcomes_have_their_words():
    assert [outcome_response(outcome) in get_responses() for outcome in OUTCOMES] == [True] * len(OUTCOMES)
    with pytest.raises(InputError):
        outcome_response("gave_up")


def test_the_first_sentence_follows_what_the_situation_called_for():
    slots = {"audience": "parent", "card_speaker": "self", "card_category": "abuse_disclosure"}
    assert "when I was younger" in first_sentence(slots)
    assert "on being safe" in first_sentence({**slots, "card_needs": ["domestic_violence", "crisis"]})


def test_staff_are_answered_as_staff_whatever_holds_them_back():
    child_words = ("adult you trust", "grown-up", "whatever you sent", "in trouble")
    for barrier in ("cannot_talk", "parents_find_out", "my_fault", "police"):
        text = answer(barrier, CHILDLINE, "professional").text
        assert not [words for words in child_words if words in text], barrier
    assert "safeguarding lead" in answer("cannot_talk", CHILDLINE, "professional").text
    taken_back = get_responses().choose("utter_take_back", "professional", "web", {"country": "GB"}).text
    assert "still write it down" in taken_back and "in trouble" not in taken_back


def test_somebody_unknown_is_not_offered_the_worries_of_a_child_with_the_helplines():
    titles = {
        audience: {button.title for button in get_responses().choose("utter_hotlines_after_card", audience, "web", {}).buttons}
        for audience in (None, "child")
    }
    assert "My parents will find out" in titles["child"] and "My parents will find out" not in titles[None]
