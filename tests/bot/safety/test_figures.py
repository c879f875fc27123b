"""Figures of speech are read as what they mean, and everything beside them still counts."""

import time

import pytest

from bot.safety.figures import in_plain_words


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("my coach is gonna kill me if i miss practice", "my coach will be cross with me if i miss practice"),
        ("mum’ll kill me for this", "mum will be cross with me for this"),
        ("my mom hit me with the no phone rule", "my mom told me about the no phone rule"),
        ("my boyfriend hit on my best friend", "my boyfriend flirted with my best friend"),
        ("hit me up later", "message me later"),
        ("dad would never hit me", "dad is always kind to me"),
    ],
)
def test_a_figure_of_speech_is_put_in_plain_words(text, plain):
    assert in_plain_words(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "my dad is going to kill me",
        "my dad will kill me if i tell",
        "he says he is going to kill me when i get home",
        "he will kill me if i leave him",
        "she hit me with a belt because of the list",
        "he hit me on my head",
        "my uncle hit on me",
        "he has never hit me but he throws things",
        "he never hits us when other people are there",
        "my teacher helps me",
    ],
)
def test_what_may_be_meant_as_it_says_stays(text):
    assert in_plain_words(text) == text


def test_a_long_message_and_endless_words_are_left_alone_in_bounded_time():
    started = time.process_time()
    for words in ("my coach is gonna kill me if i miss practice. " * 20, "hit me with the " * 6_000, "gonna " * 100):
        in_plain_words(words)
    assert time.process_time() - started < 1
    assert in_plain_words("hit me up. " * 60) == "hit me up. " * 60
