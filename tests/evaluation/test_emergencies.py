"""Whether help that has come, or was called, is heard in an open emergency, on lines that nothing was learned from.

`emergencies.jsonl`: 24 openings, each with ten later lines by another writer than those of `data/emergencies/`; half of
the lines sound like safety and are none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest

from bot.commands.ask import read_json_lines

HELD_OUT = Path(__file__).parent / "emergencies.jsonl"
#: What is said to help that has come, and to help that is on its way.
SAID = {
    "here": ("utter_crisis_help_is_there", "utter_outcome_"),
    "called": ("utter_crisis_until_help_comes", "utter_emergency_help_called"),
}
#: Measured on 2026-11-30 as share of the lines of each kind.
AT_LEAST = {"here": 0.5, "called": 0.38}
#: The same: lines that tell of no help, and were taken for help that has come.
BELIEVED_AT_MOST = 0.03


@pytest.fixture(scope="module")
def answered(assistant: Any) -> List[Tuple[Dict[str, Any], Dict[str, str], str]]:
    """Story, line and response of each line, said right after its opening."""
    found = []
    for story in read_json_lines(HELD_OUT):
        audience = None if story["audience"] == "adult" else story["audience"]
        for line in story["then"]:
            opened, result = assistant.converse([story["opening"], line["says"]], "emergency", audience, "GB")
            if opened["risk"]["level"] == "emergency":
                found.append((story, line, result["replies"][0]["response"]))
    return found


def test_nearly_every_opening_is_an_emergency(answered):
    assert len({story["id"] for story, _, _ in answered}) >= 20


@pytest.mark.parametrize("kind", ["here", "called"])
def test_help_is_heard(answered, kind):
    responses = [response for _, line, response in answered if line["kind"] == kind]
    heard = [response.startswith(SAID[kind]) for response in responses]
    assert sum(heard) / len(heard) >= AT_LEAST[kind], f"{sum(heard)} of {len(heard)}"


def test_what_only_sounds_like_safety_is_not_believed(answered):
    quiet = [(line["says"], response) for _, line, response in answered if line["kind"] == "quiet"]
    believed = [(text, response) for text, response in quiet if response.startswith(SAID["here"])]
    assert len(believed) / len(quiet) <= BELIEVED_AT_MOST, believed
