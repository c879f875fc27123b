"""What the widget is told about the words of a reply."""

from __future__ import annotations

import re

import pytest

from bot.channels.service_cards import dressed, language_of
from bot.config import DATA_DIR
from bot.content.responses import get_responses, read_responses

IN_OTHER_LANGUAGES = read_responses([DATA_DIR / "responses" / "crisis_languages.yml"])


@pytest.mark.parametrize("name", sorted(IN_OTHER_LANGUAGES))
def test_every_card_in_another_language_says_so(name):
    assert language_of(name) == name[-2:] != "en"
    assert dressed({"response": name})["language"] == name[-2:]


def test_every_other_wording_is_english_also_when_its_name_ends_in_two_letters():
    others = [name for name in get_responses().names if name not in IN_OTHER_LANGUAGES]
    assert "utter_check_in_no" in others and any(re.search(r"_[a-z]{2}$", name) for name in others)
    told = {name: language_of(name) for name in others if not name.startswith("utter_messaging_first_line_")}
    assert set(told.values()) == {"en"}, told
    assert language_of(None) == "en"
