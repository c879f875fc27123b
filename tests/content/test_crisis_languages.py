"""The fixed cards in other languages: every part is there, nothing is typed in by hand, and they are sent."""

from __future__ import annotations

import re

import pytest

from bot.config import DATA_DIR
from bot.content.cards import gsm
from bot.content.crisis import CrisisContext, compose
from bot.content.responses import PLACEHOLDER, read_responses
from bot.safety.levels import EXTORTION, IMMEDIATE_DANGER, RiskAssessment, RiskLevel, Speaker

LANGUAGES = ("es", "fr", "pt", "de", "it", "nl", "pl", "tr", "ar", "ru", "ja", "zh")
#: A country where the language is spoken.
COUNTRY = dict(zip(LANGUAGES, ("ES", "FR", "BR", "DE", "IT", "NL", "PL", "TR", "EG", "UA", "JP", "TW"), strict=True))
RESPONSES = read_responses([DATA_DIR / "responses" / "crisis_languages.yml"])
WORDINGS = [(name, v) for name, variations in RESPONSES.items() for v in variations]
#: Two segments of a message whose letters are outside the basic alphabet, and of one inside it.
TWO_SEGMENTS_UNICODE, TWO_SEGMENTS_BASIC = 134, 306


def reply(language: str, category: str, level: RiskLevel, channel: str = "web") -> str:
    assessment = RiskAssessment(level=level, categories={category: 0.9}, speaker=Speaker.SELF, language=language)
    composed = compose(assessment, CrisisContext(country=COUNTRY[language], audience="child", channel=channel))
    return "\n".join(message.text for message in composed.messages)


def test_each_language_has_a_card_and_an_emergency_card_and_no_other_response():
    assert set(RESPONSES) == {f"utter_{kind}_card_{code}" for kind in ("crisis", "emergency") for code in LANGUAGES}


def test_a_card_names_the_helplines_before_the_emergency_number():
    for name, variation in WORDINGS:
        if name.startswith("utter_crisis_card") and variation.channel is None:
            assert PLACEHOLDER.findall(variation.text) == ["helplines", "emergency_number"], name


def test_an_emergency_card_says_the_number_in_its_first_bubble_and_no_helpline():
    for name, variation in WORDINGS:
        if name.startswith("utter_emergency_card"):
            assert "{emergency_number}" in variation.text.split("\n\n")[0], name
            assert PLACEHOLDER.findall(variation.text) == ["emergency_number"], name


def test_no_number_is_typed_in_and_nothing_is_shouted_or_asked():
    for name, variation in WORDINGS:
        text = PLACEHOLDER.sub("", variation.text)
        assert not re.search(r"\d|https?:|[!?！？؟]", text), name


def test_each_wording_names_its_source_and_that_nobody_has_reviewed_it_yet():
    for name, variation in WORDINGS:
        assert variation.metadata["source"] and variation.metadata["written"], name
        assert variation.metadata["review"] == "draft", name
        assert len(variation.text.split("\n\n")) in (1, 2, 5), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_in_the_language_gets_its_card_filled(language):
    text = reply(language, EXTORTION, RiskLevel.ESCALATE)
    care = RESPONSES[f"utter_crisis_card_{language}"][0].text.split("\n\n")[0]
    assert text.startswith(care)
    assert "{" not in text and re.search(r"\d{3}", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_now_gets_the_emergency_card_of_the_language(language):
    text = reply(language, IMMEDIATE_DANGER, RiskLevel.EMERGENCY)
    before, after = RESPONSES[f"utter_emergency_card_{language}"][0].text.split("{emergency_number}")
    assert text.startswith(before) and text.endswith(after) and re.search(r"\d{2,}", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_message_is_readable_and_fits_two_segments(language):
    text = reply(language, EXTORTION, RiskLevel.ESCALATE, channel="sms")
    assert "?" not in text, text
    limit = TWO_SEGMENTS_BASIC if gsm(text).isascii() else TWO_SEGMENTS_UNICODE
    assert len(text) <= limit, (len(text), text)
