"""Who writes, and situations inside a category that change what to do first: a planned meeting, a teacher. Pure.

The safety engine decides whether there is a risk and how grave it is. This module chooses between wordings that are
all right for that category, and for a few situations says whose it is, what it is about and which helplines come
first; when nothing fits, the general words and helplines stand. For situations told so plainly that a question would
ask what has been said (`plain`) the card goes out where the question was due; a quiet message it never makes a risk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, FrozenSet, List, Mapping, Pattern, Sequence, Tuple

from bot.content.selection import ANYONE
from bot.errors import ContentError
from bot.safety.levels import CATEGORIES
from bot.safety.patterns import compile_patterns, tokenize
from bot.safety.signals import RISK_DIR, load_groups, read_yaml
from bot.text.cleanup import clean

FILE_NAME = "situations.yml"
#: What the words may tell of the one who writes, in `writers`.
(
    TOLD_AS_AN_ADULT,
    OWN_CHILD,
    OWN_CHILD_HURT,
    ABOUT_ONESELF,
    OF_A_FRIEND,
    OWN_THOUGHTS,
    SOMEBODY_ELSE,
    OWN_TEACHER,
    STAFF_THEMSELVES,
    OF_A_CHARGE,
    OF_A_GROWN_UP,
    TO_A_GROWN_UP,
    A_CHILD,
    VIOLENCE_ALONE,
    OF_ANOTHERS_DEATH,
    CARER_AT_HOME,
    OWN_THOUGHTS_SAID,
    AT_WORK,
) = WRITERS = (
    "told_as_an_adult",
    "own_child",
    "own_child_hurt",
    "about_oneself",
    "of_a_friend",
    "own_thoughts",
    "somebody_else",
    "own_teacher",
    "staff_themselves",
    "of_a_charge",
    "of_a_grown_up",
    "to_a_grown_up",
    "a_child",
    "violence_alone",
    "of_anothers_death",
    "carer_at_home",
    "own_thoughts_said",
    "at_work",
)
_FLAGS = (
    "writer_acts",
    "by_a_parent",
    "about_another",
    "about_a_grown_up",
    "of_the_writer",
    "about_children",
    "grown",
    "plain",
    "not_from_grown_ups",
    "of_a_deed",
)
#: How often the words of a situation are given although its trouble has had a card: until they were said, or always.
ONCE, ALWAYS = "once", "always"


@dataclass(frozen=True)
class Situation:
    """One situation.

    Attributes:
        name: As in `utter_crisis_<name>_<voice>`.
        categories: Categories of risk whose words it may replace.
        patterns: One pattern over `tokenize(clean(text)).line`, whoever writes.
        unless: Found in any of the last messages, it is another situation.
        from_parents: A further pattern, where a parent or another grown-up writes.
        of_a_deed: What somebody may do. In an emergency the one who writes may be the one in danger.
        not_from_grown_ups: It counts only where none of them writes.
        writer_acts: What has to be done is in the writer's own hands, however much they write of a friend.
        by_a_parent: The writer did it to their own child: words and helplines are those for a parent.
        about_another: The worry is about somebody close, not about the writer.
        about_a_grown_up: It happens to another grown-up, not to a child and not to the writer.
        of_the_writer: It happens to the writer, however much they write of another.
        about_children: A grown-up who writes so writes of a child, unless `of_oneself` is found as well.
        grown: Only adults write so, even when nothing else tells their age.
        category: What the card is about then, where it differs from the category that led here.
        needs: What helplines are for, first the best, where it differs from the category's (`selection.PURPOSES`), by
            person (`selection.person_of`) or for `selection.ANYONE`.
        plain: A question would ask what has been said: the card goes out instead.
        anew: Its words are given even where a card for the same trouble was given: ONCE or ALWAYS. None: they are not.
    """

    name: str
    categories: Tuple[str, ...]
    patterns: Pattern[str] | None = None
    unless: Pattern[str] | None = None
    from_parents: Pattern[str] | None = None
    of_oneself: Pattern[str] | None = None
    writer_acts: bool = False
    by_a_parent: bool = False
    about_another: bool = False
    about_a_grown_up: bool = False
    of_the_writer: bool = False
    about_children: bool = False
    grown: bool = False
    plain: bool = False
    anew: str | None = None
    not_from_grown_ups: bool = False
    of_a_deed: bool = False
    category: str | None = None
    needs: Mapping[str, Tuple[str, ...]] = field(default_factory=dict)

    def needs_of(self, person: str) -> Tuple[str, ...]:
        """What helplines are for, for that person; empty where those of the category stand."""
        return self.needs.get(person, self.needs.get(ANYONE, ()))


@dataclass(frozen=True)
class _Telling:
    """Words that tell one thing of the one who writes: what, for which categories, and where it does not count."""

    what: str
    categories: Tuple[str, ...]
    patterns: Pattern[str]
    unless: Pattern[str] | None


@dataclass(frozen=True)
class _Entry:
    """A situation as it is tried: with the other wordings that it may take, each with its pattern."""

    situation: Situation
    variants: Tuple[Tuple[Situation, Pattern[str]], ...]


@dataclass(frozen=True)
class Situations:
    """Everything in one `situations.yml`."""

    entries: Tuple[_Entry, ...]
    tellings: Tuple[_Telling, ...]

    @property
    def all(self) -> Tuple[Situation, ...]:
        """Every situation, with other wordings of one after it."""
        return tuple(one for entry in self.entries for one in (entry.situation, *(v for v, _ in entry.variants)))


def find_situation(words: str, category: str, by_a_grown_up: bool | None = None) -> Situation | None:
    """The situation that a person's last messages tell of.

    Args:
        words: What the person wrote, newest message last; several messages are separated by a line break.
        category: The category that leads the reply, one of `bot.safety.levels.CATEGORIES`.
        by_a_grown_up: Whether a parent or another grown-up writes (True) or a child (False), as page, age or words say;
            None where they do not.

    Returns:
        The first situation that fits, or None.
    """
    lines = _lines(words)
    for entry in get_situations().entries:
        one = entry.situation
        by_another = (one.not_from_grown_ups and by_a_grown_up) or (one.grown and by_a_grown_up is False)
        if category not in one.categories or by_another or _found(one.unless, lines):
            continue
        if _found(one.patterns, lines) or (by_a_grown_up and _found(one.from_parents, lines)):
            return _variant(entry, lines)
    return None


def situation_named(name: str, words: str) -> Situation | None:
    """The situation of that name, in the variant that the words call for; None where the file has none."""
    lines = _lines(words)
    entry = next((entry for entry in get_situations().entries if entry.situation.name == name), None)
    return _variant(entry, lines) if entry is not None else None


def is_of_oneself(situation: Situation, words: str) -> bool:
    """Whether a situation that a grown-up mostly tells of a child is the writer's own, as the words say."""
    return _found(situation.of_oneself, _lines(words))


def read_writer(words: str, category: str) -> FrozenSet[str]:
    """What a person's last messages tell of themselves: any of WRITERS.

    Args:
        words, category: As in `find_situation`.
    """
    lines = _lines(words)
    return frozenset(
        telling.what
        for telling in get_situations().tellings
        if category in telling.categories and _found(telling.patterns, lines) and not _found(telling.unless, lines)
    )


@lru_cache(maxsize=1)
def get_situations() -> Situations:
    """All situations, in the order in which they are tried, and what tells who writes."""
    return read_situations(RISK_DIR)


def read_situations(folder: Path) -> Situations:
    """Reads `words/situations.yml`.

    Args:
        folder: The folder that holds `words/`, such as `data/risk`.

    Raises:
        ContentError: The file is missing, names an unknown category, or holds a pattern that cannot be read.
    """
    content = read_yaml(folder / "words" / FILE_NAME)
    groups = {**load_groups(folder), **content.get("groups", {})}
    entries = tuple(_entry(name, row, groups) for name, row in content["situations"].items())
    tellings = tuple(_telling(what, row, groups) for what, rows in content.get("writers", {}).items() for row in rows)
    return Situations(entries, tellings)


def _lines(words: str) -> List[str]:
    return [tokenize(clean(text)).line for text in words.splitlines() if text.strip()]


def _found(pattern: Pattern[str] | None, lines: Sequence[str]) -> bool:
    return pattern is not None and any(pattern.search(line) for line in lines)


def _entry(name: str, row: Mapping[str, Any], groups: Mapping[str, Any]) -> _Entry:
    others = row.get("variants", {})
    variants = tuple((_build(other, name, row, groups), _compiled(others, other, name, groups)) for other in others)
    return _Entry(_build(row.get("words", name), name, row, groups), variants)


def _build(words: str, name: str, row: Mapping[str, Any], groups: Mapping[str, Any]) -> Situation:
    categories = _known((*row["categories"], *([row["category"]] if "category" in row else [])), name)
    needs = row.get("needs", {})
    if row.get("anew") not in (None, ONCE, ALWAYS):
        raise ContentError(f"{FILE_NAME}, {name}: anew is '{row['anew']}'. Use {ONCE} or {ALWAYS}, or leave it out.")
    return Situation(
        name=words,
        categories=categories[: len(row["categories"])],
        patterns=_optional(row, "patterns", name, groups),
        unless=_optional(row, "unless", name, groups),
        from_parents=_optional(row, "from_parents", name, groups),
        of_oneself=_optional(row, "of_oneself", name, groups),
        category=row.get("category"),
        anew=row.get("anew"),
        needs={who: tuple(those) for who, those in (needs if isinstance(needs, dict) else {ANYONE: needs}).items()},
        **{flag: bool(row.get(flag)) for flag in _FLAGS},
    )


def _telling(what: str, row: Mapping[str, Any], groups: Mapping[str, Any]) -> _Telling:
    if what not in WRITERS:
        raise ContentError(f"{FILE_NAME}, writers: nothing reads '{what}'. Use one of: {', '.join(WRITERS)}.")
    categories = _known(row.get("categories", CATEGORIES), what)
    return _Telling(what, categories, _compiled(row, "patterns", what, groups), _optional(row, "unless", what, groups))


def _known(categories: Sequence[str], place: str) -> Tuple[str, ...]:
    unknown = set(categories) - set(CATEGORIES)
    if unknown:
        raise ContentError(f"{FILE_NAME}, {place}: no category '{min(unknown)}'. Use one of: {', '.join(CATEGORIES)}.")
    return tuple(categories)


def _variant(entry: _Entry, lines: Sequence[str]) -> Situation:
    return next((variant for variant, pattern in entry.variants if _found(pattern, lines)), entry.situation)


def _optional(row: Mapping[str, Any], name: str, place: str, groups: Mapping[str, Any]) -> Pattern[str] | None:
    return _compiled(row, name, place, groups) if row.get(name) else None


def _compiled(row: Mapping[str, Any], name: str, place: str, groups: Mapping[str, Any]) -> Pattern[str]:
    return compile_patterns(row[name], groups, f"{FILE_NAME}, {place}, {name}")
