"""Long messages put together from short examples keep what the told sentence says, and its situation."""

from __future__ import annotations

import numpy as np
import pytest

from bot.safety.composition import COMPOSED, compose_long, cut_in_two, hide_in_long
from bot.safety.examples import RiskExample
from bot.safety.levels import RiskLevel, Speaker

_ORDINARY = " ".join(f"We painted wall number {n} on Sunday." for n in range(10))


def example(text: str, cluster: str, *categories: str, speaker: Speaker = Speaker.SELF) -> RiskExample:
    level = RiskLevel.ESCALATE if categories else RiskLevel.NONE
    return RiskExample(text, level, categories, speaker, cluster)


EXAMPLES = [
    example("he asked me for pictures", "pictures", "adult_involved"),
    example("my coach is nice to everyone", "nice coach"),
    example("how do i block someone", "faq/block"),
    example(_ORDINARY, "painting"),
    example(_ORDINARY.replace("We", "My son and I"), "painting with a son", speaker=Speaker.ABOUT_CHILD),
]


def test_a_hidden_sentence_stands_whole_between_the_sentences_of_an_ordinary_message() -> None:
    found = hide_in_long(EXAMPLES, 40)
    assert len(found) == 40
    for one in found:
        told = next(known for known in EXAMPLES if one.cluster == f"{COMPOSED}{known.cluster}")
        assert f"{told.text}." in one.text and one.text != told.text
        assert (one.level, one.categories, one.speaker) == (told.level, told.categories, told.speaker)
        assert one.text.replace(f"{told.text}. ", "").replace(f" {told.text}.", "") == _ORDINARY


def test_half_of_them_tell_a_risk_and_questions_of_the_faq_are_not_the_quiet_half() -> None:
    found = hide_in_long(EXAMPLES, 40)
    assert sum(bool(one.categories) for one in found) == 20
    assert {one.cluster for one in found} == {f"{COMPOSED}pictures", f"{COMPOSED}nice coach"}


def test_without_an_ordinary_long_message_nothing_is_hidden() -> None:
    assert hide_in_long(EXAMPLES[:3], 10) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_messages(seed: int) -> None:
    assert hide_in_long(EXAMPLES, 10, seed) == hide_in_long(EXAMPLES, 10, seed)


def test_a_composed_message_stays_in_the_fold_of_its_sentences() -> None:
    folds = np.asarray([0, 0, 0, 1, 1])
    composed, of = compose_long(EXAMPLES, folds)
    assert len(composed) == len(of) and set(of) == {0}, "the second fold has nothing at risk"


def test_half_of_an_ordinary_message_is_quiet_and_before_a_risk_it_leaves_the_risk_whole() -> None:
    found = cut_in_two(EXAMPLES, 30)
    told = {f"{COMPOSED}{known.cluster}": known for known in EXAMPLES}
    risky = [one for one in found if one.categories]
    assert len(found) == 30 and len(risky) == 10
    for one in risky:
        whole = told[one.cluster]
        assert one.text.endswith(f" {whole.text}") and (one.level, one.speaker) == (whole.level, whole.speaker)
    for one in found:
        if not one.categories:
            whole = told[one.cluster]
            assert one.text in " ".join(whole.text.split()) and one.text != whole.text
            assert one.level is RiskLevel.NONE


def test_a_half_that_may_be_worrying_by_itself_gets_no_label() -> None:
    hyperbole = example("this homework makes me want to die of boredom every single evening", "bored")
    halves = [one.text for one in cut_in_two([*EXAMPLES[:1], hyperbole], 12) if not one.categories]
    assert halves and not any("die" in half.split() for half in halves)


def test_without_an_ordinary_message_nothing_is_cut() -> None:
    assert cut_in_two([one for one in EXAMPLES if one.categories], 10) == []
