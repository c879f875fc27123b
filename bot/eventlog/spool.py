"""Batches on disk, in order: appended by one thread, read by another, kept until they are stored.

One folder belongs to one process (`flock`); a process that starts takes over the folders of processes that are
gone. A line is one batch: base64 of the encrypted JSON list. A line without its newline was cut off by a crash
and was never acknowledged, so it is dropped. The file `done` says up to where lines were stored; losing it only
means that lines are sent again, and the store takes each event once. A line that cannot be read (its key is gone, the
disk damaged it) is put into the file `unreadable` of the folder, so that what follows it is not held up; so is an event
that the store refuses.
"""

from __future__ import annotations

import base64
import errno
import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from bot.errors import StoreError
from bot.private_folder import make_private_folder
from bot.store.keys import KeyRing

UNREADABLE = "unreadable"
SEGMENT_BYTES = 4 * 1024 * 1024
_CONTEXT = b"spool"


@dataclass(frozen=True, order=True)
class Position:
    """A place in the spool: segment number and byte offset."""

    segment: int
    offset: int


class Spool:
    """One folder of segments. One writer and one reader thread."""

    def __init__(self, folder: Path, keys: KeyRing, max_bytes: int, sync: bool = True) -> None:
        """Opens or creates the folder, which must not be in use.

        Args:
            folder: Made with mode 0700.
            keys: Encrypts the batches.
            max_bytes: Above this, `append` refuses.
            sync: Wait until a batch is on the disk itself; False only in tests.
        """
        make_private_folder(folder)
        self._folder = folder
        self._keys = keys
        self._max_bytes = max_bytes
        self._sync = sync
        self._lock = Lock()
        #: Lines read in vain, until `finish` puts them aside.
        self._unreadable: Dict[Position, bytes] = {}
        self._done = self._read_done()
        segments = self._segments()
        self._cut_torn_end(segments)
        # Always a new segment: a takeover never writes behind another process's last line.
        self._segment = (segments[-1] if segments else 0) + 1
        self._file: IO[bytes] = self._open(self._segment)
        self._size = sum(self._path(number).stat().st_size for number in segments)

    def append(self, batch: Sequence[Any]) -> bool:
        """Writes one batch; after it returns True the batch survives `kill -9`, and with `sync` a power cut.

        Returns:
            False when the spool is full; nothing was written.

        Raises:
            OSError: The disk did not take it; nothing was written, and the next batch may be tried.
        """
        line = self._line(batch)
        with self._lock:
            if self._size + len(line) > self._max_bytes:
                return False
            if self._file.tell() + len(line) > SEGMENT_BYTES and self._file.tell():
                self._begin_segment()
            self._write(line)
            self._size += len(line)
        return True

    def _line(self, batch: Sequence[Any]) -> bytes:
        # Escaped: half a character, which UTF-8 does not know, must not cost the batch.
        return base64.b64encode(self._keys.encrypt(json.dumps(batch).encode("ascii"), _CONTEXT)) + b"\n"

    def _begin_segment(self) -> None:
        # Opened before the old one is closed: when the disk has no room, the spool is as it was and goes on later.
        file = self._open(self._segment + 1)
        self._file.close()
        self._file = file
        self._segment += 1

    def _write(self, line: bytes) -> None:
        """A whole line or nothing: half of one would spoil the next."""
        start = self._file.tell()
        try:
            if self._file.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if self._sync:
                os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(start)
            self._file.seek(start)
            raise

    def read(self, limit: int) -> Tuple[List[Any], Position]:
        """Up to `limit` events that are not done yet, and the position to hand to `finish` afterwards.

        Without events, a position beyond `done` says that nothing before it can be read.
        """
        events: List[Any] = []
        position = self._done
        for number in self._segments():
            if number < self._done.segment:
                continue
            offset = self._done.offset if number == self._done.segment else 0
            for line, end in self._lines(number, offset):
                position = Position(number, end)
                try:
                    events += json.loads(self._keys.decrypt(base64.b64decode(line), _CONTEXT))
                except (StoreError, ValueError):
                    self._unreadable[position] = line
                if len(events) >= limit:
                    return events, position
        return events, position

    @property
    def done(self) -> Position:
        """Everything before it is stored, or put aside."""
        return self._done

    def finish(self, position: Position) -> int:
        """Everything before `position` is stored: remembers it and removes segments that are used up.

        Returns:
            How many batches could not be read and were put aside.

        Raises:
            OSError: The disk did not take it. The same events are read again, or segments are removed a little later.
        """
        put_aside = self._put_unreadable_aside(position)
        temporary = self._folder / "done.new"
        temporary.write_text(f"{position.segment} {position.offset}", encoding="ascii")
        os.replace(temporary, self._folder / "done")
        with self._lock:
            self._done = position
            for number in self._segments():
                path = self._path(number)
                used_up = number < position.segment or (
                    number == position.segment and number != self._segment and position.offset >= path.stat().st_size
                )
                if used_up:
                    self._size -= path.stat().st_size
                    path.unlink()
            # The current segment is emptied when all of it is stored, so that no words wait on disk.
            if position == Position(self._segment, self._file.tell()) and position.offset:
                emptied = self._path(self._segment)
                self._begin_segment()
                self._size -= position.offset
                emptied.unlink()
        return put_aside

    def put_aside(self, batch: Sequence[Any]) -> None:
        """Keeps events that cannot be stored where batches that cannot be read are kept.

        Raises:
            OSError: The disk did not take it.
        """
        self._write_aside([self._line(batch)])

    def _put_unreadable_aside(self, position: Position) -> int:
        lines = [self._unreadable.pop(place) for place in sorted(self._unreadable) if place <= position]
        if lines:
            self._write_aside(lines)
        return len(lines)

    def _write_aside(self, lines: Sequence[bytes]) -> None:
        handle = os.open(self._folder / UNREADABLE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.writelines(lines)

    @property
    def waiting_bytes(self) -> int:
        """How much is on disk."""
        return self._size

    @property
    def is_empty(self) -> bool:
        """True when everything was stored."""
        return not self.read(1)[0]

    def close(self) -> None:
        """Closes the file; what is waiting stays for the next start."""
        with self._lock:
            self._file.close()

    def _lines(self, number: int, offset: int) -> Iterator[Tuple[bytes, int]]:
        try:
            file = open(self._path(number), "rb")  # noqa: SIM115 - closed below, the file may vanish meanwhile
        except FileNotFoundError:
            return
        with file:
            file.seek(offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                offset += len(line)
                yield line, offset

    def _segments(self) -> List[int]:
        # Several times a message, so without the cost of a glob.
        return sorted(int(name[:-4]) for name in os.listdir(self._folder) if name.endswith(".log"))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:010d}.log"

    def _open(self, number: int) -> IO[bytes]:
        handle = os.open(self._path(number), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        # Unbuffered, so that a line the disk refused does not wait in memory for the next one.
        return os.fdopen(handle, "ab", buffering=0)

    def _read_done(self) -> Position:
        try:
            segment, offset = (self._folder / "done").read_text(encoding="ascii").split()
            return Position(int(segment), int(offset))
        except (OSError, ValueError):
            return Position(0, 0)

    def _cut_torn_end(self, segments: Sequence[int]) -> None:
        """A half-written last line would glue to nothing here, but its bytes should not stay on disk."""
        for number in segments:
            content = self._path(number).read_bytes()
            if content and not content.endswith(b"\n"):
                with open(self._path(number), "r+b") as file:
                    file.truncate(content.rfind(b"\n") + 1)


class SpoolFolder:
    """The folder of this process among `var/spool/0`, `1` …, held by a lock that ends with the process."""

    def __init__(self, root: Path) -> None:
        make_private_folder(root)
        self._root = root
        self._handle: Optional[IO[str]] = None
        self.path = self._take(lambda path: True)

    def _take(self, wanted: Callable[[Path], bool]) -> Path:
        for number in range(1000):
            path = self._root / str(number)
            if not wanted(path):
                continue
            handle = _try_lock(path)
            if handle is not None:
                self._handle = handle
                return path
        raise OSError(f"All folders in {self._root} are in use.")

    def abandoned(self) -> List[Tuple[Path, IO[str]]]:
        """Folders with waiting batches whose process is gone, each with its lock."""
        found: List[Tuple[Path, IO[str]]] = []
        for path in sorted(self._root.iterdir()):
            if path == self.path or not path.is_dir() or not any(path.glob("*.log")):
                continue
            handle = _try_lock(path)
            if handle is not None:
                found.append((path, handle))
        return found

    def release(self) -> None:
        """Lets another process take the folder."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None


def _try_lock(path: Path) -> Optional[IO[str]]:
    make_private_folder(path)
    handle = open(path / "lock", "w", encoding="ascii")  # noqa: SIM115 - held open as long as the lock
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle
