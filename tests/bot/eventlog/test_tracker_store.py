"""Rasa's own copy: redacted, bounded, and calm when the database is away."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore, check_if_tracker_store_async
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import DataError

from bot.eventlog import tracker_store as module
from bot.eventlog.tracker_store import RedactedTrackerStore
from bot.redaction.memory import MemoryBook
from bot.store.database import Database
from bot.store.tracker_copy import TrackerCopy

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
slots:
  country: {type: text, mappings: [{type: custom}]}
  mood: {type: text, mappings: [{type: custom}]}
forms:
  country_form: {required_slots: [country]}
"""
)
SENDER = "a3f9c2d4e5b60718293a4b5c6d7e8f90"


class FakeBroker:
    """Remembers what was published."""

    def __init__(self):
        self.events = []

    def publish(self, event):
        self.events.append(event)


@pytest.fixture
def broker():
    return FakeBroker()


@pytest.fixture
def make(copy, broker):
    def build(chosen=None):
        return RedactedTrackerStore(DOMAIN, event_broker=broker, copy=chosen or copy, memories=MemoryBook(b"m" * 16))

    return build


async def test_a_conversation_whose_id_holds_half_a_character_is_stored_and_can_be_deleted(make, copy):
    store = make()
    tracker = DialogueStateTracker("half\ud800", DOMAIN.slots)
    say(tracker, "hello")
    await store.save(tracker)
    assert await make().exists("half\ud800") and not await store.exists("half?")
    assert await store.delete("half\ud800") > 0 and copy.senders() == []


def say(tracker, text, slots=()):
    tracker.update(UserUttered(text, {"name": "faq", "confidence": 0.9}, [], {"text": text, "intent": {"name": "faq"}}))
    for name, value in slots:
        tracker.update(SlotSet(name, value))
    tracker.update(ActionExecuted("utter_x"))
    tracker.update(BotUttered("Thank you.", metadata={"utter_action": "utter_x"}))
    tracker.update(ActionExecuted("action_listen"))


async def converse(store, *texts):
    for text in texts:
        tracker = await store.get_or_create_tracker(SENDER)
        say(tracker, text)
        await store.save(tracker)


def raw_bytes(copy):
    with copy.database.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM events")).all()
        states = connection.execute(sa.text("SELECT * FROM tracker_states")).all()
    return str(rows) + str(states)


async def test_words_are_redacted_and_the_person_keeps_their_number(make):
    store = make()
    await converse(store, "my name is katie", "katie is scared and tariq is not")
    tracker = await store.retrieve(SENDER)
    texts = [event.text for event in tracker.events if isinstance(event, UserUttered)]
    assert texts == ["my name is <PERSON_1>", "<PERSON_1> is scared and <PERSON_2> is not"]


async def test_the_number_is_kept_by_another_process(make, copy):
    await converse(make(), "my name is katie")
    await converse(make(), "katie is scared")
    tracker = await make().retrieve(SENDER)
    assert [event.text for event in tracker.events if isinstance(event, UserUttered)][1] == "<PERSON_1> is scared"


async def test_the_table_holds_no_words_in_clear(make, copy):
    await converse(make(), "a blue elephant called katie")
    assert "elephant" not in raw_bytes(copy)


async def test_each_event_reaches_the_broker_once_and_raw(make, broker):
    store = make()
    await converse(store, "my name is katie", "and im scared")
    users = [event for event in broker.events if event["event"] == "user"]
    assert [event["text"] for event in users] == ["my name is katie", "and im scared"]
    assert {event["sender_id"] for event in broker.events} == {SENDER}
    assert len(broker.events) == 1 + 2 * 4


async def test_a_tracker_saved_in_two_steps_is_stored_once(make, copy):
    store = make()
    tracker = await store.get_or_create_tracker(SENDER)
    say(tracker, "one")
    await store.save(tracker)
    await store.save(tracker)
    say(tracker, "two")
    await store.save(tracker)
    assert len(copy.load(SENDER).events) == len(tracker.events)


async def test_only_the_latest_session_is_retrieved_and_all_of_it_on_request(make):
    store = make()
    await converse(store, "first session")
    tracker = await store.get_or_create_tracker(SENDER)
    tracker.update(SessionStarted())
    say(tracker, "second session")
    await store.save(tracker)
    texts = [e.text for e in (await store.retrieve(SENDER)).events if isinstance(e, UserUttered)]
    assert texts == ["second session"]
    full = [e.text for e in (await store.retrieve_full_tracker(SENDER)).events if isinstance(e, UserUttered)]
    assert full == ["first session", "second session"]
    await converse(store, "third")
    full = [e.text for e in (await store.retrieve_full_tracker(SENDER)).events if isinstance(e, UserUttered)]
    assert full == ["first session", "second session", "third"]


async def test_a_long_conversation_loads_a_bounded_window_with_the_same_slots(make, copy):
    store = make()
    tracker = await store.get_or_create_tracker(SENDER)
    say(tracker, "hello", [("country", "GB"), ("mood", "calm")])
    tracker.update(ActiveLoop("country_form"))
    await store.save(tracker)
    sizes = []
    for number in range(80):
        tracker = await store.get_or_create_tracker(SENDER)
        sizes.append(len(tracker.events))
        say(tracker, f"message {number}")
        await store.save(tracker)
    assert max(sizes) <= 2 * module.WINDOW_EVENTS + 10
    for reader in (store, make()):
        tracker = await reader.retrieve(SENDER)
        assert tracker.get_slot("country") == "GB"
        assert tracker.active_loop_name == "country_form"
        assert [e.text for e in tracker.events if isinstance(e, UserUttered)][-1] == "message 79"
    assert len([e for e in copy.load(SENDER, everything=True).events if e["event"] == "user"]) == 81


async def test_two_processes_that_take_turns_see_each_others_events(make):
    one, other = make(), make()
    await converse(one, "first")
    await converse(other, "second")
    await converse(one, "third")
    texts = [e.text for e in (await other.retrieve(SENDER)).events if isinstance(e, UserUttered)]
    assert texts == ["first", "second", "third"]


async def test_while_the_database_is_away_the_conversation_goes_on_and_is_stored_later(make, copy, monkeypatch):
    monkeypatch.setattr(module, "REST_SECONDS", 0.0)
    store = make()
    await converse(store, "my name is katie")
    real = copy.database.engine
    copy.database.engine = Database("postgresql://postgres@127.0.0.1:1/none").engine
    await converse(store, "second while away", "third while away")
    tracker = await store.retrieve(SENDER)
    texts = [e.text for e in tracker.events if isinstance(e, UserUttered)]
    assert texts == ["my name is <PERSON_1>", "second while away", "third while away"]
    copy.database.engine = real
    await converse(store, "fourth")
    stored = [e["text"] for e in copy.load(SENDER).events if e["event"] == "user"]
    assert stored == ["my name is <PERSON_1>", "second while away", "third while away", "fourth"]


def test_what_one_thread_is_writing_is_not_written_by_another_too(make, copy, monkeypatch):
    """With PostgreSQL four threads write; one that is done looks after conversations that wait."""
    store, other = make(), "b" * 32
    begun, may_go_on = threading.Event(), threading.Event()
    append = copy.append

    def slow(key, *arguments):
        if key == SENDER:
            begun.set()
            may_go_on.wait(10)
        return append(key, *arguments)

    monkeypatch.setattr(copy, "append", slow)
    event = {"event": "user", "timestamp": 1.0, "text": "is roblox safe"}
    first = threading.Thread(target=store._store, args=(SENDER, [event]))
    first.start()
    assert begun.wait(10)
    second = threading.Thread(target=store._store, args=(other, [event]))
    second.start()
    second.join(2)
    may_go_on.set()
    first.join(10)
    second.join(10)
    assert [len(copy.load(key).events) for key in (SENDER, other)] == [1, 1]


async def test_a_deleted_conversation_is_gone_from_memory_and_disk(make, copy):
    store = make()
    await converse(store, "my name is katie")
    assert await store.delete(SENDER) > 0
    assert await store.retrieve(SENDER) is None
    assert await store.keys() == []
    assert copy.load(SENDER).events == []


async def test_an_erasure_by_another_process_is_seen(make, copy):
    store = make()
    await converse(store, "my name is katie")
    TrackerCopy(copy.database).delete(SENDER, datetime.now(timezone.utc))
    assert await store.retrieve(SENDER) is None


async def test_a_phone_number_as_sender_is_stored_as_a_digest(make, copy):
    store = make()
    tracker = await store.get_or_create_tracker("whatsapp:+447700900123")
    say(tracker, "hi")
    await store.save(tracker)
    assert "7700900123" not in raw_bytes(copy)
    assert (await store.retrieve("whatsapp:+447700900123")).sender_id == "whatsapp:+447700900123"


def test_rasa_takes_it_as_it_is(make):
    assert check_if_tracker_store_async(make())
    assert isinstance(make(), TrackerStore)


def test_every_event_kind_of_rasa_is_read_back():
    from rasa.shared.core import events

    made = [
        UserUttered("x"),
        BotUttered("y"),
        SlotSet("country", "GB"),
        ActionExecuted("a"),
        SessionStarted(),
        ActiveLoop("f"),
    ]
    made += [
        events.Restarted(),
        events.UserUtteranceReverted(),
        events.FollowupAction("a"),
        events.ConversationPaused(),
    ]
    tracker = DialogueStateTracker("x", DOMAIN.slots)
    for event in made:
        read = module.read_event(event.as_dict())
        assert type(read) is type(event)
        tracker.update(read)


async def test_two_servers_that_take_turns_number_people_alike(make):
    one, other = make(), make()
    await converse(one, "my name is katie")
    await converse(other, "my friend tariq is scared")
    await converse(one, "tariq cried and katie cried")
    tracker = await other.retrieve(SENDER)
    texts = [event.text for event in tracker.events if isinstance(event, UserUttered)]
    assert texts[1:] == ["my friend <PERSON_2> is scared", "<PERSON_2> cried and <PERSON_1> cried"]


async def test_after_an_erasure_by_another_process_no_digest_of_a_name_is_left(make, copy):
    store = make()
    await converse(store, "my name is katie")
    TrackerCopy(copy.database).delete(SENDER, datetime.now(timezone.utc) - timedelta(minutes=1))
    await converse(store, "hello again")
    assert copy.load(SENDER).memory == {}


@pytest.fixture
def outage(copy, monkeypatch):
    """Called with True the database is away, with False it is back."""
    monkeypatch.setattr(module, "REST_SECONDS", 0.0)
    here, away = copy.database.engine, Database("postgresql://postgres@127.0.0.1:1/none").engine

    def switch(is_away):
        copy.database.engine = away if is_away else here

    return switch


async def hear(store, text, slots=()):
    """One message as Rasa's processor handles it: an empty tracker begins a session."""
    tracker = await store.get_or_create_tracker(SENDER, append_action_listen=False)
    if not tracker.events:
        for event in (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")):
            tracker.update(event)
    say(tracker, text, slots)
    await store.save(tracker)


def texts_of(tracker):
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


@pytest.mark.parametrize("looks_first", [True, False])
async def test_after_an_outage_a_restarted_server_knows_again_what_was_before(make, copy, outage, looks_first):
    await hear(make(), "before", [("country", "GB"), ("mood", "calm")])
    store = make()
    outage(True)
    await hear(store, "while away", [("mood", "scared")])
    assert (await store.retrieve(SENDER)).get_slot("country") is None
    if looks_first:
        outage(False)
        await hear(store, "after")
    else:
        tracker = await store.get_or_create_tracker(SENDER)
        outage(False)
        say(tracker, "after")
        await store.save(tracker)
    for reader in (store, make()):
        tracker = await reader.retrieve(SENDER)
        assert (tracker.get_slot("country"), tracker.get_slot("mood")) == ("GB", "scared")
        assert texts_of(tracker) == ["while away", "after"]
        assert texts_of(await reader.retrieve_full_tracker(SENDER)) == ["before", "while away", "after"]


async def test_what_was_before_an_outage_is_in_the_window_of_a_long_conversation(make, outage):
    await hear(make(), "before", [("country", "GB")])
    store = make()
    outage(True)
    await hear(store, "while away")
    outage(False)
    for number in range(40):
        await hear(store, f"message {number}")
    for reader in (store, make()):
        tracker = await reader.retrieve(SENDER)
        assert tracker.get_slot("country") == "GB" and len(tracker.events) <= 2 * module.WINDOW_EVENTS + 10


async def test_after_an_outage_a_server_sees_what_another_one_wrote_before_it(make, copy, outage):
    one, other = make(), make()
    await hear(one, "first")
    await hear(other, "second", [("country", "GB")])
    outage(True)
    await hear(one, "third")
    assert texts_of(await one.retrieve(SENDER)) == ["first", "third"]
    outage(False)
    await hear(one, "fourth")
    for reader in (one, other):
        tracker = await reader.retrieve(SENDER)
        assert texts_of(tracker) == ["first", "second", "third", "fourth"] and tracker.get_slot("country") == "GB"


async def test_what_waited_is_written_behind_what_another_server_wrote_meanwhile(make, copy, outage):
    one, other = make(), make()
    await hear(one, "first")
    tracker = await one.get_or_create_tracker(SENDER)
    outage(True)
    say(tracker, "second")
    await one.save(tracker)
    outage(False)
    await hear(other, "third")
    # A message in another conversation lets it be written.
    one._store("b" * 32, [{"event": "user", "timestamp": 1.0, "text": "is roblox safe"}])
    assert (
        texts_of(await other.retrieve(SENDER)) == texts_of(await one.retrieve(SENDER)) == ["first", "third", "second"]
    )


async def test_a_message_that_finds_the_database_back_halfway_is_stored_and_logged(make, copy, broker, outage):
    for text in ("one", "two", "three"):
        await hear(make(), text)
    store = make()
    outage(True)
    assert await store.retrieve(SENDER) is None
    outage(False)
    tracker = await store.create_tracker(SENDER)
    say(tracker, "halfway")
    await store.save(tracker)
    assert [event["text"] for event in broker.events if event["event"] == "user"][-1] == "halfway"
    assert texts_of(await make().retrieve(SENDER)) == ["one", "two", "three", "halfway"]


async def test_numbers_of_people_survive_an_outage(make, copy, outage):
    await hear(make(), "my name is katie")
    store = make()
    outage(True)
    await hear(store, "hello")
    outage(False)
    await hear(store, "katie is scared and tariq is not")
    assert texts_of(await store.retrieve(SENDER))[-1] == "<PERSON_1> is scared and <PERSON_2> is not"


async def test_an_erasure_by_another_process_during_an_outage_leaves_nothing_behind(make, copy, outage):
    store = make()
    await hear(store, "my name is katie", [("country", "GB")])
    outage(True)
    await hear(store, "katie is scared")
    outage(False)
    TrackerCopy(copy.database).delete(SENDER, datetime.now(timezone.utc))
    await hear(store, "hello")
    assert await make().retrieve(SENDER) is None
    assert copy.load(SENDER).memory == {}


HALF = [
    {"event": "user", "timestamp": 1.0, "text": '/start{"country": "\\udfff"}'},
    {"event": "slot", "timestamp": 1.1, "name": "country", "value": "\udfff"},
]


def test_half_a_character_in_one_conversation_is_stored_and_keeps_none_from_being_saved(make, copy):
    store, senders = make(), [letter * 32 for letter in "abc"]
    store._store(senders[0], HALF)
    for sender in senders[1:]:
        store._store(sender, [{"event": "user", "timestamp": 2.0, "text": "is roblox safe"}])
    assert [[event.get("text") for event in copy.load(sender).events][0] for sender in senders] == [
        '/start{"country": "?"}',
        "is roblox safe",
        "is roblox safe",
    ]


@pytest.mark.parametrize("error", [ValueError("a blue elephant"), DataError("", {}, Exception("a blue elephant"))])
def test_a_conversation_that_cannot_be_written_keeps_none_from_being_saved(make, copy, monkeypatch, error, caplog):
    monkeypatch.setattr(module, "REST_SECONDS", 0.0)
    store, senders = make(), [letter * 32 for letter in "abc"]
    append, tries = copy.append, []

    def fussy(key, *arguments):
        tries.append(key)
        if key == senders[0]:
            raise error
        return append(key, *arguments)

    monkeypatch.setattr(copy, "append", fussy)
    for sender in [*senders, senders[0]]:
        store._store(sender, [{"event": "user", "timestamp": 1.0, "text": "is roblox safe"}])
    assert [len(copy.load(sender).events) for sender in senders] == [0, 1, 1]
    # Tried again with its own messages, not with those of everybody else.
    assert tries.count(senders[0]) == 2
    assert "elephant" not in caplog.text and "away" not in caplog.text
    monkeypatch.setattr(copy, "append", append)
    store._store(senders[0], [{"event": "user", "timestamp": 3.0, "text": "hello"}])
    assert len(copy.load(senders[0]).events) == 3
