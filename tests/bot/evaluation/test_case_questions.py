"""How an answer to a question about a case is judged, and that the held-out questions load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict

import pytest

from bot.content.responses import get_responses
from bot.errors import InputError
from bot.evaluation.case_questions import (
    WITH,
    WITHOUT,
    Asked,
    Outcome,
    by_answer,
    judge,
    judge_told,
    load_case_questions,
    load_case_statements,
    play,
    play_told,
)
from bot.evaluation.replies import intents_in
from bot.safety.levels import CATEGORIES


def result(response: str, card: str | None = None, offers: str = "") -> Dict[str, Any]:
    buttons = [{"title": "", "payload": f'/ask{{"faq": "{offers}"}}'}] if offers else []
    return {"replies": [{"response": response, "text": "", "buttons": buttons}], "card": card}


ASKED = Asked("cq-001", "child", "he has my picture", "can it come down", ("take_down_image", "report_remove_take_it_down"))
NOTHING = Asked("cq-001", "child", "he has my picture", "who won the match", ())


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (result("utter_faq/report_remove_take_it_down"), "right"),
        (result("utter_faq/break_up"), "another"),
        (result("utter_crisis_unanswered", offers="take_down_image"), "offered"),
        (result("utter_crisis_unanswered", offers="break_up"), "not answered"),
        (result("utter_crisis_again_child", card="image_shared"), "card"),
    ],
)
def test_a_reply_is_judged_by_the_answers_that_fit(reply: Dict[str, Any], outcome: str) -> None:
    assert judge(ASKED, reply) == outcome


TOLD = Asked("ct-001", "child", "he has my picture", "i blocked him", ("told_contact_is_over", "take_down_image"))
DETAIL = Asked("ct-001", "child", "he has my picture", "on a tuesday", ("told_a_detail",))


@pytest.mark.parametrize(
    ("told", "reply", "outcome"),
    [
        (TOLD, result("utter_told_contact_is_over"), "right"),
        (TOLD, result("utter_faq/take_down_image"), "right"),
        (TOLD, result("utter_told_still_near"), "another"),
        (TOLD, result("utter_barrier_police"), "another"),
        (TOLD, result("utter_crisis_heard"), "received"),
        (TOLD, result("utter_crisis_again_child", card="image_shared"), "card"),
        (DETAIL, result("utter_crisis_noted"), "right"),
        (DETAIL, result("utter_crisis_other_children"), "another"),
    ],
)
def test_what_is_told_is_judged_by_the_words_that_fit(told: Asked, reply: Dict[str, Any], outcome: str) -> None:
    assert judge_told(told, reply) == outcome
    assert [one.outcome for one in play_told([told], lambda *_: [{}, reply])] == [outcome]


def test_words_that_stand_in_for_others_are_those_as_well() -> None:
    assert "told_another_child" in intents_in(result("utter_crisis_other_children"))
    assert intents_in(result("utter_crisis_heard")) == frozenset()


def test_the_held_out_statements_name_replies_that_there_are() -> None:
    found = load_case_statements()
    assert len(found) >= 300
    named = {answer for told in found for answer in told.answers} - {"told_a_detail", "told_another_child"}
    assert not [name for name in named if f"utter_faq/{name}" not in get_responses() and f"utter_{name}" not in get_responses()]


def test_an_answer_where_none_fits_is_another_one() -> None:
    assert judge(NOTHING, result("utter_faq/break_up")) == "another"
    assert judge(NOTHING, result("utter_crisis_unanswered", offers="break_up")) == "not answered"


def test_each_question_is_asked_right_after_its_opening() -> None:
    heard = []

    def converse(turns: Any, audience: str, country: str) -> Any:
        heard.append((list(turns), audience))
        return [result("utter_crisis_card", "extortion"), result("utter_faq/take_down_image")]

    grown = Asked("cq-002", "adult", "she has my picture", "can it come down", ("take_down_image",))
    assert [one.outcome for one in play([ASKED, grown], converse)] == ["right", "right"]
    assert heard == [([ASKED.opening, ASKED.text], "child"), ([grown.opening, grown.text], "")]


def test_shares_are_given_apart_where_there_is_an_answer_and_where_there_is_none() -> None:
    table = by_answer([Outcome(ASKED, "right"), Outcome(ASKED, "another"), Outcome(NOTHING, "not answered")])
    assert (table[WITH]["right"].value, table[WITH]["right"].total) == (0.5, 2)
    assert (table[WITHOUT]["not answered"].value, table[WITHOUT]["another"].value) == (1.0, 0.0)


def test_the_held_out_questions_name_answers_that_there_are() -> None:
    found = load_case_questions()
    assert len(found) >= 400
    assert not [answer for asked in found for answer in asked.answers if f"utter_faq/{answer}" not in get_responses()]


@pytest.mark.parametrize("wrong", [{"category": "rain"}, {"audience": "nobody"}, {"then": []}])
def test_a_story_that_cannot_be_read_is_named(tmp_path: Path, wrong: Dict[str, Any]) -> None:
    row = {"id": "cq-900", "category": CATEGORIES[0], "audience": "child", "opening": "x", "then": [{"says": "y", "answers": []}]}
    (tmp_path / "some.jsonl").write_text(json.dumps({**row, **wrong}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="cq-900"):
        load_case_questions(tmp_path / "some.jsonl")
