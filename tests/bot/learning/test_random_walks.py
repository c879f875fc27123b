"""The learner simulation: 200 random walks over each journey and audience end somewhere, and nothing is said on and on."""

from __future__ import annotations

import pytest

from bot.content.journey_composers import JourneyFacts
from bot.content.journeys import get_journeys
from bot.learning.state import COMPLETED, LEFT

from .walker import Walker

WALKS = 200
BOOK = get_journeys()
LISTENERS = [
    JourneyFacts("child", "GB", "web"),
    JourneyFacts("parent", "US", "sms"),
    JourneyFacts("professional", "IE", "web"),
    JourneyFacts(None, None, "telegram"),
]


@pytest.mark.parametrize("name", sorted(BOOK.journeys))
def test_random_walks_end_in_a_defined_place_and_repeat_no_prompt_more_than_twice(name):
    ends = []
    for seed in range(WALKS):
        walk = Walker(BOOK, BOOK.journeys[name], LISTENERS[seed % len(LISTENERS)], seed).run()
        assert walk.mode in (COMPLETED, LEFT), (name, seed, walk.mode, walk.step, walk.moves)
        assert walk.most_repeated <= 2, (name, seed, walk.moves)
        ends.append(walk.mode)
    assert ends.count(COMPLETED) > WALKS * 0.8, f"{name}: a learner who only presses buttons gets to the end"


@pytest.mark.parametrize("name", sorted(BOOK.journeys))
def test_pressing_on_leads_to_the_end_without_a_detour(name):
    for seed in range(40):
        walk = Walker(BOOK, BOOK.journeys[name], LISTENERS[seed % len(LISTENERS)], seed).run(wild_moves=0)
        assert walk.mode == COMPLETED, (name, seed, walk.step, walk.moves)
        assert walk.outcomes[0].split("/")[2] == "started" and walk.outcomes[-1].split("/")[2] == "completed"
