"""Backup and restore of what a deployment keeps: the staff database and Rasa's copy of conversations.

The archive is a tar file with mode 0600: one file a database and a manifest with digests. Words in it are encrypted as
they are in the database; facts (times, countries, levels) are not. Keys are never in it: whoever finds the archive
alone cannot read a word, and whoever loses the keys cannot either. The manifest names the ids of the keys it needs.

A restore does not bring erased conversations back: tombstones of the database that is replaced are applied again, also
when the restore is stopped half-way and run once more, and so are the retention periods.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Tuple

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from bot.config import Settings
from bot.errors import ConfigError, InputError, StoreError
from bot.store import noted_tombstones
from bot.store.database import Database, describe
from bot.store.erasure import conversation_digest, delete_conversation_rows
from bot.store.keys import KeyRing
from bot.store.models import Conversation, Erasure
from bot.store.tracker_copy import TrackerCopy
from bot.store.unit_of_work import UnitOfWork

FORMAT = 1
MANIFEST = "manifest.json"
_STAFF, _TRACKER = "staff", "tracker"


@dataclass(frozen=True)
class Manifest:
    """What an archive says about itself.

    Attributes:
        format: Of the archive.
        made_at: ISO time in UTC.
        key_ids: Ids of the keys without which nothing in it can be read.
        files: Name → SHA-256 of its bytes.
    """

    format: int
    made_at: str
    key_ids: Sequence[str]
    files: Mapping[str, str]


@dataclass(frozen=True)
class Restored:
    """Counts: conversations in the archive, and those that were erased after it was made and so are gone again."""

    conversations: int
    erased_again: int


def create(settings: Settings, keys: KeyRing, target: Path, now: datetime | None = None) -> Manifest:
    """Writes an archive; the deployment may go on running.

    Args:
        settings: Names the databases.
        keys: Only their ids are noted.
        target: Must not exist yet.
        now: For tests.

    Raises:
        InputError: The target exists or its folder does not.
        StoreError: A database cannot be read.
    """
    if target.exists():
        raise InputError(f"{target} exists already; choose another name.")
    if not target.parent.is_dir():
        raise InputError(f"The folder {target.parent} does not exist.")
    moment = (now or datetime.now(timezone.utc)).isoformat(timespec="seconds")
    with _work_folder(settings) as made:
        folder = Path(made)
        copies = [_copy(address, folder / name) for name, address in _databases(settings)]
        manifest = Manifest(FORMAT, moment, sorted(keys.ids), {path.name: _digest(path) for path in copies})
        (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
        _pack([folder / MANIFEST, *copies], target)
    return manifest


def restore(settings: Settings, keys: KeyRing, archive: Path) -> Restored:
    """Puts the databases of an archive in the place of the present ones. The deployment must be stopped.

    Args:
        settings: Names the databases, which must be of the same kind as those in the archive.
        keys: Must hold every key that the archive needs.
        archive: Made by `create`.

    Raises:
        InputError: The file is no archive of ours, or was damaged.
        ConfigError: A key is missing, or something still runs.
        StoreError: A database refused.
    """
    _check_stopped(settings)
    with _work_folder(settings) as made:
        folder = Path(made)
        manifest = _unpack(archive, folder)
        missing = sorted(set(manifest.key_ids) - set(keys.ids))
        if missing:
            names = ", ".join(missing)
            raise ConfigError(f"The archive needs the keys {names}. Put them back first; nothing was changed.")
        _check_kinds(settings, manifest)
        tombstones = _tombstones(settings)
        noted_tombstones.write(settings.var_dir, tombstones)
        for name, address in _databases(settings):
            _put_back(address, folder / _file_name(name, address))
    restored = _erase_again(settings, keys, tombstones)
    noted_tombstones.remove(settings.var_dir)
    return restored


# --- copying ---------------------------------------------------------------------------------------------------------


def _databases(settings: Settings) -> List[Tuple[str, sa.engine.URL]]:
    """The staff database, and Rasa's copy where it has one of its own."""
    staff, tracker = sa.engine.make_url(settings.database_address), sa.engine.make_url(settings.tracker_address)
    return [(_STAFF, staff)] + ([(_TRACKER, tracker)] if tracker != staff else [])


def _is_sqlite(address: sa.engine.URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _file_name(name: str, address: sa.engine.URL) -> str:
    return f"{name}.db" if _is_sqlite(address) else f"{name}.dump"


def _copy(address: sa.engine.URL, stem: Path) -> Path:
    path = stem.with_name(_file_name(stem.name, address))
    if not _is_sqlite(address):
        _run(["pg_dump", "--format=custom", "--no-owner", f"--file={path}", *_connection(address)], address)
        return path
    if not Path(str(address.database)).is_file():
        raise StoreError(f"There is no database at {address.database} yet; start the assistant once.")
    try:
        with closing(sqlite3.connect(str(address.database))) as source, closing(sqlite3.connect(path)) as copy:
            source.backup(copy)
    except sqlite3.Error as error:
        raise StoreError(f"The database cannot be copied ({type(error).__name__}).") from None
    return path


def _check_kinds(settings: Settings, manifest: Manifest) -> None:
    """Before anything is replaced: half a restore would bring back what was erased."""
    for name, address in _databases(settings):
        needed = _file_name(name, address)
        if needed not in manifest.files:
            kinds = ", ".join(sorted(manifest.files))
            raise InputError(f"The archive holds {kinds}, but the settings name a database that needs {needed}.")


def _put_back(address: sa.engine.URL, path: Path) -> None:
    if not _is_sqlite(address):
        options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
        _run(["pg_restore", *options, *_connection(address), str(path)], address)
        return
    target = Path(str(address.database))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left_over in (f"{target}-wal", f"{target}-shm"):
        Path(left_over).unlink(missing_ok=True)
    os.chmod(path, 0o600)
    shutil.move(str(path), str(target))


def _connection(address: sa.engine.URL) -> List[str]:
    """Without the password, which other users could read in the list of processes."""
    # `URL.set` takes None for "leave it as it is"; `***` would then be sent as the password, before PGPASSWORD.
    plain = address._replace(drivername="postgresql", password=None)
    return [f"--dbname={plain.render_as_string()}"]


def _run(command: Sequence[str], address: sa.engine.URL) -> None:
    if shutil.which(command[0]) is None:
        raise ConfigError(f"{command[0]} was not found. Run: apt-get install postgresql-client.")
    environment = {**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})}
    ended = subprocess.run(list(command), capture_output=True, text=True, env=environment)
    if ended.returncode:
        # The first line names the kind of problem; later ones may quote rows.
        first = (ended.stderr.strip().splitlines() or ["no reason given"])[0]
        raise StoreError(f"{command[0]} failed: {first}")


# --- archive ---------------------------------------------------------------------------------------------------------


def _work_folder(settings: Settings) -> tempfile.TemporaryDirectory[str]:
    """Beside the databases, not in the machine's common folder for temporary files."""
    settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryDirectory(dir=settings.var_dir, prefix=".backup-")


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _pack(files: Sequence[Path], target: Path) -> None:
    """Whole under its name, or not there at all."""
    unfinished = target.with_name(f".{target.name}.part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
            for path in files:
                archive.add(path, arcname=path.name)
        os.replace(unfinished, target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise InputError(f"{target} cannot be written: {error.strerror}.") from None


def _unpack(archive: Path, folder: Path) -> Manifest:
    problem = f"{archive.name} is no backup that this version can read"
    try:
        with tarfile.open(archive) as opened:
            for member in opened.getmembers():
                if not member.isfile() or "/" in member.name or member.name.startswith("."):
                    raise InputError(f"{problem}: it holds '{member.name}'.")
            opened.extractall(folder)
        found: Dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**found)
    except (OSError, tarfile.TarError, ValueError, TypeError) as error:
        raise InputError(f"{problem} ({type(error).__name__}).") from None
    if manifest.format != FORMAT:
        raise InputError(f"{problem}: its format is {manifest.format}, expected {FORMAT}.")
    for name, wanted in manifest.files.items():
        if not (folder / name).is_file() or _digest(folder / name) != wanted:
            raise InputError(f"{archive.name} is damaged: {name} is not as it was written.")
    return manifest


# --- afterwards ------------------------------------------------------------------------------------------------------


def _check_stopped(settings: Settings) -> None:
    import fcntl

    for path in sorted((settings.var_dir / "spool").glob("*/lock")):
        with open(path, "a", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise ConfigError("The assistant is running. Stop it first; nothing was changed.") from None


def _tombstones(settings: Settings) -> List[Dict[str, Any]]:
    """Those of the present database, and those noted by a restore that was stopped before it could apply them."""
    rows = [*noted_tombstones.read(settings.var_dir), *_present_tombstones(settings)]
    return list({row["receipt"]: row for row in rows}.values())


def _present_tombstones(settings: Settings) -> List[Dict[str, Any]]:
    """Of the database that will be replaced; none when it is gone or empty, which is why one restores."""
    address = sa.engine.make_url(settings.database_address)
    if _is_sqlite(address) and not Path(str(address.database)).is_file():
        return []
    database = Database(settings.database_address)
    columns = [column for column in sa.inspect(Erasure).columns if column.name != "id"]
    try:
        with database.engine.connect() as connection:
            if not sa.inspect(connection).has_table("erasures"):
                return []
            return [dict(row._mapping) for row in connection.execute(sa.select(*columns))]
    except SQLAlchemyError as error:
        raise StoreError(
            f"The present database cannot be read ({describe(error)}), so that what people erased since the backup is "
            "unknown. Move it away to restore without that."
        ) from None
    finally:
        database.close()


def _erase_again(settings: Settings, keys: KeyRing, tombstones: Sequence[Mapping[str, Any]]) -> Restored:
    database = Database(settings.database_address)
    same = settings.tracker_address == settings.database_address
    copy = TrackerCopy(database if same else Database(settings.tracker_address))
    try:
        database.migrate()
        with UnitOfWork(database) as work:
            known = set(work.session.execute(sa.select(Erasure.receipt)).scalars())
            new = [row for row in tombstones if row["receipt"] not in known]
            work.session.add_all(Erasure(**row) for row in new)
            ids = list(work.session.execute(sa.select(Conversation.id)).scalars())
            digests = {row["conversation"] for row in tombstones}
            erased = [name for name in ids if conversation_digest(keys, name) in digests]
            for name in erased:
                delete_conversation_rows(work.session, name)
            work.commit()
        copy.prepare()
        for name in copy.senders():
            if conversation_digest(keys, name) in digests:
                copy.delete(name)
        database.empty_log_files()
        return Restored(len(ids) - len(erased), len(erased))
    finally:
        database.close()
        copy.database.close()
