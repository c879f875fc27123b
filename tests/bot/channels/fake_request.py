"""The parts of Sanic's request that a channel reads, for tests without a server."""

from __future__ import annotations

from typing import Dict, List, Optional


class Stream:
    """A body that comes in pieces."""

    def __init__(self, body: bytes) -> None:
        self.chunks: List[bytes] = [body[start : start + 1000] for start in range(0, len(body), 1000)]

    async def read(self) -> Optional[bytes]:
        return self.chunks.pop(0) if self.chunks else None


class Request:
    """One request with header names in lower case."""

    def __init__(self, path: str, body: bytes, headers: Dict[str, str]) -> None:
        self.path, self.query_string, self.scheme = path, "", "http"
        self.headers = {"host": "127.0.0.1:5005", **headers}
        self.stream = Stream(body)
