"""Random walks of the learner simulation, sent through the whole assistant: it is where the pure engine says it is."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from bot.content.journey_composers import JourneyFacts
from bot.content.journeys import get_journeys

_PATH = Path(__file__).parents[1] / "bot" / "learning" / "walker.py"
_SPEC = importlib.util.spec_from_file_location("journey_walker", _PATH)
walker = importlib.util.module_from_spec(_SPEC)
# Dataclasses look their module up by name.
sys.modules["journey_walker"] = walker
_SPEC.loader.exec_module(walker)

BOOK = get_journeys()


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", sorted(BOOK.journeys))
def test_the_assistant_walks_as_the_engine_does(name, seed, assistant):
    journey = BOOK.journeys[name]
    audience = journey.audiences[0]
    walk = walker.Walker(BOOK, journey, JourneyFacts(audience, "GB", "web"), seed).run(wild_moves=0)
    results = assistant.converse([text for text, _ in walk.heard], "walk", audience, "GB", "web")
    for (text, step), result in zip(walk.heard, results, strict=True):
        replies = result["replies"]
        assert replies and replies[0]["text"].strip(), f"silence after {text}"
        assert replies[0]["response"] == f"utter_journey/{name}/{step}", text
