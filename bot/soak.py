"""Load as people make it, through the front door: conversations of ordinary and worrying messages, at a steady rate.

A message is sent as the widget sends it: with an id, again after a failure, and given up only after a minute. What is
measured is what a person sees. `tests/evaluation/production.py` takes parts of the layout away meanwhile and compares
what was sent with what was stored.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import secrets
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Dict, List, Sequence, Tuple

import aiohttp

PER_CONVERSATION = 8
#: One message in this many is at risk, and must be answered with helplines.
RISK_EVERY = 8
#: A message without an answer after this time counts as lost.
MOST_SECONDS = 60.0
_TRY_SECONDS = 15.0
_PAUSE_SECONDS = 0.3
_LONGEST_PAUSE_SECONDS = 3.0

#: {detail} is other at each message: what was just read is not read again, and families do not repeat each other.
ORDINARY = (
    "is roblox safe for a child of {age}? she asked {detail}",
    "what is grooming? they spoke of it at school {detail}",
    "how do i set screen time for a child of {age} {detail}",
    "how can i make instagram private? i tried {detail}",
    "what is phishing? a mail came {detail}",
    "someone in class was mean to me in the group chat {detail}",
    "how do i block someone on snapchat? i tried {detail}",
)
AT_RISK = "he says he will post my pics {detail} if i dont pay him {age} euros"
_DAYS = ("on monday", "on tuesday", "on wednesday", "on thursday", "on friday", "on saturday", "on sunday")
#: Minutes of a day: with the days, 10,080 details before the first comes again.
_MINUTES = 24 * 60


def words_of(number: int, place: int, at_risk: bool) -> str:
    """The words of one message.

    Args:
        number: Of the message in the run, from 0.
        place: In its conversation, from 0.
        at_risk: Whether helplines must come.
    """
    template = AT_RISK if at_risk else ORDINARY[place % len(ORDINARY)]
    # A step that shares no factor with the number of minutes: neighbours are not alike, and none comes twice.
    hour, minute = divmod(number * 487 % _MINUTES, 60)
    day = _DAYS[number // _MINUTES % len(_DAYS)]
    return template.format(age=5 + place, detail=f"{day} at {hour}:{minute:02}")


@dataclass(frozen=True)
class Sent:
    """One message and what came of it.

    Attributes:
        id: The client's id.
        at: Seconds since the start of the run when it was first sent.
        seconds: Until the answer; None when there never was one.
        attempts: How often it was sent.
        at_risk: Whether helplines had to come.
        helplines: How many came.
        response: Name of the first reply.
        by_guard: Whether the guard spoke in Rasa's place.
    """

    id: str
    at: float
    seconds: float | None
    attempts: int
    at_risk: bool
    helplines: int = 0
    response: str = ""
    by_guard: bool = False


@dataclass
class Run:
    """All conversations of a run: conversation id → messages in the order in which they were sent."""

    conversations: Dict[str, List[Sent]] = field(default_factory=dict)
    #: Conversations that could not be begun at the first try.
    late_starts: int = 0
    #: Kind of failure (`http 502`, `ServerDisconnectedError`) → how many tries ended so.
    failures: Counter[str] = field(default_factory=Counter)

    def between(self, begin: float, end: float) -> List[Sent]:
        """Messages first sent in a span of the run, in seconds."""
        return [one for sent in self.conversations.values() for one in sent if begin <= one.at < end]

    @property
    def messages(self) -> List[Sent]:
        """Every message."""
        return self.between(0.0, float("inf"))


def summary(sent: Sequence[Sent]) -> Dict[str, Any]:
    """The figures of some messages, ready to print.

    Args:
        sent: At least one message.
    """
    times = sorted(one.seconds for one in sent if one.seconds is not None)
    risky = [one for one in sent if one.at_risk]
    points = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
    return {
        "messages": len(sent),
        "lost": sum(one.seconds is None for one in sent),
        "sent_again": sum(one.attempts > 1 for one in sent),
        "by_guard": sum(one.by_guard for one in sent),
        "at_risk": len(risky),
        "at_risk_without_helplines": sum(one.helplines == 0 for one in risky),
        "ms_p50": round(points[49] * 1000, 1) if times else None,
        "ms_p95": round(points[94] * 1000, 1) if times else None,
        "ms_p99": round(points[98] * 1000, 1) if times else None,
        "ms_max": round(times[-1] * 1000, 1) if times else None,
        "slower_than_3_s": sum(seconds > 3.0 for seconds in times),
    }


class Load:
    """Sends at a steady rate, however long the answers take, to conversations that wait for no answer."""

    def __init__(self, address: str, rate: float, country: str = "GB") -> None:
        """Prepares; nothing is sent yet.

        Args:
            address: Of nginx or of one server.
            rate: Messages a second.
            country: Of the people.
        """
        self._address = address.rstrip("/")
        self._rate = rate
        self._country = country
        self._started = time.monotonic()
        self._idle: List[Tuple[str, str]] = []
        self._number = 0
        self.run = Run()

    @property
    def seconds(self) -> float:
        """Since the load began."""
        return time.monotonic() - self._started

    async def send_for(self, seconds: float) -> Run:
        """Sends for a while, then waits for the last answers."""
        tasks: set[asyncio.Task[None]] = set()
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            begin = self.seconds
            for number in range(int(seconds * self._rate)):
                await asyncio.sleep(max(0.0, begin + number / self._rate - self.seconds))
                task = asyncio.ensure_future(self._one_message(session))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.gather(*tasks)
        return self.run

    async def _one_message(self, session: aiohttp.ClientSession) -> None:
        conversation_id, token = self._idle.pop(0) if self._idle else await self._begin(session)
        sent = self.run.conversations[conversation_id]
        number = self._number
        at_risk = len(sent) == PER_CONVERSATION - 1 - number % 3
        self._number += 1
        body = {
            "token": token,
            "id": f"soak-{secrets.token_hex(8)}",
            "text": words_of(number, len(sent), at_risk),
            "country": self._country,
            "audience": "child",
        }
        at = self.seconds
        place = len(sent)
        sent.append(Sent(str(body["id"]), at, None, 0, at_risk))
        sent[place] = await self._until_answered(session, body, at, at_risk)
        if len(sent) < PER_CONVERSATION:
            self._idle.append((conversation_id, token))

    async def _begin(self, session: aiohttp.ClientSession) -> Tuple[str, str]:
        began = self.seconds
        for attempt in itertools.count():
            found = await self._post(session, "/webhooks/web/conversations", {})
            if found is not None:
                self.run.late_starts += attempt > 0
                token = str(found["token"])
                conversation_id = conversation_of(token)
                self.run.conversations[conversation_id] = []
                return conversation_id, token
            if self.seconds - began > MOST_SECONDS:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        raise ConnectionError(f"No conversation can be begun at {self._address}.")

    async def _until_answered(
        self, session: aiohttp.ClientSession, body: Dict[str, Any], at: float, at_risk: bool
    ) -> Sent:
        for attempt in itertools.count(1):
            found = await self._post(session, "/webhooks/web/messages", {**body, "attempt": attempt})
            replies = (found or {}).get("replies")
            if replies:
                return Sent(
                    body["id"],
                    at,
                    self.seconds - at,
                    attempt,
                    at_risk,
                    sum(len(reply.get("hotlines") or []) for reply in replies),
                    str(replies[0].get("response") or ""),
                    any(reply.get("guard") for reply in replies),
                )
            if self.seconds - at > MOST_SECONDS:
                break
            await asyncio.sleep(min(_PAUSE_SECONDS * attempt, _LONGEST_PAUSE_SECONDS))
        return Sent(body["id"], at, None, attempt, at_risk)

    async def _post(self, session: aiohttp.ClientSession, path: str, body: Dict[str, Any]) -> Dict[str, Any] | None:
        """The answer; None for anything that a browser would try again."""
        try:
            async with session.post(
                self._address + path, json=body, timeout=aiohttp.ClientTimeout(total=_TRY_SECONDS)
            ) as answer:
                if answer.status < 300:
                    return dict(await answer.json())
                self.run.failures[f"http {answer.status}"] += 1
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            self.run.failures[type(error).__name__] += 1
        return None


def conversation_of(token: str) -> str:
    """The conversation id that a token carries; it is signed, not secret to its holder."""
    payload = token.split(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
