"""From probabilities and signals to one level and its categories: pure rules, in this order.

1. The classifier's level: the highest whose probability reaches its threshold.
2. A signal lifts the level to its own, unless the message only asks, teaches or tells fiction and the classifier by
   itself would not escalate it, or the classifier finds any risk all but impossible. Two things count always, for a
   question: slang that is a joke as often as a cry for help, and a plain wish of the writer to die.
3. A joke marker beside a self-harm signal, or the slang form "kms" by itself, asks instead of showing the card.
4. A short message that says nothing is happening, without any signal, is believed; where the readers would show the
   card nevertheless, a question is asked.
5. The categories named are those above the category threshold, and those of signals that counted; at least one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, List, Mapping, Tuple

from bot.safety.classifier import LEVELS, Evidence, Reading
from bot.safety.levels import CATEGORIES, EXTORTION, IMAGE_SHARED, IMMEDIATE_DANGER, SELF_HARM, RiskLevel, Stance
from bot.safety.signals import SignalHit


@dataclass(frozen=True)
class Thresholds:
    """Probabilities at which something is done; `veto` is the any-risk probability below which no signal counts.

    `elsewhere` takes the place of the levels' own in languages that only the first reader knows. Those of the context
    are for a message in its conversation (`bot.safety.context`).
    """

    check_in: float
    escalate: float
    emergency: float
    category: float
    veto: float
    elsewhere: float
    context_check_in: float
    context_escalate: float

    def other_languages(self) -> Thresholds:
        """The thresholds for a text that only the first reader has read."""
        return replace(self, check_in=self.elsewhere, escalate=self.elsewhere, emergency=self.elsewhere)

    def for_level(self, level: RiskLevel) -> float:
        """The threshold of one level above NONE."""
        return {RiskLevel.CHECK_IN: self.check_in, RiskLevel.ESCALATE: self.escalate}.get(level, self.emergency)


@dataclass(frozen=True)
class Decision:
    """What counts, and the signals that counted."""

    level: RiskLevel
    categories: Mapping[str, float]
    hits: Tuple[SignalHit, ...]

    @property
    def leading(self) -> str | None:
        """The likeliest category; None where nothing was found."""
        return max(self.categories, key=lambda name: self.categories[name], default=None)


def decide(reading: Reading, evidence: Evidence, thresholds: Thresholds) -> Decision:
    """Applies the rules above to one text."""
    hits = tuple(hit for hit in evidence.hits if _counts(hit, reading, evidence, thresholds))
    learned = _classifier_level(reading, thresholds)
    if evidence.denied and not hits:
        learned = RiskLevel.CHECK_IN if learned >= RiskLevel.ESCALATE else RiskLevel.NONE
    elif evidence.ambiguous and _only_self_harm(reading, hits, thresholds):
        learned = min(learned, RiskLevel.CHECK_IN)
    doubted = _is_doubted(reading, thresholds)
    level = max([learned, *(_hit_level(hit, evidence, doubted) for hit in hits)])
    if level is RiskLevel.NONE:
        return Decision(level, {}, ())
    return Decision(level, _named(reading, hits, level, thresholds), hits)


def _classifier_level(reading: Reading, thresholds: Thresholds) -> RiskLevel:
    reached = RiskLevel.NONE
    for level in LEVELS:
        if reading.levels[level] < thresholds.for_level(level):
            break
        reached = level
    return reached


def _only_self_harm(reading: Reading, hits: Tuple[SignalHit, ...], thresholds: Thresholds) -> bool:
    # Who may want to die may be in danger: that is the same trouble, not another one.
    same = (SELF_HARM, IMMEDIATE_DANGER)
    others = [name for name in CATEGORIES if name not in same and reading.categories[name] >= thresholds.category]
    return not others and all(hit.signal.category == SELF_HARM for hit in hits)


def _counts(hit: SignalHit, reading: Reading, evidence: Evidence, thresholds: Thresholds) -> bool:
    if evidence.ambiguous and hit.signal.category == SELF_HARM and hit.signal.level is RiskLevel.CHECK_IN:
        # "kms this homework" is a joke nine times in ten; the tenth is why a kind question is asked.
        return True
    if _is_doubted(reading, thresholds):
        # A threat to many is passed on, however sure the readers are that it is talk.
        return _wants_to_die_now(hit, evidence) or (hit.signal.undoubted and evidence.stance is Stance.NOW)
    if evidence.stance is Stance.EDUCATIONAL:
        # "What are the signs that someone is grooming my daughter?" asks; the signal's words are the question's.
        return evidence.of_self and reading.levels[RiskLevel.ESCALATE] >= thresholds.escalate
    return True


def _is_doubted(reading: Reading, thresholds: Thresholds) -> bool:
    """Whether both readers together are nearly sure that nothing is wrong."""
    return reading.levels[RiskLevel.CHECK_IN] < thresholds.veto


def _wants_to_die_now(hit: SignalHit, evidence: Evidence) -> bool:
    """Whether somebody plainly says it of themselves.

    What sounds like a joke ("because my fish died") may be a child's reason: the question is asked, however sure the
    readers are.
    """
    plain = hit.signal.category == SELF_HARM and hit.signal.level >= RiskLevel.ESCALATE
    return plain and evidence.of_self and evidence.stance is Stance.NOW


def _hit_level(hit: SignalHit, evidence: Evidence, doubted: bool) -> RiskLevel:
    if hit.signal.category == SELF_HARM and (evidence.joking or doubted) and not hit.signal.undoubted:
        return min(hit.signal.level, RiskLevel.CHECK_IN)
    return hit.signal.level


def _named(reading: Reading, hits: Tuple[SignalHit, ...], level: RiskLevel, thresholds: Thresholds) -> Dict[str, float]:
    from_signals = {hit.signal.category for hit in hits}
    likely = [name for name in CATEGORIES if reading.categories[name] >= thresholds.category]
    if not likely and not from_signals:
        likely = [max(CATEGORIES, key=lambda name: reading.categories[name])]
    named = _without_overshadowed([name for name in CATEGORIES if name in likely or name in from_signals])
    if level is RiskLevel.CHECK_IN and SELF_HARM in named:
        # The direct question about wanting to die is the one to ask; "is anyone in danger?" would evade it.
        named = [name for name in named if name != IMMEDIATE_DANGER]
    # A signal is certain in its own way; its category never scores below an even chance.
    scores = {name: max(reading.categories[name], 0.5 if name in from_signals else 0.0) for name in named}
    if level is RiskLevel.EMERGENCY:
        # Whatever else it is: at this level somebody is in danger now, and the reply starts with that.
        scores = {IMMEDIATE_DANGER: max([*scores.values(), reading.levels[RiskLevel.EMERGENCY]]), **scores}
        scores[IMMEDIATE_DANGER] = max(scores.values())
    return scores


def _without_overshadowed(names: List[str]) -> List[str]:
    """With a threat the pictures are its means: the reply is the one for extortion."""
    return [name for name in names if not (name == IMAGE_SHARED and EXTORTION in names)]
