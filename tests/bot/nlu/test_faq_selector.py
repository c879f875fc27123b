"""The nearest answers, and the one that is likely enough to be shown with a doubt."""

from __future__ import annotations

import pytest

from bot.nlu.faq_selector import leaving_out, likely_answer, nearest_answers


def ranking(*entries):
    return [{"label": label, "score": score} for label, score in entries]


def test_an_answer_that_is_near_enough_is_likely():
    found = ranking(("faq/first_phone", 0.31), ("faq/is_this_app_ok", 0.2))
    assert likely_answer(found, 0.2) == "first_phone"


@pytest.mark.parametrize(
    "found",
    [
        ranking(("faq/first_phone", 0.19), ("faq/is_this_app_ok", 0.1)),
        # The very best label only drives dialogue: the next answer is no better for that.
        ranking(("out_of_scope_general", 0.35), ("faq/first_phone", 0.3)),
    ],
)
def test_otherwise_no_answer_is_likely(found):
    assert likely_answer(found, 0.2) is None


def test_the_switch_at_one_turns_it_off():
    assert likely_answer(ranking(("faq/first_phone", 0.99)), 1.0) is None


def test_labels_without_an_answer_of_their_own_are_not_among_the_nearest():
    found = nearest_answers(ranking(("ask_country", 0.5), ("faq/first_phone", 0.2), ("greet", 0.1)))
    assert [entry["faq"] for entry in found] == ["first_phone", "greet"]
    assert found[0]["topic"] == "age_appropriate_apps"


def test_where_a_label_is_not_meant_the_others_share_what_it_had():
    found = leaving_out(ranking(("ask_country", 0.8), ("faq/bullied_for_who_i_am", 0.1), ("greet", 0.05)), "ask_country")
    assert [(entry["label"], round(entry["score"], 2)) for entry in found] == [("faq/bullied_for_who_i_am", 0.5), ("greet", 0.25)]
    assert leaving_out(ranking(("ask_country", 1.0)), "ask_country") == []
