"""300 messages with unique secrets go through broker, redaction, tracker store and database: none is found anywhere."""

from __future__ import annotations

import logging

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered

from .canaries import leaks, make_canaries, read_decrypted, read_files

DOMAIN = Domain.from_yaml(
    "version: '3.1'\nslots:\n  country: {type: text, mappings: [{type: custom}]}\n  note: {type: any, mappings: [{type: custom}]}\n"
)


def say(tracker, canary):
    """As careless as can be: the words stand in entities, slots, metadata and the answer, too."""
    name = canary.secrets[0]
    parsed = {
        "text": canary.text,
        "intent": {"name": "faq", "confidence": 0.9},
        "entities": [{"entity": "name", "value": name}, {"entity": "whatever", "value": canary.text}],
        "risk": {"level": "escalate", "categories": {"extortion": 0.9}, "findings": []},
        "response_selector": {"default": {"query": canary.text}},
        "new_component": {"words": [canary.text]},
    }
    metadata = {"channel_kind": "web", "username": name, "raw": {"text": canary.text}}
    tracker.update(UserUttered(canary.text, parsed["intent"], parsed["entities"], parsed, metadata=metadata))
    tracker.update(SlotSet("country", canary.text))
    tracker.update(SlotSet("note", {"said": [canary.text]}))
    tracker.update(ActionExecuted("action_x"))
    tracker.update(BotUttered(f"You said: {canary.text}", {"custom": {"echo": canary.text}}, {"echo": canary.text}))
    tracker.update(ActionExecuted("action_listen"))


async def test_no_secret_is_left_anywhere(deployment, caplog, capfd):
    caplog.set_level(logging.DEBUG, logger="bot")
    from bot.eventlog.broker import LogbookBroker
    from bot.eventlog.tracker_store import RedactedTrackerStore

    canaries = make_canaries(300)
    broker = LogbookBroker()
    store = RedactedTrackerStore(DOMAIN, event_broker=broker)
    for number, canary in enumerate(canaries):
        tracker = await store.get_or_create_tracker(f"{number // 10:032x}")
        say(tracker, canary)
        await store.save(tracker)
    assert broker.logbook.flush(60)
    assert broker.logbook.figures.dropped == 0

    printed = capfd.readouterr()
    places = {
        **read_files(deployment),
        **read_decrypted(deployment),
        "log lines": caplog.text,
        "printed": printed.out + printed.err,
    }
    assert any(name.startswith("table kindlight.db:turns") for name in places)
    assert any(name.startswith("table tracker.db:events") for name in places)
    turns = places["table kindlight.db:turns"]
    assert "he says he will post my pics" in turns and "<PERSON_1>" in turns
    found = leaks(canaries, places)
    assert found == [], f"{len(found)} secrets in {sorted({place for place, _ in found})}: {found[:5]}"
