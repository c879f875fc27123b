"""Every signal fires on its own lines and stays quiet on its near-misses."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ContentError
from bot.safety.cues import get_cues
from bot.safety.patterns import tokenize
from bot.safety.signals import get_signals, load_signals, match_signals
from bot.text.cleanup import clean

FIRES = [(signal.id, line) for signal in get_signals() for line in signal.should_fire]
QUIET = [(signal.id, line) for signal in get_signals() for line in signal.should_stay_quiet]


def fired(line: str) -> list[str]:
    hits = match_signals(tokenize(clean(line)), get_signals(), get_cues().negation)
    return [hit.signal.id for hit in hits]


@pytest.mark.parametrize("signal_id, line", FIRES)
def test_signal_fires(signal_id: str, line: str) -> None:
    assert signal_id in fired(line)


@pytest.mark.parametrize("signal_id, line", QUIET)
def test_signal_stays_quiet_on_a_near_miss(signal_id: str, line: str) -> None:
    assert signal_id not in fired(line)


def test_a_negated_signal_does_not_count() -> None:
    assert fired("nobody is threatening to post my nudes") == []
    assert "threat_to_publish" in fired("he is threatening to post my nudes")


def test_two_signals_with_one_id_are_refused(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "groups.yml").write_text("groups: {}")
    entry = (
        "signals:\n  - {id: one, category: self_harm, level: check_in, sentence: s, patterns: [a], "
        "should_fire: [a], should_stay_quiet: [b]}\n"
    )
    (tmp_path / "a.yml").write_text(entry)
    (tmp_path / "b.yml").write_text(entry)
    with pytest.raises(ContentError, match="two signals are called 'one'"):
        load_signals(tmp_path)


def test_an_unknown_group_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "groups.yml").write_text("groups: {}")
    (tmp_path / "a.yml").write_text(
        "signals:\n  - {id: one, category: self_harm, level: check_in, sentence: s, patterns: ['{nobody} a'], "
        "should_fire: [a], should_stay_quiet: [b]}\n"
    )
    with pytest.raises(ContentError, match="a.yml, signal 'one': the group {nobody}"):
        load_signals(tmp_path)
