"""Which platform and which setting a person means, in their own words.

In: text as typed, the platforms' aliases, the word rules of `data/platforms/_settings.yml`. Out: ids and spans.
Names are matched on word boundaries, then with a bounded edit distance; short or ordinary words ("ig", "x", "switch")
count only where the words beside them make it clear. Pure: no clock, no files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterable, Mapping, Optional, Sequence

from rapidfuzz.distance import OSA

from bot.content.platform_schema import Platform, Setting

#: Longest text looked at, in characters: a person's question sits well within it, a hostile text may not.
MAX_TEXT_CHARS = 2000
#: Names and key words shorter than this are never matched by edit distance.
SHORTEST_FUZZY_NAME = 6
SHORTEST_FUZZY_WORD = 5
#: From this length on two edits are allowed, below it one.
LONG_NAME = 8
#: A name is kept for the setting search only when it asks for a setting by itself ("family link", "snap map").
TELLING_WEIGHT = 8

_TOKEN = re.compile(r"[\w']+(?:\.[\w']+)*")
_PREPOSITIONS = ("on", "in", "for", "from", "of", "with", "about", "to")


@dataclass(frozen=True)
class PlatformHit:
    """A platform named in a text, with its `[start, end)` span in characters."""

    platform: str
    start: int
    end: int


def normalise(text: str) -> str:
    """Lower-cases and straightens quotes; every character keeps its place, so spans stay true."""
    flat = text[:MAX_TEXT_CHARS].replace("’", "'").replace("‘", "'").replace("`", "'")
    lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in flat)
    return re.sub(r"[^\w\s'+.-]|_", " ", lowered)


def phrase_pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for many phrases on word boundaries; `*` stands for any ending, a space for any white space."""
    longest_first = sorted({phrase.lower() for phrase in phrases}, key=len, reverse=True)
    parts = (re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for phrase in longest_first)
    return re.compile(r"(?<![\w.])(?:" + "|".join(parts) + r")(?!\w)")


class PlatformFinder:
    """Finds platform names. Built once from the aliases; holds compiled patterns only."""

    def __init__(
        self, platforms: Sequence[Platform], context: Mapping[str, Sequence[str]], not_platforms: Iterable[str]
    ) -> None:
        self._kinds = {platform.id: platform.kind for platform in platforms}
        self._owner = {alias: p.id for p in platforms for alias in p.aliases}
        self._plain = phrase_pattern(self._owner)
        self._careful = [
            (p.id, _in_context(p.contextual_aliases, context["before"], context["after"]))
            for p in platforms
            if p.contextual_aliases
        ] + [
            (p.id, _in_context(p.strict_aliases, context["strict_before"], context["strict_after"]))
            for p in platforms
            if p.strict_aliases
        ]
        self._never = {p.id: phrase_pattern(p.never_in) for p in platforms if p.never_in}
        self._fuzzy_names = [alias for alias in self._owner if " " not in alias and len(alias) >= SHORTEST_FUZZY_NAME]
        self._ordinary = {word.lower() for word in not_platforms}

    def find_all(self, text: str) -> list[PlatformHit]:
        """Every platform named, in order of appearance; overlapping shorter names are left out."""
        flat = normalise(text)
        hits = [*self._exact(flat), *self._by_context(flat)]
        hits = [hit for hit in hits if not self._excluded(hit, flat)]
        covered = [(hit.start, hit.end) for hit in hits]
        hits.extend(self._misspelt(flat, covered))
        hits.sort(key=lambda hit: (hit.start, hit.start - hit.end))
        kept: list[PlatformHit] = []
        for hit in hits:
            if not kept or hit.start >= kept[-1].end:
                kept.append(hit)
        return kept

    def find(self, text: str) -> Optional[str]:
        """The platform the question is about, or None.

        Apps come before devices ("location on snap on my iphone" asks about Snapchat); among several the last one after
        a preposition wins ("he moved from roblox to discord, how do i block him on discord").
        """
        hits = self.find_all(text)
        if not hits:
            return None
        apps = [hit for hit in hits if self._kinds[hit.platform] != "device"] or hits
        flat = normalise(text)
        placed = [hit for hit in apps if _word_before(flat, hit.start) in ("on", "in")] or [
            hit for hit in apps if _word_before(flat, hit.start) in _PREPOSITIONS
        ]
        return placed[-1].platform if placed else apps[0].platform

    def _exact(self, flat: str) -> list[PlatformHit]:
        found = self._plain.finditer(flat)
        return [PlatformHit(self._owner[re.sub(r"\s+", " ", m.group())], m.start(), m.end()) for m in found]

    def _by_context(self, flat: str) -> list[PlatformHit]:
        return [
            PlatformHit(platform, match.start("name"), match.end("name"))
            for platform, patterns in self._careful
            for pattern in patterns
            for match in pattern.finditer(flat)
        ]

    def _excluded(self, hit: PlatformHit, flat: str) -> bool:
        never = self._never.get(hit.platform)
        return never is not None and any(m.start() <= hit.start < m.end() for m in never.finditer(flat))

    def _misspelt(self, flat: str, covered: Sequence[tuple[int, int]]) -> list[PlatformHit]:
        hits = []
        for token in _TOKEN.finditer(flat):
            word = token.group()
            taken = any(start <= token.start() < end for start, end in covered)
            if taken or len(word) < SHORTEST_FUZZY_NAME - 1 or word in self._ordinary:
                continue
            name = _nearest(word, self._fuzzy_names)
            if name is not None:
                hits.append(PlatformHit(self._owner[name], token.start(), token.end()))
        return hits


class SettingFinder:
    """Finds the setting by the word rules; the heaviest rule that fires wins."""

    def __init__(self, settings: Sequence[Setting], spelling: Mapping[str, Sequence[str]]) -> None:
        self._rules = [
            (setting.id, weight, tuple(phrase_pattern(group) for group in groups))
            for setting in settings
            for weight, groups in setting.rules
        ]
        self._words = [word.lower() for word in spelling["words"]]
        self._leave_alone = {word.lower() for word in spelling["leave_alone"]} | set(self._words)

    def find(self, text: str, platforms: Sequence[PlatformHit] = ()) -> Optional[str]:
        """The setting asked for, or None.

        Args:
            text: The message as typed.
            platforms: Names found in it; those of several words ("snap chat") are left out so that "chat" is not read
                as a question about messages.
        """
        best, best_weight = None, 0
        flat = self._spelt(self._without_names(normalise(text), platforms))
        for setting, weight, groups in self._rules:
            if weight > best_weight and all(group.search(flat) for group in groups):
                best, best_weight = setting, weight
        return best

    def _without_names(self, flat: str, platforms: Sequence[PlatformHit]) -> str:
        for hit in platforms:
            name = flat[hit.start : hit.end]
            if not self._tells_setting(name):
                flat = flat[: hit.start] + "~" * (hit.end - hit.start) + flat[hit.end :]
        return flat

    def _tells_setting(self, name: str) -> bool:
        return any(
            weight >= TELLING_WEIGHT and all(group.search(name) for group in groups)
            for _, weight, groups in self._rules
        )

    def _spelt(self, flat: str) -> str:
        return _TOKEN.sub(lambda match: self._spell(match.group()), flat)

    def _spell(self, word: str) -> str:
        if len(word) < SHORTEST_FUZZY_WORD or word in self._leave_alone:
            return word
        nearest = _nearest(word, self._words)
        # "restrict" is no slip for "restricted": another form of the word is left as it is.
        if nearest is None or nearest.startswith(word) or word.startswith(nearest):
            return word
        return nearest


def _nearest(word: str, names: Iterable[str]) -> Optional[str]:
    # The first letter must agree: "interest" is one edit from "pinterest", "phone" from "iphone".
    best, best_distance = None, 3
    for name in names:
        allowed = 2 if min(len(name), len(word)) >= LONG_NAME else 1
        if name[0] != word[0] or abs(len(name) - len(word)) > allowed:
            continue
        distance = OSA.distance(word, name, score_cutoff=allowed)
        if distance <= allowed and distance < best_distance:
            best, best_distance = name, distance
    return best


def _word_before(flat: str, start: int) -> str:
    words = flat[:start].split()
    return words[-1] if words else ""


def _in_context(aliases: Iterable[str], before: Sequence[str], after: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    name = phrase_pattern(aliases).pattern
    lead = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in before)
    tail = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in after)
    return (
        re.compile(rf"(?<!\w)(?:{lead})\s+(?P<name>{name})"),
        re.compile(rf"(?P<name>{name})\s+(?:{tail})(?!\w)"),
    )
