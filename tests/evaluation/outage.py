"""Takes the database away under load and brings it back: every message stored once, in order, replies unaffected?

    python tests/evaluation/outage.py --postgres postgresql://postgres@127.0.0.1:5432/postgres --seconds 60

Needs a trained model and a PostgreSQL server, on which it makes a database of its own and drops it afterwards. The
server reaches it through a small proxy that is closed and opened, so that nobody else's database is touched.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Dict, List, Optional

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from journeys.running import RunningAssistant  # noqa: E402

MESSAGES_A_SECOND = 3.0
PER_CONVERSATION = 8


class Proxy:
    """Forwards TCP to the database while open; closed, it refuses and cuts every connection."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._loop = asyncio.new_event_loop()
        self._server: Optional[asyncio.AbstractServer] = None
        self._writers: List[asyncio.StreamWriter] = []
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.port = 0
        self.open()

    def open(self) -> None:
        """Lets connections through."""
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()

    def close(self) -> None:
        """As a database that was killed."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            other_reader, other_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        self._writers += [writer, other_writer]
        await asyncio.gather(_pump(reader, other_writer), _pump(other_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # noqa: S110 - the other side is gone, which is what this is for
    finally:
        writer.close()


def main() -> None:
    """Runs the three phases and prints what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", default="postgresql://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    server = sa.engine.make_url(options.postgres)
    name = f"kindlight_outage_{secrets.token_hex(4)}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    proxy = Proxy(server.host or "127.0.0.1", server.port or 5432)
    address = server.set(host="127.0.0.1", port=proxy.port, database=name).render_as_string(hide_password=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            _measure(RunningAssistant(Path(folder), {"KINDLIGHT_DATABASE_URL": address}), proxy, options.seconds)
            direct = sa.create_engine(server.set(database=name))
            _check(direct)
            direct.dispose()
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


SENT: Dict[str, List[str]] = {}


def _measure(assistant: RunningAssistant, proxy: Proxy, seconds: float) -> None:
    assistant.start()
    try:
        _load(assistant, 8, "warm-up")
        before = _load(assistant, seconds / 2, "before")
        proxy.close()
        away = _load(assistant, seconds, "away")
        proxy.open()
        after = _load(assistant, seconds / 2, "after")
        for title, times in (("before", before), ("away", away), ("after", after)):
            p95 = statistics.quantiles(times, n=20)[-1]
            print(f"{title:7} {len(times):4} messages, median {statistics.median(times):6.1f} ms, p95 {p95:6.1f} ms")
        time.sleep(10)
    finally:
        assistant.stop()


def _load(assistant: RunningAssistant, seconds: float, phase: str) -> List[float]:
    times: List[float] = []
    end = time.monotonic() + seconds
    token, number = "", 0
    while time.monotonic() < end:
        if number % PER_CONVERSATION == 0:
            token = assistant.new_token()
            SENT[token] = []
        text = f"is roblox safe for a child of {len(SENT[token]) + 5} {phase}"
        started = time.monotonic()
        assistant.send(token, f"outage-{secrets.token_hex(8)}", text, country="GB")
        times.append((time.monotonic() - started) * 1000)
        SENT[token].append(text)
        number += 1
        time.sleep(max(0.0, 1 / MESSAGES_A_SECOND - (time.monotonic() - started)))
    return times


def _check(engine: sa.engine.Engine) -> None:
    """Every message once, in order, in its conversation."""
    with engine.connect() as connection:
        query = "SELECT conversation_id, count(*) FROM turns WHERE author = 'user' GROUP BY conversation_id"
        stored = sorted(count for _, count in connection.execute(sa.text(query)))
        disorder = connection.execute(
            sa.text(
                "SELECT count(*) FROM turns a JOIN turns b ON a.conversation_id = b.conversation_id"
                " WHERE a.position < b.position AND a.sent_at > b.sent_at"
            )
        ).scalar_one()
        events = connection.execute(sa.text("SELECT count(*), count(DISTINCT event_id) FROM turns")).one()
    sent = sorted(len(texts) for texts in SENT.values())
    print(f"sent {sum(sent)} messages in {len(sent)} conversations, stored {sum(stored)} in {len(stored)}")
    print(f"turns {events[0]}, distinct {events[1]}, out of order {disorder}, complete {stored == sent}")
    sys.exit(0 if stored == sent and not disorder and events[0] == events[1] else 1)


if __name__ == "__main__":
    main()
