"""The pattern language: what fits, and that a sentence end stops a gap."""

from __future__ import annotations

import pytest

from bot.safety.patterns import compile_patterns, find, tokenize
from bot.text.cleanup import clean

TABLE = [
    ("post my {image}", "he will post my pics", True),
    ("post my {image}", "he will post my parcel", False),
    ("threaten*", "she threatens me", True),
    ("he _2 hits", "he often really hits", True),
    ("he _2 hits", "he now and then hits", False),
    ("he _2 hits", "he left. she hits", False),
    ("i really? want", "i want", True),
    ("(say|told me)", "he told me", True),
    ("^ what is", "what is it", True),
    ("^ what is", "so what is it", False),
    ("is missing $", "my son is missing!", True),
    ("is missing $", "my son is missing his bus", False),
    ("my (foster (son|daughter)|niece)", "my foster daughter", True),
    ("_12 end", "a b c d e f g h i j end", True),
]


@pytest.mark.parametrize("pattern, text, fits", TABLE)
def test_pattern(pattern: str, text: str, fits: bool) -> None:
    compiled = compile_patterns([pattern], {"image": ["pics", "photos"]}, "here")
    assert bool(list(find(compiled, tokenize(clean(text))))) is fits


def test_span_covers_the_matched_words() -> None:
    cleaned = clean("well, he hits me!")
    tokens = tokenize(cleaned)
    (span,) = find(compile_patterns(["hits me"], {}, "here"), tokens)
    start, end = tokens.clean_span(*span)
    assert cleaned.text[start:end] == "hits me"
