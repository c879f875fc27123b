"""Recall, precision and false alarms of measured lines, overall and by group, with each situation counted once.

Several lines tell one situation in several voices (a cluster). Counted as lines they would look like more evidence
than they are, so a cluster counts once, with the share of its lines, and the interval is that of so many clusters.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Callable, Dict, Iterable, List, Mapping, Sequence, Tuple

from bot.evaluation.lines import Measured
from bot.evaluation.metrics import Proportion, share
from bot.safety.levels import CATEGORIES, RiskLevel, Speaker

#: Upper ends, in characters, of the lengths shown apart: a fragment, a text message, a paragraph.
_LENGTHS = ((40, "up to 40"), (120, "41 to 120"), (300, "121 to 300"))
_LONGEST = "over 300"
#: Lower ends of the score bands of the reliability table.
_BANDS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Group:
    """Figures of the lines that share a label; risk figures count clusters, quiet figures count lines."""

    name: str
    lines: int
    recall: Proportion
    recall_escalate: Proportion
    category: Proportion
    any_reaction: Proportion
    false_alarms: Proportion


@dataclass(frozen=True)
class Band:
    """One row of the reliability table: what was said beside what was so."""

    low: float
    high: float
    mean_score: float
    right: Proportion


def clustered(outcomes: Iterable[Tuple[str, bool]]) -> Proportion:
    """Counts each cluster once, with the share of its outcomes that are true.

    Args:
        outcomes: (cluster, outcome) of each line.
    """
    by_cluster: Dict[str, List[bool]] = defaultdict(list)
    for cluster, outcome in outcomes:
        by_cluster[cluster].append(outcome)
    return Proportion(sum(sum(found) / len(found) for found in by_cluster.values()), len(by_cluster))


def cluster_of(one: Measured) -> str:
    """The situation of a line; names repeat between files, so the file belongs to it."""
    labels = one.line.labels
    return f"{labels.get('file', '')}/{labels.get('cluster', one.line.id)}"


def wants_card(one: Measured) -> bool:
    """Whether a person gave the line `escalate` or `emergency`."""
    return one.line.level is not None and one.line.level >= RiskLevel.ESCALATE


def recall(risky: Sequence[Measured]) -> Proportion:
    """Share of risk lines with any reaction."""
    return clustered((cluster_of(one), one.reacted) for one in risky)


def recall_escalate(risky: Sequence[Measured]) -> Proportion:
    """Share with the crisis card, of lines that want it."""
    return clustered((cluster_of(one), one.escalated) for one in risky if wants_card(one))


def right_category(risky: Sequence[Measured]) -> Proportion:
    """Share whose strongest category is one of the line's own, of those reacted to."""
    return clustered((cluster_of(one), one.top_category in one.line.risk) for one in risky if one.reacted)


def any_reaction(quiet: Sequence[Measured]) -> Proportion:
    """Share of quiet lines with any reaction; lines on which a kind question is no error are left out."""
    return share(one.reacted for one in quiet if not one.line.check_in_ok)


def false_alarms(quiet: Sequence[Measured]) -> Proportion:
    """Share of quiet lines that got the crisis card."""
    return share(one.escalated for one in quiet)


def groups(measured: Sequence[Measured], label: Callable[[Measured], str]) -> List[Group]:
    """Figures by group, largest first."""
    by_name: Dict[str, List[Measured]] = defaultdict(list)
    for one in measured:
        by_name[label(one)].append(one)
    found = [_group(name, lines) for name, lines in by_name.items()]
    return sorted(found, key=lambda group: -group.lines)


def _group(name: str, lines: Sequence[Measured]) -> Group:
    risky = [one for one in lines if one.line.risk]
    quiet = [one for one in lines if not one.line.risk]
    return Group(
        name=name,
        lines=len(lines),
        recall=recall(risky),
        recall_escalate=recall_escalate(risky),
        category=right_category(risky),
        any_reaction=any_reaction(quiet),
        false_alarms=false_alarms(quiet),
    )


def by_category(measured: Sequence[Measured]) -> Dict[str, Group]:
    """Figures by category: risk lines that name it; the quiet columns stay empty."""
    return {name: _group(name, [one for one in measured if name in one.line.risk]) for name in CATEGORIES}


def category_precision(measured: Sequence[Measured]) -> Dict[str, Proportion]:
    """Share of reactions led by a category that were right about it, at the mixture of this set."""
    return {
        name: share(name in one.line.risk for one in measured if one.reacted and one.top_category == name)
        for name in CATEGORIES
    }


def precision(measured: Sequence[Measured], level: RiskLevel) -> Proportion:
    """Share of reactions at that level or above that met a risk line, at the mixture of this set."""
    return share(bool(one.line.risk) for one in measured if one.assessment.level >= level)


def speaker_right(measured: Sequence[Measured]) -> Proportion:
    """Share of risk lines whose speaker was recognised; lines whose writer cannot be told are left out."""
    return clustered(
        (cluster_of(one), one.assessment.speaker.value == one.line.labels["who"])
        for one in measured
        if one.line.risk and one.line.labels.get("who") != Speaker.UNKNOWN.value
    )


def length_of(one: Measured) -> str:
    """The length band of a line."""
    characters = sum(len(turn) for turn in one.line.turns)
    return next((name for end, name in _LENGTHS if characters <= end), _LONGEST)


def label_of(name: str) -> Callable[[Measured], str]:
    """A grouping by one label of the lines."""
    return lambda one: str(one.line.labels.get(name, "–"))


def reliability(measured: Sequence[Measured]) -> List[Band]:
    """Of all named categories: the score beside the share that a person had named too, by band of score."""
    named: List[Tuple[float, bool]] = [
        (score, name in one.line.risk) for one in measured for name, score in one.assessment.categories.items()
    ]
    bands = []
    for low, high in zip(_BANDS, (*_BANDS[1:], 1.0), strict=True):
        inside = [pair for pair in named if low <= pair[0] < high or (high == 1.0 and pair[0] == 1.0)]
        if inside:
            mean = sum(score for score, _ in inside) / len(inside)
            bands.append(Band(low, high, mean, share(right for _, right in inside)))
    return bands


def calibration_error(bands: Sequence[Band]) -> float:
    """Mean distance between score and share, weighted by lines (expected calibration error), in [0, 1]."""
    total = sum(band.right.total for band in bands)
    gaps = (band.right.total * abs(band.mean_score - (band.right.value or 0.0)) for band in bands)
    return sum(gaps) / total if total else 0.0


def speakers(measured: Sequence[Measured]) -> Mapping[str, Proportion]:
    """Share recognised, for each true speaker of a risk line."""
    found: Dict[str, List[Measured]] = defaultdict(list)
    for one in measured:
        if one.line.risk:
            found[str(one.line.labels.get("who"))].append(one)
    return {name: speaker_right(lines) for name, lines in sorted(found.items())}
