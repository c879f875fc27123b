"""Segments are counted as the standard says, and long answers are cut at sentence ends, with nothing lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.segments import MOST_PARTS, cheapest, count_segments, cut_answer, fits, is_gsm, sentences

MORE = "Reply MORE to read on."


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # 76 signs of two places fill 152 of 153; the 77th does not fit beside them.
        ("€" * 152, 2),
        ("€" * 153, 3),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
        ("a" * 100 + "ж", 2),
    ],
)
def test_segments_are_counted_as_the_standard_says(text, segments):
    assert count_segments(text) == segments


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Don’t worry about “that” – it’s okay…", "Don't worry about \"that\" - it's okay..."),
        ("• first\n• second", "- first\n- second"),
        ("Zażółć gęślą", "Zazolc gesla"),
        ("Привет", "Привет"),
        ("مرحبا", "مرحبا"),
        ("Is it okay?", "Is it okay?"),
    ],
)
def test_plain_characters_are_used_only_where_nothing_readable_is_lost(text, plain):
    assert cheapest(text) == plain


def test_sentences_give_the_text_back():
    text = "One. Two?\nThree 0800 1111. 四。五！Six"
    assert "".join(sentences(text)) == text
    assert len(sentences(text)) == 6


def test_a_short_answer_is_one_message_without_a_number():
    cut = cut_answer("Short. And kind.", "1 Yes\n2 No", MORE)
    assert cut.parts == ("Short. And kind.\n1 Yes\n2 No",) and cut.rest == ""


def test_a_long_answer_is_cut_at_sentence_ends_and_offers_more():
    text = " ".join(f"This is sentence number {number} of the answer." for number in range(60))
    cut = cut_answer(text, "1 Yes\n2 No", MORE)
    assert len(cut.parts) == MOST_PARTS
    assert cut.parts[-1].endswith(MORE) and "1 Yes" not in "".join(cut.parts)
    for part in cut.parts:
        assert fits(part) and re.match(r"\d/3 This", part) and part.replace(f"\n{MORE}", "").endswith("answer.")
    assert cut.rest.startswith("This is sentence number")
    assert cut.rest.endswith("number 59 of the answer.")


def test_reading_on_to_the_end_shows_every_sentence_once_and_then_the_choices():
    text = " ".join(f"Sentence {number} of it." for number in range(150))
    said, rest, rounds = [], text, 0
    while rest:
        cut = cut_answer(rest, "1 Yes", MORE)
        said += [re.sub(r"^\d/\d ", "", part).replace(f"\n{MORE}", "") for part in cut.parts]
        rest, rounds = cut.rest, rounds + 1
    assert rounds > 2 and said[-1].endswith("\n1 Yes")
    assert " ".join(said).replace("\n1 Yes", "") == text


def test_a_helpline_number_is_never_cut_in_the_middle():
    text = "word " * 55 + "call 0800 1111 or 020 7946 0000 " + "word " * 60 + "0800 1111, " * 40
    cut = cut_answer(text, "", MORE)
    for part in cut.parts:
        assert not re.search(r"(0800|020|7946)(\n|$)", part), part


def test_more_is_offered_only_when_there_is_more_and_choices_are_never_lost():
    choices = "\n".join(f"{number} A choice with some more words" for number in range(1, 8))
    for sentences_long in range(10, 60):
        shown, rest = [], "A sentence of the answer. " * sentences_long
        while rest:
            cut = cut_answer(rest, choices, MORE)
            assert (MORE in cut.parts[-1]) == bool(cut.rest)
            shown, rest = [*shown, *cut.parts], cut.rest
        assert shown[-1].endswith(choices)
        assert sum(part.count("A sentence of the answer.") for part in shown) == sentences_long


def test_a_list_of_choices_that_does_not_fit_beside_the_last_words_is_a_part_of_its_own():
    choices = "\n".join(f"{number} A choice with some words" for number in range(1, 7))
    cut = cut_answer("A sentence of the answer. " * 11, choices, MORE)
    assert cut.parts[-1] == f"{len(cut.parts)}/{len(cut.parts)} {choices}"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab1 .?\n€жé😀—", max_size=1500), st.sampled_from(["", "1 Yes\n2 No", "1 A choice of some words\n" * 8 + "2 End"]))
def test_nothing_is_lost_or_doubled_and_every_part_keeps_to_its_segments(text, tail):
    shown, rest = "", text
    for _ in range(60):
        cut = cut_answer(rest, tail, MORE)
        # One more where a single long sentence and a long list are all that is left.
        assert len(cut.parts) <= MOST_PARTS + (not cut.rest and len(tail) > 100)
        assert (MORE in cut.parts[-1]) == bool(cut.rest) if cut.parts else not cut.rest
        for part in cut.parts:
            assert fits(part)
            shown += re.sub(r"^\d/\d ", "", part).replace(MORE, "") if len(cut.parts) > 1 else part
        rest = cut.rest
        if not rest:
            break
    assert not rest
    assert "".join(shown.split()) == "".join((text + tail).split())


def test_a_word_that_is_longer_than_a_message_is_still_sent_whole():
    for word in ("x" * 900, "字" * 400, "😀" * 200):
        cut = cut_answer(word, "", MORE)
        assert all(fits(part) for part in cut.parts)
    assert is_gsm("x")
