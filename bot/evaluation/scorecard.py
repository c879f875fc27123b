"""Measures everything once: the safety engine on the held-out set, its cost, and the answers when there is a model."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Dict, List, Mapping, Sequence, Tuple

from bot.evaluation import after_card, breakdown, case_questions, emergencies, follow_ups, news, robustness
from bot.evaluation.after_card import Answered, Play
from bot.evaluation.answers import (
    Understand,
    answer_figures,
    by_topic,
    courtesy_figures,
    load_questions,
    with_courtesies,
)
from bot.evaluation.breakdown import Band, Group
from bot.evaluation.case_questions import Outcome as CaseOutcome
from bot.evaluation.cost import Cost, measure_cost
from bot.evaluation.emergencies import Outcome as EmergencyOutcome
from bot.evaluation.follow_ups import Followed
from bot.evaluation.held_out import HeldOut
from bot.evaluation.lines import Measured
from bot.evaluation.metrics import Proportion, share
from bot.evaluation.news import Outcome as NewsOutcome
from bot.evaluation.robustness import UNCHANGED, Referral, Robustness
from bot.evaluation.run import measure
from bot.evaluation.transformations import KINDS
from bot.safety.engine import SafetyEngine
from bot.safety.levels import CATEGORIES, RiskLevel

#: Labels by which the figures are shown, with the heading of each table.
GROUPINGS = (
    ("who", "Whose situation (speaker)"),
    ("voice", "Who writes (voice)"),
    ("wording", "Wording"),
    ("style", "Style"),
    ("length", "Length in characters"),
    ("english", "Kind of English"),
    ("level", "Level a person gave"),
)


@dataclass(frozen=True)
class Core:
    """What `--check` needs: one run over every set, the panel under every change."""

    held_out: HeldOut
    risk: List[Measured]
    quiet: List[Measured]
    languages: List[Measured]
    panel: Dict[str, List[Measured]]
    referrals: List[Referral]
    long_talk: List[Referral]


@dataclass(frozen=True)
class Answers:
    """Figures of the answers part, or why there are none."""

    figures: Mapping[str, Proportion] = field(default_factory=dict)
    topics: Mapping[str, Tuple[Proportion, Proportion]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Scorecard:
    """Everything the page shows."""

    core: Core
    figures: Mapping[str, Proportion]
    changes: List[Robustness]
    cost: Cost
    answers: Answers
    after_card: List[Answered] = field(default_factory=list)
    follow_ups: List[Followed] = field(default_factory=list)
    case_questions: List[CaseOutcome] = field(default_factory=list)
    case_statements: List[CaseOutcome] = field(default_factory=list)
    news: List[NewsOutcome] = field(default_factory=list)
    emergencies: List[EmergencyOutcome] = field(default_factory=list)


def measure_core(engine: SafetyEngine, held_out: HeldOut) -> Core:
    """Assesses every held-out message as written, the panel under every change, and plays every conversation."""
    return Core(
        held_out=held_out,
        risk=measure(held_out.risk, engine),
        quiet=measure(held_out.quiet, engine),
        languages=measure(held_out.languages, engine),
        panel=robustness.panel(engine, held_out.panel),
        referrals=robustness.referrals(engine, held_out.sessions),
        long_talk=robustness.referrals(engine, held_out.long_talk),
    )


def gate_figures(core: Core) -> Dict[str, Proportion]:
    """The figures that `gates.yml` guards, by their names there."""
    spoken = [one for one in core.languages if one.line.risk]
    silent = [one for one in core.languages if not one.line.risk]
    indirect = [one for one in core.risk if one.line.labels["wording"] == "indirect"]
    by_category = breakdown.by_category(core.risk)
    return {
        "recall_check_in": breakdown.recall(core.risk),
        **{f"recall_check_in_{name}": by_category[name].recall for name in CATEGORIES},
        "recall_escalate": breakdown.recall_escalate(core.risk),
        "right_category": breakdown.right_category(core.risk),
        "false_alarms_escalate": breakdown.false_alarms(core.quiet),
        "any_reaction_on_quiet": breakdown.any_reaction(core.quiet),
        "panel_escalate": robustness.panel_share(core.panel),
        "indirect_recall": breakdown.recall(indirect),
        "speaker_right": breakdown.speaker_right(core.risk),
        "languages_escalate": share(one.escalated for one in spoken),
        "languages_any_reaction_on_quiet": share(one.reacted for one in silent),
        "sessions_in_time": robustness.in_time(core.referrals),
        "sessions_any_reaction_on_quiet": robustness.quiet_sessions(core.referrals),
        "sessions_reaction_on_quiet_messages": robustness.quiet_messages(core.referrals),
        "long_talk_in_time": robustness.in_time(core.long_talk),
        "long_talk_reaction_on_quiet_messages": robustness.quiet_messages(core.long_talk),
    }


def values(figures: Mapping[str, Proportion]) -> Dict[str, float]:
    """The plain numbers of the figures; a figure without cases counts as 0."""
    return {name: figure.value or 0.0 for name, figure in figures.items()}


def measure_all(
    engine: SafetyEngine, held_out: HeldOut, understand: Understand | None, note: str, play: Play | None = None
) -> Scorecard:
    """Measures everything the page shows; takes one to three minutes and says on standard error where it is.

    Args:
        engine: The safety engine.
        held_out: The evaluation set.
        understand: What the assistant makes of texts; None when there is no model to ask.
        note: Why there is none, as a sentence for the page.
        play: Plays a conversation with the assistant; None when there is no model.
    """
    _say("as written, panel, languages, conversations")
    core = measure_core(engine, held_out)
    changes = [_as_written(core)]
    for kind in KINDS:
        _say(f"changed: {kind}")
        changes.append(robustness.robustness(engine, held_out.risk, held_out.quiet, kind))
    _say("cost")
    cost = measure_cost()
    _say("answers")
    answers = _answers(understand, note)
    _say("after a card")
    answered = after_card.play(after_card.load_conversations(), play) if play else []
    _say("follow-ups")
    followed = follow_ups.play(follow_ups.load_follow_ups(), play) if play else []
    _say("questions about a case")
    asked = case_questions.play(case_questions.load_case_questions(), play) if play else []
    _say("statements about a case")
    told = case_questions.play_told(case_questions.load_case_statements(), play) if play else []
    _say("news after a card")
    changed = news.play(news.load_told(), play) if play else []
    _say("help in an emergency")
    helped = emergencies.play(emergencies.load_lines(), play) if play else []
    return Scorecard(core, gate_figures(core), changes, cost, answers, answered, followed, asked, told, changed, helped)


def groups_of(core: Core, name: str) -> List[Group]:
    """Figures by one label of GROUPINGS."""
    label = breakdown.length_of if name == "length" else breakdown.label_of(name)
    return breakdown.groups([*core.risk, *core.quiet], label)


def reliability_of(core: Core) -> List[Band]:
    """The reliability table over risk and quiet lines as written."""
    return breakdown.reliability([*core.risk, *core.quiet])


def precision_of(core: Core) -> Dict[str, Proportion]:
    """Precision at `check_in` and at `escalate`, at the mixture of this set."""
    lines = [*core.risk, *core.quiet]
    return {level.label: breakdown.precision(lines, level) for level in (RiskLevel.CHECK_IN, RiskLevel.ESCALATE)}


def level_pairs(measured: Sequence[Measured]) -> Dict[Tuple[RiskLevel, RiskLevel], int]:
    """How many lines of each level that a person gave were given each level by the engine."""
    counts: Dict[Tuple[RiskLevel, RiskLevel], int] = {}
    for one in measured:
        if one.line.level is not None:
            pair = (one.line.level, one.assessment.level)
            counts[pair] = counts.get(pair, 0) + 1
    return counts


def _as_written(core: Core) -> Robustness:
    return Robustness(
        UNCHANGED,
        breakdown.recall(core.risk),
        breakdown.recall_escalate(core.risk),
        breakdown.any_reaction(core.quiet),
        breakdown.false_alarms(core.quiet),
    )


def _answers(understand: Understand | None, note: str) -> Answers:
    if understand is None:
        return Answers(note=note)
    questions = load_questions()
    understood = understand([question.text for question in questions])
    courteous = with_courtesies(questions)
    figures = {
        **answer_figures(questions, understood),
        **courtesy_figures(courteous, understand([question.text for question in courteous])),
    }
    return Answers(figures, by_topic(questions, understood))


def _say(step: str) -> None:
    print(f"scorecard: {step}", file=sys.stderr, flush=True)
