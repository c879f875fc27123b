"""Load over HTTP for `python -m bot bench`: conversations in parallel, each waiting for its answer."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
import uuid
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Dict, Iterator, List, Sequence, Tuple

import aiohttp

_ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class LoadRun:
    """One stretch of load, or several of the same kind together.

    Attributes:
        times: Milliseconds from request to complete answer, one a message.
        failed: Messages without any reply, or with an HTTP error.
        seconds: How long it took.
        cpu_seconds: Processor time of the server meanwhile, where it was watched.
    """

    times: Tuple[float, ...] = ()
    failed: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def __add__(self, other: LoadRun) -> LoadRun:
        """Both, one after the other."""
        return LoadRun(
            self.times + other.times,
            self.failed + other.failed,
            self.seconds + other.seconds,
            self.cpu_seconds + other.cpu_seconds,
        )

    @property
    def messages(self) -> int:
        """How many were sent."""
        return len(self.times)

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Processor time of the server a message, in milliseconds."""
        return 1000 * self.cpu_seconds / self.messages

    def percentile(self, number: int) -> float:
        """Of at least two times, in milliseconds; `number` from 1 to 99."""
        return statistics.quantiles(self.times, n=100, method="inclusive")[number - 1]


@dataclass(frozen=True)
class Target:
    """A server's REST channel, or our own web channel.

    Attributes:
        address: Such as `http://127.0.0.1:5005`.
        is_web: Our channel, with the guard in front, instead of Rasa's REST channel.
    """

    address: str
    is_web: bool = False

    async def begin(self, session: aiohttp.ClientSession) -> str:
        """A new conversation: its token on the web channel, else an id of our own."""
        if not self.is_web:
            return uuid.uuid4().hex
        async with session.post(self.address + "/webhooks/web/conversations", json={}) as answer:
            return str((await answer.json())["token"])

    async def send(self, session: aiohttp.ClientSession, conversation: str, text: str) -> bool:
        """Sends one message. Returns whether anything was answered."""
        path, body = self._request(conversation, text)
        try:
            async with session.post(self.address + path, json=body) as answer:
                found: Any = await answer.json()
                return answer.status < 300 and bool(found["replies"] if self.is_web else found)
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError, KeyError):
            return False

    def _request(self, conversation: str, text: str) -> Tuple[str, Dict[str, Any]]:
        if self.is_web:
            body = {"token": conversation, "id": uuid.uuid4().hex, "text": text, "country": "GB", "audience": "child"}
            return "/webhooks/web/messages", body
        return "/webhooks/rest/webhook", {"sender": conversation, "message": text}


async def load(target: Target, texts: Sequence[str], parallel: int, length: int) -> LoadRun:
    """Keeps `parallel` conversations going until every text was answered.

    Args:
        target: Where to.
        texts: Sent once each, in this order.
        parallel: Conversations at a time; each sends its next message when the last one is answered.
        length: Messages of one conversation; then another begins.
    """
    supply = iter(texts)
    times: List[float] = []
    failures: List[bool] = []
    started = time.perf_counter()
    async with _session() as session:

        async def converse() -> None:
            while True:
                part = list(itertools.islice(supply, length))
                if not part:
                    return
                conversation = await target.begin(session)
                for text in part:
                    at = time.perf_counter()
                    failures.append(not await target.send(session, conversation, text))
                    times.append((time.perf_counter() - at) * 1000)

        await asyncio.gather(*(converse() for _ in range(parallel)))
    return LoadRun(tuple(times), sum(failures), time.perf_counter() - started)


@dataclass(frozen=True)
class Window:
    """Some messages of long conversations.

    Attributes:
        times: Milliseconds from request to answer.
        cpu_ms: Processor time of the server a message.
    """

    times: List[float]
    cpu_ms: float


async def long_conversations(
    target: Target, texts: Sequence[str], conversations: int, length: int, window: int, cpu_seconds: Callable[[], float]
) -> Tuple[Window, Window]:
    """The same messages early and late in long conversations, one message at a time.

    Other words late than early would compare the words: some bring a card, some an answer of two bubbles.

    Args:
        target: Where to.
        texts: Taken in turn; those of the early messages are said once more at the end.
        conversations: How many, in step with each other.
        length: Messages of each.
        window: Messages of each that are looked at.
        cpu_seconds: Processor time that the server has used so far.

    Returns:
        The messages from the fifth on, and the last ones.
    """
    supply: Iterator[str] = itertools.cycle(texts)
    async with _session() as session:
        names = [await target.begin(session) for _ in range(conversations)]

        async def stretch(said: Sequence[str]) -> Window:
            times: List[float] = []
            before = cpu_seconds()
            for name, text in zip(itertools.cycle(names), said):
                at = time.perf_counter()
                await target.send(session, name, text)
                times.append((time.perf_counter() - at) * 1000)
            return Window(times, 1000 * (cpu_seconds() - before) / max(1, len(times)))

        def next_texts(messages: int) -> List[str]:
            return list(itertools.islice(supply, messages * conversations))

        await stretch(next_texts(4))
        compared = next_texts(window)
        early = await stretch(compared)
        await stretch(next_texts(length - 4 - 2 * window))
        return early, await stretch(compared)


async def parse_times(
    parse: Callable[[aiohttp.ClientSession, str], Awaitable[Dict[str, Any]]], texts: Sequence[str]
) -> Tuple[List[float], List[Dict[str, Any]]]:
    """Milliseconds and result of understanding each text by itself, one after the other."""
    times: List[float] = []
    results: List[Dict[str, Any]] = []
    async with _session() as session:
        for text in texts:
            at = time.perf_counter()
            results.append(await parse(session, text))
            times.append((time.perf_counter() - at) * 1000)
    return times, results


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
    )
