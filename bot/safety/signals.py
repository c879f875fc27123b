"""Signals: patterns in `data/risk/*.yml` that explain themselves, each with lines it must and must not fire on.

A signal is found on clean text. It does not count when an `unless` pattern stands in the same message part, or a
negation stands right before it ("nobody is threatening me").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, List, Mapping, Pattern, Sequence, Tuple

import yaml

from bot.config import DATA_DIR
from bot.errors import ContentError
from bot.safety.levels import CATEGORIES, RiskLevel
from bot.safety.patterns import TokenText, compile_patterns, find

RISK_DIR = DATA_DIR / "risk"
_FIELDS = ("id", "category", "level", "sentence", "patterns", "should_fire", "should_stay_quiet")
#: How many words before a signal a negation reaches: "nobody in my class is threatening me".
_NEGATION_REACH = 4
#: How many characters around a signal its `unless` patterns are looked for; a long message has other sentences.
_UNLESS_REACH = 160


@dataclass(frozen=True)
class RiskSignal:
    """One entry of `data/risk/*.yml`, ready to match. An `undoubted` one counts however sure the readers are."""

    id: str
    category: str
    level: RiskLevel
    sentence: str
    pattern: Pattern[str]
    unless: Pattern[str] | None
    should_fire: Tuple[str, ...]
    should_stay_quiet: Tuple[str, ...]
    undoubted: bool = False


@dataclass(frozen=True)
class SignalHit:
    """One signal found in a text; `start` and `end` are a span of the clean text."""

    signal: RiskSignal
    start: int
    end: int


def load_signals(folder: Path = RISK_DIR) -> Tuple[RiskSignal, ...]:
    """Reads and checks every signal.

    Raises:
        ContentError: A file cannot be read, a field is missing or unknown, or two signals share an id.
    """
    groups = load_groups(folder)
    signals: List[RiskSignal] = []
    for path in sorted(folder.glob("*.yml")):
        for row in read_yaml(path).get("signals", []):
            signals.append(_build(row, groups, path.name))
    seen: set[str] = set()
    for signal in signals:
        if signal.id in seen:
            raise ContentError(f"data/risk: two signals are called '{signal.id}'; give one of them another id.")
        seen.add(signal.id)
    return tuple(signals)


@lru_cache(maxsize=1)
def get_signals() -> Tuple[RiskSignal, ...]:
    """The signals of this process, read once."""
    return load_signals()


def load_groups(folder: Path = RISK_DIR) -> Mapping[str, Sequence[str]]:
    """The word groups that patterns refer to as `{name}`."""
    groups: Mapping[str, Sequence[str]] = read_yaml(folder / "words" / "groups.yml")["groups"]
    return groups


def read_yaml(path: Path) -> dict[str, Any]:
    """Reads one YAML mapping. Raises ContentError that names the file."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        found = str(error).splitlines()[0]
        raise ContentError(f"{path.name} cannot be read: {found}. Compare the files beside it.") from None
    if not isinstance(loaded, dict):
        raise ContentError(f"{path.name} must hold `name: value` lines at its top level.")
    return loaded


def match_signals(text: TokenText, signals: Sequence[RiskSignal], negation: Pattern[str]) -> List[SignalHit]:
    """Finds every signal that counts in a text, at most once each.

    Args:
        text: The clean text as words.
        signals: From `load_signals`; order does not matter.
        negation: Compiled negation cues.
    """
    hits = []
    for signal in signals:
        for start, end in find(signal.pattern, text):
            if _is_excused(signal, text.line, start, end) or _is_negated(text.line, start, negation):
                continue
            hits.append(SignalHit(signal, *text.clean_span(start, end)))
            break
    return hits


def _is_excused(signal: RiskSignal, line: str, start: int, end: int) -> bool:
    if signal.unless is None:
        return False
    around = line[max(0, start - _UNLESS_REACH) : end + _UNLESS_REACH]
    return signal.unless.search(f" {around.strip()} ") is not None


def _is_negated(line: str, start: int, negation: Pattern[str]) -> bool:
    before = line[:start].rsplit(" . ", 1)[-1].split()[-_NEGATION_REACH:]
    return bool(before) and negation.search(f" {' '.join(before)} ") is not None


def _build(row: Mapping[str, Any], groups: Mapping[str, Sequence[str]], file: str) -> RiskSignal:
    missing = [field for field in _FIELDS if field not in row]
    unknown = set(row) - set(_FIELDS) - {"unless", "undoubted"}
    if missing or unknown:
        raise ContentError(f"{file}: signal '{row.get('id')}' lacks {missing} or has unknown fields {sorted(unknown)}.")
    if row["category"] not in CATEGORIES:
        raise ContentError(f"{file}: '{row['category']}' is no category; use one of {', '.join(CATEGORIES)}.")
    place = f"{file}, signal '{row['id']}'"
    return RiskSignal(
        id=row["id"],
        category=row["category"],
        level=RiskLevel.from_label(row["level"]),
        sentence=row["sentence"],
        pattern=compile_patterns(row["patterns"], groups, place),
        unless=compile_patterns(row["unless"], groups, place) if row.get("unless") else None,
        should_fire=tuple(row["should_fire"]),
        should_stay_quiet=tuple(row["should_stay_quiet"]),
        undoubted=bool(row.get("undoubted", False)),
    )
