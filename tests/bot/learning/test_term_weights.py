"""Word weights are those of scikit-learn, which the reader was tuned with."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.learning.term_weights import TermWeights

LINES = ["<s> no </s>", "<s> no no i will not </s>", "<s> ok but no </s>", "<s> ok ok then </s>"]


def test_cosines_are_those_of_scikit_learn():
    theirs = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True).fit(LINES)
    ours = TermWeights(LINES)
    asked = [*LINES, "<s> not ok </s>", "pizza"]
    expected = (theirs.transform(asked) @ theirs.transform(LINES).T).toarray()
    np.testing.assert_allclose((ours.rows(asked) @ ours.rows(LINES).T).toarray(), expected, atol=1e-12)


def test_a_line_without_a_known_term_is_like_none():
    assert not TermWeights(LINES).rows(["pizza"]).toarray().any()
