"""What a message means in its conversation, and what no conversation takes back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bot.errors import ContentError, ModelError
from bot.safety.classifier import Reading
from bot.safety.context import OF_A_TEXT, ContextLayer, numbers_of
from bot.safety.context_fitting import Turn, cross_validated, fit, table
from bot.safety.conversations import CONVERSATIONS_DIR, load_conversations, load_everyday_talk
from bot.safety.engine import _Heard, get_engine
from bot.safety.levels import ADULT_INVOLVED, IMMEDIATE_DANGER, RiskAssessment, RiskLevel

IN_A_GAME = ["we are playing the zombie map again", "me and my brother", "he shot me in the head"]
A_MATHS_TEST = ["theres a maths test on friday", "if i fail it", "im finished"]
A_CASTLE = ["im playing minecraft with my cousin", "we built a castle", "he keeps blowing up my house and killing me"]
A_PLAY = ["we did a play at school", "i was the witch", "and then they burned me at the end"]


#: Written for this test: long, ordinary, and full of words that could mean harm.
LONG_AND_ORDINARY = [
    "how much screen time is ok for an 11 year old?",
    "We had the big row about it last night. He hit the roof, his dad came up and shouted at the pair of us to keep it down, and then "
    "it turned out all he wanted was ten minutes to finish his level, so I felt like the wicked witch. Do other people set a timer?",
    "So the timer went well for two days, then my mother in law came to stay and let him have the tablet in her room till all hours, "
    "she says what happens at grandmas stays at grandmas, honestly I could have strangled her. What do I say without a fight?",
]
TOLD_IN_AN_ASIDE = [
    *LONG_AND_ORDINARY[:2],
    "The timer is going fine, thanks, we only had one slammed door, and his sister did her reading without being asked for once. He did "
    "say the man who runs the game server has been asking him for pictures and told him not to tell me, which I thought was odd. "
    "Anyway should the timer be on at weekends as well?",
]


def layer(**weights: float) -> ContextLayer:
    """One that weighs the first number of each text, and an intercept."""
    made = np.zeros(2 * OF_A_TEXT + 1, dtype=np.float32)
    made[0], made[OF_A_TEXT], made[-1] = weights.get("alone", 0), weights.get("together", 0), weights.get("intercept", 0)
    return ContextLayer(made)


def reading(share: float) -> Reading:
    return Reading(dict.fromkeys((RiskLevel.CHECK_IN, RiskLevel.ESCALATE, RiskLevel.EMERGENCY), share), {}, {})


def test_a_line_that_is_harmless_in_its_conversation_is_quiet():
    assert get_engine().assess(A_MATHS_TEST[-1]).level > RiskLevel.NONE
    newest, together = get_engine().assess_turn(A_MATHS_TEST)
    assert newest.level == together.level == RiskLevel.NONE
    assert not newest.categories and not newest.findings


@pytest.mark.parametrize(
    "told",
    [
        "thanks. also someone on there asked her to meet",
        "thx. also someone on there asked me to meet up",
        "Thank you so much! Someone on there asked my daughter to meet",
    ],
)
def test_a_stranger_is_asked_about_whatever_was_talked_of_and_whatever_thanks_stand_before(told):
    _, together = get_engine().assess_turn(["she is 12 and wants roblox, which settings first", told])
    assert together.level >= RiskLevel.CHECK_IN and together.main_category == ADULT_INVOLVED


@pytest.mark.parametrize("told", ["thx. also can i change my username on there", "thank you so much. her friend has it, too, at nine"])
def test_thanks_with_a_question_or_a_detail_behind_them_stay_quiet(told):
    _, together = get_engine().assess_turn(["she is 12 and wants roblox, which settings first", told])
    assert together.level is RiskLevel.NONE


@pytest.mark.parametrize("turns", [IN_A_GAME, A_PLAY, A_CASTLE])
def test_where_that_is_not_sure_a_question_at_most_takes_the_place_of_the_card(turns):
    assert get_engine().assess(turns[-1]).level is RiskLevel.ESCALATE
    assert get_engine().assess_turn(turns)[1].level <= RiskLevel.CHECK_IN


@pytest.mark.parametrize(
    "told", ["my dad hits me with a belt", "i want to kill myself", "he says he'll post my pics if i dont pay"]
)
@pytest.mark.parametrize("before", [IN_A_GAME, A_PLAY, ["hi", "can you tell me a joke", "haha another one"]])
def test_plain_words_stand_whatever_was_said_before(before, told):
    newest, together = get_engine().assess_turn([*before, told])
    assert min(newest.level, together.level) >= RiskLevel.ESCALATE


def test_the_same_words_count_where_nothing_harmless_was_said_before():
    newest, _ = get_engine().assess_turn(["hi", "i need to tell someone", "a man sent me a pic and said dont show anyone"])
    assert newest.level >= RiskLevel.ESCALATE


def test_an_emergency_that_the_conversation_does_not_bear_out_is_asked_about(monkeypatch):
    engine = get_engine()
    told = "there is someone in our house with a crowbar and he is coming up"
    assert engine.assess(told).level is RiskLevel.EMERGENCY
    monkeypatch.setattr(engine, "_context", layer(intercept=-30))
    assert engine.assess_turn(["hi", told])[0].level >= RiskLevel.CHECK_IN


def test_who_is_asked_in_any_case_gets_the_card_only_for_something_likelier_than_not():
    turns = ["i saw a video that scared me", "it was an animal being hurt", "i feel empty"]
    newest, together = get_engine().assess_turn(turns)
    assert newest.level is together.level is RiskLevel.CHECK_IN


@pytest.mark.parametrize(
    ("likely", "newest", "expected"),
    [
        (0.8, RiskLevel.NONE, RiskLevel.ESCALATE),
        (0.95, RiskLevel.NONE, RiskLevel.EMERGENCY),
        (0.8, RiskLevel.CHECK_IN, RiskLevel.EMERGENCY),
    ],
)
def test_an_emergency_of_several_messages_needs_to_be_nearly_sure_where_the_newest_is_quiet(likely, newest, expected):
    danger = RiskAssessment(RiskLevel.EMERGENCY, {IMMEDIATE_DANGER: likely})
    completed = get_engine()._completed(_Heard(danger), _Heard(RiskAssessment(newest)))
    assert completed.level is expected and completed.categories == danger.categories


def test_long_ordinary_messages_in_everyday_talk_are_quiet():
    for count in range(1, len(LONG_AND_ORDINARY) + 1):
        newest, together = get_engine().assess_turn(LONG_AND_ORDINARY[:count])
        assert newest.level is together.level is RiskLevel.NONE


def test_a_risk_told_in_an_aside_of_a_long_message_is_heard():
    assert get_engine().assess_turn(TOLD_IN_AN_ASIDE)[1].level >= RiskLevel.ESCALATE


def test_the_layer_weighs_both_texts():
    weighing = layer(alone=0.5, together=0.5)
    likely, unsure, unlikely = (numbers_of(reading(share), "so we agreed on saturdays") for share in (0.9, 0.5, 0.01))
    assert weighing.probability(unsure, unsure) == pytest.approx(0.5)
    assert weighing.probability(likely, unlikely) < weighing.probability(likely, unsure) < 0.9


def test_what_the_layer_sees_of_a_text_are_numbers_whatever_the_readings_say():
    for share in (0.0, 1.0):
        assert numbers_of(reading(share), "ok").shape == (OF_A_TEXT,)
        assert np.isfinite(numbers_of(reading(share), "ok")).all()


def test_a_missing_layer_is_named(tmp_path):
    with pytest.raises(ModelError, match="context.npz cannot be read; restore bot/safety"):
        ContextLayer.load(tmp_path / "context.npz")


def test_a_layer_of_another_size_stops_the_start(tmp_path):
    np.savez(tmp_path / "context.npz", weights=np.zeros(4))
    with pytest.raises(ModelError, match=f"holds 4 numbers instead of {2 * OF_A_TEXT + 1}"):
        ContextLayer.load(tmp_path / "context.npz")


def test_the_conversations_are_many_of_each_kind_and_not_among_the_examples():
    found = load_conversations()
    by_kind = {told: [one for one in found if one.told == told] for told in (None, "at_once", "in_pieces")}
    assert all(len(rows) >= 100 for rows in by_kind.values())
    assert len({one.id for one in found}) == len(found)
    examples = (CONVERSATIONS_DIR.parent / "examples").glob("*.jsonl")
    texts = {json.loads(line)["text"].casefold() for path in examples for line in path.open(encoding="utf-8") if line.strip()}
    turns = [turn for one in found for turn in one.turns if len(turn.split()) > 3]
    # "how do i change my username" belongs to nobody.
    assert sum(turn.casefold() in texts for turn in turns) < 0.01 * len(turns)


def test_before_a_risk_in_pieces_nobody_can_say_and_before_one_told_at_once_all_is_quiet():
    by_told = {one.told: one for one in load_conversations() if one.completes_at != 1}
    assert [is_told for _, is_told in by_told["in_pieces"].judged] == [True]
    assert [is_told for _, is_told in by_told["at_once"].judged] == [False] * (by_told["at_once"].completes_at - 1) + [True]
    assert not any(is_told for _, is_told in by_told[None].judged)


def test_everyday_talk_is_read_as_quiet_from_its_second_message_on():
    found = load_everyday_talk()
    assert len(found) > 300 and len({one.id for one in found}) == len(found)
    assert all([place for place, _ in one.judged] == list(range(1, len(one.turns))) for one in found)
    assert not any(is_told for one in found for _, is_told in one.judged)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"id": "x", "turns": ["a", "b"]}, "conversation x has no 'completes_at'"),
        ({"id": "x", "turns": ["a", "b"], "completes_at": 1}, "is told 'None' and completes at 1"),
        ({"id": "x", "turns": ["a", "b"], "completes_at": 2, "told": "at_once"}, "but it has 2 messages"),
    ],
)
def test_a_conversation_that_makes_no_sense_is_named(tmp_path, row, problem):
    (tmp_path / "one.jsonl").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(ContentError, match=problem):
        load_conversations(tmp_path)


def test_the_fit_tells_what_it_is_worth():
    random = np.random.default_rng(0)
    turns = [
        Turn(f"c{i % 40}", random.normal(3 if i % 2 else -3, 1, 4).astype(np.float32), bool(i % 2), ("at_once", "in_pieces")[i % 4 // 2] if i % 2 else None)
        for i in range(200)
    ]  # fmt: skip
    likely = cross_validated(turns)
    assert fit(turns).shape == (5,) and likely.shape == (200,)
    lines = list(table(turns, likely))
    assert lines[0].startswith("200 messages: 100 quiet") and lines[-1].split()[1:] == ["0.000", "1.000", "1.000"]
