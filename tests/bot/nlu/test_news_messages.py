"""The messages that bring news load, name kinds that there are, and say what is wrong with a file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.errors import ContentError
from bot.nlu.case_messages import load_case_messages
from bot.nlu.news import QUIET, UNSURE, News
from bot.nlu.news_messages import load_news
from bot.safety.levels import CATEGORIES

STORY = """cases:
- opening: "he hurts me"
  category: abuse_disclosure
  speaker: self
  audience: child
  news:
  - says: "mum is away on saturday"
    kind: {kind}
"""


def test_every_kind_is_learned_from_many_messages_and_quiet_ones_are_most_frequent() -> None:
    messages = load_news()
    counted = Counter(message.kind for message in messages)
    assert set(counted) == {QUIET, *(news.value for news in News)}
    assert min(counted.values()) >= 70 and counted.most_common(1)[0][0] == QUIET
    assert {message.case.category for message in messages} == set(CATEGORIES)


def test_no_message_stands_twice_in_one_story() -> None:
    said = [(message.story, message.text.lower()) for message in load_news()]
    assert len(said) == len(set(said))


def test_what_is_told_in_cases_names_kinds_that_there_are() -> None:
    counted = Counter(message.news for message in load_case_messages() if message.is_told)
    assert set(counted) <= {QUIET, UNSURE, *(news.value for news in News)}
    assert counted[QUIET] > 1500 and counted[News.DANGER_SOON.value] > 50


def test_a_message_is_read_with_its_case(tmp_path: Path) -> None:
    (tmp_path / "some.yml").write_text(STORY.format(kind="danger_soon"), encoding="utf-8")
    (message,) = load_news(tmp_path)
    assert (message.kind, message.case.voice, message.opening) == ("danger_soon", "child", "he hurts me")


@pytest.mark.parametrize("kind", ["unsure", "rain"])
def test_a_kind_that_is_not_known_is_said_with_file_and_opening(tmp_path: Path, kind: str) -> None:
    (tmp_path / "some.yml").write_text(STORY.format(kind=kind), encoding="utf-8")
    with pytest.raises(ContentError, match="some.yml.*he hurts me"):
        load_news(tmp_path)


def test_a_file_of_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "some.yml").write_text("stories: []", encoding="utf-8")
    with pytest.raises(ContentError, match="some.yml"):
        load_news(tmp_path)
