"""The facts in a message, held against what is known before."""

from __future__ import annotations

import pytest
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.fact_extractor import FactExtractor


def found(text, sent=None, **slots):
    message = Message(data={"text": text, "metadata": sent})
    kept = [TextSlot(name, [{}], initial_value=value) for name, value in slots.items()]
    FactExtractor().process([message], DialogueStateTracker("one", kept))
    return {entity["entity"]: entity["value"] for entity in message.get("entities")}


@pytest.mark.parametrize("text", ["im in georgia", "i live in georgia and my stepdad comes in at night"])
def test_a_place_of_two_countries_is_in_the_one_that_the_page_or_the_person_named(text):
    assert found(text, {"country": "US"})["country"] == "US"
    assert found(text, country="US")["country"] == "US"
    assert "country" not in found(text, {"country": "GB"})
    assert "country" not in found(text)


def test_where_somebody_says_they_are_counts_more_than_the_page():
    assert found("i live in kenya and my uncle hurts me", {"country": "GB"})["country"] == "KE"


def test_a_parents_terse_words_do_not_make_them_a_child():
    assert found("14 year old daughter being blackmailed")["audience"] == "parent"
    assert "audience" not in found("14 year old daughter being blackmailed", audience="professional")
    assert found("14f here, being blackmailed", audience="parent")["audience"] == "child"
