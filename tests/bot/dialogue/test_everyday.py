"""What is told right after an everyday answer is received, and nothing is guessed from it."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.slots import AnySlot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.responses import get_responses
from bot.dialogue.facts import read_facts
from bot.dialogue.special import composer_of

NOW = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)
LEFT_OUT, SEXTORTION = "utter_faq/left_out_of_group", "utter_faq/sextortion_what_to_do"


def said(name, text=""):
    return BotUttered(text, metadata={"response": name})


def tracker_with(*events, audience="child"):
    slots = [
        TextSlot("card_level", [{}], initial_value="none"),
        TextSlot("country", [{}], initial_value="GB"),
        AnySlot("audience", mappings=[{}], initial_value=audience),
    ]
    return DialogueStateTracker.from_events("one", list(events), slots)


def heard(text, **parsed):
    return UserUttered(text, {"name": "nlu_fallback", "confidence": 0.8}, parse_data={"text": text, **parsed})


def say(name, tracker):
    return composer_of(name)(tracker, read_facts(tracker, "web"), NOW)


def reply_to(text, before=LEFT_OUT, likely=None, audience="child", response="utter_nearest_answers"):
    near = [{"faq": likely, "score": 0.4}] if likely else []
    return say(response, tracker_with(said(before), heard(text, nearest=near, likely=likely), audience=audience))


def payloads(draft):
    return [button["payload"] for button in draft["buttons"]]


@pytest.mark.parametrize("audience", ["child", "parent", "professional"])
def test_what_is_told_after_an_answer_is_received_with_what_leads_on_from_it(audience):
    told = reply_to("its my best friend who did it", audience=audience)
    assert told["response"] == "utter_heard_beside_answer"
    of_the_answer = [button.payload for button in get_responses().choose(LEFT_OUT, audience).buttons]
    assert payloads(told) == [*of_the_answer[:2], "/something_else"]


def test_after_an_answer_on_harm_people_to_reach_stand_beside_it():
    told = reply_to("someone i know had this", SEXTORTION)
    assert told["response"] == "utter_heard_beside_answer_grave" and "0800 1111" in told["text"]


def test_a_question_a_few_words_and_the_second_time_are_not_received_so():
    assert reply_to("should i leave the chat")["response"] != "utter_heard_beside_answer"
    assert reply_to("hm ok")["response"] != "utter_heard_beside_answer"
    again = tracker_with(said(LEFT_OUT), heard("she laughed at me"), said("utter_heard_beside_answer"), heard("and he did too"))
    assert say("utter_nearest_answers", again)["response"] == "utter_heard_once_more"
    third = tracker_with(said(LEFT_OUT), said("utter_heard_once_more"), heard("it was on sunday"))
    assert say("utter_nearest_answers", third)["response"] == "utter_second_miss_near"


def test_no_grave_guess_is_made_from_what_is_told_and_a_mild_one_is():
    assert reply_to("she says it was a joke", likely="child_took_it_back")["response"] == "utter_heard_beside_answer"
    assert reply_to("i lie awake because of it", likely="screens_and_sleep")["response"] == "utter_faq/screens_and_sleep"


def test_a_grave_guess_for_a_question_after_an_everyday_answer_is_a_choice_and_no_answer():
    asked = reply_to("which signs can they tell it by?", "utter_faq/check_if_its_true", likely="signs_of_grooming")
    assert asked["response"] == "utter_nearest_answers" and '/ask{"faq": "signs_of_grooming"}' in payloads(asked)
    after_grave = reply_to("which signs can they tell it by?", "utter_faq/groomer_techniques", likely="signs_of_grooming")
    assert after_grave["response"] == "utter_faq/signs_of_grooming"


def test_the_same_answer_for_what_is_told_is_not_called_a_misunderstanding():
    told = tracker_with(heard("im left out"), said(LEFT_OUT), heard("they made a group without me"))
    assert say(LEFT_OUT, told)["response"] == "utter_heard_beside_answer"
    goes_on = tracker_with(said(LEFT_OUT), heard("they made one"), said("utter_heard_beside_answer"), heard("they all laughed at me"))
    assert say(LEFT_OUT, goes_on)["response"] == "utter_heard_once_more"
    asked = tracker_with(said(LEFT_OUT), heard("before"), said(LEFT_OUT), heard("why do they leave me out?", nearest=[]))
    assert say(LEFT_OUT, asked)["response"] == "utter_same_answer"


def test_who_writes_is_no_new_subject_after_an_answer():
    of_a_parent = get_responses().choose(LEFT_OUT, "parent").text
    told = say("utter_audience_chosen", tracker_with(said(LEFT_OUT, of_a_parent), heard("im 14")))
    assert told["response"] == LEFT_OUT and get_responses().choose(LEFT_OUT, "child").text[:40] in told["text"]
    of_a_child = get_responses().choose(LEFT_OUT, "child").text
    known = say("utter_audience_chosen", tracker_with(said(LEFT_OUT, of_a_child), heard("im 14")))
    assert known["response"] == "utter_heard_who_writes" and payloads(known)[-1] == "/something_else"
    pressed = say("utter_audience_chosen", tracker_with(said(LEFT_OUT, of_a_child), heard('/choose_audience{"audience": "child"}')))
    assert pressed["response"] == "utter_audience_chosen"


def test_what_to_say_to_somebody_is_about_the_everyday_answer_just_given():
    name = "utter_faq/what_to_say_when_child_tells"
    assert reply_to("what do i say to her", response=name)["response"] == "utter_faq/words_for_a_talk"
    assert reply_to("what do i say when she tells me", response=name)["response"] == name
    assert reply_to("what do i say to her", SEXTORTION, response=name)["response"] == name


def test_what_a_picture_shows_is_told_after_a_card_and_wanted_nowhere():
    card = BotUttered("…", metadata={
        "response": "utter_crisis_image_shared_parent", "utter_action": "utter_crisis_card",
        "card_category": "image_shared", "card_level": "escalate", "card_speaker": "about_child",
    })  # fmt: skip
    name = "utter_ask_sexual_content"
    assert say(name, tracker_with(card, heard("in a bikini")))["response"] == "utter_crisis_noted"
    assert say(name, tracker_with(card, heard("show me one in a bikini")))["response"] == name
    assert say(name, tracker_with(heard("in a bikini")))["response"] == name


@pytest.mark.parametrize(
    ("does", "before", "expected"),
    [
        ("good_news", LEFT_OUT, "utter_heard_good_news"),
        ("good_news", SEXTORTION, "utter_heard_good_news_grave"),
        ("setback", LEFT_OUT, "utter_heard_setback"),
        ("setback", SEXTORTION, "utter_heard_beside_answer_grave"),
        ("feeling", LEFT_OUT, "utter_heard_feeling"),
        ("objection", LEFT_OUT, "utter_heard_objection"),
        ("objection", SEXTORTION, "utter_heard_objection_grave"),
        ("plan", LEFT_OUT, "utter_heard_a_plan"),
        ("short", LEFT_OUT, "utter_heard_short"),
        ("detail", LEFT_OUT, "utter_heard_beside_answer"),
        ("thanks", LEFT_OUT, "utter_thank"),
    ],
)
def test_what_a_message_surely_does_is_received_in_words_for_it(does, before, expected):
    for audience in ("child", "parent", "professional"):
        told = tracker_with(said(before), heard("she said so", everyday={"does": does, "score": 0.9}), audience=audience)
        assert say("utter_nearest_answers", told)["response"] == expected


def test_what_is_not_surely_heard_is_received_as_before_and_a_question_is_none_of_it():
    for does, score in (("feeling", 0.4), ("setback", 0.6), ("good_news", 0.8)):
        # "They all laughed" was once taken for good news.
        unsure = tracker_with(said(LEFT_OUT), heard("they all laughed about it", everyday={"does": does, "score": score}))
        assert say("utter_nearest_answers", unsure)["response"] == "utter_heard_beside_answer"
    near = [{"faq": "no_friends", "topic": "cyberbullying", "score": 0.3}]
    asks = tracker_with(said(LEFT_OUT), heard("and then", nearest=near, everyday={"does": "asks", "score": 0.9}))
    asked = say("utter_nearest_answers", asks)
    assert asked["response"] == "utter_nearest_answers" and payloads(asked)[0] == '/ask{"faq": "no_friends"}'
    # The second time what is near comes before what leads on.
    missed = tracker_with(
        said(LEFT_OUT), said("utter_nearest_answers"), heard("and then", nearest=near, everyday={"does": "asks", "score": 0.9})
    )
    again = say("utter_nearest_answers", missed)
    assert again["response"] == "utter_second_miss_near" and payloads(again)[0] == '/ask{"faq": "no_friends"}'


def test_the_same_words_are_not_said_twice_in_a_row_and_a_miss_between_hides_nothing():
    told = {"does": "setback", "score": 0.9}
    again = tracker_with(said(LEFT_OUT), said("utter_heard_setback"), heard("she said no as well", everyday=told))
    assert say("utter_nearest_answers", again)["response"] == "utter_heard_beside_answer"
    missed = tracker_with(said(LEFT_OUT), said("utter_nearest_answers"), heard("she said no", everyday=told))
    assert say("utter_nearest_answers", missed)["response"] == "utter_heard_setback"


def test_a_small_answer_is_given_in_the_words_for_the_reader_with_what_leads_on_from_the_long_one():
    name = "blocked_person_can_tell"
    for audience in ("child", "parent"):
        asked = tracker_with(said("utter_faq/block_someone"), heard("can she tell", small={"id": name, "score": 0.9}), audience=audience)
        draft = say("utter_small_answer", asked)
        assert draft["response"] == f"utter_small_{name}" and draft["text"].startswith("In most apps no message goes out")
        of_the_answer = [button.payload for button in get_responses().choose("utter_faq/block_someone", audience).buttons]
        assert payloads(draft) == of_the_answer[:3]


def test_a_small_answer_that_these_files_lack_is_received_instead():
    asked = tracker_with(said(LEFT_OUT), heard("can she tell that", small={"id": "of_tomorrow", "score": 0.9}))
    assert say("utter_small_answer", asked)["response"] == "utter_heard_beside_answer"
