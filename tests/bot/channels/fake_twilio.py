"""A strict stand-in for Twilio's Messages interface: it refuses what Twilio would refuse and keeps what was sent."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, Dict, List

from aiohttp import BasicAuth, web

ACCOUNT = "AC" + "1" * 32
TOKEN = "a-test-token-of-nobody"
_FIELDS = {"To", "From", "Body", "StatusCallback", "ContentSid", "ContentVariables"}


class FakeTwilio:
    """`async with FakeTwilio() as twilio`: listens on `twilio.address`.

    Attributes:
        sent: Forms of the messages taken, in order.
        refused: Reasons for which requests were refused; a test of ours must leave it empty.
        removed: Ids of messages that were taken out of the log.
        faults: What the next requests get instead of an answer: `429`, `500`, `slow`, `malformed`, `cut` or a number
            of Twilio's, such as `21610`.
        at_once: Most requests that were open at the same time.
    """

    def __init__(self) -> None:
        self.sent: List[Dict[str, str]] = []
        self.refused: List[str] = []
        self.removed: List[str] = []
        self.faults: List[str] = []
        self.at_once = 0
        self.delay = 0.0
        self.retry_after = "3"
        self.address = ""
        self._open = 0
        self._runner: Any = None

    async def __aenter__(self) -> FakeTwilio:
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._answer)
        app.router.add_delete("/2010-04-01/Accounts/{account}/Messages/{sid}.json", self._remove)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.address = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self._runner.cleanup()

    async def _remove(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != BasicAuth(ACCOUNT, TOKEN).encode():
            self.refused.append("login")
            return web.json_response({"code": 20003}, status=401)
        self.removed.append(request.match_info["sid"])
        return web.Response(status=204)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self._open += 1
        self.at_once = max(self.at_once, self._open)
        try:
            form = {name: str(value) for name, value in (await request.post()).items()}
            await asyncio.sleep(self.delay)
            return await self._judge(request, form)
        finally:
            self._open -= 1

    async def _judge(self, request: web.Request, form: Dict[str, str]) -> web.StreamResponse:
        problem = self._problem(request, form)
        if problem:
            self.refused.append(problem)
            return web.json_response({"code": 21600, "message": problem, "status": 400}, status=400)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "429":
            return web.json_response({"code": 20429}, status=429, headers={"Retry-After": self.retry_after})
        if fault == "500":
            return web.Response(status=500, text="<html>oops</html>")
        if fault == "cut":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if fault == "slow":
            await asyncio.sleep(0.5)
        elif fault.isdecimal():
            return web.json_response({"code": int(fault), "status": 400}, status=400)
        self.sent.append(form)
        if fault == "malformed":
            return web.Response(status=201, text="[" * 5000, content_type="application/json")
        return web.json_response({"sid": f"SMf{len(self.sent):031x}", "status": "queued"}, status=201)

    @staticmethod
    def _problem(request: web.Request, form: Dict[str, str]) -> str:
        if request.headers.get("Authorization") != BasicAuth(ACCOUNT, TOKEN).encode():
            return "login"
        if request.match_info["account"] != ACCOUNT:
            return "account"
        if set(form) - _FIELDS:
            return f"unknown fields {sorted(set(form) - _FIELDS)}"
        number = r"(whatsapp:)?\+\d{6,15}|\d{4,6}"
        if not (re.fullmatch(number, form.get("To", "")) and re.fullmatch(number, form.get("From", ""))):
            return "addresses"
        if form["To"].startswith("whatsapp:") != form["From"].startswith("whatsapp:"):
            return "channels differ"
        if "ContentSid" in form:
            variables = json.loads(form["ContentVariables"])
            fits = re.fullmatch(r"HX[0-9a-f]{32}", form["ContentSid"]) and form["To"].startswith("whatsapp:")
            return "" if fits and all(isinstance(v, str) and v for v in variables.values()) else "content"
        if not 1 <= len(form.get("Body", "")) <= 1600:
            return "body length"
        return "" if re.match(r"https://", form.get("StatusCallback", "https://")) else "call-back"
