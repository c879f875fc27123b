"""How a reply to news after a card is judged, and that the held-out messages load."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Dict

import pytest

from bot.errors import InputError
from bot.evaluation.news import OUTCOMES, QUIET_OUTCOMES, Outcome, Told, by_kind, judge, load_told, play
from bot.nlu.news import QUIET, News
from bot.safety.levels import CATEGORIES


def result(response: str, card: str | None = None, asks: str | None = None) -> Dict[str, Any]:
    return {"replies": [{"response": response, "text": "", "buttons": []}], "card": card, "asks": asks}


def told(kind: str, category: str = "abuse_disclosure") -> Told:
    return Told("nw-001", category, "child", "he hurts me", "something", kind)


OPENED = result("utter_crisis_abuse_disclosure_child", "abuse_disclosure")
AGAIN = result("utter_crisis_again_child", "abuse_disclosure")


@pytest.mark.parametrize(
    ("kind", "reply", "outcome"),
    [
        ("danger_now", result("utter_emergency_danger_child", "immediate_danger"), "met"),
        ("danger_now", result("utter_crisis_comes_near", asks="immediate_danger"), "met"),
        ("danger_now", AGAIN, "card"),
        ("danger_now", result("utter_crisis_heard"), "other"),
        ("danger_soon", result("utter_crisis_danger_ahead"), "met"),
        ("danger_soon", result("utter_faq/do_i_still_go_there"), "met"),
        ("again", result("utter_crisis_went_on"), "met"),
        ("another_child", result("utter_crisis_heard"), "other"),
        ("despair", result("utter_check_in_self_harm", asks="self_harm"), "met"),
        ("despair", result("utter_crisis_heard"), "other"),
        ("friend", result("utter_crisis_abuse_disclosure_friend", "abuse_disclosure"), "met"),
        ("friend", AGAIN, "card"),
        # The first card took the right person already.
        ("self", result("utter_crisis_heard"), "met"),
        ("own_behaviour", result("utter_crisis_someone_elses_image_child", "image_shared"), "met"),
        ("quiet", result("utter_crisis_heard"), "left"),
        ("quiet", AGAIN, "left"),
        ("quiet", result("utter_check_in_self_harm", asks="self_harm"), "alarmed"),
        ("quiet", result("utter_emergency_danger_child", "immediate_danger"), "alarmed"),
        ("quiet", result("utter_crisis_danger_ahead"), "alarmed"),
        ("quiet", result("utter_crisis_self_harm_child", "self_harm"), "alarmed"),
    ],
)
def test_a_reply_is_judged_by_the_news(kind: str, reply: Dict[str, Any], outcome: str) -> None:
    assert judge(told(kind), OPENED, reply) == outcome


def test_every_message_is_sent_after_its_opening() -> None:
    sent = []

    def converse(texts: Any, audience: str, country: str) -> Any:
        sent.append((*texts, audience))
        return [OPENED, result("utter_crisis_danger_ahead")]

    (outcome,) = play([told("danger_soon")], converse)
    assert outcome.outcome == "met" and sent == [("he hurts me", "something", "child")]


def test_shares_are_counted_by_kind() -> None:
    table = by_kind([Outcome(told("again"), "met"), Outcome(told("again"), "other"), Outcome(told("quiet"), "left")])
    assert table["again"]["met"].value == 0.5 and set(table["again"]) == set(OUTCOMES)
    assert table[QUIET]["left"].value == 1 and set(table[QUIET]) == set(QUIET_OUTCOMES)
    assert table["despair"]["met"].value is None


def test_the_held_out_messages_are_of_every_kind_and_category() -> None:
    messages = load_told()
    counted = Counter(message.kind for message in messages)
    assert set(counted) == {QUIET, *(news.value for news in News)} and min(counted.values()) >= 15
    assert {message.category for message in messages} == set(CATEGORIES)


def test_an_unknown_kind_is_named_with_its_story(tmp_path: Path) -> None:
    row = {"id": "nw-009", "category": "extortion", "audience": "child", "opening": "x", "then": [{"says": "y", "kind": "rain"}]}
    (tmp_path / "some.jsonl").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(InputError, match="nw-009"):
        load_told(tmp_path / "some.jsonl")
