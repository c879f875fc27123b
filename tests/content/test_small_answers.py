"""Small answers: each has words for whom it is for, follows an answer that there is, is short, and asks nothing back."""

from __future__ import annotations

import re

import pytest

from bot.content.responses import get_responses
from bot.content.small_answers import SMALL_PREFIX, get_small_answers
from bot.nlu.topics import topic_of

MOST_WORDS = 45
#: Words to say to somebody stand in quotation marks, and may ask.
_QUOTED = re.compile(r'"[^"]*"')
_NUMBER_OR_PAGE = re.compile(r"\d{4,}|https?:|www\.|\.(com|org|net)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b20\d\d\b")


def wordings():
    """(id, variation) of each."""
    book = get_responses()
    for name in sorted(get_small_answers()):
        for variation in book.variations(f"{SMALL_PREFIX}{name}"):
            yield name, variation


def test_there_are_small_answers_after_most_everyday_answers():
    followed = {faq for answer in get_small_answers().values() for faq in answer.after}
    assert len(get_small_answers()) > 1000 and len(followed) > 200


def test_each_has_words_and_all_words_belong_to_one():
    named = {name.removeprefix(SMALL_PREFIX) for name in get_responses().names if name.startswith(SMALL_PREFIX)}
    # The response that Rasa's rule names is put together from these.
    assert named - {"answer"} == set(get_small_answers())


def test_each_follows_answers_that_there_are():
    book = get_responses()
    lost = {(answer.id, faq) for answer in get_small_answers().values() for faq in answer.after if f"utter_faq/{faq}" not in book}
    assert not lost


def test_each_has_a_topic_of_an_answer_it_follows_a_source_and_a_day():
    book = get_responses()
    for name, answer in get_small_answers().items():
        metadata = book.variations(f"{SMALL_PREFIX}{name}")[0].metadata
        assert metadata["topic"] in {topic_of(f"faq/{faq}") for faq in answer.after}, name
        assert metadata["source"] and metadata["written"] and metadata["review"], name


def test_whoever_it_is_for_has_words_of_their_own():
    book = get_responses()
    for name, answer in get_small_answers().items():
        conditions = {dict(v.conditions).get("audience") for v in book.variations(f"{SMALL_PREFIX}{name}")}
        # One of the readers has the words without a condition.
        assert not answer.readers or len(conditions) == len(answer.readers), name


def test_each_way_of_asking_leads_to_one_small_answer_behind_an_answer():
    asked = {}
    for answer in get_small_answers().values():
        assert len(answer.asked) >= 4, answer.id
        for faq in answer.after:
            for text in answer.asked:
                asked.setdefault((faq, text.lower()), set()).add(answer.id)
    assert not {key: names for key, names in asked.items() if len(names) > 1}


def test_none_is_long():
    assert not [(name, v.text) for name, v in wordings() if len(v.text.split()) > MOST_WORDS]


def test_none_asks_anything_back():
    assert not [(name, v.text) for name, v in wordings() if "?" in _QUOTED.sub("", v.text)]


def test_none_names_a_number_to_call_or_a_page():
    assert not [(name, v.text) for name, v in wordings() if _NUMBER_OR_PAGE.search(_YEAR.sub("", v.text))]


@pytest.mark.parametrize("forbidden", ["as i said", "see above", "i'm sorry to hear", "i promise", "you must not tell"])
def test_none_leans_on_what_was_said_or_promises(forbidden):
    assert not [name for name, v in wordings() if forbidden in v.text.lower()]
