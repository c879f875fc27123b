"""A strict stand-in for Telegram's Bot API: refuses what Telegram would refuse, and fails in the ways Telegram fails."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict

from aiohttp import web

TOKEN = "123456:test-token"
_KNOWN = {
    "getMe": set(),
    "setMyCommands": {"commands"},
    "deleteWebhook": set(),
    "setWebhook": {"url", "secret_token", "allowed_updates"},
    "getUpdates": {"limit", "timeout", "offset", "allowed_updates"},
    "sendMessage": {"chat_id", "text", "link_preview_options", "disable_web_page_preview", "reply_markup"},
    "answerCallbackQuery": {"callback_query_id"},
    "leaveChat": {"chat_id"},
    "deleteMessages": {"chat_id", "message_ids"},
    "deleteMessage": {"chat_id", "message_id"},
}


class BotApi:
    """Runs on a free port. `faults[method]` holds what the next calls get instead of an answer."""

    def __init__(self):
        self.calls, self.complaints = [], []
        self.faults = defaultdict(list)
        self.waiting, self.polls, self.webhook = [], 0, None
        self.blocked, self.messages = set(), 0
        self._runner, self._changed = None, asyncio.Event()

    async def __aenter__(self):
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        await self._runner.cleanup()

    def push(self, *updates):
        """Puts updates where `getUpdates` finds them."""
        self.waiting.extend(updates)
        self._changed.set()

    def sent(self, chat=None):
        """The texts that were accepted, in order."""
        return [p["text"] for method, p in self.calls if method == "sendMessage" and chat in (None, p["chat_id"])]

    def called(self, method):
        return [parameters for name, parameters in self.calls if name == method]

    async def _answer(self, request):
        method = request.match_info["method"]
        if request.match_info["token"] != TOKEN:
            return _error(401, "Unauthorized")
        if method not in _KNOWN:
            return _error(404, "Not Found: method not found")
        try:
            parameters = await request.json()
        except json.JSONDecodeError:
            return _error(400, "Bad Request: not JSON")
        fault = self.faults[method].pop(0) if self.faults[method] else None
        if fault is not None:
            return await fault(request)
        problem = self._problem(method, parameters)
        if problem:
            self.complaints.append((method, problem))
            return _error(400, f"Bad Request: {problem}")
        if method == "sendMessage" and parameters["chat_id"] in self.blocked:
            return _error(403, "Forbidden: bot was blocked by the user")
        self.calls.append((method, parameters))
        return await getattr(self, f"_{method}", self._true)(parameters)

    def _problem(self, method, parameters):
        unknown = set(parameters) - _KNOWN[method]
        if unknown:
            return f"unknown parameters {sorted(unknown)}"
        if "chat_id" in _KNOWN[method] and type(parameters.get("chat_id")) is not int:
            return "chat_id is no number"
        if method == "sendMessage":
            return _message_problem(parameters)
        if method == "deleteMessages" and not 1 <= len(parameters["message_ids"]) <= 100:
            return "1 to 100 messages can be deleted"
        return None

    async def _true(self, parameters):
        return web.json_response({"ok": True, "result": True})

    async def _getMe(self, parameters):
        return web.json_response({"ok": True, "result": {"id": 1, "is_bot": True, "username": "kindlight_bot"}})

    async def _setWebhook(self, parameters):
        self.webhook = parameters
        return await self._true(parameters)

    async def _sendMessage(self, parameters):
        self.messages += 1
        chat = {"id": parameters["chat_id"], "type": "private"}
        return web.json_response({"ok": True, "result": {"message_id": self.messages, "chat": chat}})

    async def _getUpdates(self, parameters):
        if self.polls:
            return _error(409, "Conflict: terminated by other getUpdates request")
        self.polls += 1
        try:
            offset = parameters.get("offset", 0)
            self.waiting = [update for update in self.waiting if update["update_id"] >= offset]
            if not self.waiting and parameters["timeout"]:
                self._changed.clear()
                try:
                    await asyncio.wait_for(self._changed.wait(), parameters["timeout"])
                except asyncio.TimeoutError:
                    return web.json_response({"ok": True, "result": []})
            return web.json_response({"ok": True, "result": self.waiting[: parameters["limit"]]})
        finally:
            self.polls -= 1


def _message_problem(parameters):
    text = parameters.get("text")
    if not isinstance(text, str) or not text.strip():
        return "message text is empty"
    if len(text.encode("utf-16-le")) // 2 > 4096:
        return "message is too long"
    for row in (parameters.get("reply_markup") or {"inline_keyboard": []})["inline_keyboard"]:
        for button in row:
            if set(button) != {"text", "callback_data"} or not button["text"]:
                return "a button needs text and callback_data"
            if not 1 <= len(button["callback_data"].encode()) <= 64:
                return "BUTTON_DATA_INVALID"
    return None


def _error(code, description, **more):
    body = {"ok": False, "error_code": code, "description": description, **more}
    return web.json_response(body, status=code)


def too_many_requests(seconds):
    """429 with the pause that Telegram asks for."""

    async def fault(request):
        return _error(429, f"Too Many Requests: retry after {seconds}", parameters={"retry_after": seconds})

    return fault


async def server_error(request):
    """500, as a proxy in front of Telegram gives it."""
    return web.Response(status=500, text="<html>Internal Server Error</html>")


async def malformed(request):
    """200 with a body that is cut off."""
    return web.Response(text='{"ok":tr', content_type="application/json")


async def in_pieces(request):
    """200 with an answer that comes in several pieces, as a long one in another script does."""
    body = json.dumps({"ok": True, "result": {"message_id": 1, "text": "مساعدة " * 500}}).encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    for start in range(0, len(body), 4000):
        await response.write(body[start : start + 4000])
        await asyncio.sleep(0.005)
    return response


async def drops_the_line(request):
    """The connection ends without an answer."""
    request.transport.close()
    return web.Response()


def slow(seconds):
    """Takes longer than anybody waits."""

    async def fault(request):
        await asyncio.sleep(seconds)
        return web.json_response({"ok": True, "result": {"message_id": 1}})

    return fault


_numbers = iter(range(1000, 10**9))


def message(text, chat=7, number=None, **more):
    """An update with a text message in a private chat; other fields replace those of the message."""
    number = next(_numbers) if number is None else number
    content = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}, "text": text, **more}
    content.setdefault("from", {"id": chat, "is_bot": False, "first_name": "A", "language_code": "fr"})
    return {"update_id": number, "message": {name: value for name, value in content.items() if value is not None}}


def edit(text, chat=7):
    """An update that changes an earlier message."""
    update = message(text, chat)
    return {"update_id": update["update_id"], "edited_message": {**update["message"], "edit_date": 2}}


def press(data, chat=7):
    """An update with a pressed button."""
    number = next(_numbers)
    query = {"id": str(number), "from": {"id": chat, "is_bot": False}, "data": data, "chat_instance": "1"}
    query["message"] = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}}
    return {"update_id": number, "callback_query": query}
