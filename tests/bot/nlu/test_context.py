"""A turn that says little by itself is read with what was spoken of just before."""

from __future__ import annotations

import numpy as np
import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.responses import get_responses
from bot.nlu.context import (
    TOPICS_AFTER_CARD,
    Subject,
    Weights,
    answered_before,
    in_context,
    read_together,
    subject_of,
    subject_of_risk,
    words_before,
)
from bot.nlu.topics import topic_of
from bot.safety.levels import CATEGORIES, SELF_HARM, RiskAssessment, RiskLevel

RANKING = [
    {"label": "faq/what_is_grooming", "score": 0.30},
    {"label": "faq/account_hacked", "score": 0.20},
    {"label": "faq/locked_out_of_account", "score": 0.15},
    {"label": "greet", "score": 0.05},
]


def tracker(*events):
    return DialogueStateTracker.from_events("someone", [UserUttered("hello"), *events])


def said(response):
    return BotUttered("words", metadata={"response": response})


def test_neighbours_of_the_answer_before_come_first_and_that_answer_is_not_favoured():
    weighed = in_context(RANKING, subject_of(tracker(said("utter_faq/account_hacked"))), Weights(4.0))
    labels = [entry["label"] for entry in weighed]
    assert labels == ["faq/locked_out_of_account", "faq/what_is_grooming", "faq/account_hacked", "greet"]


def test_the_scores_stay_shares():
    weighed = in_context(RANKING, Subject(frozenset({"passwords_accounts_hacked"})), Weights(4.0))
    assert sum(entry["score"] for entry in weighed) < 1
    assert [entry["score"] for entry in weighed] == sorted((entry["score"] for entry in weighed), reverse=True)
    assert in_context(RANKING, Subject(frozenset()), Weights(4.0))[0]["score"] == pytest.approx(RANKING[0]["score"])


def test_the_newest_answer_or_card_is_the_subject():
    card = BotUttered("card", metadata={"card_category": "extortion"})
    assert subject_of(tracker(said("utter_faq/account_hacked"), card)).topics == TOPICS_AFTER_CARD["extortion"]
    assert subject_of(tracker(card, said("utter_faq/account_hacked"))).answered == "faq/account_hacked"
    # An answer said to be a guess carries its own name, as bot.dialogue.special words it.
    likely = BotUttered("words", metadata={"response": "utter_faq/account_hacked", "responses": ["utter_likely_answer"]})
    assert subject_of(tracker(likely)).answered == "faq/account_hacked"
    assert subject_of(tracker(said("utter_greet"))) is None
    assert subject_of(None) is None


def test_every_card_leads_on_to_topics_that_exist():
    topics = {topic_of(name[len("utter_") :]) for name in get_responses().names if name.startswith("utter_faq/")}
    assert set(TOPICS_AFTER_CARD) == set(CATEGORIES)
    for after in TOPICS_AFTER_CARD.values():
        assert after <= topics


def test_what_is_at_risk_is_likelier_a_question_of_that_topic():
    plainly = subject_of_risk(RiskAssessment(RiskLevel.ESCALATE, {SELF_HARM: 0.9}))
    assert plainly is not None and "self_harm_support" in plainly.topics and plainly.answered is None
    assert subject_of_risk(RiskAssessment(RiskLevel.CHECK_IN, {SELF_HARM: 0.9})) is None
    assert subject_of_risk(RiskAssessment(RiskLevel.ESCALATE, failed=True)) is None
    assert subject_of_risk(RiskAssessment()) is None


def test_words_that_say_hardly_anything_take_their_meaning_from_those_before():
    alone, together = np.array([0.26, 0.01, 0.05]), np.array([0.0001, 0.99, 0.0001])
    read = read_together(alone, together)
    assert read.argmax() == 1 and read.sum() == pytest.approx(1)


def test_words_that_say_enough_keep_their_meaning():
    alone, together = np.array([0.7, 0.1, 0.1]), np.array([0.2, 0.6, 0.1])
    assert read_together(alone, together).argmax() == 0


def test_the_words_before_are_those_that_were_typed_last_and_no_button():
    assert words_before(tracker(UserUttered("how do i block him"))) == "how do i block him"
    assert words_before(tracker(UserUttered("how do i block him"), UserUttered("/get_hotline"))) is None
    assert words_before(None) is None


def test_what_was_offered_with_an_answer_is_likelier_and_harm_is_less_likely_after_an_everyday_one():
    asked = [{"label": "faq/sextortion_if_they_share_it", "score": 0.4}, {"label": "faq/child_gets_round_controls", "score": 0.2}]
    after = subject_of(tracker(said("utter_faq/what_parental_controls_can_do")))
    assert after.is_everyday and after.leads_on
    offered = Subject(frozenset({"parental_controls"}), "faq/x", frozenset({"faq/child_gets_round_controls"}))
    weights = Weights(4.0, leads_on=6.0, grave=0.2)
    assert in_context(asked, offered, weights)[0]["label"] == "faq/child_gets_round_controls"
    about_harm = Subject(frozenset({"sextortion_what_to_do"}), "faq/sextortion_what_to_do")
    assert in_context(asked, about_harm, weights)[0]["label"] == "faq/sextortion_if_they_share_it"
    assert not about_harm.is_everyday and not Subject(frozenset({"parental_controls"})).is_everyday


def typed(*events):
    return DialogueStateTracker.from_events("someone", list(events), [AnySlot("country", mappings=[{}])])


def test_the_answer_that_is_talked_about_is_the_newest_with_the_words_it_was_given_for():
    told = [UserUttered("how old for a phone"), said("utter_faq/first_phone"), UserUttered("ok"), said("utter_heard_short")]
    answered = answered_before(typed(*told))
    assert (answered.faq, answered.opening) == ("first_phone", "how old for a phone")
    pressed = answered_before(typed(UserUttered('/ask{"faq": "first_phone"}'), said("utter_faq/first_phone")))
    assert (pressed.faq, pressed.opening) == ("first_phone", "")


def test_no_answer_is_talked_about_behind_a_card_a_question_of_ours_or_many_other_replies():
    answer = [UserUttered("how old for a phone"), said("utter_faq/first_phone")]
    card = BotUttered("…", metadata={"card_category": SELF_HARM, "response": "utter_crisis_self_harm_child"})
    asked = BotUttered("…", metadata={"utter_action": "utter_check_in", "check_in": SELF_HARM})
    assert answered_before(typed(*answer, UserUttered("i want to die"), card)) is None
    assert answered_before(typed(*answer, UserUttered("hm"), asked)) is None
    assert answered_before(typed(*answer, *[said("utter_privacy_steps")] * 20)) is None
    assert answered_before(None) is None


def test_after_a_card_an_answer_about_harm_goes_with_it_and_an_everyday_one_does_not():
    card = BotUttered("…", metadata={"card_category": SELF_HARM, "response": "utter_crisis_self_harm_child"})
    told = [UserUttered("i want to die"), card, UserUttered("more")]
    assert answered_before(typed(*told, said("utter_faq/stop_hurting_myself"))) is None
    assert answered_before(typed(*told, said("utter_faq/first_phone"))).faq == "first_phone"


def offered(*faqs):
    buttons = [{"title": faq, "payload": f'/ask{{"faq": "{faq}"}}'} for faq in faqs]
    return BotUttered("one of these?", {"buttons": buttons}, metadata={"response": "utter_nearest_answers"})


def test_where_no_answer_was_given_the_first_choice_is_what_is_talked_about():
    found = answered_before(tracker(offered("first_phone", "kids_watch"), UserUttered("no"), said("utter_second_miss")))
    assert (found.faq, found.opening, found.is_offered) == ("first_phone", "hello", True)
    # An answer that was given counts before any choice.
    given = answered_before(tracker(said("utter_faq/account_hacked"), UserUttered("hm"), offered("first_phone")))
    assert (given.faq, given.is_offered) == ("account_hacked", False)
    assert answered_before(tracker(offered())) is None
