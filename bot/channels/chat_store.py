"""What messaging channels remember on disk: updates that were answered, facts about a chat, messages to withdraw.

No words of a person, and no platform ids in the open: keyed hashes, message numbers, times, the country, language and
voice a person chose, and, encrypted, which of our own choices they may answer with a number, and answers that could not
be sent yet with the ids they go to.
One SQLite file in the data folder, so that a restart answers nothing twice. Everything in it is bounded.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from dataclasses import astuple, dataclass
from enum import Enum
from pathlib import Path
from typing import Callable, List, Sequence

from bot.channels.patience import Patience
from bot.private_folder import make_private_folder
from bot.store.sqlite import WAIT_SECONDS, turn_on_write_ahead_log

#: A write waits so long for another server's lock: each is done in a moment, and a person waits for the answer.
LOCK_SECONDS = 0.25
#: An update that somebody began to answer and did not finish may be begun again after this; a process was killed.
LEASE_SECONDS = 30.0
#: Platforms deliver again for a day or so.
SEEN_SECONDS = 3 * 24 * 3600.0
MOST_SEEN = 500_000
#: A chat's facts go after a month without a message; how often it was deleted stays, so that old ids stay dead.
CHAT_SECONDS = 30 * 24 * 3600.0
#: Telegram lets a bot withdraw its messages for 48 hours.
SENT_SECONDS = 48 * 3600.0
MOST_SENT_A_CHAT = 500
MOST_BUTTONS = 20_000
#: A number that comes later than this is no answer to the list that was shown.
OFFER_SECONDS = 3 * 24 * 3600.0
#: An answer that could not be sent for so long is not sent any more: others may hold the phone by then.
UNSENT_SECONDS = 3600.0
MOST_UNSENT = 5000
#: How often what is due is removed, by the first update after it.
_TIDY_SECONDS = 3600.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, at REAL NOT NULL, done INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_at ON seen (at);
CREATE TABLE IF NOT EXISTS chats (
    chat TEXT PRIMARY KEY, chapter INTEGER NOT NULL, audience TEXT, country TEXT, language TEXT,
    greeted INTEGER NOT NULL, carded INTEGER NOT NULL, at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS offers (chat TEXT PRIMARY KEY, offer BLOB NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sent (
    chat TEXT NOT NULL, message TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (chat, message)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sent_at ON sent (at);
CREATE TABLE IF NOT EXISTS unsent (
    id TEXT PRIMARY KEY, channel TEXT NOT NULL, chat TEXT NOT NULL, answer BLOB NOT NULL, at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unsent_at ON unsent (at);
CREATE TABLE IF NOT EXISTS buttons (digest TEXT PRIMARY KEY, payload TEXT NOT NULL) WITHOUT ROWID;
"""


class Begun(Enum):
    """What `begin` found: a new update; one that was begun and lost; one answered before; one being answered now."""

    NEW = "new"
    AGAIN = "again"
    ANSWERED = "answered"
    BUSY = "busy"


@dataclass(frozen=True)
class Chat:
    """What is known of a chat.

    Attributes:
        key: Keyed hash of channel and platform id.
        chapter: How often the person had the chat deleted; each chapter is a conversation of its own.
        audience, country, language: As the person chose; None when they did not.
        greeted: Whether they have read what this is.
        carded: Whether they got a reply about someone's safety.
    """

    key: str
    chapter: int = 0
    audience: str | None = None
    country: str | None = None
    language: str | None = None
    greeted: bool = False
    carded: bool = False


class ChatStore:
    """All methods block for a moment and are safe to call from any thread."""

    def __init__(self, path: Path | None = None, now: Callable[[], float] = time.time) -> None:
        """Opens the file, made with its folder when it is not there; without a path all is kept in memory."""
        if path is not None:
            make_private_folder(path.parent)
            path.touch(mode=0o600)
        self._now = now
        self._lock = threading.Lock()
        self._patience = Patience(LOCK_SECONDS)
        self._tidy_from = float("-inf")
        self._connection = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None, timeout=WAIT_SECONDS
        )
        turn_on_write_ahead_log(self._connection.cursor())
        for pragma in ("synchronous=NORMAL", "secure_delete=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._connection.close()

    def begin(self, update: str) -> Begun:
        """Claims an update, by its keyed hash, for this caller; `finish` or `release` must follow a NEW or AGAIN."""
        moment = self._now()
        with self._lock:
            if moment >= self._tidy_from:
                self._tidy(moment)
                self._tidy_from = moment + _TIDY_SECONDS
            made = self._change("INSERT OR IGNORE INTO seen VALUES (?, ?, 0)", (update, moment))
            if made:
                return Begun.NEW
            row = self._connection.execute("SELECT at, done FROM seen WHERE id = ?", (update,)).fetchone()
            if row is None or row[1]:
                return Begun.ANSWERED
            claimed = self._change(
                "UPDATE seen SET at = ? WHERE id = ? AND at = ? AND at <= ?",
                (moment, update, row[0], moment - LEASE_SECONDS),
            )
            return Begun.AGAIN if claimed else Begun.BUSY

    def finish(self, update: str) -> None:
        """The update was answered."""
        self._write("UPDATE seen SET done = 1 WHERE id = ?", (update,))
        self._write("DELETE FROM unsent WHERE id = ?", (update,))

    def release(self, update: str) -> None:
        """The update could not be answered; the next delivery of it begins AGAIN."""
        # As old as the lease, and no older: what has no age would go with the next tidying, and be NEW again.
        self._write("UPDATE seen SET at = ? WHERE id = ? AND done = 0", (self._now() - LEASE_SECONDS, update))

    def chat(self, key: str) -> Chat:
        """The chat with this key; an unknown one is new, and so is one nobody wrote in for a month."""
        with self._lock:
            row = self._connection.execute(
                "SELECT chapter, audience, country, language, greeted, carded, at FROM chats WHERE chat = ?", (key,)
            ).fetchone()
        if row is None:
            return Chat(key)
        chapter, audience, country, language, greeted, carded, at = row
        if at <= self._now() - CHAT_SECONDS:
            return Chat(key, chapter)
        return Chat(key, chapter, audience, country, language, bool(greeted), bool(carded))

    def save(self, chat: Chat) -> None:
        """Keeps what is known of a chat, unless it is of a chapter that was deleted meanwhile or could not be read."""
        self._write(
            "INSERT INTO chats VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chat) DO UPDATE SET "
            "chapter = excluded.chapter, audience = excluded.audience, country = excluded.country, "
            "language = excluded.language, greeted = excluded.greeted, carded = excluded.carded, at = excluded.at "
            "WHERE excluded.chapter >= chapter",
            (*astuple(chat), self._now()),
        )

    def touch(self, key: str) -> None:
        """The person wrote again: what is known of the chat stays for another month."""
        moment = self._now()
        # What has gone with its month does not come back.
        self._write("UPDATE chats SET at = ? WHERE chat = ? AND at > ?", (moment, key, moment - CHAT_SECONDS))

    def start_chapter(self, key: str) -> Chat:
        """The person had the chat deleted: nothing is known any more, and the next message is a new conversation."""
        fresh = Chat(key, self.chat(key).chapter + 1)
        self._write("DELETE FROM sent WHERE chat = ?", (key,))
        self.keep_offer(key, None)
        self._drop_unsent(key)
        self.save(fresh)
        return fresh

    def note_sent(self, key: str, message: str) -> None:
        """Keeps the platform's number of a message we sent, so that it can be withdrawn."""
        self._write("INSERT OR REPLACE INTO sent VALUES (?, ?, ?)", (key, message, self._now()))
        self._write(
            "DELETE FROM sent WHERE chat = ?1 AND message NOT IN "
            "(SELECT message FROM sent WHERE chat = ?1 ORDER BY at DESC, message DESC LIMIT ?2)",
            (key, MOST_SENT_A_CHAT),
        )

    def sent(self, key: str) -> List[str]:
        """The numbers of messages that can still be withdrawn, oldest first."""
        since = self._now() - SENT_SECONDS
        with self._lock:
            rows = self._connection.execute(
                "SELECT message FROM sent WHERE chat = ? AND at > ? ORDER BY at, message", (key, since)
            ).fetchall()
        return [str(row[0]) for row in rows]

    def keep_offer(self, key: str, offer: bytes | None) -> None:
        """Keeps, sealed, what the next message of a chat may refer to ("1", "more"); None drops it."""
        if offer is None:
            self._write("DELETE FROM offers WHERE chat = ?", (key,))
        else:
            self._write("INSERT OR REPLACE INTO offers VALUES (?, ?, ?)", (key, offer, self._now()))

    def offer(self, key: str) -> bytes | None:
        """What `keep_offer` kept last, unless it is too old."""
        return self._sealed("SELECT offer FROM offers WHERE chat = ? AND at > ?", key, OFFER_SECONDS)

    def keep_unsent(self, update: str, channel: str, key: str, answer: bytes, made: float, pause: float) -> None:
        """Keeps, sealed, an answer that could not be sent, until `finish`; nobody else claims its update meanwhile.

        Args:
            update: The keyed hash of the update it answers.
            channel: The channel's name.
            key: Of the chat.
            answer: In place of what was kept of it before.
            made: When the answer was made; it goes `UNSENT_SECONDS` later.
            pause: Seconds until it is tried again here.
        """
        moment = self._now()
        self._write("UPDATE seen SET at = max(at, ?) WHERE id = ? AND done = 0", (moment + pause, update))
        self._write(
            "INSERT INTO unsent SELECT ?1, ?2, ?3, ?4, ?5 "
            "WHERE NOT EXISTS (SELECT 1 FROM seen WHERE id = ?1 AND done = 1) "
            "ON CONFLICT (id) DO UPDATE SET answer = excluded.answer",
            (update, channel, key, answer, made),
        )
        self._write("DELETE FROM unsent WHERE at <= ?", (moment - UNSENT_SECONDS,))
        self._write(
            "DELETE FROM unsent WHERE id IN (SELECT id FROM unsent ORDER BY at DESC LIMIT -1 OFFSET ?)", (MOST_UNSENT,)
        )

    def unsent(self, update: str) -> bytes | None:
        """What `keep_unsent` kept last for an update."""
        return self._sealed("SELECT answer FROM unsent WHERE id = ? AND at > ?", update, UNSENT_SECONDS)

    def all_unsent(self, channel: str) -> List[str]:
        """The updates of a channel whose answers could not be sent, oldest first."""
        since = self._now() - UNSENT_SECONDS
        with self._lock:
            rows = self._connection.execute(
                "SELECT id FROM unsent WHERE channel = ? AND at > ? ORDER BY at", (channel, since)
            ).fetchall()
        return [str(row[0]) for row in rows]

    def _drop_unsent(self, key: str) -> None:
        """Answers of a deleted chat are not sent any more; whoever tries again finds them answered."""
        self._write("UPDATE seen SET done = 1 WHERE id IN (SELECT id FROM unsent WHERE chat = ?)", (key,))
        self._write("DELETE FROM unsent WHERE chat = ?", (key,))

    def note_button(self, digest: str, payload: str) -> None:
        """Keeps what one of our buttons leads to, where the platform has no room for it."""
        self._write(
            "INSERT OR IGNORE INTO buttons SELECT ?, ? WHERE (SELECT count(*) FROM buttons) < ?",
            (digest, payload, MOST_BUTTONS),
        )

    def button(self, digest: str) -> str | None:
        """What the button with this digest leads to, or None."""
        with self._lock:
            row = self._connection.execute("SELECT payload FROM buttons WHERE digest = ?", (digest,)).fetchone()
        return str(row[0]) if row else None

    def _sealed(self, statement: str, name: str, seconds: float) -> bytes | None:
        """What is kept under a name, unless it is older than so many seconds."""
        with self._lock:
            row = self._connection.execute(statement, (name, self._now() - seconds)).fetchone()
        return bytes(row[0]) if row else None

    def _write(self, statement: str, values: Sequence[object]) -> None:
        with self._lock:
            self._change(statement, values)

    def _change(self, statement: str, values: Sequence[object]) -> int:
        """Runs a statement that writes; how many rows it changed."""
        # Readers never wait (write-ahead log); a writer waits for the lock of another server.
        self._connection.execute(f"PRAGMA busy_timeout={round(self._patience.seconds * 1000)}")
        try:
            return self._connection.execute(statement, values).rowcount
        except sqlite3.OperationalError:
            self._patience.note_failure()
            raise

    def _tidy(self, moment: float) -> None:
        run = self._change
        run("DELETE FROM seen WHERE at < ?", (moment - SEEN_SECONDS,))
        run("DELETE FROM seen WHERE at <= (SELECT at FROM seen ORDER BY at DESC LIMIT 1 OFFSET ?)", (MOST_SEEN,))
        run("DELETE FROM sent WHERE at < ?", (moment - SENT_SECONDS,))
        run("DELETE FROM offers WHERE at < ?", (moment - OFFER_SECONDS,))
        run("DELETE FROM unsent WHERE at < ?", (moment - UNSENT_SECONDS,))
        run("DELETE FROM chats WHERE at < ? AND chapter = 0", (moment - CHAT_SECONDS,))
        run(
            "UPDATE chats SET audience = NULL, country = NULL, language = NULL, greeted = 0, carded = 0 WHERE at < ?",
            (moment - CHAT_SECONDS,),
        )
