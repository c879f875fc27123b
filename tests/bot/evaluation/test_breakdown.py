"""Figures by group: each situation once, quiet lines apart, calibration against what a person said."""

from __future__ import annotations

import pytest

from bot.evaluation import breakdown
from bot.evaluation.lines import LabelledLine, Measured
from bot.safety.levels import ADULT_INVOLVED, EXTORTION, RiskAssessment, RiskLevel, Speaker


def measured(
    given: str,
    said: RiskLevel,
    cluster: str = "a",
    risk: tuple[str, ...] = (EXTORTION,),
    scores: dict[str, float] | None = None,
    speaker: Speaker = Speaker.SELF,
    **labels: object,
) -> Measured:
    named = scores if scores is not None else ({EXTORTION: 0.9} if said else {})
    line = LabelledLine(
        id="x",
        turns=("text",),
        risk=risk if given != "none" else (),
        level=RiskLevel.from_label(given),
        check_in_ok=bool(labels.get("check_in_ok")),
        labels={"cluster": cluster, "who": "self", **labels},
    )
    return Measured(line, RiskAssessment(level=said, categories=named, speaker=speaker), 1.0)


def test_a_situation_told_three_times_counts_once() -> None:
    lines = [
        measured("escalate", RiskLevel.ESCALATE, "a"),
        measured("escalate", RiskLevel.ESCALATE, "a"),
        measured("escalate", RiskLevel.NONE, "a"),
        measured("escalate", RiskLevel.NONE, "b"),
    ]
    figure = breakdown.recall(lines)
    assert figure.total == 2
    assert figure.value == pytest.approx((2 / 3 + 0) / 2)


def test_the_same_cluster_name_in_two_files_is_two_situations() -> None:
    lines = [measured("escalate", RiskLevel.ESCALATE, "frag", file=name) for name in ("self_harm", "extortion")]
    assert breakdown.recall(lines).total == 2


def test_a_question_is_a_reaction_but_not_the_card() -> None:
    lines = [measured("escalate", RiskLevel.CHECK_IN)]
    assert breakdown.recall(lines).value == 1.0
    assert breakdown.recall_escalate(lines).value == 0.0


def test_a_line_that_wants_a_question_is_not_asked_for_the_card() -> None:
    assert breakdown.recall_escalate([measured("check_in", RiskLevel.CHECK_IN)]).total == 0


def test_the_strongest_category_must_be_one_of_the_lines_own() -> None:
    both = {EXTORTION: 0.6, ADULT_INVOLVED: 0.8}
    assert breakdown.right_category([measured("escalate", RiskLevel.ESCALATE, scores=both)]).value == 0.0
    assert breakdown.right_category([measured("escalate", RiskLevel.NONE)]).total == 0


def test_quiet_lines_where_a_question_is_no_error_count_only_at_the_card() -> None:
    quiet = [measured("none", RiskLevel.CHECK_IN, check_in_ok=True), measured("none", RiskLevel.ESCALATE)]
    assert breakdown.any_reaction(quiet).total == 1
    assert breakdown.false_alarms(quiet).total == 2
    assert breakdown.false_alarms(quiet).hits == 1


def test_groups_keep_risk_and_quiet_figures_apart() -> None:
    lines = [
        measured("escalate", RiskLevel.ESCALATE, voice="teenager"),
        measured("none", RiskLevel.NONE, voice="teenager"),
        measured("none", RiskLevel.ESCALATE, voice="parent"),
    ]
    by_name = {group.name: group for group in breakdown.groups(lines, breakdown.label_of("voice"))}
    assert by_name["teenager"].recall.value == 1.0 and by_name["teenager"].false_alarms.value == 0.0
    assert by_name["parent"].recall.total == 0 and by_name["parent"].false_alarms.value == 1.0


def test_a_writer_who_cannot_be_told_is_left_out_of_the_speaker_figure() -> None:
    lines = [
        measured("escalate", RiskLevel.ESCALATE, "a", who="friend", speaker=Speaker.SELF),
        measured("escalate", RiskLevel.ESCALATE, "b", who="self"),
        measured("escalate", RiskLevel.ESCALATE, "c", who="unknown"),
    ]
    assert breakdown.speaker_right(lines).total == 2
    assert breakdown.speaker_right(lines).value == 0.5


@pytest.mark.parametrize("characters, band", [(1, "up to 40"), (40, "up to 40"), (41, "41 to 120"), (301, "over 300")])
def test_a_length_falls_into_one_band(characters: int, band: str) -> None:
    line = LabelledLine(id="x", turns=("a" * characters,), risk=())
    assert breakdown.length_of(Measured(line, RiskAssessment(), 0.0)) == band


def test_the_reliability_table_sets_scores_beside_what_was_so() -> None:
    lines = [
        measured("escalate", RiskLevel.ESCALATE, scores={EXTORTION: 0.96}),
        measured("escalate", RiskLevel.ESCALATE, scores={EXTORTION: 1.0}),
        measured("none", RiskLevel.CHECK_IN, scores={EXTORTION: 0.6}),
    ]
    bands = breakdown.reliability(lines)
    assert [(band.low, band.right.hits, band.right.total) for band in bands] == [(0.5, 0, 1), (0.95, 2, 2)]
    assert breakdown.calibration_error(bands) == pytest.approx((0.6 + 2 * 0.02) / 3)


def test_precision_counts_reactions_that_met_a_risk() -> None:
    lines = [measured("escalate", RiskLevel.ESCALATE), measured("none", RiskLevel.CHECK_IN)]
    assert breakdown.precision(lines, RiskLevel.CHECK_IN).value == 0.5
    assert breakdown.precision(lines, RiskLevel.ESCALATE).value == 1.0
