"""The questions about cases load, name answers that there are, and say what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.responses import get_responses
from bot.errors import ContentError
from bot.nlu.case_messages import asked_for, case_of, load_case_messages
from bot.safety.levels import CATEGORIES

#: Intents whose words are chosen by what was told before.
WORDED_IN_CODE = {"told_a_detail", "told_another_child", "told_it_is_me", "told_it_is_not_me"}
STORY = """cases:
- opening: "she cuts her arms"
  category: {category}
  speaker: {speaker}
  audience: parent
  asks:
  - says: "do i wake her"
    answers: [talk_about_suicide]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "some.yml").write_text(text, encoding="utf-8")
    return folder


def test_every_answer_that_is_named_exists_and_every_category_has_questions() -> None:
    for is_told, beginnings in ((False, ("utter_faq/",)), (True, ("utter_faq/", "utter_"))):
        messages = [message for message in load_case_messages() if message.is_told is is_told]
        named = {answer for message in messages for answer in message.answers} - WORDED_IN_CODE
        assert not [name for name in sorted(named) if not any(f"{begin}{name}" in get_responses() for begin in beginnings)]
        assert {message.case.category for message in messages} == set(CATEGORIES)
        assert sum(not message.answers for message in messages) >= 90


def test_no_question_stands_twice_in_one_story() -> None:
    asked = [(question.story, question.text.lower()) for question in load_case_messages()]
    assert len(asked) == len(set(asked))


def test_who_writes_about_whom_makes_the_voice() -> None:
    assert case_of("self_harm", "self", "child").voice == "child"
    assert case_of("self_harm", "self", "adult").voice == "survivor"
    assert case_of("self_harm", "friend", "child").voice == "friend"
    assert case_of("abuse_disclosure", "about_child", "parent").voice == "parent"
    assert case_of("abuse_disclosure", "own_behaviour", "parent").voice == "own_behaviour"


@pytest.mark.parametrize(("category", "speaker"), [("rain", "self"), ("self_harm", "nobody")])
def test_a_value_that_is_not_known_is_said_with_file_and_opening(tmp_path: Path, category: str, speaker: str) -> None:
    text = STORY.format(category=category, speaker=speaker)
    with pytest.raises(ContentError, match="some.yml.*she cuts her arms"):
        load_case_messages(written(tmp_path, text))


def test_what_is_told_stands_beside_what_is_asked(tmp_path: Path) -> None:
    text = STORY.format(category="self_harm", speaker="about_child") + '  tells:\n  - says: "she sleeps now"\n    answers: []\n'
    assert [(one.text, one.is_told) for one in load_case_messages(written(tmp_path, text))] == [
        ("do i wake her", False),
        ("she sleeps now", True),
    ]


def test_a_story_in_which_nothing_is_said_is_named(tmp_path: Path) -> None:
    text = STORY.format(category="self_harm", speaker="about_child").split("  asks:")[0]
    with pytest.raises(ContentError, match="she cuts her arms.*asks"):
        load_case_messages(written(tmp_path, text))


@pytest.mark.parametrize("text", ["", "stories: []", "cases: 3", "cases: ["])
def test_a_file_of_something_else_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContentError, match="some.yml"):
        load_case_messages(written(tmp_path, text))


def test_asides_are_no_habit_of_a_case() -> None:
    asides = {answer for question in load_case_messages() if question.is_aside for answer in question.answers}
    assert "free_robux_scam" in asides
    assert all("free_robux_scam" not in answers for answers in asked_for().values())
    assert "my_child_self_harms" in asked_for()["self_harm"]
