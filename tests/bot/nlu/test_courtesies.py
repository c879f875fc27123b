"""What is asked, without what is said around it; and messages that are nothing but that stay whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.courtesies import question_among, without_courtesies
from bot.text.cleanup import clean


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("ok thank you. what do i say to her tonight?", "what do i say to her tonight?"),
        ("Hi there, hope you can help. My son got a message", "my son got a message"),
        ("hey so how do i report an account", "how do i report an account"),
        ("how do i make it private? Thank you so much!", "how do i make it private?"),
        ("how do i make it private thanks", "how do i make it private"),
        ("That's really helpful, thanks. Where do I report it?", "where do i report it?"),
        ("is it normal that he calls daily? sorry for the long message", "is it normal that he calls daily?"),
        ("Thank you for your answer. My son is on his phone all night", "my son is on his phone all night"),
        ("what is grooming xx", "what is grooming"),
        ("Thank you! And how do i stop strangers writing to him?", "how do i stop strangers writing to him?"),
        ("thanks. and what do i do now?", "and what do i do now?"),
        ("Hello, I hope you are well. How old for a phone?", "how old for a phone?"),
        ("sorry if this is a silly question but can they see my street", "can they see my street"),
    ],
)
def test_greetings_thanks_and_excuses_are_left_out(typed: str, asked: str) -> None:
    assert without_courtesies(clean(typed).text) == asked


@pytest.mark.parametrize(
    "typed",
    [
        "hi", "hi there", "thank you so much for helping me", "thanks i will call them", "no thanks", "how can i thank you?",
        "who do i say thanks to", "can you help me?", "yes", "no. he lied", "brilliant, a list",
        "how do i get help", "who can help me", "where is there any help", "help a friend who cuts", "can you help my friend",
        "what is lol", "do you have any advice", "my friend needs help", "well-being tips for teens", "", "?!", "🙏",
    ],
)  # fmt: skip
def test_what_is_nothing_else_or_no_courtesy_stays(typed: str) -> None:
    plain = clean(typed).text
    assert without_courtesies(plain) == plain


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("my son is twelve. how long should he play a day?", "how long should he play a day?"),
        ("how do i block him? he is in my class.", "how do i block him?"),
        ("how do i block him? and can he see that?", None),
        ("he is in my class. what now?", None),
        ("how do i block him", None),
        ("", None),
    ],
)
def test_one_sentence_that_asks_is_found_among_others(typed: str, asked: str | None) -> None:
    assert question_among(clean(typed).text) == asked


@given(st.text(max_size=300))
def test_any_text_is_answered_with_a_part_of_it(typed: str) -> None:
    plain = clean(typed).text
    left = without_courtesies(plain)
    assert left.rstrip("?") in plain and bool(left) == bool(plain)
