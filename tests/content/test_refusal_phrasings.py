"""What is refused because it asks for ways to die or be hurt says so in its own words, so that nothing else is refused."""

from __future__ import annotations

import re
from typing import List

import pytest
import yaml

from bot.config import DATA_DIR, PROJECT_DIR

#: Dying, ending a life, hurting or starving oneself, or hiding that.
_SPEAKS_OF_IT = re.compile(
    r"\b(?:die|died|dies|dying|death|lethal|kill|suicid\w*|kys|unalive|alive|survive|life|lives|not be here"
    r"|(?:end|finish) it all|wake up|not come back"
    r"|hurt (?:yourself|myself|themselves)|i hurt|self harm\w*|sh|cuts|starve|eat|eating|food|dinner|ana|mia|thinspo"
    r"|pass out|make myself ill)\b",
    re.IGNORECASE,
)


def trained() -> List[str]:
    content = yaml.safe_load((DATA_DIR / "nlu" / "out_of_scope.yml").read_text(encoding="utf-8"))
    examples = next(entry["examples"] for entry in content["nlu"] if entry["intent"] == "ask_method_details")
    return [line.removeprefix("- ") for line in examples.splitlines()]


def held_out() -> List[str]:
    path = PROJECT_DIR / "tests" / "evaluation" / "faq" / "intents.yml"
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))["ask_method_details"])


def test_each_phrasing_asked_for_ways_to_die_or_be_hurt_speaks_of_it_by_itself():
    assert len(trained()) >= 100
    assert [text for text in trained() if not _SPEAKS_OF_IT.search(text)] == []


@pytest.mark.parametrize(
    "text", ["how long would it take", "would it hurt", "what do i need for it", "what time is best"]
)
def test_a_question_that_may_be_about_anything_is_not_among_them(text):
    assert text not in trained() and not _SPEAKS_OF_IT.search(text)


def test_what_is_kept_for_measuring_speaks_of_it_too():
    assert [text for text in held_out() if not _SPEAKS_OF_IT.search(text)] == []
