"""Every text, not only the safety texts: easy enough for whom it is written, and free of the words of the content guide.

Grades are Flesch-Kincaid by textstat. It would fetch a word list over the network to count syllables; without it, it
counts by hyphenation, which finds fewer. A second count by groups of vowels, which finds more, keeps that honest.
"""

from __future__ import annotations

import re

import pytest
import textstat

from bot.config import PROJECT_DIR
from bot.content.responses import PLACEHOLDER, get_responses

CHILD_GRADE, PARENT_GRADE = 6.0, 9.0
#: Longest sentence of a child's text, in words; a grade alone lets one long sentence hide among short ones.
LONGEST_SENTENCE = 26
_CARD_LANGUAGES = re.compile(r"_(ar|de|es|fr|hi|id|it|ja|nl|pl|pt|ru|sv|sw|tl|tr|zh)$")
_VOWELS = re.compile(r"[aeiouy]+")


def texts():
    """(name, audience, text) of every English wording that is not a text message."""
    book = get_responses()
    for name in book.names:
        for variation in book.variations(name):
            if variation.text and variation.channel is None and not _CARD_LANGUAGES.search(name):
                yield name, _audience(name, variation), variation.text


def _audience(name, variation):
    said = dict(variation.conditions).get("audience")
    by_voice = re.search(r"utter_(?:crisis|check_in|emergency)_.*_(child|professional)$", name)
    return said or (by_voice.group(1) if by_voice else "parent")


def plain(text):
    """Words as they are read: placeholders become one word, points of a list become sentences."""
    text = PLACEHOLDER.sub("it", re.sub(r"\*\*|\[|\]\([^)]*\)", "", text))
    text = re.sub(r"https?://\S+", "it", text)
    return re.sub(r"(?m)^\s*[•-]\s*(.*?)[.;:,]?\s*$", r"\1.", text)


def grade_by_vowels(text):
    """Flesch-Kincaid grade with syllables counted as groups of vowels, a silent e left out."""
    sentences = [part for part in re.split(r"[.!?:\n]+", text) if re.search(r"[a-z]", part, re.IGNORECASE)]
    words = re.findall(r"[A-Za-z'’]+", text)
    syllables = sum(_syllables(word.lower()) for word in words)
    return 0.39 * len(words) / max(1, len(sentences)) + 11.8 * syllables / max(1, len(words)) - 15.59


def _syllables(word):
    found = len(_VOWELS.findall(word))
    return max(1, found - (found > 1 and word.endswith("e") and not word.endswith("le")))


@pytest.fixture(autouse=True)
def no_word_list_over_the_network(monkeypatch):
    monkeypatch.setattr("textstat.backend.counts._count_syllables.get_cmudict", lambda *_, **__: {})


@pytest.mark.parametrize(("audience", "limit", "least"), [("child", CHILD_GRADE, 200), ("parent", PARENT_GRADE, 200), ("adult", PARENT_GRADE, 20)])
def test_texts_are_easy_enough_for_whom_they_are_written(audience, limit, least):
    graded = {
        (name, text[:40]): (textstat.flesch_kincaid_grade(plain(text)), grade_by_vowels(plain(text)))
        for name, reader, text in texts()
        if reader == audience
    }
    assert len(graded) > least
    hard = {key: grades for key, grades in graded.items() if max(grades) > limit}
    assert not hard, f"Shorter sentences and words are needed: {hard}"


def test_no_sentence_for_a_child_is_long():
    long = [
        (name, sentence.strip())
        for name, reader, text in texts()
        if reader == "child"
        for sentence in re.split(r"[.?\n]+", plain(text))
        if len(sentence.split()) > LONGEST_SENTENCE
    ]
    assert not long


def banned():
    """The phrases in quotation marks under "Never" in the content guide, up to the first sentence about other things."""
    guide = (PROJECT_DIR / "docs" / "content-guide.md").read_text(encoding="utf-8")
    never = guide.split("## Never", 1)[1].split("an exclamation mark", 1)[0]
    return [re.sub(r"\s+", " ", phrase).lower() for phrase in re.findall(r'"([^"]+)"', never)]


def test_the_content_guide_names_phrases_to_avoid():
    assert {"don't worry", "just", "you should have", "commit suicide", "child pornography"} <= set(banned())


@pytest.mark.parametrize("phrase", banned())
def test_no_text_says_what_the_content_guide_forbids(phrase):
    pattern = re.compile(rf"\b{re.escape(phrase)}\b", re.IGNORECASE)
    assert not [name for name, _, text in texts() if pattern.search(text.replace("’", "'"))]


def test_no_text_raises_its_voice():
    assert not [name for name, _, text in texts() if "!" in text]


def test_a_child_is_never_told_that_something_was_their_mistake():
    blame = re.compile(r"your own fault|you asked for|you let (him|her|them)|you caused|shame on|stupid of you", re.I)
    assert not [name for name, reader, text in texts() if reader == "child" and blame.search(text)]


def test_no_text_asks_for_pictures_names_or_what_was_done():
    asks = re.compile(r"(send|show|upload) (me|us) (the|your|a) (picture|photo|video|screenshot)|what is your name|"
                      r"tell me (exactly|everything|what (he|she|they) did)", re.I)  # fmt: skip
    assert not [name for name, _, text in texts() if asks.search(text)]
