"""Sends text messages through Twilio's REST interface: one request, one outcome. `delivery.py` tries again."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Any, Dict, Optional

import aiohttp

from bot.channels.bodies import read_answer_body
from bot.channels.delivery import Refused, TryLater

#: Twilio answers within a second or two; a person in need does not wait longer for one attempt than this.
TIMEOUT_SECONDS = 8.0
_MOST_ANSWER_BYTES = 65_536


class TwilioRefused(Refused):
    """Twilio will not take it. `code` is Twilio's number for the reason, such as 21610 after STOP, or 0."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"status {status}, Twilio error {code}")
        self.code = code


@dataclass(frozen=True)
class OutgoingText:
    """One message to send.

    Attributes:
        recipient, sender: Addresses as Twilio writes them.
        body: The words; with `content` they are a variable of it.
        content: Id of a quick-reply template (`HX…`), or empty for plain words.
        variables: Values of the template, by number.
    """

    recipient: str
    sender: str
    body: str
    content: str = ""
    variables: tuple[tuple[str, str], ...] = ()

    def form(self, status_address: str) -> Dict[str, str]:
        """The parameters of the request."""
        form = {"To": self.recipient, "From": self.sender}
        if self.content:
            form["ContentSid"] = self.content
            form["ContentVariables"] = json.dumps(dict(self.variables), ensure_ascii=False)
        else:
            form["Body"] = self.body
        if status_address:
            form["StatusCallback"] = status_address
        return form


class TwilioApi:
    """The client of one account. One connection pool for the process, opened with the first message."""

    def __init__(self, account: str, token: str, base_url: str, status_address: str = "") -> None:
        """Creates the client.

        Args:
            account, token: `AC…` and its auth token.
            base_url: `https://api.twilio.com`, or another one (a region, a test).
            status_address: Where Twilio reports what became of each message; empty for no reports.
        """
        self._address = f"{base_url.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"
        self._login = aiohttp.BasicAuth(account, token)
        self._status_address = status_address
        self._session: Optional[aiohttp.ClientSession] = None

    async def send(self, text: OutgoingText) -> str:
        """Hands one message over and returns its id, or "" when Twilio took it but answered unreadably.

        Raises:
            TryLater: Twilio is away, slow, broken or asks to wait.
            TwilioRefused: The message or the account is not right.
        """
        answer = await self._call("POST", self._address, text.form(self._status_address))
        return str(answer.get("sid", ""))

    async def remove(self, sid: str) -> None:
        """Removes one message from Twilio's log; raises as `send` does (a message on its way cannot go yet)."""
        await self._call("DELETE", self._address.replace("/Messages.json", f"/Messages/{sid}.json"), None)

    async def _call(self, method: str, address: str, form: Optional[Dict[str, str]]) -> Dict[str, Any]:
        try:
            async with self._client().request(method, address, data=form, allow_redirects=False) as response:
                answer = _read(await read_answer_body(response.content, _MOST_ANSWER_BYTES))
                status, wait = response.status, response.headers.get("Retry-After", "")
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise TryLater(type(error).__name__) from None
        if status in (200, 201, 204):
            return answer
        if status == 429 or status >= 500:
            raise TryLater(f"status {status}", _seconds(wait))
        code = answer.get("code")
        raise TwilioRefused(status, code if isinstance(code, int) else 0)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                auth=self._login, timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            )
        return self._session

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()


def _read(body: bytes) -> Dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(wait: str) -> float:
    return float(wait) if re.fullmatch(r"[0-9]{1,5}", wait) else 0.0
