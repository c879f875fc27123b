"""The engine on the promises of the product, on sessions, and on anything that may be sent."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.engine import get_engine
from bot.safety.levels import CATEGORIES, RiskLevel, Speaker
from bot.text.cleanup import clean
from bot.text.encoder import get_encoder

PROMISES = [
    ("he says he'll post my pics if i dont pay", RiskLevel.ESCALATE, "extortion"),
    ("i dont wanna be here anymore", RiskLevel.CHECK_IN, "self_harm"),
    ("kms this homework", RiskLevel.CHECK_IN, "self_harm"),
    ("im gonna kms", RiskLevel.CHECK_IN, "self_harm"),
    ("i want to kill myself", RiskLevel.ESCALATE, "self_harm"),
    ("i want to die because my fish died", RiskLevel.CHECK_IN, "self_harm"),
    ("my dad hits me with a belt", RiskLevel.ESCALATE, "abuse_disclosure"),
    ("my uncle touched me down there", RiskLevel.ESCALATE, "abuse_disclosure"),
    ("no one hurts me but my uncle does it at night", RiskLevel.ESCALATE, "abuse_disclosure"),
    ("nobody knows he hits me", RiskLevel.ESCALATE, "abuse_disclosure"),
    ("a man online wants to meet my daughter", RiskLevel.ESCALATE, "adult_involved"),
    ("someone posted my nudes", RiskLevel.ESCALATE, "image_shared"),
    ("he has a knife and is trying to get in", RiskLevel.EMERGENCY, "immediate_danger"),
    ("i have sexual thoughts about children and i want help", RiskLevel.ESCALATE, "offender_concern"),
]

QUIET = [
    "what is sextortion?",
    "nobody is threatening me",
    "no one has ever hit me",
    "how do i make tiktok private",
    "hi",
    "thank you",
    "which headset should i buy",
    "i want to die of embarrassment",
    "my brother beats me at chess",
]


@pytest.mark.parametrize("text, least, category", PROMISES)
def test_a_plain_statement_reaches_its_level(text: str, least: RiskLevel, category: str) -> None:
    found = get_engine().assess(text)
    assert found.level >= least
    assert category in found.categories


@pytest.mark.parametrize("text", ["kms this homework", "im gonna kms"])
def test_ambiguous_slang_asks_and_does_not_alarm(text: str) -> None:
    assert get_engine().assess(text).level is RiskLevel.CHECK_IN


@pytest.mark.parametrize("text", QUIET)
def test_ordinary_words_stay_quiet(text: str) -> None:
    found = get_engine().assess(text)
    assert found.level is RiskLevel.NONE
    assert found.categories == {} and found.findings == ()


def test_a_story_told_in_pieces_is_caught_at_the_piece_that_completes_it() -> None:
    engine = get_engine()
    pieces = ["so theres someone from my game", "he has a picture of me", "wants 200 by tonight"]
    assert engine.assess_session(pieces[:1]).level < RiskLevel.ESCALATE
    found = engine.assess_session(pieces)
    assert found.level >= RiskLevel.ESCALATE and "extortion" in found.categories


def test_a_turn_gives_the_newest_by_itself_and_with_those_before() -> None:
    engine = get_engine()
    pieces = ["so theres someone from my game", "he has a picture of me", "wants 200 by tonight"]
    alone, together = engine.assess_turn(pieces)
    assert alone == engine.assess(pieces[-1])
    assert together == engine.assess_session(pieces)


def test_a_quiet_message_behind_a_due_card_is_not_read_with_those_before_and_ends_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = get_engine()
    pieces = ["so theres someone from my game", "he has a picture of me", "wants 200 by tonight", "what time is it"]
    monkeypatch.setattr(engine, "_due", type(engine._due)())
    not_known = engine.assess_turn(pieces)
    monkeypatch.setattr(engine, "_due", type(engine._due)())
    turn_by_turn = [engine.assess_turn(pieces[:end]) for end in range(1, 5)]
    assert turn_by_turn[2][1].level >= RiskLevel.ESCALATE
    assert turn_by_turn[3] == not_known and not_known[1].level is RiskLevel.NONE
    read: list[int] = []
    monkeypatch.setattr(engine, "_hear_together", lambda messages, thoroughly=False: read.append(len(messages)))
    assert engine.assess_turn(pieces) == not_known
    assert not read and all(isinstance(kept, int) for kept in engine._due._numbers), "words are kept between calls"


def test_figures_of_speech_colour_no_later_message_and_hide_none() -> None:
    engine = get_engine()
    sayings = ["my mom hit me with the no phone rule for a week", "my coach is gonna kill me if i miss practice"]
    assert engine.assess_session([*sayings, "my boyfriend hit on my best friend"]).level is RiskLevel.NONE
    assert engine.assess_session([*sayings, "my dad hits me with a belt"]).level >= RiskLevel.ESCALATE


def test_somebody_who_is_said_to_be_young_is_asked_about_and_an_age_in_doubt_hides_nothing() -> None:
    engine = get_engine()
    liked = "he said hes 14 he goes to a school near mine. i just like him"
    assert engine.assess(liked).level is RiskLevel.CHECK_IN
    assert engine.assess_session(["i like a boy i met online", liked]).level is RiskLevel.CHECK_IN
    assert engine.assess("he said hes 14 but hes a grown man and wants pics of me").level >= RiskLevel.ESCALATE
    assert engine.assess("a man of 30 writes to my daughter every night, she is 14").level >= RiskLevel.ESCALATE


def test_an_answered_disclosure_does_not_escalate_small_talk_again() -> None:
    assert get_engine().assess_session(["he says hell post my nudes", "ok thank you"]).level is RiskLevel.NONE


def test_findings_point_at_the_words_as_typed_and_quote_nothing() -> None:
    text = "pls help. he says he'll POST my pics if i dont pay"
    finding = get_engine().assess(text).findings[0]
    assert finding.source == "threat_to_publish"
    assert "POST my pics" in text[finding.start : finding.end]
    assert "pics" not in finding.sentence


def test_speaker_follows_the_words() -> None:
    engine = get_engine()
    assert engine.assess("my son told me a man online asked him for nudes").speaker is Speaker.ABOUT_CHILD
    assert engine.assess("he says he'll post my pics if i dont pay").speaker is Speaker.SELF


def test_a_given_embedding_changes_nothing() -> None:
    text = "he says he'll post my pics if i dont pay"
    row = get_encoder().encode([clean(text).text])[0]
    assert get_engine().assess(text, embedding=row) == get_engine().assess(text)


def test_a_failing_detector_counts_as_check_in(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = get_engine()

    def fail(*arguments: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(engine, "_read", fail)
    found = engine.assess("hello")
    assert found.failed and found.level is RiskLevel.CHECK_IN


HOSTILE = ["", " ", "\x00" * 50, "\ud800\udfff", "\u202e\u200f", "😂" * 300, '{"a": [1, null]}']
HOSTILE += ["<script>alert(1)</script>", "'; DROP TABLE users; --", "x" * 100_000, "k i " * 25_000]
HOSTILE += ["*#@!" * 25_000, "死" * 100_000]


@pytest.mark.parametrize("text", HOSTILE)
def test_bad_input_gets_an_answer_in_bounded_time(text: str) -> None:
    started = time.process_time()
    found = get_engine().assess(text)
    assert not found.failed
    # Far above the 50 ms that `make evaluate` measures, far below what an unbounded step would take.
    assert time.process_time() - started < 2.0


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_any_text_gets_a_well_formed_answer(text: str) -> None:
    found = get_engine().assess(text)
    assert not found.failed
    assert set(found.categories) <= set(CATEGORIES)
    assert all(0 <= score <= 1 for score in found.categories.values())
    assert (found.level is RiskLevel.NONE) == (not found.categories)
    assert all(0 <= finding.start <= finding.end <= len(text) for finding in found.findings)


@pytest.mark.parametrize(
    "text",
    [
        "my teacher is gonna murder me if i dont hand it in",
        "my mom hit me with the no phone rule for a week",
        "my boyfriend hit on my best friend",
    ],
)
def test_a_figure_of_speech_brings_no_card_and_what_stands_beside_it_still_does(text: str) -> None:
    assert get_engine().assess(text).level is RiskLevel.NONE
    told = get_engine().assess(f"{text}. and my uncle touches me down there at night")
    assert told.level >= RiskLevel.ESCALATE
    assert any(finding.end > finding.start for finding in told.findings)


def test_who_says_not_to_want_to_hurt_themselves_is_asked_and_shown_no_card() -> None:
    assert get_engine().assess("i dont want to hurt myself i just like talking to it").level is RiskLevel.CHECK_IN
    assert get_engine().assess("i dont want to hurt myself but i cant stop").level >= RiskLevel.ESCALATE
