"""Everyday conversations load, each message with the answer before it, and a broken line is named."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.content.responses import get_responses
from bot.errors import ContentError
from bot.nlu.everyday_messages import Does, load_everyday_messages, load_everyday_turns
from bot.safety.examples import EXAMPLES_DIR, read_examples
from bot.safety.levels import RiskLevel

CONVERSATION = {
    "audience": "parent",
    "messages": [
        {"says": "which age is right for a first phone", "does": "asks", "answers": ["first_phone"]},
        {"says": "he is nine", "does": "detail", "answers": []},
        {"says": "and who sets it up", "does": "asks", "answers": ["which_parental_control_tool"]},
    ],
}


def write(folder: Path, row: object) -> Path:
    (folder / "some.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return folder


def test_a_message_comes_with_the_newest_answer_before_it_and_the_words_for_which_it_was_given(tmp_path: Path) -> None:
    told, asked = load_everyday_messages(write(tmp_path, CONVERSATION))
    assert (told.does, told.answers, told.answered) == (Does.DETAIL, (), "first_phone")
    assert asked.opening == "which age is right for a first phone" and asked.answers == ("which_parental_control_tool",)


def test_every_kind_is_learned_from_many_messages_and_answers_are_those_that_there_are() -> None:
    messages = load_everyday_messages()
    counted = Counter(message.does for message in messages)
    assert set(counted) == set(Does) and min(counted.values()) >= 60
    named = {f"utter_faq/{answer}" for message in messages for answer in message.answers}
    assert all(name in get_responses() for name in named)


def test_no_message_stands_twice_in_one_conversation() -> None:
    assert all(len(turns) == len({turn.lower() for turn in turns}) for turns in load_everyday_turns())


@pytest.mark.parametrize(
    "row",
    [
        {**CONVERSATION, "audience": "robot"},
        {**CONVERSATION, "messages": []},
        {"audience": "child", "messages": [{"says": "hi", "does": "sings", "answers": []}]},
        {"audience": "child", "messages": [{"says": "hi", "answers": []}]},
        ["no", "conversation"],
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, row: object) -> None:
    with pytest.raises(ContentError, match="some.jsonl line 1"):
        load_everyday_messages(write(tmp_path, row))


def test_the_lines_that_the_safety_engine_learns_as_quiet_are_those_of_these_conversations() -> None:
    """`later_turns_everyday.jsonl` is a choice of them, made by what the engine heard: none of it is written by hand."""
    said = {turn for turns in load_everyday_turns() for turn in turns}
    path = EXAMPLES_DIR / "later_turns_everyday.jsonl"
    examples = read_examples(path)
    assert len(examples) > 1000 and {example.text for example in examples} <= said
    assert all(example.level is RiskLevel.NONE and not example.categories for example in examples)
