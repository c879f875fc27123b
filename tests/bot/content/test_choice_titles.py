"""The title of an answer on a choice: the audience's own, else that of its wording, else the general one."""

from __future__ import annotations

import pytest

from bot.content.choice_titles import read_choice_titles, title_of
from bot.content.responses import ResponseBook, Variation
from bot.errors import ContentError

GENERAL = Variation("for everybody", metadata={"title": "My child won't talk"})
CHILD = Variation("for a child", conditions=(("audience", "child"),), metadata={"topic": "talk"})
TITLED = Variation("for a child", conditions=(("audience", "child"),), metadata={"title": "I don't want to talk"})
TITLES = {"child": {"silence": "Not now, please"}}


def titled(*variations, audience="child", titles=None):
    return title_of(ResponseBook({"utter_faq/silence": variations}), "silence", audience, titles=titles or {})


def test_the_title_written_for_the_audience_wins():
    assert titled(GENERAL, TITLED, titles=TITLES) == "Not now, please"
    assert titled(GENERAL, TITLED, titles=TITLES, audience="parent") == "My child won't talk"


def test_then_the_title_of_the_wording_that_the_audience_gets():
    assert titled(GENERAL, TITLED) == "I don't want to talk"
    assert titled(GENERAL, TITLED, audience="parent") == titled(GENERAL, TITLED, audience=None) == "My child won't talk"


def test_else_the_general_title_and_last_the_id():
    assert titled(GENERAL, CHILD) == "My child won't talk"
    assert titled(Variation("no title at all")) == "silence"
    assert title_of(ResponseBook({}), "gone", "child", titles={}) == "gone"


@pytest.mark.parametrize("text", ["titles: [a]", "other: {}", "titles: {uncle: {a: b}}", "titles: {child: x}", "{"])
def test_a_broken_file_is_named(tmp_path, text):
    path = tmp_path / "titles.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match="titles.yml"):
        read_choice_titles(path)
