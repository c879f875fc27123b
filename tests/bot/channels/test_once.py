"""A message that a proxy hands to a second server is answered the same and handled once."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.once import handle_once
from bot.channels.replies import RepliesChannel
from bot.dialogue.facts import read_facts

COUNTRY = TextSlot("country", mappings=[], influence_conversation=False)


class Locks:
    def __init__(self, is_shared):
        self.is_shared = is_shared
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def lock(self, conversation_id):
        async with self._lock:
            yield


class Server:
    """The parts of Rasa's Agent that are used; the conversation is shared, as a database would do it."""

    def __init__(self, events, locks, store_fails=False):
        self.lock_store = locks
        self.tracker_store = self.processor = self
        self.events, self.handled, self.store_fails = events, [], store_fails

    domain = Domain.empty()

    def is_ready(self):
        return True

    async def fetch_tracker_and_update_session(self, conversation_id, output_channel, metadata):
        return DialogueStateTracker.from_events(conversation_id, list(self.events), [COUNTRY])

    async def save_tracker(self, tracker):
        self.events[:] = tracker.events

    async def retrieve(self, conversation_id):
        if self.store_fails:
            raise OSError("away")
        return DialogueStateTracker.from_events(conversation_id, list(self.events))

    async def handle_message(self, message):
        await asyncio.sleep(0.01)
        self.handled.append(message.message_id)
        self.events += [
            UserUttered(message.text, message_id=message.message_id),
            BotUttered("Here is help.", metadata={"response": "utter_x", "hotlines": ["gb-childline"]}),
        ]
        message.output_channel.replies.append({"text": "Here is help."})


def message(message_id="message-1"):
    return UserMessage("he asked me for pictures", RepliesChannel("web"), "c1", message_id=message_id)


async def test_two_servers_with_the_same_message_answer_it_once():
    events, locks = [], Locks(is_shared=True)
    first, second = Server(events, locks), Server(events, locks)
    sent = [message(), message()]
    await asyncio.gather(handle_once(first, sent[0]), handle_once(second, sent[1]))
    assert first.handled + second.handled == ["message-1"]
    assert [one.output_channel.replies[0]["text"] for one in sent] == ["Here is help."] * 2


async def test_the_next_message_is_handled():
    events, locks = [], Locks(is_shared=True)
    server = Server(events, locks)
    await handle_once(server, message("message-1"))
    await handle_once(server, message("message-2"))
    assert server.handled == ["message-1", "message-2"]


async def test_a_store_that_fails_does_not_keep_the_answer_back():
    server = Server([], Locks(is_shared=True), store_fails=True)
    await handle_once(server, message())
    assert server.handled == ["message-1"]


async def test_with_one_server_nothing_is_looked_up():
    server = Server([], Locks(is_shared=False), store_fails=True)
    await handle_once(server, message())
    assert server.handled == ["message-1"]


async def test_before_the_model_is_loaded_nothing_is_handled():
    server = Server([], Locks(is_shared=True))
    server.processor = None
    assert await handle_once(server, message()) is None


async def _country_after(metadata):
    """What cards are for after a message with this metadata, in a conversation in which Spain was said."""
    server = Server([SlotSet("country", "ES")], Locks(is_shared=False))
    await handle_once(server, UserMessage("who can i call", RepliesChannel("web"), "c1", metadata=metadata))
    tracker = DialogueStateTracker.from_events("c1", server.events, [COUNTRY])
    tracker.update(UserUttered("and now?", input_channel="web"))
    return read_facts(tracker, "web").country


async def test_a_country_chosen_on_the_page_takes_the_place_of_one_said_before():
    assert await _country_after({"country": "DE", "country_chosen": True}) == "DE"
    assert await _country_after({"country_chosen": True}) is None


async def test_the_country_of_the_page_alone_does_not():
    assert await _country_after({"country": "DE"}) == "ES"
