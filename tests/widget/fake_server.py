"""A stand-in for the chat server: answers in the web channel's form and commits the faults that a test plans.

Like the real one it answers each message id once and repeats that answer; `restart` forgets what was answered in
memory but, as the tracker does, still knows it when asked about a conversation that is new to the process.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable

Reply = dict[str, Any]
#: Faults: "drop" (closed without a word), "cut" or "cut:SECONDS" (closed in the middle, at once or later),
#: "undone:SECONDS" (closed after all replies, without the closing line), "restart" (answered, then gone), "twice",
#: "400" (token ended), "damaged" (the message came cut), "408" (a proxy's word for that), "429", "500", "hang:SECONDS"
#: (nothing, then closed), "late:SECONDS" (the reply comes late).
#: Of the conversations, by their tokens.
RECEIPTS = {"token-1": "7KQM-2XHT", "token-2": "9PWD-4RNB"}
Answerer = Callable[[dict[str, Any]], list[Reply]]


def echo(message: dict[str, Any]) -> list[Reply]:
    """Two replies a message, so that a cut in between shows."""
    return [{"text": f"A {message['text']}"}, {"text": f"B {message['text']}"}]


class FakeChat:
    """The server and what it saw."""

    def __init__(self, answer: Answerer = echo) -> None:
        self.answer = answer
        self.faults: dict[int, str] = {}
        self.requests = 0
        self.handled: Counter[str] = Counter()
        self.texts: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self.deleted = 0
        #: The tokens of the conversations that were deleted.
        self.erased: list[str] = []
        #: Seconds after which a wish to delete is dropped without a word.
        self.delete_hangs = 0.0
        #: A wish to delete waits while this is not set.
        self.may_delete = threading.Event()
        self.may_delete.set()
        self.started = 0
        #: Text of a message after which the closing line carries this token, as after a deletion in words.
        self.token_after: tuple[str, str] | None = None
        #: What the closing line names, by text of the message: the country that the server's replies are for.
        self.country_after: dict[str, str] = {}
        self._memory: dict[str, list[Reply]] = {}
        self._tracker: dict[str, list[Reply]] = {}
        self._knows = False
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        """Without a final slash."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def restart(self) -> None:
        """Loses what a process loses."""
        self._memory.clear()
        self._knows = False

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()

    def replies(self, message: dict[str, Any]) -> list[Reply]:
        """The answer of a message, handled once."""
        with self._lock:
            key = message["id"]
            if key in self._memory:
                return self._memory[key]
            if (message["attempt"] > 1 or not self._knows) and key in self._tracker:
                return self._tracker[key]
            self._knows = True
            self.handled[key] += 1
            self.texts.append(message["text"])
            self._memory[key] = self._tracker[key] = self.answer(message)
            return self._memory[key]

    def _next_fault(self) -> str:
        with self._lock:
            self.requests += 1
            return self.faults.pop(self.requests, "")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        chat = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Quiet."""

            def do_POST(self) -> None:
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path.endswith("/conversations"):
                    chat.started += 1
                    return self._send(201, {"token": f"token-{chat.started}"})
                if self.path.endswith("/delete"):
                    chat.may_delete.wait(10)
                    if chat.delete_hangs:
                        return self._vanish(chat.delete_hangs)
                    chat.deleted += 1
                    chat.erased.append(content["token"])
                    return self._send(200, {"receipt": RECEIPTS[content["token"]], "text": "Done."})
                return self._message(content)

            def _message(self, content: dict[str, Any]) -> None:
                chat.messages.append(content)
                fault, _, seconds = chat._next_fault().partition(":")
                if fault == "drop":
                    return self._vanish()
                if fault in ("500", "429"):
                    return self._send(int(fault), {"error": "later", "code": "slow_down"}, {"Retry-After": "1"})
                if fault == "400":
                    return self._send(400, {"error": "This conversation has ended.", "code": "token"})
                if fault == "damaged":
                    return self._send(400, {"error": "The body is not JSON.", "code": "damaged"})
                if fault == "408":
                    return self._send(408, {})
                if fault == "hang":
                    time.sleep(float(seconds))
                    return self._vanish()
                if fault == "restart":
                    chat.replies(content)
                    chat.restart()
                    return self._vanish()
                return self._stream(content, fault, float(seconds or 0))

            def _stream(self, content: dict[str, Any], fault: str, seconds: float) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/x-ndjson")
                self.send_header("Transfer-Encoding", "chunked")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self._chunk({"received": content["id"]})
                time.sleep(seconds if fault == "late" else 0)
                for number, reply in enumerate(chat.replies(content)):
                    if fault == "cut" and number == 1:
                        return self._vanish(seconds)
                    self._chunk({"reply": {"buttons": [], "hotlines": [], "cards": [], "language": "en", **reply}})
                    if fault == "twice":
                        chat.replies(content)
                if fault == "undone":
                    return self._vanish(seconds)
                text, token = chat.token_after or ("", "")
                more = {"token": token} if token and content["text"] == text else {}
                country = chat.country_after.get(content["text"])
                self._chunk({"done": content["id"], "country": country, **more})
                self.wfile.write(b"0\r\n\r\n")
                return None

            def _chunk(self, content: dict[str, Any]) -> None:
                line = (json.dumps(content) + "\n").encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                self.wfile.flush()

            def _vanish(self, after_seconds: float = 0.0) -> None:
                time.sleep(after_seconds)
                self.close_connection = True
                self.connection.close()

            def _send(self, status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"Access-Control-Allow-Origin": "*", **(headers or {})}.items():
                    self.send_header(name, value)
                self.send_header("Access-Control-Expose-Headers", "Retry-After")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler
