"""Clean-up: disguises are undone, ordinary words are left alone, bad input does no harm."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.cleanup import MAX_MESSAGE_CHARS, clean

UNDONE = [
    ("im gonna k1ll mys3lf", "i'm going to kill myself"),
    ("k i l l  m y s e l f", "kill myself"),
    ("k-i-l-l myself", "kill myself"),
    ("i wanna k m s", "i want to kms"),
    ("su*cide", "suicide"),
    ("hes blackmialing me", "he's blackmailing me"),
    ("soooo saaaad", "so sad"),
    ("кill mе", "kill me"),
    ("ｈｅｌｐ ｍｅ", "help me"),
    ("𝓱𝓮𝓵𝓹 𝓶𝓮", "help me"),
    ("he s\u200bays no\u202e", "he says no"),
    ("I CAN’T SLEEP", "i can't sleep"),
    ("p3d0 at skool", "pedophile at school"),
]

LEFT_ALONE = [
    ("ran 5 kms today", "ran 5 kilometres today"),
    ("earth worms come out", "earth worms come out"),
    ("13yo and 50s music", "13yo and 50s music"),
    ("hola me quiero morir", "hola me quiero morir"),
    ("я хочу умереть", "я хочу умереть"),
    ("email me at bob@mail.com", "email me at bob@mail.com"),
    ("i want to roast the chicken", "i want to roast the chicken"),
]


@pytest.mark.parametrize("typed, plain", UNDONE)
def test_disguises_are_undone(typed: str, plain: str) -> None:
    assert clean(typed).text == plain


@pytest.mark.parametrize("typed, plain", LEFT_ALONE)
def test_ordinary_words_are_left_alone(typed: str, plain: str) -> None:
    assert clean(typed).text == plain


def test_span_points_at_the_words_as_typed() -> None:
    cleaned = clean("pls dont  k1ll mys3lf")
    start = cleaned.text.index("kill myself")
    begin, end = cleaned.span(start, start + len("kill myself"))
    assert cleaned.raw[begin:end] == "k1ll mys3lf"


@pytest.mark.parametrize("typed", ["", "\x00\x00", "\ud800\udfff", "   ", "\u202e\u200f"])
def test_nothing_readable_gives_an_empty_text(typed: str) -> None:
    assert clean(typed).text == ""


def test_long_message_keeps_both_ends() -> None:
    cleaned = clean("start here " + "word " * 30_000 + "end here")
    assert len(cleaned.text) <= MAX_MESSAGE_CHARS
    assert cleaned.text.startswith("start here") and cleaned.text.endswith("end here")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=400))
def test_any_text_gives_spans_inside_the_message(typed: str) -> None:
    cleaned = clean(typed)
    assert len(cleaned.text) == len(cleaned.starts) == len(cleaned.ends)
    assert all(0 <= start < end <= len(typed) for start, end in zip(cleaned.starts, cleaned.ends, strict=True))
    assert not any("\ud800" <= char <= "\udfff" or char == "\x00" for char in cleaned.text)
