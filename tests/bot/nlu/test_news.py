"""The news of a message after a card: learned, stored, and what it makes of an assessment."""

from __future__ import annotations

from pathlib import Path
from typing import List, Sequence

import numpy as np
import pytest

from bot.errors import ModelError
from bot.nlu.case_messages import Case
from bot.nlu.label_model import Encoded
from bot.nlu.news import QUIET, Heard, News, NewsModel, assessed_with
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    EXTORTION,
    IMMEDIATE_DANGER,
    SELF_HARM,
    RiskAssessment,
    RiskLevel,
    Speaker,
)
from bot.safety.protocol import CHILD, FRIEND, OWN_BEHAVIOUR, PARENT, PROFESSIONAL, SURVIVOR

ABUSE, BLACKMAIL = Case(ABUSE_DISCLOSURE, CHILD), Case(EXTORTION, CHILD)
QUIETLY = RiskAssessment(RiskLevel.NONE, speaker=Speaker.UNKNOWN)


def rows(words: Sequence[str], seed: int = 0) -> Encoded:
    """Unit rows, alike for the same word."""
    found: List[np.ndarray] = []
    for place, word in enumerate(words):
        middle = np.random.default_rng(sum(map(ord, word))).normal(size=16)
        row = middle + np.random.default_rng(seed + place).normal(size=16) * 0.05
        found.append(row / np.linalg.norm(row))
    stacked = np.stack(found).astype(np.float32)
    return Encoded(stacked, stacked)


@pytest.fixture
def model() -> NewsModel:
    words = ["saturday", "cat", "weather"] * 10
    kinds = [News.DANGER_SOON.value, News.DESPAIR.value, QUIET] * 10
    return NewsModel.train([ABUSE, BLACKMAIL, ABUSE] * 10, rows(words), rows(words, seed=50), kinds)


def best(model: NewsModel, word: str, case: Case) -> str:
    likely = model.confidences([case], rows([word], seed=500), rows([word], seed=600))
    assert likely.sum() == pytest.approx(1)
    return model.kinds[int(likely[0].argmax())]


def test_news_is_told_from_what_is_none(model: NewsModel) -> None:
    assert best(model, "saturday", ABUSE) == News.DANGER_SOON.value
    assert best(model, "cat", BLACKMAIL) == News.DESPAIR.value
    assert best(model, "weather", ABUSE) == QUIET


def test_a_card_without_a_named_category_is_read_as_well(model: NewsModel) -> None:
    assert best(model, "weather", Case("unclear", PARENT)) == QUIET


def test_a_stored_model_says_the_same(model: NewsModel, tmp_path: Path) -> None:
    model.save(tmp_path / "news.npz")
    loaded = NewsModel.load(tmp_path / "news.npz")
    given = ([ABUSE], rows(["cat"]), rows(["cat"]))
    assert loaded.kinds == model.kinds
    assert np.allclose(loaded.confidences(*given), model.confidences(*given))


def test_a_model_that_is_missing_or_of_other_kinds_says_to_train(model: NewsModel, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="bot train"):
        NewsModel.load(tmp_path / "news.npz")
    NewsModel([*model.kinds[:-1], "rain"], model._weights).save(tmp_path / "news.npz")
    with pytest.raises(ModelError, match="bot train"):
        NewsModel.load(tmp_path / "news.npz")


def test_each_correction_names_a_person_and_the_voice_that_fits() -> None:
    named = {news: news.speaker for news in News if news.speaker is not None}
    assert named[News.SURVIVOR] is Speaker.SELF and named[News.OWN_BEHAVIOUR] is Speaker.OWN_BEHAVIOUR
    assert News.DESPAIR.speaker is None
    fitting = {News.SELF: CHILD, News.ABOUT_CHILD: PARENT, News.FRIEND: FRIEND, News.PROFESSIONAL: PROFESSIONAL,
               News.OWN_BEHAVIOUR: OWN_BEHAVIOUR, News.SURVIVOR: SURVIVOR}  # fmt: skip
    for news, voice in fitting.items():
        assert Heard(news, 0.9).is_of(voice)
        assert not Heard(news, 0.9).is_of(PARENT if voice != PARENT else CHILD)


def test_what_is_heard_comes_back_from_a_conversation() -> None:
    heard = Heard(News.DANGER_NOW, 0.4321, is_sure=False)
    assert Heard.from_dict(heard.as_dict()) == heard
    assert Heard.from_dict(None) is None


def assessed(news: News, before: RiskAssessment = QUIETLY, card: str = ABUSE_DISCLOSURE, is_sure: bool = True):
    return assessed_with(Heard(news, 0.8, is_sure), before, card, Speaker.ABOUT_CHILD, "because of the card")


def test_danger_is_an_emergency_of_whom_the_card_was_for() -> None:
    found = assessed(News.DANGER_NOW)
    assert found.level is RiskLevel.EMERGENCY and found.main_category == IMMEDIATE_DANGER
    assert found.speaker is Speaker.ABOUT_CHILD and not found.is_danger_from_oneself
    assert found.findings[-1].sentence == "because of the card" and not found.is_told_plainly


def test_after_a_card_about_dying_danger_comes_from_oneself() -> None:
    assert assessed(News.DANGER_NOW, card=SELF_HARM).is_danger_from_oneself


def test_despair_is_asked_about_after_another_trouble_only() -> None:
    found = assessed(News.DESPAIR)
    assert found.level is RiskLevel.CHECK_IN and found.asked_category == SELF_HARM
    assert assessed(News.DESPAIR, card=SELF_HARM) is QUIETLY


@pytest.mark.parametrize("news", [News.DANGER_SOON, News.AGAIN, News.ANOTHER_CHILD, News.FRIEND])
def test_other_news_changes_no_assessment(news: News) -> None:
    assert assessed(news) is QUIETLY


def test_danger_that_is_not_sure_changes_none_either() -> None:
    assert assessed(News.DANGER_NOW, is_sure=False) is QUIETLY


def test_nothing_is_made_less_grave() -> None:
    worst = RiskAssessment(RiskLevel.EMERGENCY, {IMMEDIATE_DANGER: 0.9})
    failed = RiskAssessment(RiskLevel.CHECK_IN, failed=True)
    told = RiskAssessment(RiskLevel.ESCALATE, {EXTORTION: 0.9}, speaker=Speaker.SELF)
    assert assessed(News.DESPAIR, worst) is worst and assessed(News.DANGER_NOW, failed) is failed
    asked = assessed(News.DESPAIR, told)
    assert asked.level is RiskLevel.ESCALATE and asked.speaker is Speaker.SELF and EXTORTION in asked.categories
