from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.transformations import KINDS, apply

SENTENCE = "My neighbour says he'll show everyone the picture, unless I answer!"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_messages(kind: str) -> None:
    assert apply(SENTENCE, kind, 7) == apply(SENTENCE, kind, 7)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_changes_an_ordinary_sentence(kind: str) -> None:
    assert " ".join(apply(SENTENCE, kind, 1)) != SENTENCE or kind == "split"


@pytest.mark.parametrize("kind", ["typos", "leet", "emoji", "spaced", "homoglyphs", "split"])
def test_another_seed_changes_another_place(kind: str) -> None:
    assert len({apply(SENTENCE, kind, seed) for seed in range(12)}) > 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "split"])
def test_one_message_stays_one_message(kind: str) -> None:
    assert len(apply(SENTENCE, kind, 3)) == 1


@pytest.mark.parametrize(
    "text, kind, expected",
    [
        ("he's here. help!", "no_punctuation", "hes here help"),
        ("Café, please", "no_punctuation", "Café please"),
        ("help me", "upper", "HELP ME"),
        ("HELP me", "lower", "help me"),
        ("toast", "leet", "70457"),
        ("help", "spaced", "h e l p"),
        ("ace", "homoglyphs", "\u0430\u0441\u0435"),
    ],
)
def test_a_change_reads_as_described(text: str, kind: str, expected: str) -> None:
    assert apply(text, kind, 0) == (expected,)


@pytest.mark.parametrize("text, kind", [("a 12", "typos"), ("it is", "spaced"), ("123", "leet"), ("", "homoglyphs")])
def test_nothing_is_changed_where_no_word_is_long_enough(text: str, kind: str) -> None:
    assert apply(text, kind, 5) == (text,)


def test_a_slip_keeps_the_first_letter() -> None:
    for seed in range(40):
        (typed,) = apply("picture", "typos", seed)
        assert typed.startswith("p")
        assert abs(len(typed) - len("picture")) <= 1


def test_split_loses_no_word() -> None:
    for seed in range(20):
        first, second = apply(SENTENCE, "split", seed)
        assert f"{first} {second}" == SENTENCE
        assert first and second


def test_a_single_word_cannot_be_split() -> None:
    assert apply("help", "split", 0) == ("help",)


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        apply(SENTENCE, "rot13", 0)


@given(text=st.text(max_size=200), kind=st.sampled_from(KINDS), seed=st.integers(0, 10**6))
def test_any_text_gives_one_or_two_messages(text: str, kind: str, seed: int) -> None:
    messages = apply(text, kind, seed)
    assert 1 <= len(messages) <= 2
    assert all(isinstance(message, str) for message in messages)
