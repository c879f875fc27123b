"""Telegram's Bot API over HTTPS: one attempt a call. Trying again is `delivery.py`'s work.

The token is part of the address, so no address is ever logged or put into an error.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Mapping, Optional

import aiohttp

from bot.channels.bodies import read_answer_body
from bot.channels.delivery import Refused, TryLater

TIMEOUT_SECONDS = 12.0
_CONNECTIONS = 50
_MOST_BYTES = 4 * 1024 * 1024


class Conflict(TryLater):
    """Another program polls for the same bot, or a webhook is set."""


class TelegramApi:
    """The calls of one bot. Opens its connections at the first call; `close` ends them."""

    def __init__(self, token: str, address: str = "https://api.telegram.org") -> None:
        """Creates the client.

        Args:
            token: As BotFather gave it.
            address: Of the Bot API server; a self-hosted one or a stand-in for tests has another.
        """
        self._address = f"{address.rstrip('/')}/bot{token}"
        self._session: Optional[aiohttp.ClientSession] = None

    async def call(self, method: str, parameters: Mapping[str, Any], seconds: float = TIMEOUT_SECONDS) -> Any:
        """Makes one call.

        Args:
            method: Such as `sendMessage`.
            parameters: As in Telegram's documentation.
            seconds: How long the whole call may take.

        Returns:
            The `result` of the answer.

        Raises:
            TryLater: Telegram is busy (with the pause it asked for), slow, broken or out of reach.
            Refused: Telegram will not do this; the message holds its code only.
        """
        try:
            async with self._opened().post(
                f"{self._address}/{method}", json=dict(parameters), timeout=aiohttp.ClientTimeout(total=seconds)
            ) as response:
                body = await read_answer_body(response.content, _MOST_BYTES)
                return read_answer(method, response.status, body)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            # `from None`: the original error names the address, and so the token.
            raise TryLater(f"{method}: {type(error).__name__}") from None

    async def close(self) -> None:
        """Ends the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_CONNECTIONS))
        return self._session


def read_answer(method: str, status: int, body: bytes) -> Any:
    """The result in an answer of the Bot API.

    Raises:
        TryLater, Refused: As in `TelegramApi.call`.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and answer.get("ok") is True:
        return answer.get("result")
    told = answer if isinstance(answer, dict) else {}
    code = told.get("error_code")
    code = code if isinstance(code, int) else status
    reason = f"{method}: {code}"
    if code == 409:
        raise Conflict(reason, 5.0)
    if code == 429:
        raise TryLater(reason, _seconds(told))
    # An answer that is no JSON comes from something in between, such as a proxy, and says nothing about the call.
    if 400 <= code < 500 and told:
        raise Refused(reason)
    raise TryLater(reason)


def _seconds(answer: Mapping[str, Any]) -> float:
    parameters = answer.get("parameters")
    asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return float(asked) if isinstance(asked, (int, float)) and not isinstance(asked, bool) and asked > 0 else 1.0
