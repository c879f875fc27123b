"""The held-out set keeps what its README promises: counts, labels, voices, indirect wording, no clones."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.evaluation.held_out import load_held_out
from bot.safety.levels import CATEGORIES, RiskLevel, Speaker

SETS = load_held_out()
LABELS = {
    "who": {speaker.value for speaker in Speaker},
    "voice": {"young_child", "teenager", "parent", "friend", "professional", "adult_survivor", "other"},
    "style": {"chat", "forum", "long", "fragment"},
    "wording": {"direct", "indirect"},
    "english": {"gb", "us", "in", "ng", "au", "second"},
}


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_category_has_its_lines_and_enough_indirect_ones(category: str) -> None:
    lines = [line for line in SETS.risk if line.labels["file"] == category]
    indirect = sum(line.labels["wording"] == "indirect" for line in lines)
    assert len(lines) >= 120
    assert all(category in line.risk for line in lines)
    assert indirect >= 0.3 * len(lines)


def test_there_are_quiet_lines_conversations_and_panel_statements_enough() -> None:
    assert len(SETS.quiet) >= 700
    assert len(SETS.sessions) >= 290
    assert sum(session.completes_at is None for session in SETS.sessions) >= 90
    assert len(SETS.panel) >= 60


def test_every_label_is_one_of_those_in_the_readme() -> None:
    for line in [*SETS.risk, *SETS.quiet]:
        for name, known in LABELS.items():
            assert line.labels[name] in known, (line.id, name)
        assert (line.level is RiskLevel.NONE) == (not line.risk), line.id


def test_every_voice_style_and_english_occurs_among_risk_and_quiet_lines() -> None:
    for lines in (SETS.risk, SETS.quiet):
        for name in ("style", "english"):
            assert {line.labels[name] for line in lines} == LABELS[name]
    assert {line.labels["voice"] for line in SETS.risk} == LABELS["voice"]


def test_ids_and_texts_occur_once() -> None:
    lines = [*SETS.risk, *SETS.quiet, *SETS.languages, *SETS.panel]
    for counted in (Counter(line.id for line in lines), Counter(line.turns[0].lower() for line in lines)):
        assert not [one for one, times in counted.items() if times > 1]


def test_each_language_has_two_lines_a_category_and_four_quiet_ones() -> None:
    counts = Counter((line.labels["lang"], line.risk) for line in SETS.languages)
    languages = {line.labels["lang"] for line in SETS.languages}
    assert languages == {"es", "fr", "pt", "de", "it", "nl", "pl", "tr", "ar", "ru", "ja", "zh"}
    for language in languages:
        assert all(counts[language, (category,)] >= 2 for category in CATEGORIES)
        assert counts[language, ()] >= 4


def test_the_panel_speaks_for_children_and_adults_in_every_category() -> None:
    voices = {(line.risk[0], line.labels["voice"]) for line in SETS.panel}
    assert voices == {(category, voice) for category in CATEGORIES for voice in ("child", "adult")}
    assert all(line.level is not None and line.level >= RiskLevel.ESCALATE for line in SETS.panel)
