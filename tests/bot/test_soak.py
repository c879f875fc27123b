"""The load behaves like people with the widget: same id again after a failure, one message at a time in a conversation."""

from __future__ import annotations

from collections import Counter

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from itsdangerous import URLSafeTimedSerializer

from bot.channels.identity import new_conversation_id
from bot.safety.engine import get_engine
from bot.safety.levels import RiskLevel
from bot.soak import PER_CONVERSATION, Load, Sent, conversation_of, summary, words_of

#: As `bot.channels.identity` signs, with a key of this test.
sign = URLSafeTimedSerializer(b"a key of this test", salt="kindlight-conversation").dumps


def test_a_summary_counts_what_people_would_notice():
    sent = [
        Sent("a", 0.0, 0.1, 1, False, 0, "utter_x"),
        Sent("b", 1.0, 4.0, 2, True, 3, "utter_crisis_x"),
        Sent("c", 2.0, None, 9, True),
        Sent("d", 3.0, 0.2, 1, False, 0, "utter_technical_problem", True),
    ]
    found = summary(sent)
    assert (found["messages"], found["lost"], found["sent_again"], found["by_guard"]) == (4, 1, 2, 1)
    assert (found["at_risk"], found["at_risk_without_helplines"], found["slower_than_3_s"]) == (2, 1, 1)
    assert found["ms_max"] == 4000.0


def test_the_conversation_of_a_token_is_the_one_that_was_signed():
    conversation_id = new_conversation_id()
    assert conversation_of(sign(conversation_id)) == conversation_id


def test_no_words_are_sent_twice_and_those_at_risk_are_understood_so():
    words = [words_of(number, number % PER_CONVERSATION, False) for number in range(5_000)]
    assert len(set(words)) == len(words)
    threats = [words_of(number, 6, True) for number in range(0, 10_000, 731)]
    assert all(get_engine().assess(text).level >= RiskLevel.ESCALATE for text in threats)


class Front:
    """Stands for nginx: refuses each message once, then answers."""

    def __init__(self):
        self.tries, self.order, self.working = Counter(), {}, Counter()
        self.overlapped = False

    async def start(self, request):
        return web.json_response({"token": sign(new_conversation_id())}, status=201)

    async def message(self, request):
        body = await request.json()
        self.tries[body["id"]] += 1
        if body["attempt"] == 1:
            return web.json_response({}, status=502)
        self.overlapped |= self.working[body["token"]] > 0
        self.working[body["token"]] += 1
        self.order.setdefault(body["token"], []).append(body["id"])
        self.working[body["token"]] -= 1
        hotlines = ["gb-childline"] if "post my pics" in body["text"] else []
        return web.json_response({"id": body["id"], "replies": [{"text": "An answer.", "hotlines": hotlines}]})


@pytest.fixture
async def front():
    made = Front()
    app = web.Application()
    app.router.add_post("/webhooks/web/conversations", made.start)
    app.router.add_post("/webhooks/web/messages", made.message)
    server = TestServer(app)
    await server.start_server()
    made.address = str(server.make_url("/"))
    yield made
    await server.close()


async def test_a_refused_message_is_sent_again_under_the_same_id_and_in_order(front):
    run = await Load(front.address, rate=20).send_for(1.5)
    assert len(run.messages) == 30 and all(one.attempts == 2 and one.seconds for one in run.messages)
    assert set(front.tries.values()) == {2} and not front.overlapped
    assert run.failures == {"http 502": 30}
    for sent in run.conversations.values():
        assert len(sent) <= PER_CONVERSATION
    stored = {tuple(ids) for ids in front.order.values()}
    assert stored == {tuple(one.id for one in sent) for sent in run.conversations.values() if sent}
    assert all(one.helplines for one in run.messages if one.at_risk)


async def test_without_a_deployment_the_load_says_so(monkeypatch):
    monkeypatch.setattr("bot.soak.MOST_SECONDS", 0.1)
    with pytest.raises(ConnectionError, match="No conversation can be begun"):
        await Load("http://127.0.0.1:1", rate=5).send_for(0.3)
