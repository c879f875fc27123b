"""The wording a person at risk reads: no blame, no promise, no number typed in by hand, one question at a time."""

from __future__ import annotations

import re

import pytest
import textstat
import yaml

from bot.config import DATA_DIR
from bot.content.card_words import get_card_words
from bot.content.hotlines import get_directory
from bot.content.responses import PLACEHOLDER, get_responses, read_responses
from bot.content.reviews import standings
from bot.content.schema import BARRIERS
from bot.safety.levels import CATEGORIES

FILES = [DATA_DIR / "responses" / f"{name}.yml" for name in ("crisis", "crisis_situations", "check_in", "barriers", "hotlines")]
RESPONSES = read_responses(FILES)
WORDINGS = [(name, v) for name, variations in RESPONSES.items() for v in variations]
#: Source: safe-messaging and trauma-informed rules, see docs/hotlines.md.
BANNED = (
    r"commit(ted)? suicide", r"(successful|failed) attempt", r"don't worry", r"everything will be (fine|ok)",
    r"i understand how you feel", r"should have", r"\bwhy (did|didn't) you", r"this chat is secret", r"i've reported",
    r"\b(i|we) promise\b", r"100 ?%", r"will be deleted", r"police will",
    r"always be here", r"\bjust\b", r"selfish", r"attention",
    r"calm down", r"confess", r"admit", r"victim", r"pa?edophile", r"child porn", r"revenge porn", r"so sorry for you",
    r"no-harm", r"how to hurt", r"pills?|rope|bridge|blade|razor|overdose|knife",
)  # fmt: skip
LONGEST_CHILD_WORDS = 95
LONGEST_WORDS = 125


def plain(text: str) -> str:
    return re.sub(r"\*\*|\[|\]\([^)]*\)", "", PLACEHOLDER.sub("", text))


@pytest.mark.parametrize("pattern", BANNED)
def test_banned_words_are_absent(pattern):
    found = [name for name, v in WORDINGS if re.search(pattern, v.text, re.IGNORECASE)]
    assert not found


def test_no_exclamation_mark_emoji_or_promise_near_pain():
    for name, variation in WORDINGS:
        assert "!" not in variation.text, name
        assert not re.search("[\U0001f300-\U0001faff]", variation.text), name


def test_numbers_and_addresses_come_from_the_directory_only():
    for name, variation in WORDINGS:
        text = PLACEHOLDER.sub("", variation.text)
        text = re.sub(r"Reply:? \d|\d I contacted|\d not yet|\d I'm safe", "", text)
        assert not re.search(r"\d{3,}|https?://|www\.", text), (name, text)


def test_at_most_one_question_is_asked():
    for name, variation in WORDINGS:
        spoken = re.sub(r'"[^"]*"', "", variation.text)
        assert spoken.count("?") <= 1, (name, spoken)


def test_messages_are_short():
    for name, variation in WORDINGS:
        limit = LONGEST_CHILD_WORDS if name.endswith("_child") else LONGEST_WORDS
        assert len(plain(variation.text).split()) <= limit, name
        assert len(variation.buttons) <= 5 or "country" in name or name == "utter_hotlines_anywhere", name


def test_a_childs_words_are_easy_to_read():
    for name, variation in WORDINGS:
        if name.endswith("_child") and variation.channel is None:
            assert textstat.automated_readability_index(plain(variation.text)) <= 7, name


def test_each_wording_is_fixed_one_for_an_audience_and_a_channel():
    for name, variations in RESPONSES.items():
        keys = [(v.conditions, v.channel) for v in variations]
        assert len(keys) == len(set(keys)), f"{name} would be drawn at random"


def test_each_wording_names_its_source_and_that_nobody_has_reviewed_it_yet():
    for name, variation in WORDINGS:
        assert variation.metadata.get("source") and variation.metadata.get("written"), name
        assert variation.metadata.get("review") == "draft", name


def test_the_words_of_helpline_cards_and_of_the_widget_name_source_and_date_and_stand_for_review():
    standing = {one.id: one for one in standings()}
    files = [DATA_DIR / "hotlines" / "card_words.yml", *sorted((DATA_DIR / "widget").glob("*.yml"))]
    assert len(files) == 7
    for path in files:
        found = standing[f"{path.parent.name}/{path.stem}"]
        assert found.state == "draft" and found.written, path
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["metadata"]["source"], path


def test_every_button_leads_somewhere():
    book = get_responses()
    domain = (DATA_DIR.parent / "domain.yml").read_text(encoding="utf-8")
    for name, variation in WORDINGS:
        for button in variation.buttons:
            intent = re.match(r"/(\w+)", button.payload).group(1)
            assert f"- {intent}\n" in domain or f"- {intent} " in domain, (name, intent)
            faq = re.search(r'"faq": "(\w+)"', button.payload)
            assert faq is None or f"utter_faq/{faq.group(1)}" in book, (name, button.payload)
            country = re.search(r'"country": "(\w+)"', button.payload)
            assert country is None or get_directory().knows(country.group(1)), (name, button.payload)


def test_every_situation_and_voice_has_its_first_words():
    voices = ("child", "parent", "friend", "professional")
    for category in CATEGORIES:
        last = "own_behaviour" if category == "offender_concern" else "survivor"
        for voice in (*voices, last):
            variations = RESPONSES[f"utter_crisis_{category}_{voice}"]
            assert {v.channel for v in variations} == {None, "sms"}
        assert f"utter_check_in_{category}" in RESPONSES and f"utter_check_in_yes_{category}" in RESPONSES


def test_a_yes_to_a_check_in_leads_on_to_what_makes_contact_easier():
    for category in set(CATEGORIES) - {"immediate_danger"}:
        for variation in RESPONSES[f"utter_check_in_yes_{category}"]:
            payloads = {button.payload for button in variation.buttons}
            assert {"/barrier_cannot_talk", "/barrier_dont_know_what_to_say", "/outcome_going_to"} <= payloads, category


def test_every_barrier_and_outcome_has_its_words():
    assert {f"utter_barrier_{barrier}" for barrier in BARRIERS} <= set(RESPONSES)


def test_honesty_about_being_a_program_is_part_of_every_card_and_emergency():
    for name, variation in WORDINGS:
        if name.startswith(("utter_crisis_close", "utter_emergency")):
            assert "program" in variation.text, name


def test_the_words_on_cards_keep_to_the_same_rules():
    def texts(value):
        if isinstance(value, dict):
            return [t for v in value.values() for t in texts(v)]
        return [str(value)] if not isinstance(value, list) else [str(v) for v in value]

    for text in texts(get_card_words()):
        assert "!" not in text
        assert not [p for p in BANNED if re.search(p, text, re.IGNORECASE)], text


def test_no_child_is_told_to_go_to_a_parent_when_abuse_is_told():
    told = ("utter_crisis_abuse_disclosure_child", "utter_check_in_yes_abuse_disclosure")
    for variation in (v for name in told for v in RESPONSES[name]):
        assert not re.search(r"your (mum|dad|parent)", variation.text, re.IGNORECASE)
