"""The words of journeys: easy to read, no blame, no promise, no number typed by hand, a source for each, nothing leading nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import textstat
import yaml

from bot.config import DATA_DIR
from bot.content.journey_composers import COMPOSERS
from bot.content.journeys import get_journeys
from bot.content.responses import PLACEHOLDER, get_responses
from bot.learning.readers import READERS

from .test_reading_and_tone import grade_by_vowels, no_word_list_over_the_network, plain  # noqa: F401 - a fixture

BOOK = get_journeys()
JOURNEYS = sorted(BOOK.journeys.values(), key=lambda journey: journey.id)
DOMAIN = yaml.safe_load((DATA_DIR.parent / "domain.yml").read_text(encoding="utf-8"))
BANNED = (
    r"don't worry", r"everything will be (fine|ok)", r"i understand how you feel", r"you should have", r"\bwhy (did|didn't) you",
    r"this chat is secret", r"i've reported", r"\b(i|we) promise\b", r"100 ?%", r"commit(ted)? suicide", r"child porn", r"victim",
    r"pa?edophile", r"calm down", r"stupid", r"silly", r"your fault(?<!not your fault)(?<!never your fault)",
)  # fmt: skip
#: Silent reading in words a minute: about the speed of an eleven-year-old (Taylor, 1965), and 3 seconds to choose.
WORDS_A_MINUTE, SECONDS_TO_CHOOSE = 170, 3
LONGEST_CHILD_WORDS, LONGEST_WORDS = 100, 140
#: A grade needs some words to be measured at all.
FEWEST_WORDS = 12


def spoken(text):
    return PLACEHOLDER.sub("", re.sub(r"\*\*\d of \d\.\*\*|\*\*|•", "", text))


def texts():
    for journey in JOURNEYS:
        for step in journey.steps.values():
            for wording in step.texts():
                yield journey, step, wording.text


def is_for_children(journey, step):
    """A child reads it: in a journey for children only, or on the quiz's own ways for them."""
    return journey.audiences == ("child",) or (journey.id == "safety_quiz" and step.id.startswith(("y", "t", "age", "end_child")))


@pytest.mark.parametrize("pattern", BANNED)
def test_banned_words_are_absent(pattern):
    found = [
        (journey.id, step.id, text)
        for journey, step, text in texts()
        if re.search(pattern, text, re.IGNORECASE) and not re.search(r"(isn't|is not|not|never) (your|their|my) fault", text)
    ]
    found = [entry for entry in found if entry[0] in ("refusal_practice", "safety_quiz", "upstander_guide")]
    assert not found


def test_no_exclamation_mark_and_no_emoji():
    for journey, step, text in texts():
        quoted = re.sub(r'"[^"]*"', "", text)
        assert "!" not in quoted and not re.search("[\U0001f300-\U0001faff]", text), (journey.id, step.id)


def test_numbers_and_addresses_come_from_the_directory():
    for journey, step, text in texts():
        without_years = re.sub(r"\b(19|20)\d\d\b", "", PLACEHOLDER.sub("", text))
        assert not re.search(r"\d{3,}|https?://|www\.", without_years), (journey.id, step.id, text)


def test_texts_are_short():
    for journey, step, text in texts():
        limit = LONGEST_CHILD_WORDS if is_for_children(journey, step) else LONGEST_WORDS
        assert len(spoken(text).split()) <= limit, (journey.id, step.id, len(spoken(text).split()))


def test_a_childs_words_read_at_grade_six_and_a_grown_ups_at_grade_nine():
    hard = []
    for journey, step, text in texts():
        words = plain(spoken(text))
        if len(words.split()) < FEWEST_WORDS:
            continue
        grade = max(textstat.flesch_kincaid_grade(words), grade_by_vowels(words))
        if grade > (6 if is_for_children(journey, step) else 9) and "professional" not in journey.audiences:
            hard.append((journey.id, step.id, round(grade, 1), words))
    assert not hard


def test_every_journey_is_a_draft_with_a_source_for_each_step():
    for journey in JOURNEYS:
        assert journey.metadata["review"] == "draft" and journey.metadata["topic"], journey.id
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(journey.metadata["written"])), journey.id
        assert all(journey.source_of(step) for step in journey.steps.values()), journey.id


def test_every_journey_can_be_started_by_words_and_by_a_button():
    phrasings = {}
    for path in sorted((DATA_DIR / "nlu").glob("journeys*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            phrasings[block["intent"]] = block["examples"].splitlines()
    for journey in JOURNEYS:
        assert journey.intent in DOMAIN["intents"], journey.id
        assert len(phrasings.get(journey.intent, ())) >= 12, journey.id


def test_every_link_leads_somewhere():
    for journey in JOURNEYS:
        for step in journey.steps.values():
            for link in step.links:
                intent = re.match(r"/(\w+)", link.payload).group(1)
                assert intent in DOMAIN["intents"], (journey.id, step.id, link.payload)
                faq = re.search(r'"faq": "(\w+)"', link.payload)
                assert faq is None or f"utter_faq/{faq.group(1)}" in get_responses(), (journey.id, link.payload)


def test_every_reader_and_composer_exists():
    for journey in JOURNEYS:
        for step in journey.steps.values():
            assert step.reader is None or step.reader in READERS, (journey.id, step.id)
            assert step.composer is None or step.composer in COMPOSERS, (journey.id, step.id)


def test_every_placeholder_is_filled():
    own = {"title", "right_before", "right_after", "asked_before", "asked_after", "chosen"}
    for journey, step, text in texts():
        for name in PLACEHOLDER.findall(text):
            assert name in own or get_responses().fill(f"{{{name}}}", {"country": "GB"}), (journey.id, step.id, name)


@pytest.mark.parametrize("prefix", ["y", "t", "p"])
def test_the_quiz_takes_at_most_three_minutes(prefix):
    quiz = BOOK.journeys["safety_quiz"]
    steps = [quiz.steps[f"{prefix}{number}"] for number in range(1, 9)]
    words = sum(
        len(spoken(step.say[0].text).split()) + len(step.explain[0].text.split()) + sum(len(c.title.split()) for c in step.choices)
        for step in steps
    )
    minutes = words / WORDS_A_MINUTE + len(steps) * SECONDS_TO_CHOOSE / 60
    assert minutes <= 3, f"{words} words, {minutes:.1f} minutes"


@pytest.mark.parametrize("prefix", ["y", "t", "p"])
def test_each_half_of_the_quiz_asks_for_the_same_four_pieces_of_knowledge(prefix):
    quiz = BOOK.journeys["safety_quiz"]
    sources = [str(quiz.source_of(quiz.steps[f"{prefix}{number}"])) for number in range(1, 9)]
    measures = [quiz.steps[f"{prefix}{number}"].measure for number in range(1, 9)]
    assert measures == ["before"] * 4 + ["after"] * 4
    assert sources[:4] == sources[4:], "question n and question n + 4 rest on the same source"


def test_the_right_answer_has_no_fixed_place():
    quiz = BOOK.journeys["safety_quiz"]
    for prefix in ("y", "t", "p"):
        places = [[c.right for c in quiz.steps[f"{prefix}{n}"].choices].index(True) for n in range(1, 9)]
        assert len(set(places)) == 3 and max(map(places.count, places)) <= 4, (prefix, places)


def test_every_journey_file_is_read():
    files = {path.stem for path in Path(DATA_DIR / "journeys").glob("*.yml") if not path.name.startswith("_")}
    assert files == set(BOOK.journeys)
