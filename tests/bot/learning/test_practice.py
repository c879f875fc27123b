"""Which lines of an exercise are put aside, whatever the risk engine makes of them: only those that it answers."""

from __future__ import annotations

import pytest

from bot.learning import practice
from bot.learning.practice import TELLING_BELOW, answers_exercise
from bot.learning.refusal import FIRM, NO_ANSWER, THRESHOLD, RefusalReading
from bot.safety.levels import Finding, RiskAssessment, RiskLevel

DOUBT = RiskAssessment(level=RiskLevel.ESCALATE, findings=(Finding("self_harm", "classifier", 0, 0, "x"),))


@pytest.fixture
def read_as(monkeypatch):
    """Makes the reader of refusals give one reading for every line."""

    def set_reading(kind, score=1.0, telling=-1.0):
        class Reader:
            def read(self, lines):
                return [RefusalReading(kind, score, telling) for _ in lines]

        monkeypatch.setattr(practice, "get_refusal_reader", Reader)

    return set_reading


def test_a_clear_answer_is_put_aside(read_as):
    read_as(FIRM, score=THRESHOLD, telling=TELLING_BELOW)
    assert answers_exercise("no, and i wont hide it either", DOUBT)


@pytest.mark.parametrize(
    ("kind", "score", "telling"),
    [(FIRM, THRESHOLD - 0.01, -1.0), (NO_ANSWER, 1.0, -1.0), (FIRM, 1.0, TELLING_BELOW + 0.01)],
)
def test_a_line_that_fits_no_answer_well_or_may_tell_something_keeps_its_risk(read_as, kind, score, telling):
    read_as(kind, score, telling)
    assert not answers_exercise("he does it every night", DOUBT)


@pytest.mark.parametrize("line", ["where can i go he hits me", "how do i make him stop", "tell me who i can call"])
def test_who_asks_us_for_something_keeps_their_risk(read_as, line):
    read_as(FIRM)
    assert not answers_exercise(line, DOUBT)


@pytest.mark.parametrize("line", ["why would i do that", "how old are you", "what do you want from me"])
def test_a_question_to_the_other_person_in_the_story_is_an_answer(read_as, line):
    read_as(FIRM)
    assert answers_exercise(line, DOUBT)
