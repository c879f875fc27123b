"""Writes the scorecard as Markdown: `docs/scorecard.md`."""

from __future__ import annotations

from typing import List, Mapping, Sequence

from bot.evaluation import after_card, breakdown, case_questions, emergencies, follow_ups, news
from bot.evaluation.gates import Gate
from bot.evaluation.metrics import Proportion
from bot.evaluation.robustness import Referral, in_time, languages, panel_misses, quiet_messages, quiet_sessions
from bot.evaluation.scorecard import (
    GROUPINGS,
    Core,
    Scorecard,
    groups_of,
    level_pairs,
    precision_of,
    reliability_of,
)
from bot.nlu.news import QUIET
from bot.safety.levels import RiskLevel

_INTRODUCTION = """# Scorecard

Written by `make evaluate`; do not edit. Measured on the held-out set in `tests/evaluation/`, which was written apart
from the training material and is never trained on (`tests/evaluation/test_no_near_duplicates.py` proves it). Figures
are shares with a 95 % Wilson interval and counts. Risk figures count each situation (cluster) once, quiet figures count
lines. *Recall* is any reaction, `check_in` or above, on a message at risk; *at escalate* asks for the crisis card and
counts only messages to which a person gave `escalate` or `emergency`. Precision and calibration hold for the mixture of
this set, where risk is far more frequent than among real messages."""


#: When the crisis card came, seen from the turn that completes the risk.
_WHEN = ("Card before the completing turn", "At it", "Later", "Only asked", "Silent")
_IN_TIME = _WHEN[:2]


def page(card: Scorecard, gates: Mapping[str, Gate]) -> str:
    """The whole page."""
    sections = [
        _INTRODUCTION,
        _gates(card, gates),
        _short(card, gates),
        _categories(card.core),
        _levels(card.core),
        *(_grouping(card.core, name, title) for name, title in GROUPINGS),
        _grouping(card.core, "file", "File of the set"),
        _speakers(card.core),
        _changes(card),
        _panel(card.core),
        _languages(card.core),
        _sessions([*card.core.referrals, *card.core.long_talk]),
        _after_card(card),
        _case_questions(card),
        _case_statements(card),
        _news(card),
        _emergencies(card),
        _follow_ups(card),
        _reliability(card.core),
        _cost(card),
        _answers(card),
    ]
    return "\n\n".join(sections) + "\n"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _gates(card: Scorecard, gates: Mapping[str, Gate]) -> str:
    core = card.core
    rows = []
    for name, gate in gates.items():
        value = card.figures[name].value or 0.0
        sign = "≥" if gate.may_rise else "≤"
        reached = "yes" if gate.reached(value) else "no"
        rows.append([name, card.figures[name].as_text(), f"{sign} {gate.goal:g}", reached, f"{sign} {gate.bound:g}"])
    lines = (
        f"{len(core.risk)} messages at risk in {card.figures['recall_check_in'].total} situations, "
        f"{len(core.quiet)} quiet ones, {len(core.referrals) + len(core.long_talk)} conversations, "
        f"{len(core.languages)} messages in other languages, {len(core.held_out.panel)} panel statements."
    )
    header = ["Figure", "Measured", "Goal", "Reached", "May not fall or rise past"]
    return f"## Gate figures\n\n{lines}\n\n{table(header, rows)}"


def _short(card: Scorecard, gates: Mapping[str, Gate]) -> str:
    below = [name for name, gate in gates.items() if not gate.reached(card.figures[name].value or 0.0)]
    if not below:
        return "Every gate figure reaches its goal."
    return "Short of the goal: " + ", ".join(f"`{name}`" for name in below) + "."


def _categories(core: Core) -> str:
    precision = breakdown.category_precision([*core.risk, *core.quiet])
    rows = [
        [name, str(group.lines), *_risk_cells(group), precision[name].as_text()]
        for name, group in breakdown.by_category(core.risk).items()
    ]
    whole = precision_of(core)
    note = ", ".join(f"{level}: {figure.as_text()}" for level, figure in whole.items())
    header = ["Category", "Lines", "Recall", "At escalate", "Right category", "Precision of the leading category"]
    return f"## By category\n\n{table(header, rows)}\n\nPrecision of a reaction, whatever its category: {note}."


def _levels(core: Core) -> str:
    counts = level_pairs([*core.risk, *core.quiet])
    rows = [[given.label, *(str(counts.get((given, said), 0)) for said in RiskLevel)] for given in RiskLevel]
    header = ["Given by a person", *(f"said {level.label}" for level in RiskLevel)]
    return f"## Levels, in lines\n\n{table(header, rows)}"


def _grouping(core: Core, name: str, title: str) -> str:
    rows = [
        [group.name, str(group.lines), *_risk_cells(group), group.any_reaction.as_text(), group.false_alarms.as_text()]
        for group in groups_of(core, name)
    ]
    header = [
        "",
        "Lines",
        "Recall",
        "At escalate",
        "Right category",
        "Any reaction on quiet",
        "False alarms at escalate",
    ]
    return f"## {title}\n\n{table(header, rows)}"


def _risk_cells(group: breakdown.Group) -> List[str]:
    return [_text(group.recall), _text(group.recall_escalate), _text(group.category)]


def _text(figure: Proportion) -> str:
    return figure.as_text() if figure.total else "–"


def _speakers(core: Core) -> str:
    rows = [[name, _text(figure)] for name, figure in breakdown.speakers(core.risk).items()]
    return f"## Speaker recognised, on messages at risk\n\n{table(['Speaker', 'Recognised'], rows)}"


def _changes(card: Scorecard) -> str:
    rows = [
        [
            one.kind,
            one.recall.as_text(),
            one.recall_escalate.as_text(),
            one.any_reaction.as_text(),
            one.false_alarms.as_text(),
        ]
        for one in card.changes
    ]
    header = ["Change", "Recall", "At escalate", "Any reaction on quiet", "False alarms"]
    note = "Every message of the set, changed as `bot/evaluation/transformations.py` says; `split` sends two messages."
    return f"## Changed spellings\n\n{note}\n\n{table(header, rows)}"


def _panel(core: Core) -> str:
    rows = [
        [
            kind,
            breakdown.share(one.escalated for one in measured).as_text(),
            breakdown.share(
                one.assessment.level is RiskLevel.EMERGENCY for one in measured if one.line.level is RiskLevel.EMERGENCY
            ).as_text(),
        ]
        for kind, measured in core.panel.items()
    ]
    missed = panel_misses(core.panel)
    listed = "\n".join(f"- {kind}: “{text}” stayed at `{level}`" for kind, text, level in missed) or "None missed."
    header = ["Change", "At escalate or above", "At emergency, of those that are"]
    return f"## Explicit panel\n\n{table(header, rows)}\n\n{listed}"


def _languages(core: Core) -> str:
    rows = [[name, *(figure.as_text() for figure in figures)] for name, figures in languages(core.languages).items()]
    header = ["Language", "At escalate", "Right category", "Any reaction on quiet"]
    return f"## Other languages\n\n{table(header, rows)}"


def _sessions(found: Sequence[Referral]) -> str:
    at_risk = [one for one in found if one.session.completes_at is not None]
    rows = []
    for kind in dict.fromkeys(one.session.kind for one in at_risk):
        came = [_when(one) for one in at_risk if one.session.kind == kind]
        rows.append([kind, str(len(came)), *(str(came.count(when)) for when in _WHEN)])
    late = [one.session.id for one in at_risk if _when(one) not in _IN_TIME]
    note = (
        f"Card at the completing turn or before: {in_time(found).as_text()}. "
        f"Quiet conversations with any reaction: {quiet_sessions(found).as_text()}; of their messages: "
        f"{quiet_messages(found).as_text()}. "
        f"Late or never: {', '.join(late) or 'none'}."
    )
    header = ["How the risk is told", "Conversations", *_WHEN]
    return f"## Turn at which the referral came\n\n{table(header, rows)}\n\n{note}"


def _after_card(card: Scorecard) -> str:
    title = "## After a card"
    if not card.after_card:
        return f"{title}\n\n{card.answers.note}"
    rows = [
        [does, fits.as_text(), hurts.as_text()] for does, (fits, hurts) in after_card.by_kind(card.after_card).items()
    ]
    rows.append(["all", after_card.fitting(card.after_card).as_text(), after_card.hurting(card.after_card).as_text()])
    note = (
        f"{len({one.conversation for one in card.after_card})} conversations that go on after a crisis card, played "
        "with the whole assistant. A reply *fits* when it does what such a message wants "
        "(`bot/evaluation/after_card.py`); it *hurts* when it praises where nothing was solved, refuses, brings "
        "another trouble's card or passes over a new danger. The conversations up to number 45 were read while the "
        "rules were made, the later ones were not."
    )
    return f"{title}\n\n{note}\n\n{table(['What the message does', 'Fits', 'Hurts'], rows)}\n\n{_unread(card)}"


def _unread(card: Scorecard) -> str:
    unread = [one for one in card.after_card if after_card.is_unread(one.conversation)]
    fits, hurts = after_card.fitting(unread), after_card.hurting(unread)
    return f"Of those that were not read: {fits.as_text()} fit, {hurts.as_text()} hurt."


def _case_questions(card: Scorecard) -> str:
    title, outcomes = "## Questions about the case of a card", card.case_questions
    note = (
        f"{_sizes(outcomes, 'questions')}, each in a conversation of its own, labelled by who wrote them with the "
        "answers that fit. *Right*: such an answer; *offered*: as a choice; *another* answer; the *card* or the "
        "emergency number again."
    )
    return _of_cases(card, title, note, outcomes, case_questions.OUTCOMES)


def _case_statements(card: Scorecard) -> str:
    title, outcomes = "## What is told about the case of a card", card.case_statements
    note = (
        f"{_sizes(outcomes, 'statements')}, as above, labelled with the words or answers that fit. *Right*: such "
        "words; *another*: other words, or an answer; *received*: heard, without words for it; the *card* or the "
        "emergency number again."
    )
    return _of_cases(card, title, note, outcomes, case_questions.TOLD_OUTCOMES)


def _news(card: Scorecard) -> str:
    title = "## News after a card"
    if not card.news:
        return f"{title}\n\n{card.answers.note}"
    note = (
        f"{len(card.news)} messages after {len({one.told.opening for one in card.news})} openings that bring a card, "
        "each in a conversation of its own: what changes is hinted at, and half of the quiet ones are meant to "
        "mislead. *Met*: answered as such news; the *card* or its numbers again; *other*. Quiet ones: *left*, or "
        "*alarmed*: an emergency, a question about a risk, another card, or words for such news."
    )
    shares = news.by_kind(card.news)
    quiet = shares.pop(QUIET)
    rows = [[kind, *(found[name].as_text() for name in news.OUTCOMES)] for kind, found in shares.items()]
    last = f"Quiet messages alarmed: {quiet['alarmed'].as_text()}."
    return f"{title}\n\n{note}\n\n{table(['What it brings', *news.OUTCOMES], rows)}\n\n{last}"


def _emergencies(card: Scorecard) -> str:
    title, outcomes = "## Help in an emergency", card.emergencies
    if not outcomes:
        return f"{title}\n\n{card.answers.note}"
    note = (
        f"{len(outcomes)} messages right after {len({one.line.id for one in outcomes})} openings that are answered "
        "as an emergency. Some tell in passing that help is *here* or was *called*; others only sound like safety, and "
        "to believe those hurts more than a number said once more."
    )
    rows = [[kind, heard.as_text()] for kind, heard in emergencies.heard_by_kind(outcomes).items()]
    last = f"Lines that tell of no help, taken for help that is here: {emergencies.believed(outcomes).as_text()}."
    return f"{title}\n\n{note}\n\n{table(['Help', 'Heard'], rows)}\n\n{last}"


def _sizes(outcomes: Sequence[case_questions.Outcome], kind: str) -> str:
    openings = {one.asked.opening for one in outcomes}
    return f"{len(outcomes)} {kind} after {len(openings)} openings that bring a card"


def _of_cases(
    card: Scorecard, title: str, note: str, outcomes: Sequence[case_questions.Outcome], names: Sequence[str]
) -> str:
    """The section of what became of messages about a case, where something of ours fits and where nothing does."""
    if not outcomes:
        return f"{title}\n\n{card.answers.note}"
    shares = case_questions.by_answer(outcomes, names)
    rows = [[name, *(found[outcome].as_text() for outcome in names)] for name, found in shares.items()]
    return f"{title}\n\n{note}\n\n{table(['Of ours', *names], rows)}"


def _follow_ups(card: Scorecard) -> str:
    title = "## Everyday follow-ups"
    if not card.follow_ups:
        return f"{title}\n\n{card.answers.note}"
    rows = [
        [does, *(shares[outcome].as_text() for outcome in follow_ups.OUTCOMES)]
        for does, shares in follow_ups.by_kind(card.follow_ups).items()
    ]
    unread = [one for one in card.follow_ups if follow_ups.is_unread(one.conversation)]
    note = (
        f"{len({one.conversation for one in card.follow_ups})} everyday conversations in which nobody is at risk, "
        "played with the whole assistant: a question, and three messages that depend on its answer. *Right*: an answer "
        "that helps, or a small one that a reader found to serve there; *offered*: as a choice; *received*: what was "
        "told is heard; *another* answer; *missed*: "
        "a way on without one; *alarmed*: a card or a question about a risk. Weights were chosen on odd numbers."
    )
    header = ["What the message does", *(outcome.capitalize() for outcome in follow_ups.OUTCOMES)]
    last = (
        f"Helped in all: {follow_ups.helped(card.follow_ups).as_text()}; of those with even numbers "
        f"{follow_ups.helped(unread).as_text()}. Alarmed: {follow_ups.alarmed(card.follow_ups).as_text()}."
    )
    return f"{title}\n\n{note}\n\n{table(header, rows)}\n\n{last}"


def _when(one: Referral) -> str:
    """Which column of `_WHEN` a conversation at risk belongs to."""
    if one.delay is None:
        return _WHEN[3] if one.asked else _WHEN[4]
    return _WHEN[0] if one.delay < 0 else _WHEN[1] if one.delay == 0 else _WHEN[2]


def _reliability(core: Core) -> str:
    bands = reliability_of(core)
    rows = [[f"{band.low:.2f} to {band.high:.2f}", f"{band.mean_score:.3f}", band.right.as_text()] for band in bands]
    note = f"Expected calibration error {breakdown.calibration_error(bands):.3f}."
    header = ["Score of a named category", "Mean score", "A person named it too"]
    return f"## Calibration\n\n{table(header, rows)}\n\n{note}"


def _cost(card: Scorecard) -> str:
    cost = card.cost
    rows = [
        ["Time a message, median", f"{cost.median_ms:.1f} ms", "≤ 4 ms"],
        ["Time a message, 95th percentile", f"{cost.p95_ms:.1f} ms", "≤ 50 ms"],
        ["Engine load", f"{cost.load_seconds:.1f} s", "≤ 4 s"],
        ["Memory of the process", f"{cost.memory_mb:.0f} MB", "≤ 300 MB"],
    ]
    note = "A fresh process, one BLAS thread, on the machine that ran `make evaluate`."
    return f"## Cost\n\n{note}\n\n{table(['', 'Measured', 'Goal'], rows)}"


def _answers(card: Scorecard) -> str:
    if not card.answers.figures:
        return f"## Answers\n\n{card.answers.note}"
    rows = [[name, figure.as_text()] for name, figure in card.answers.figures.items()]
    topics = [[name, *(figure.as_text() for figure in pair)] for name, pair in card.answers.topics.items()]
    return (
        f"## Answers\n\n{table(['Held-out questions in `tests/evaluation/faq/`', 'Measured'], rows)}\n\n"
        f"{table(['Topic', 'Nearest', 'Among the nearest three'], topics)}"
    )
