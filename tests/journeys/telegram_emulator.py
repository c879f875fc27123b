"""`telegram-test-api`, an emulator of Telegram's Bot API that others wrote, installed with npm into a folder of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

PACKAGE = "telegram-test-api@4.2.1"
TOKEN = "123456:journey"
_START = """
const TelegramServer = require('telegram-test-api');
const server = new TelegramServer({host: '127.0.0.1', port: Number(process.argv[2]), storeTimeout: 600});
server.start();
"""


def install(folder):
    """Installs the emulator. Returns why that is not possible here, or None."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "Node is not installed, and the emulator is a Node program"
    try:
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE],
            cwd=folder, capture_output=True, timeout=180, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "npm did not install the emulator in time"
    if done.returncode:
        return "npm cannot install the emulator here"
    (folder / "start.js").write_text(_START, encoding="utf-8")
    return None


class Emulator:
    """A running emulator, and the person on the other side of it."""

    def __init__(self, folder):
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._process = subprocess.Popen(["node", "start.js", str(self.port)], cwd=folder)
        self._wait()

    def stop(self):
        """Ends the emulator."""
        self._process.terminate()
        self._process.wait(timeout=10)

    def say(self, text, to=1, **more):
        """The person types something; other fields are added to the message or take its place."""
        is_command = isinstance(text, str) and text.startswith("/")
        body = {**_person(to), "text": text, **more}
        if is_command:
            body["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        self._post("/sendCommand" if is_command else "/sendMessage", {k: v for k, v in body.items() if v is not None})

    def press(self, data, chat=1):
        """The person presses a button."""
        person = _person(chat)
        message = {"from": person["from"], "chat": person["chat"]}
        self._post("/sendCallback", {**person, "message": message, "data": data})

    def hears(self, chat=1, seconds=60.0, least=1):
        """The bot's new messages in a chat, once there are so many: text, and `buttons` as (title, data)."""
        heard, deadline = [], time.monotonic() + seconds
        while len(heard) < least and time.monotonic() < deadline:
            found = self._post("/getUpdates", {"token": TOKEN, "chatId": chat})["result"]
            heard.extend(_shown(update["message"]) for update in found)
            time.sleep(0.05)
        assert len(heard) >= least, f"{len(heard)} messages instead of {least}"
        return heard

    def history(self, chat=1):
        """Everything the bot wrote in a chat that is still there."""
        found = self._post("/getUpdatesHistory", {"token": TOKEN})["result"]
        messages = [update["message"] for update in found if "message" in update]
        return [message["text"] for message in messages if str(message.get("chat_id")) == str(chat)]

    def post(self, method, parameters):
        """A call of the bot."""
        return self._post(f"/bot{TOKEN}/{method}", parameters)

    def _wait(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                self.post("getMe", {})
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError("the emulator did not start")

    def _post(self, path, body):
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read())


def _person(chat):
    return {
        "botToken": TOKEN,
        "date": int(time.time()),
        "from": {"id": abs(chat), "first_name": "A", "username": "a", "is_bot": False},
        "chat": {"id": chat, "first_name": "A", "type": "private"},
    }


def _shown(message):
    markup = message.get("reply_markup") or {}
    rows = markup.get("inline_keyboard", [])
    return {"text": message["text"], "buttons": [(b["text"], b["callback_data"]) for row in rows for b in row]}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
