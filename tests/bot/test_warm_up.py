"""The port opens when the first message would no longer wait for anything to load."""

from __future__ import annotations

import gc

import pytest
import rasa.core.run

from bot import warm_up


@pytest.fixture(autouse=True)
def _collected_again():
    """Nothing of the test run stays out of garbage collection."""
    yield
    gc.unfreeze()


class Agent:
    def __init__(self, ready=True, fails=False):
        self.parsed, self.ready, self.fails = [], ready, fails

    def is_ready(self):
        return self.ready

    async def parse_message(self, text):
        if self.fails:
            raise RuntimeError("no model")
        self.parsed.append(text)


async def test_sentences_are_understood_and_judged_before_the_port_opens(monkeypatch):
    agent = Agent()

    async def load(*_):
        return agent

    monkeypatch.setattr(rasa.core.run, "load_agent_on_start", load)
    warm_up.install()
    assert await rasa.core.run.load_agent_on_start("model", None, None, None, None) is agent
    assert len(agent.parsed) == 2
    # What was loaded by then is not walked through at each full collection.
    assert gc.get_freeze_count() > 0


def test_installing_twice_warms_up_once(monkeypatch):
    async def load(*_):
        """Gives no agent."""

    monkeypatch.setattr(rasa.core.run, "load_agent_on_start", load)
    warm_up.install()
    once = rasa.core.run.load_agent_on_start
    warm_up.install()
    assert rasa.core.run.load_agent_on_start is once and once.__wrapped__ is load


async def test_a_warm_up_that_fails_does_not_stop_the_server():
    assert await warm_up.warm_up(Agent(fails=True)) > 0


async def test_without_a_model_there_is_nothing_to_warm():
    assert await warm_up.warm_up(Agent(ready=False)) == 0.0
    assert await warm_up.warm_up(None) == 0.0
