"""A platform and an assistant for tests of the messaging core: what is sent is kept, what is asked is repeated."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from bot.channels.carrier import Carrier
from bot.channels.chat_store import ChatStore
from bot.channels.delivery import TryLater
from bot.channels.guard import Guard
from bot.channels.incoming import BUTTON, Incoming
from bot.channels.messaging import Messaging
from bot.channels.rendering import Form, render
from bot.safety.levels import RiskAssessment, RiskLevel

RISKY_WORDS = "he said he will post my pics"
CARD = {"response": "utter_crisis_extortion_child", "hotlines": ["gb-childline"], "card_level": "escalate"}


class Platform(Carrier):
    """Keeps what it is given; `fails` is how many attempts fail first."""

    name = "telegram"

    def __init__(self):
        self.sent, self.withdrawn, self.forgotten = [], [], []
        self.fails, self.number = 0, 0
        self.refuses = None

    def render(self, conversation_id, replies):
        return render(replies, Form(4096, 8, 64))

    async def send(self, person, message):
        if self.refuses is not None:
            raise self.refuses
        if self.fails:
            self.fails -= 1
            raise TryLater("test", 0.001)
        self.sent.append((person, message))
        self.number += 1
        return str(self.number)

    async def withdraw(self, person, messages):
        self.withdrawn.extend(messages)

    def forget(self, conversation_id):
        self.forgotten.append(conversation_id)

    def texts(self, person=None):
        return [message.text for to, message in self.sent if person in (None, to)]


class Assistant:
    """Stands for Rasa: repeats the words, gives a card for the risky ones."""

    def __init__(self):
        self.heard, self.slots = [], {}
        self.error, self.waits = None, 0.0
        self.cards = {RISKY_WORDS: CARD}
        self.ctx = SimpleNamespace(agent=SimpleNamespace(tracker_store=self))
        self.events = []

    async def retrieve(self, conversation_id):
        return SimpleNamespace(events=self.events, get_slot=self.slots.get)

    async def handle(self, message):
        await asyncio.sleep(self.waits)
        if self.error:
            raise self.error
        self.heard.append(message)
        more = self.cards.get(message.text, {"response": "utter_x", "hotlines": []})
        await message.output_channel.send_response(message.sender_id, {"text": f"You said {message.text}", **more})


class Channel:
    """The core with both of them."""

    def __init__(self, store=None, rate=None, queues=None):
        self.platform, self.assistant, self.logged = Platform(), Assistant(), []
        self.store = store or ChatStore()
        guard = Guard(assess=assess, log=self.logged.append)
        self.core = Messaging(self.platform, guard, self.store, queues, rate)
        self.core.connect(self.assistant.handle, self.assistant)
        self._updates = 0

    async def say(self, text, person="7", update=None, **more):
        self._updates += 1
        return await self.core.receive(Incoming(str(update or self._updates), person, text, **more))

    async def press(self, payload, person="7"):
        return await self.say(payload, person, kind=BUTTON)

    @property
    def texts(self):
        return self.platform.texts()


def assess(texts):
    risky = RISKY_WORDS in texts[-1]
    return RiskAssessment(RiskLevel.ESCALATE, {"extortion": 0.9}) if risky else RiskAssessment()
