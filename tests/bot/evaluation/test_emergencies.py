"""How a reply in an emergency is judged, and that the held-out lines load."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Dict, List

import pytest

from bot.errors import InputError
from bot.evaluation.emergencies import Outcome, believed, heard_by_kind, load_lines, play
from bot.evaluation.news import Told
from bot.nlu.news import QUIET


def line(kind: str, text: str = "the police are here") -> Told:
    return Told("em-001", "immediate_danger", "child", "he is hitting mum right now", text, kind)


def reply(level: str, response: str) -> Dict[str, Any]:
    return {"risk": {"level": level}, "replies": [{"response": response, "text": "", "buttons": []}]}


@pytest.mark.parametrize(
    ("response", "heard"),
    [
        ("utter_crisis_help_is_there", "here"),
        ("utter_outcome_good", "here"),
        ("utter_emergency_help_called", "called"),
        ("utter_crisis_until_help_comes", "called"),
        ("utter_emergency_danger_child", QUIET),
    ],
)
def test_words_tell_which_help_was_heard(response: str, heard: str) -> None:
    assert Outcome(line("here"), response).heard == heard


def test_only_lines_after_an_emergency_count() -> None:
    def converse(turns: List[str], audience: str, country: str) -> List[Dict[str, Any]]:
        level = "escalate" if turns[1] == "not an emergency" else "emergency"
        return [reply(level, "utter_emergency_danger_child"), reply(level, "utter_crisis_help_is_there")]

    played = play([line("here"), line("here", "not an emergency"), line(QUIET, "he is asleep")], converse)
    assert [outcome.line.text for outcome in played] == ["the police are here", "he is asleep"]
    assert heard_by_kind(played)["here"].value == 1.0 and heard_by_kind(played)["called"].total == 0
    assert believed(played).value == 1.0


def test_the_held_out_lines_load_and_half_of_them_tell_of_no_help() -> None:
    kinds = Counter(one.kind for one in load_lines())
    assert sum(kinds.values()) == 240 and kinds[QUIET] >= 100 and kinds["here"] >= 60 and kinds["called"] >= 40


def test_a_kind_that_nobody_knows_is_named_with_its_story(tmp_path) -> None:
    path = tmp_path / "emergencies.jsonl"
    story = {"id": "em-9", "category": "immediate_danger", "audience": "child", "opening": "help", "then": [{"says": "ok", "kind": "saved"}]}
    path.write_text(json.dumps(story), encoding="utf-8")
    with pytest.raises(InputError, match="em-9"):
        load_lines(path)
