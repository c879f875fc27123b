"""A drill counts as one from its first message, and a late or wrong card fails it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.drill import DrillCase, judge, load_cases, run_drill
from bot.store.models import Alert, Conversation, DrillRun, Escalation
from bot.store.unit_of_work import UnitOfWork

CASE = DrillCase("extortion", "he has my pictures", "child", "GB", "escalate")
EMERGENCY = DrillCase("outside", "he is outside", "child", "GB", "emergency")
CARD = {"text": "Call Childline.", "response": "utter_crisis_card", "hotlines": ["gb-childline"]}


class FakeChannel:
    name = "fake"

    def __init__(self, replies):
        self._replies = replies
        self.ids = []

    def send(self, conversation_id, case):
        self.ids.append(conversation_id)
        if isinstance(self._replies, Exception):
            raise self._replies
        return self._replies


@pytest.mark.parametrize(
    "case, replies, seconds, problem",
    [
        (CASE, [CARD], 0.5, ""),
        (CASE, [CARD], 3.5, "late"),
        (CASE, [{"text": "Grooming is …", "response": "utter_faq/x"}], 0.5, "no crisis card"),
        (CASE, [{**CARD, "hotlines": []}], 0.5, "no helpline"),
        (CASE, [], 0.5, "no crisis card"),
        (EMERGENCY, [{**CARD, "text": "Call 999 now."}], 0.5, ""),
        (EMERGENCY, [CARD], 0.5, "emergency number 999 is missing"),
    ],
)
def test_an_answer_is_judged(case, replies, seconds, problem):
    assert problem in judge(case, replies, seconds, 3.0, "999")
    assert bool(judge(case, replies, seconds, 3.0, "999")) is bool(problem)


def test_results_are_recorded_and_the_conversation_is_a_drill_before_its_first_message(database, write, user_event):
    results = run_drill([FakeChannel([CARD])], [CASE], 3.0, lambda: "d1", lambda: UnitOfWork(database))
    assert [result.problem for result in results] == [""]
    write(user_event("d1", "he has my pictures", level="escalate", categories={"extortion": 0.9}))
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "d1").drill is True
        assert work.session.execute(sa.select(Escalation.drill)).scalar_one() is True
        assert work.session.execute(sa.select(Alert)).first() is None
        assert work.session.execute(sa.select(DrillRun.passed)).scalar_one() is True


def test_a_channel_that_is_down_fails_the_drill(database):
    channel = FakeChannel(ConnectionRefusedError())
    (result,) = run_drill([channel], [CASE], 3.0, lambda: "d2", lambda: UnitOfWork(database))
    assert result.problem == "no answer (ConnectionRefusedError)"
    with UnitOfWork(database) as work:
        run = work.session.execute(sa.select(DrillRun)).scalar_one()
        assert (run.passed, run.problem) == (False, "no answer (ConnectionRefusedError)")


def test_the_cases_of_the_project_can_be_read():
    seconds, cases = load_cases()
    assert seconds <= 3.0
    assert {case.level for case in cases} == {"escalate", "emergency"}
