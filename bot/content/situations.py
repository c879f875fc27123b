"""Situations inside a category that change what to do first: a planned meeting, a fake picture, a teacher. Pure.

The safety engine decides whether there is a risk and how grave it is. This module chooses between wordings that are
all right for that category, and for a few situations says whose it is and which helplines come first; when nothing
fits, the general words and helplines stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping, Pattern, Tuple

from bot.errors import ContentError
from bot.safety.levels import CATEGORIES
from bot.safety.patterns import compile_patterns, tokenize
from bot.safety.signals import RISK_DIR, load_groups, read_yaml
from bot.text.cleanup import clean

FILE_NAME = "situations.yml"


@dataclass(frozen=True)
class Situation:
    """One situation.

    Attributes:
        name: As in `utter_crisis_<name>_<voice>`.
        categories: Categories of risk whose words it may replace.
        patterns: One pattern over `tokenize(clean(text)).line`.
        writer_acts: What has to be done is in the writer's own hands, however much they write of a friend.
        by_a_parent: The writer did it to their own child: words and helplines are those for a parent.
        about_another: The worry is about somebody close, not about the writer.
        grown: Only adults write so, even when nothing else tells their age.
        needs: What helplines are for, first the best, where it differs from the category's (`selection.PURPOSES`).
    """

    name: str
    categories: Tuple[str, ...]
    patterns: Pattern[str]
    writer_acts: bool = False
    by_a_parent: bool = False
    about_another: bool = False
    grown: bool = False
    needs: Tuple[str, ...] = ()


def find_situation(words: str, category: str) -> Situation | None:
    """The situation that a person's last messages tell of.

    Args:
        words: What the person wrote, newest message last; several messages are separated by a line break.
        category: The category that leads the reply, one of `bot.safety.levels.CATEGORIES`.

    Returns:
        The first situation that fits, or None.
    """
    lines = [tokenize(clean(text)).line for text in words.splitlines() if text.strip()]
    for situation in get_situations():
        if category in situation.categories and any(situation.patterns.search(line) for line in lines):
            return situation
    return None


@lru_cache(maxsize=1)
def get_situations() -> Tuple[Situation, ...]:
    """All situations, in the order in which they are tried."""
    return read_situations(RISK_DIR)


def read_situations(folder: Path) -> Tuple[Situation, ...]:
    """Reads `words/situations.yml`.

    Args:
        folder: The folder that holds `words/`, such as `data/risk`.

    Raises:
        ContentError: The file is missing, names an unknown category, or holds a pattern that cannot be read.
    """
    rows: Mapping[str, Any] = read_yaml(folder / "words" / FILE_NAME)["situations"]
    groups = load_groups(folder)
    return tuple(_build(name, row, groups) for name, row in rows.items())


def _build(name: str, row: Mapping[str, Any], groups: Mapping[str, Any]) -> Situation:
    unknown = set(row["categories"]) - set(CATEGORIES)
    if unknown:
        raise ContentError(f"{FILE_NAME}, {name}: no category '{min(unknown)}'. Use one of: {', '.join(CATEGORIES)}.")
    patterns = compile_patterns(row["patterns"], groups, f"{FILE_NAME}, {name}")
    flags = {flag: bool(row.get(flag)) for flag in ("writer_acts", "by_a_parent", "about_another", "grown")}
    return Situation(name, tuple(row["categories"]), patterns, **flags, needs=tuple(row.get("needs", ())))
