"""Choices are named in the words of whom they are offered to: all titles of answers, and all buttons in fixed texts."""

from __future__ import annotations

import re

import pytest

from bot.channels.telegram import FORM as TELEGRAM
from bot.content.choice_titles import AUDIENCES, get_choice_titles, title_of
from bot.content.journeys import LONGEST_TITLE
from bot.content.responses import get_responses

ANSWERS = [name.removeprefix("utter_faq/") for name in get_responses().names if name.startswith("utter_faq/")]
OWN = [(who, faq, title) for who, named in get_choice_titles().items() for faq, title in named.items()]
#: Texts spoken in one voice, whoever reads: those of parents and professionals reach no child.
_VOICES = re.compile(r"_(parent|professional)$")
_FOR_ADULTS = re.compile(
    r"\b(my|our) (own )?(child|children|kid|kids|teen|teens|teenager|son|daughter|pupil|pupils|student|students)\b"
    r"|\bas a (parent|teacher)\b|\bpupils?\b|\bthe child\b|\b(a|an|younger|young) (child|teenager)\b",
    re.IGNORECASE,
)
_FOR_CHILDREN = re.compile(r"\bmy (parents|mum|mom|dad|family)\b|\ba grown-up (seems|makes)\b", re.IGNORECASE)


def offered(audience):
    """(where, title) of every choice that an audience can be shown."""
    book = get_responses()
    yield from ((faq, title_of(book, faq, audience)) for faq in ANSWERS)
    for name in book.names:
        if audience == "child" and _VOICES.search(name):
            continue
        for channel in ("web", "telegram", "whatsapp", "sms"):
            yield from ((name, button.title) for button in book.wording(name, audience, channel).buttons)


def test_no_choice_of_a_child_speaks_of_my_child_my_teen_or_a_pupil():
    assert not {where: title for where, title in offered("child") if _FOR_ADULTS.search(title)}


def test_no_answer_is_offered_to_a_professional_as_a_parents_or_to_an_adult_as_a_childs():
    book = get_responses()
    as_parents = [t for t in (title_of(book, faq, "professional") for faq in ANSWERS) if re.search(r"\bmy (child|teen)", t, re.I)]
    as_childs = [t for who in AUDIENCES[1:] for t in (title_of(book, faq, who) for faq in ANSWERS) if _FOR_CHILDREN.search(t)]
    # A grown-up may be bullied, watched or unwell at home too: titles in the first person alone say nothing of the age.
    assert not as_parents and not as_childs


def test_every_answer_has_a_wording_for_children_so_that_each_may_be_offered_to_them():
    book = get_responses()
    adults_only = [
        faq for faq in ANSWERS if ("audience", "child") not in book.wording(f"utter_faq/{faq}", "child").conditions
    ]
    assert not adults_only, "Write a wording for children, or keep these from a child's choices (`_nearest_answers`)."


@pytest.mark.parametrize(("who", "faq", "title"), OWN)
def test_a_title_is_short_plain_and_of_an_answer_that_exists(who, faq, title):
    assert faq in ANSWERS
    assert 0 < len(title) <= LONGEST_TITLE and title == title.strip()
    assert "!" not in title and "{" not in title


def test_nothing_a_child_is_offered_is_cut_on_a_phone():
    assert not [title for _, title in offered("child") if len(title) > TELEGRAM.button_chars]


def test_one_reader_is_never_offered_two_answers_under_one_title():
    for audience in (*AUDIENCES, None):
        titles = [title_of(get_responses(), faq, audience).casefold() for faq in ANSWERS]
        assert not {title for title in titles if titles.count(title) > 1}, audience
