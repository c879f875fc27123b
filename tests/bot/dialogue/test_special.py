"""Responses put together from vetted parts: the likely answer, and what anger and silence mean after a card."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.slots import AnySlot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.responses import get_responses
from bot.dialogue.constants import LOOK_BACK, RECEIVED_AFTER_CARD
from bot.dialogue.facts import emergencies_in_a_row, is_card_open, read_facts, recent_words
from bot.dialogue.special import composer_of, plain
from bot.learning.state import JourneyState

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
NEAREST = [{"faq": "first_phone", "score": 0.3}, {"faq": "is_this_app_ok", "score": 0.2}, {"faq": "greet", "score": 0.1}]


def tracker_with(*events, card_level="none"):
    slots = [TextSlot("card_level", [{}], initial_value=card_level), TextSlot("country", [{}], initial_value="GB")]
    return DialogueStateTracker.from_events("one", list(events), slots)


def heard(text, **parsed):
    return UserUttered(text, {"name": "nlu_fallback", "confidence": 0.8}, parse_data={"text": text, **parsed})


def say(name, tracker):
    return composer_of(name)(tracker, read_facts(tracker, "web"), NOW)


def test_a_likely_answer_is_said_to_be_a_guess_with_the_next_ones_beside_it():
    said = say("utter_nearest_answers", tracker_with(heard("a phone, when", nearest=NEAREST, likely="first_phone")))
    answer = get_responses().choose("utter_faq/first_phone").text
    assert said["text"].startswith("I'm not sure that I got you right.")
    assert answer in said["text"] and said["text"].endswith("Was it one of these instead?")
    assert [button["payload"] for button in said["buttons"]] == ['/ask{"faq": "is_this_app_ok"}', "/something_else"]
    # "Tell me more" then goes on from this answer.
    assert said["response"] == "utter_faq/first_phone"


def test_where_none_is_likely_three_choices_are_offered_and_nothing_is_guessed():
    said = say("utter_nearest_answers", tracker_with(heard("hm, the thing", nearest=NEAREST, likely=None)))
    assert said["response"] == "utter_nearest_answers"
    assert [button["payload"] for button in said["buttons"]][0] == '/ask{"faq": "first_phone"}'


@pytest.mark.parametrize(("said", "used"), [("DE", "DE"), ("ßß", "IE"), ("", "IE"), (["DE"], "IE")])
def test_a_country_that_is_none_leaves_the_one_of_the_page(said, used):
    words = UserUttered("hi", {"name": "greet", "confidence": 1.0}, metadata={"country": "IE"})
    slots = [TextSlot("country", [{}], initial_value=said), TextSlot("card_level", [{}], initial_value="none")]
    assert read_facts(DialogueStateTracker.from_events("one", [words], slots), "web").country == used


def test_an_answer_that_no_longer_exists_is_never_likely():
    said = say("utter_nearest_answers", tracker_with(heard("x", nearest=[], likely="gone_long_ago")))
    assert said["response"] == "utter_about_what"


@pytest.mark.parametrize(
    ("name", "after_a_card"),
    [
        ("utter_insult", "utter_crisis_anger"),
        ("utter_random_noise", "utter_crisis_silence"),
        ("utter_lost_for_words", "utter_crisis_silence"),
    ],
)
def test_anger_and_silence_after_a_card_keep_the_numbers_in_sight(name, after_a_card):
    assert say(name, tracker_with(heard("…"), card_level="none"))["response"] == name
    said = say(name, tracker_with(heard("…"), card_level="escalate"))
    assert said["response"] == after_a_card
    assert "999" in said["text"]


@pytest.mark.parametrize("name", ["utter_barrier_not_that_bad", "utter_crisis_anger", "utter_technical_problem"])
def test_who_gave_an_adults_age_is_not_sent_to_a_line_for_children_after_the_card(name):
    facts = [read_facts(tracker_with(heard(f"im {age}"), heard("…")), "web") for age in (13, 25)]
    child, adult = (plain(name, known, {"card_category": "self_harm", "card_speaker": "self"})["text"] for known in facts)
    assert "0800 1111" in child or "85258" in child
    assert "0800 1111" not in adult and "Childline" not in adult and adult != child


def test_helplines_for_a_reader_of_another_language_keep_their_words_in_an_english_answer():
    told = heard("im 13")
    told.metadata["language"] = "es"
    said = plain("utter_crisis_more", read_facts(tracker_with(told), "web"), {"card_category": "extortion"})
    english = plain("utter_crisis_more", read_facts(tracker_with(heard("im 13")), "web"), {"card_category": "extortion"})
    assert said["text"] == english["text"]


CARD = BotUttered("card", metadata={"utter_action": "utter_crisis_card", "card_level": "escalate"})


def test_a_detail_that_is_not_understood_after_a_card_keeps_the_helplines_in_sight():
    detail = heard("he is 15 he says", nearest=NEAREST, likely=None)
    said = say("utter_nearest_answers", tracker_with(CARD, detail, card_level="escalate"))
    assert said["response"] == "utter_crisis_heard"
    assert "999" in said["text"]
    near = ['/ask{"faq": "first_phone"}', '/ask{"faq": "is_this_app_ok"}']
    assert [button["payload"] for button in said["buttons"]] == [*near, "/get_hotline"]


def test_a_question_that_is_not_understood_after_a_card_is_not_guessed_at():
    question = heard("is he allowed to do that?", nearest=NEAREST, likely=None)
    said = say("utter_nearest_answers", tracker_with(CARD, question, card_level="escalate"))
    assert said["response"] == "utter_crisis_unanswered" and "999" in said["text"]
    received = BotUttered("…", metadata={"response": "utter_crisis_unanswered"})
    again = say("utter_nearest_answers", tracker_with(CARD, question, received, question, card_level="escalate"))
    assert again["response"] == "utter_crisis_not_followed" and "999" in again["text"]


def test_what_is_only_received_keeps_the_card_open():
    received = [BotUttered("…", metadata={"response": name}) for name in sorted(RECEIVED_AFTER_CARD)]
    assert is_card_open(tracker_with(CARD, *received))
    assert not is_card_open(tracker_with(CARD, *[BotUttered("…", metadata={"response": "utter_greet"})] * LOOK_BACK))


def test_far_away_answers_are_not_offered_to_somebody_who_tells_what_happened():
    far = [{"faq": "first_phone", "score": 0.02}]
    said = say("utter_nearest_answers", tracker_with(CARD, heard("x", nearest=far, likely=None), card_level="escalate"))
    offered = [button["payload"] for button in said["buttons"]]
    assert offered == ["/get_hotline", '/ask{"faq": "what_happens_when_i_call"}', "/barrier_cannot_talk"]


def test_once_an_answer_came_after_the_card_a_miss_is_an_ordinary_one():
    answer = BotUttered("answer", metadata={"response": "utter_faq/first_phone"})
    said = say("utter_nearest_answers", tracker_with(CARD, answer, heard("hm", nearest=NEAREST, likely=None)))
    assert said["response"] == "utter_nearest_answers"


def test_what_was_told_before_a_card_was_answered_by_it():
    tracker = tracker_with(
        heard("he is 30"),
        BotUttered("card", metadata={"card_level": "escalate"}),
        heard("he wants to meet me"),
        heard("/outcome_not_yet"),
        heard("tomorrow\nafter school"),
    )
    assert recent_words(tracker) == "he wants to meet me\ntomorrow after school"


@pytest.mark.parametrize(("said_first", "practised"), [("shared/for_real", True), ("shared/back_to", False)])
def test_the_guard_leaves_a_line_at_risk_to_the_journey_only_where_the_journey_answered_it(said_first, practised):
    tracker = tracker_with(heard("he does it every night", risk={"level": "none", "put_aside": "escalate"}))
    state = JourneyState("refusal_practice", "photo", ("intro/ready",))
    for name, value in state.as_slots((said_first, "ask/photo")).items():
        tracker.slots[name] = AnySlot(name, [{}], initial_value=value)
    assert say("utter_journey", tracker)["practised"] is practised


@pytest.mark.parametrize("value", [{"a": 1}, ["GB"], 7, True])
def test_a_slot_filled_by_a_made_up_payload_breaks_nothing(value):
    tracker = tracker_with(UserUttered("hello", metadata={"country": "IE", "audience": "parent"}))
    tracker.slots["country"]._value = value
    facts = read_facts(tracker, "web")
    assert (facts.country, facts.audience) == ("IE", "parent")
    assert say("utter_lost_for_words", tracker)["text"]


@pytest.mark.parametrize(
    ("audience", "speaker", "response"),
    [
        ("child", "self", "utter_check_in_yes_abuse_disclosure"),
        (None, "unknown", "utter_check_in_yes_abuse_disclosure"),
        ("child", "friend", "utter_crisis_abuse_disclosure_friend"),
        ("child", "about_child", "utter_crisis_abuse_disclosure_friend"),
        ("parent", "unknown", "utter_crisis_abuse_disclosure_parent"),
        ("parent", "self", "utter_crisis_abuse_disclosure_survivor"),
        ("professional", "unknown", "utter_crisis_abuse_disclosure_professional"),
    ],
)
def test_a_yes_to_a_check_in_is_answered_in_the_voice_of_who_said_it(audience, speaker, response):
    asked = BotUttered("?", metadata={"utter_action": "utter_check_in", "check_in": "abuse_disclosure"})
    yes = UserUttered("yes", metadata={"audience": audience} if audience else {})
    tracker = tracker_with(asked, yes)
    tracker.slots["card_speaker"] = TextSlot("card_speaker", [{}], initial_value=speaker)
    said = say("utter_check_in_yes", tracker)
    assert said["response"] == response and said["card_level"] == "escalate"
    assert said["hotlines"] and "999" in said["text"]


def test_a_yes_of_somebody_who_wrote_as_an_adult_is_answered_as_to_an_adult():
    """On a page that names no audience the words tell it: "my husband"."""
    told = UserUttered("my husband scares me and the kids sometimes")
    asked = BotUttered("?", metadata={"utter_action": "utter_check_in", "check_in": "abuse_disclosure"})
    said = say("utter_check_in_yes", tracker_with(told, asked, UserUttered("yes")))
    assert said["response"] == "utter_crisis_abuse_disclosure_survivor"
    assert said["hotlines"] and "Childline" not in said["text"]


@pytest.mark.parametrize(
    ("audience", "titles"),
    [
        ("child", ["I don't want to talk about it", "They say I'm always on my phone"]),
        ("parent", ["My child won't talk to me", "My teen is always on the phone"]),
        ("professional", ["A child won't talk", "A teenager is always on the phone"]),
        (None, ["My child won't talk to me", "My teen is always on the phone"]),
    ],
)
def test_choices_are_named_in_the_words_of_whom_they_are_offered_to(audience, titles):
    near = [{"faq": "my_child_wont_talk", "score": 0.3}, {"faq": "teen_always_on_phone", "score": 0.2}]
    told = heard("hm, the thing", nearest=near, likely=None)
    told.metadata["audience"] = audience
    said = say("utter_nearest_answers", tracker_with(told))
    assert [button["title"] for button in said["buttons"]][:2] == titles
    after_a_card = say("utter_nearest_answers", tracker_with(CARD, told, card_level="escalate"))
    assert [button["title"] for button in after_a_card["buttons"]][:2] == titles
    told.parse_data["likely"] = "my_child_wont_talk"
    beside = say("utter_nearest_answers", tracker_with(told))["buttons"]
    assert beside[0]["title"] == titles[1]


def test_a_sensitive_answer_is_no_guess_for_a_message_far_away_from_it():
    far = [{"faq": "stop_hurting_myself", "topic": "self_harm_support", "score": 0.03}, {"faq": "first_phone", "topic": "x", "score": 0.02}]
    offered = [button["payload"] for button in say("utter_nearest_answers", tracker_with(heard("streak", nearest=far)))["buttons"]]
    assert '/ask{"faq": "first_phone"}' in offered and '/ask{"faq": "stop_hurting_myself"}' not in offered


def test_who_can_i_talk_to_after_a_card_brings_its_helplines():
    metadata = {**CARD.metadata, "card_category": "self_harm", "card_speaker": "self"}
    said = say("utter_faq/talk_to_a_real_person", tracker_with(BotUttered("card", metadata=metadata), heard("who"), card_level="escalate"))
    assert "gb-samaritans" in said["hotlines"] and "116 123" in said["text"]
    assert say("utter_faq/talk_to_a_real_person", tracker_with(heard("who")))["response"] == "utter_faq/talk_to_a_real_person"


def test_no_helplines_price_is_meant_where_somebody_cannot_pay_a_blackmailer():
    metadata = {"utter_action": "utter_crisis_card", "card_level": "escalate", "card_category": "extortion", "card_speaker": "self"}
    no_money = UserUttered("i dont have the money", {"name": "barrier_cost", "confidence": 0.9})
    said = say("utter_crisis_answer", tracker_with(BotUttered("card", metadata=metadata), no_money))
    assert said["response"] == "utter_faq/sextortion_should_i_pay" and "999" in said["text"]


def test_good_news_is_worded_for_whom_it_is_about():
    def told(category, speaker):
        metadata = {**CARD.metadata, "card_category": category, "card_speaker": speaker}
        return say("utter_outcome_safe_now", tracker_with(BotUttered("card", metadata=metadata), heard("ok now")))

    assert told("abuse_disclosure", "self")["response"] == "utter_outcome_safe_now"
    assert told("self_harm", "self")["response"] == "utter_outcome_safe_now_self_harm"
    friend = told("self_harm", "friend")
    assert friend["response"] == "utter_outcome_safe_now_friend" and "0800 1111" in friend["text"]


def test_once_a_danger_is_over_the_lines_of_what_was_before_it_stay():
    before = BotUttered("card", metadata={**CARD.metadata, "card_category": "self_harm", "card_speaker": "friend"})
    danger = BotUttered("card", metadata={**CARD.metadata, "card_category": "immediate_danger", "card_speaker": "friend"})
    assert "0800 1111" in say("utter_outcome_safe_now", tracker_with(before, danger, heard("she answered, shes ok")))["text"]


def test_a_no_about_an_adult_still_says_that_no_picture_is_owed():
    asked = BotUttered("?", metadata={"utter_action": "utter_check_in", "check_in": "adult_involved"})
    said = say("utter_check_in_no", tracker_with(asked, heard("hes my age")))
    assert said["response"] == "utter_check_in_no_adult_involved" and "never have to send" in said["text"]
    other = BotUttered("?", metadata={"utter_action": "utter_check_in", "check_in": "self_harm"})
    assert say("utter_check_in_no", tracker_with(other, heard("no")))["response"] == "utter_check_in_no"


def test_words_to_copy_are_for_a_helpline_and_not_for_homework():
    card = BotUttered("…", metadata={"hotlines": ["gb-childline"]})
    said = say("utter_barrier_dont_know_what_to_say", tracker_with(heard("write it for me", nearest=NEAREST, likely=None)))
    assert said["response"] == "utter_nearest_answers"
    for tracker in (tracker_with(card, heard("i dont know what to say")), tracker_with(heard("/barrier_dont_know_what_to_say"))):
        assert say("utter_barrier_dont_know_what_to_say", tracker)["response"] == "utter_barrier_dont_know_what_to_say"


@pytest.mark.parametrize(
    ("card", "known", "answered"),
    [
        ("utter_crisis_someone_elses_image_child", "delete_chat_or_account", "received_someone_elses_nude"),
        ("utter_crisis_own_fake_parent", "what_to_say_when_child_tells", "made_a_deepfake"),
        ("utter_crisis_image_shared_child", "delete_chat_or_account", "delete_chat_or_account"),
    ],
)
def test_whoever_holds_a_picture_of_somebody_is_not_told_to_take_a_screenshot(card, known, answered):
    given = BotUttered("…", metadata={"response": card, "card_category": "image_shared", "utter_action": "utter_crisis_card"})
    tracker = tracker_with(given, heard("should i delete it", nearest=[{"faq": known, "score": 0.9}]))
    assert say("utter_crisis_answer", tracker)["response"] == f"utter_faq/{answered}"


def card_about(category, speaker="self", **more):
    told = {"card_category": category, "card_speaker": speaker, "response": f"utter_crisis_{category}_child", **more}
    return BotUttered("card", metadata={"utter_action": "utter_crisis_card", "card_level": "escalate", **told})


def told_after(name, card, *events):
    return say(name, tracker_with(card, *events, heard("…"), card_level="escalate"))["response"]


def test_words_for_a_fact_fit_certain_cards_and_people_only():
    assert told_after("utter_told_a_meeting", card_about("adult_involved")) == "utter_told_a_meeting"
    # Another trouble, a friend who does not go themselves, the one who did it: what was told is received.
    assert told_after("utter_told_a_meeting", card_about("self_harm")) == "utter_crisis_heard"
    assert told_after("utter_told_a_meeting", card_about("adult_involved", "friend")) == "utter_crisis_heard"
    own = card_about("image_shared", response="utter_crisis_own_fake_child")
    assert told_after("utter_told_people_saw_it", own) == "utter_crisis_heard"


def test_a_joke_is_what_somebody_else_calls_it_after_a_card_about_them():
    assert told_after("utter_told_only_a_joke", card_about("self_harm")) == "utter_told_only_a_joke"
    assert told_after("utter_told_only_a_joke", card_about("abuse_disclosure")) == "utter_told_it_was_denied"
    assert told_after("utter_told_cannot_reach", card_about("abuse_disclosure")) == "utter_crisis_heard"


def test_words_for_a_fact_are_not_said_twice_in_a_row():
    said = BotUttered("…", metadata={"response": "utter_told_a_meeting"})
    assert told_after("utter_told_a_meeting", card_about("adult_involved"), heard("he comes"), said) == "utter_crisis_heard"


def test_the_same_answer_is_not_given_twice_in_a_row_to_other_words():
    name = "utter_faq/first_phone"
    given = BotUttered("…", metadata={"response": name})
    again = say(name, tracker_with(heard("a phone, when"), given, heard("and a phone with 9?", nearest=NEAREST)))
    assert again["response"] == "utter_same_answer"
    assert [button["payload"] for button in again["buttons"]][0] == '/ask{"faq": "is_this_app_ok"}'
    # The same words may be sent once more, and a button always means what it says.
    assert say(name, tracker_with(heard("a phone, when"), given, heard("a phone, when")))["response"] == name
    assert say(name, tracker_with(heard("a phone"), given, heard('/ask{"faq": "first_phone"}')))["response"] == name


def test_a_second_miss_after_a_harmless_answer_stays_with_its_topic():
    answer = BotUttered("…", metadata={"response": "utter_faq/first_phone"})
    missed = BotUttered("…", metadata={"response": "utter_nearest_answers"})
    near = say("utter_nearest_answers", tracker_with(answer, missed, heard("hm", nearest=[], likely=None)))
    assert near["response"] == "utter_second_miss_near" and "999" not in near["text"]
    far = say("utter_nearest_answers", tracker_with(missed, heard("hm", nearest=[], likely=None)))
    assert far["response"] == "utter_second_miss" and "999" in far["text"]


def asked_with(category, intent):
    question = BotUttered("?", metadata={"response": f"utter_check_in_{category}", "check_in": category})
    before = UserUttered("…", {"name": "faq"}, parse_data={"text": "…", "intent": intent})
    return tracker_with(before, question, heard("no"))


def test_a_no_goes_back_to_what_was_written_before_our_question():
    sure = {"name": "faq", "full_retrieval_intent_name": "faq/account_hacked"}
    answered = say("utter_check_in_no", asked_with("extortion", sure))
    assert answered["response"] == "utter_faq/account_hacked" and answered["text"].startswith("Okay, thank you for answering.")
    # What is said to a no about dying, or about a picture, is said first; the answer is a choice.
    for category in ("self_harm", "image_shared"):
        said = say("utter_check_in_no", asked_with(category, sure))
        assert said["response"].startswith("utter_check_in_no")
        payloads = [button["payload"] for button in said["buttons"]]
        assert payloads[0] == '/ask{"faq": "account_hacked"}' and "/get_hotline" in payloads
    unsure = say("utter_check_in_no", asked_with("extortion", {"name": "nlu_fallback"}))
    assert unsure["response"] == "utter_check_in_no"


def test_a_no_to_our_question_after_a_card_keeps_the_helplines_and_the_card_open():
    question = BotUttered("?", metadata={"response": "utter_check_in_immediate_danger", "check_in": "immediate_danger"})
    tracker = tracker_with(card_about("abuse_disclosure"), heard("he comes on sunday"), question, heard("no"), card_level="escalate")
    said = say("utter_check_in_no", tracker)
    assert said["response"] == "utter_check_in_no_after_card" and "0800 1111" in said["text"] and said["hotlines"]
    assert said["response"] in RECEIVED_AFTER_CARD


def test_a_no_without_a_sure_answer_before_leads_back_to_the_answer_that_was_talked_of():
    answer = BotUttered("…", metadata={"response": "utter_faq/stop_cyberbullying"})
    question = BotUttered("?", metadata={"response": "utter_check_in_self_harm", "check_in": "self_harm"})
    said = say("utter_check_in_no", tracker_with(answer, heard("they say im ugly"), question, heard("no")))
    assert [button["payload"] for button in said["buttons"]][0] == '/ask{"faq": "stop_cyberbullying"}'


def test_what_surely_is_what_an_answer_was_written_for_gets_it_after_a_card_although_nothing_is_asked():
    def told(score):
        near = [{"faq": "child_does_not_want_report", "score": score}]
        newest = heard("I don't have her permission to report", nearest=near, likely="child_does_not_want_report")
        return say("utter_nearest_answers", tracker_with(card_about("abuse_disclosure"), newest, card_level="escalate"))

    sure = told(0.82)
    assert sure["responses"] == ["utter_faq/child_does_not_want_report", "utter_crisis_help_stays"] and sure["hotlines"]
    assert told(0.5)["response"] == "utter_crisis_heard"


def test_a_child_near_somebody_with_thoughts_of_their_own_is_not_only_noted():
    card = card_about("offender_concern", "own_behaviour", response="utter_crisis_offender_concern_own_behaviour")
    near = say("utter_nearest_answers", tracker_with(card, heard("but I have a daughter, she is 4"), card_level="escalate"))
    assert near["response"] == "utter_crisis_child_near_own_thoughts" and near["hotlines"]
    other = say("utter_told_a_detail", tracker_with(card, heard("i am 30"), card_level="escalate"))
    assert other["response"] == "utter_crisis_noted"


def test_thanks_at_the_end_of_what_is_told_are_answered_as_thanks():
    answer = BotUttered("…", metadata={"response": "utter_faq/left_out_of_group"})
    assert say("utter_nearest_answers", tracker_with(answer, heard("ok ill sit w her tmrw. thx")))["response"] == "utter_thank"
    plan = say("utter_nearest_answers", tracker_with(answer, heard("ok ill sit with her tomorrow")))
    assert plan["response"] == "utter_heard_a_plan"


def test_words_for_a_danger_that_goes_on_do_not_break_the_row_of_its_cards():
    card = BotUttered("card", metadata={"card_level": "emergency", "response": "utter_emergency_danger_child"})
    words = BotUttered("words", metadata={"response": "utter_told_danger_goes_on"})
    other = BotUttered("words", metadata={"response": "utter_thank"})
    for between, in_a_row in ((words, 2), (other, 1)):
        events = [UserUttered("he has a knife"), card, UserUttered("its quiet"), between, UserUttered("he shouts"), card]
        assert emergencies_in_a_row(DialogueStateTracker.from_events("someone", events)) == in_a_row
