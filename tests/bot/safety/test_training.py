"""A small classifier learns, is stored without pickle, and is trained again when it is stale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.channels.limits import MAX_MESSAGE_CHARS
from bot.safety import training
from bot.safety.classifier import MAX_PARTS, parts_of, telling_parts
from bot.safety.examples import RiskExample
from bot.safety.levels import RiskLevel, Speaker

RISKY = ["he will post my nudes", "i want to die", "my dad hits me", "he wants pics of me", "she blackmails me"] * 4
QUIET = ["what a nice day", "how do i cook rice", "my cat sleeps", "which bus goes there", "who won the game"] * 4


@pytest.fixture(scope="module")
def small() -> training.RiskClassifier:
    examples = [
        RiskExample(f"{text} {i}", RiskLevel.ESCALATE, ("self_harm",), Speaker.SELF, f"r{i}")
        for i, text in enumerate(RISKY)
    ]
    # Every level and category occurs once, as in the real examples.
    names = ("extortion", "adult_involved", "abuse_disclosure", "image_shared", "immediate_danger", "offender_concern")
    examples += [
        RiskExample(f"help now {name} {i}", RiskLevel.EMERGENCY, (name,), Speaker.FRIEND, f"{name}{i}")
        for name in names
        for i in range(4)
    ]
    examples += [
        RiskExample(f"{text} {i}", RiskLevel.NONE, (), Speaker.SELF, f"q{i}") for i, text in enumerate(QUIET)
    ]
    return training.train(training.prepare(examples))


def test_stored_arrays_give_the_same_scores(small: training.RiskClassifier, tmp_path: Path) -> None:
    path = tmp_path / "safety.npz"
    training._store(path, small, "stamp")
    loaded = training._load(path, "stamp")
    assert loaded is not None
    rows = np.eye(1, 512, dtype=np.float32)
    assert loaded.machine.scores(rows) == pytest.approx(
        small.machine.scores(rows), abs=1e-2
    )


def test_another_stamp_or_a_broken_file_is_not_loaded(small: training.RiskClassifier, tmp_path: Path) -> None:
    path = tmp_path / "safety.npz"
    training._store(path, small, "stamp")
    assert training._load(path, "other") is None
    path.write_bytes(path.read_bytes()[:100])
    assert training._load(path, "stamp") is None


def test_a_short_text_is_one_part_and_a_long_one_a_bounded_number() -> None:
    assert parts_of("hello there") == ["hello there"]
    long = " ".join(f"sentence number {i} has quite a few words in it." for i in range(100))
    parts = parts_of(long)
    assert parts[0] == long and 2 < len(parts) <= MAX_PARTS + 1
    assert all(len(part) <= 200 for part in parts[1:])


def test_the_middle_of_a_text_of_a_hundred_words_is_among_its_parts() -> None:
    sentences = [f"This is sentence number {i} of a rather long message about nothing at all." for i in range(9)]
    assert all(any(sentence in part for part in parts_of(" ".join(sentences))[1:]) for sentence in sentences)


def test_parts_of_a_text_within_the_limits_are_its_sentences_or_every_32_words() -> None:
    sentences = [f"this is sentence number {i} of a short message." for i in range(MAX_PARTS)]
    assert parts_of(" ".join(sentences))[1:] == sentences
    words = [f"w{i}" for i in range(40)]
    assert parts_of(" ".join(words))[1:] == [" ".join(words[:32]), " ".join(words[32:])]
    assert parts_of("他说。" * 200) == ["他说。" * 200]
    # Of a part of long words the end is in the whole, which is read to its end.
    long_words = " ".join(["seven77"] * 40)
    assert parts_of(long_words)[1:] == [long_words[:200], " ".join(["seven77"] * 8)]


@pytest.mark.parametrize("number", [MAX_PARTS + 1, 15, 30])
def test_every_sentence_of_a_long_message_is_whole_in_one_of_a_bounded_number_of_parts(number: int) -> None:
    sentences = [f"sentence number {i} of this long message has a few words in it." for i in range(number)]
    parts = parts_of(" ".join(sentences))[1:]
    assert len(parts) == MAX_PARTS
    assert all(any(sentence in part for part in parts) for sentence in sentences)
    # Where a disclosure tends to stand it is read by itself.
    assert [*parts[:2], *parts[-2:]] == [*sentences[:2], *sentences[-2:]]


@pytest.mark.parametrize(
    "sentence",
    [
        "the bus came late again today. ",
        "and then we went to the shop and ",
        "nothing-at-all-without-a-space",
        "今天我们去了商店买东西。",
        "どうして学校に行くの？",
        "วันนี้เราไปโรงเรียนด้วยกัน",
        "هل ذهبت إلى المدرسة اليوم؟ ",
        "a. ",
    ],
)
@pytest.mark.parametrize("length", [900, MAX_MESSAGE_CHARS])
def test_all_of_a_message_of_the_greatest_length_is_in_its_parts_in_any_script(sentence: str, length: int) -> None:
    text = (sentence * length)[:length].strip()
    parts = parts_of(text)[1:]
    assert 2 < len(parts) <= MAX_PARTS and max(map(len, parts)) < 400
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")


def test_a_sentence_in_the_middle_of_a_long_message_without_spaces_is_whole_in_a_part() -> None:
    ordinary, told = "今天我们去了商店买东西。", "晚上他进我的房间，我很害怕。"
    parts = parts_of(ordinary * 60 + told + ordinary * 60)[1:]
    assert any(told in part for part in parts)


def test_what_is_longer_than_any_message_costs_no_more() -> None:
    for text in ("x" * 100_000, "word " * 20_000, "他说。" * 30_000):
        parts = parts_of(text.strip())
        assert len(parts) <= MAX_PARTS + 1 and all(len(part) <= 200 for part in parts[1:])


def test_of_a_long_text_more_parts_are_read_twice_than_of_a_short_one() -> None:
    scores = np.arange(8, dtype=np.float32)[:, None]
    parts = ["all", *(f"part {i}" for i in range(1, 8))]
    assert telling_parts(parts, scores) == ["part 7", "part 6", "part 5", "part 4"]
    assert telling_parts(parts[:4], scores[:4]) == ["part 3", "part 2"]
    assert telling_parts(parts[:1], scores[:1]) == []


def test_one_of_each_situation_is_kept_first_and_no_file_loses_more_than_another(monkeypatch) -> None:
    monkeypatch.setattr(training, "SUPPORT", 300)
    # Two files of two hundred situations, each told twice; then ten composed messages, which are never kept.
    clusters = [f"{file}{number}" for file in "ab" for number in range(200) for _ in range(2)]
    kept = training._support(clusters, len(clusters) + 10)
    met = [cluster for cluster, chosen in zip(clusters, kept, strict=False) if chosen]
    assert len(met) == len(set(met)) == 300 and not kept[-10:].any()
    assert 120 < sum(cluster.startswith("b") for cluster in met) < 180
    monkeypatch.setattr(training, "SUPPORT", 500)
    assert set(clusters) == {c for c, chosen in zip(clusters, training._support(clusters, len(clusters)), strict=True) if chosen}
