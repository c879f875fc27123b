"""The state of a journey is kept in slots that pass redaction unchanged: otherwise nobody could go on after a restart."""

from __future__ import annotations

import pytest

from bot.content.journeys import get_journeys
from bot.learning.state import JOURNEY_OUTCOME, JourneyState, from_slots
from bot.redaction.events import redact_event
from bot.redaction.memory import ConversationMemory

BOOK = get_journeys()


class NothingToRedact:
    """Ids of our own must not even be looked at as a person's words."""

    def redact(self, text, memory=None):
        raise AssertionError(f"'{text}' was taken for a person's words")


def kept(name, value):
    event = {"event": "slot", "name": name, "value": value, "timestamp": 1.0}
    return redact_event(event, ConversationMemory(b"k" * 32), NothingToRedact())["value"]


@pytest.mark.parametrize("name", sorted(BOOK.journeys))
def test_every_step_and_choice_passes_redaction_unchanged(name):
    journey = BOOK.journeys[name]
    for step in journey.steps.values():
        answers = tuple(f"{step.id}/{choice.id}" for choice in step.choices)
        state = JourneyState(name, step.id, (*answers, f"+{step.id}/x", f"{step.id}/-"), "paused", 2)
        slots = state.as_slots([f"ask/{step.id}", *(f"reply/{answer}" for answer in answers)])
        read = {slot: kept(slot, value) for slot, value in slots.items()}
        assert read == slots
        assert from_slots(read, BOOK.journeys) == state


def test_an_outcome_passes_redaction_unchanged():
    outcome = "safety_quiz/age_8_11/completed/2/4/4"
    assert kept(JOURNEY_OUTCOME, outcome) == outcome


def test_a_button_inside_a_journey_is_kept_as_it_is():
    text = '/journey_answer{"choice": "tell/school"}'
    event = {"event": "user", "text": text, "parse_data": {"text": text}, "timestamp": 1.0}

    class Untouched(NothingToRedact):
        def redact(self, text, memory=None):
            from bot.redaction.redactor import Redacted

            return Redacted(text)

    assert redact_event(event, ConversationMemory(b"k" * 32), Untouched())["text"] == text
