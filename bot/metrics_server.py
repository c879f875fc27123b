"""`/healthz`, `/readyz` and `/metrics` for a process that serves nothing else, such as `python -m bot consume`."""

from __future__ import annotations

import json
import threading
from socketserver import ThreadingMixIn
from typing import Any, Callable, Iterable
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from bot import metrics

Ready = Callable[[], bool]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name is the base class's
        """Nothing: who asked is nobody's business."""


def make_app(is_ready: Ready) -> Callable[..., Iterable[bytes]]:
    """The three pages as a WSGI application.

    Args:
        is_ready: Whether the process does its work now.
    """

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            body, kind = metrics.exposition()
            start_response("200 OK", [("Content-Type", kind)])
            return [body]
        if path not in ("/healthz", "/readyz"):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"not found"]
        fine = path == "/healthz" or is_ready()
        start_response("200 OK" if fine else "503 Service Unavailable", [("Content-Type", "application/json")])
        return [json.dumps({"status": "ok" if fine else "not ready"}).encode()]

    return app


def start(host: str, port: int, is_ready: Ready) -> WSGIServer:
    """Serves in a thread; `shutdown()` of what is returned ends it. Port 0 takes a free one."""
    server = make_server(host, port, make_app(is_ready), server_class=_Server, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
