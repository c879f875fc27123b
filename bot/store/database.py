"""The engine and its sessions: SQLite by default, PostgreSQL in production, brought up to date at start."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

from bot.errors import ConfigError, KindlightError, StoreError
from bot.private_folder import make_private_folder
from bot.store.sqlite import WAIT_SECONDS, turn_on_write_ahead_log

MIGRATIONS_DIR = Path(__file__).resolve().parent / "migrations"
#: The newest revision in `migrations/versions`; a test compares the two.
HEAD = "0003"
#: Any number that is ours: two processes that start at once migrate one after the other.
_ADVISORY_LOCK = 7305721
_CONNECT_TIMEOUT_SECONDS = 3


class Database:
    """One database. Thread-safe; one a process is enough (`get_database`)."""

    def __init__(self, address: str) -> None:
        """Prepares the engine; connects at the first use.

        Args:
            address: SQLAlchemy address, such as `sqlite:///var/kindlight.db` or `postgresql://…`.
        """
        self.engine = _make_engine(address)
        self._sessions = sessionmaker(self.engine, future=True, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded default."""
        return bool(self.engine.dialect.name == "sqlite")

    def session(self) -> Session:
        """A new session; prefer `UnitOfWork`."""
        return self._sessions()

    def migrate(self) -> bool:
        """Brings the schema to HEAD when it is behind.

        Returns:
            True when something was changed.

        Raises:
            StoreError: The database cannot be reached or refuses the change.
        """
        try:
            if self.revision() == HEAD:
                return False
            with self.one_at_a_time():
                if self.revision() == HEAD:
                    return False
                _upgrade(self.engine)
                return True
        except SQLAlchemyError as error:
            raise StoreError(f"The staff database cannot be prepared: {describe(error)}.") from error

    def revision(self) -> str | None:
        """The revision the database is at, None when it is empty."""
        with self.engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return str(found) if found is not None else None

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Held while tables are made or changed: processes that start together wait for each other."""
        if not self.is_sqlite:
            with self.engine.connect() as connection:
                connection.execute(sa.text("SELECT pg_advisory_lock(:number)"), {"number": _ADVISORY_LOCK})
                try:
                    yield
                finally:
                    connection.execute(sa.text("SELECT pg_advisory_unlock(:number)"), {"number": _ADVISORY_LOCK})
            return
        name = self.engine.url.database
        if not name or name == ":memory:":
            yield
            return
        with open(f"{name}.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def empty_log_files(self) -> None:
        """Empties SQLite's write-ahead log, so that removed rows leave the disk now and not later."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()


def describe(error: SQLAlchemyError) -> str:
    """The kind of a database error, without the statement's parameters, which may hold stored text."""
    original = getattr(error, "orig", None)
    first_line = str(original).splitlines()[0] if original is not None and str(original) else ""
    return f"{type(error).__name__} {first_line}".strip().rstrip(".")


def try_to_write(write: Callable[[], None]) -> Exception | None:
    """Writes something that must not keep what stands behind it from being written.

    Args:
        write: Writes it, in one transaction.

    Returns:
        None when it is written; the error when what was to be written is its reason, so that it would fail for ever.

    Raises:
        Exception: Any other: no connection, a missing table, a lost key. That passes, or somebody mends it, and nothing
            may be left out for it.
    """
    try:
        write()
    except Exception as error:  # noqa: BLE001 - what people write may break any line: no list of kinds would be complete
        if not _is_about_the_data(error):
            raise
        return error
    return None


def _is_about_the_data(error: BaseException) -> bool:
    reason = error.__cause__ if isinstance(error, StoreError) and error.__cause__ is not None else error
    if isinstance(reason, DBAPIError):
        return isinstance(reason, (DataError, IntegrityError))
    if isinstance(reason, StatementError):
        # A value that could not be made ready for its column.
        return reason.orig is not None and _is_about_the_data(reason.orig)
    return not isinstance(reason, (SQLAlchemyError, KindlightError, OSError))


def _make_engine(address: str) -> Engine:
    # Parameters never reach an error message or a log.
    options: dict[str, Any] = {"future": True, "hide_parameters": True}
    url = _read_address(address)
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            from sqlalchemy.pool import StaticPool

            options.update(poolclass=StaticPool, connect_args={"check_same_thread": False})
        else:
            make_private_folder(Path(os.path.abspath(str(url.database))).parent)
            # Kept open: closing the last connection moves the whole write-ahead log into the file, at every message.
            options.update(poolclass=QueuePool, pool_size=5, max_overflow=10)
            options.update(connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False})
        engine = sa.create_engine(url, **options)
        sa.event.listen(engine, "connect", _set_pragmas)
        if url.database not in (None, "", ":memory:"):
            sa.event.listen(engine, "connect", lambda _, record: record.info.update(_identity(url.database)))
            sa.event.listen(engine, "checkout", lambda _, record, __: _refuse_stale(record.info, url.database))
        return engine
    options.update(pool_pre_ping=True, pool_size=5, max_overflow=10, pool_timeout=_CONNECT_TIMEOUT_SECONDS)
    options["connect_args"] = {"connect_timeout": _CONNECT_TIMEOUT_SECONDS, "options": "-c statement_timeout=15000"}
    return sa.create_engine(url, **options)


def _read_address(address: str) -> URL:
    """The parts of an address; a mistake is named without it, since it may hold a password."""
    try:
        url = sa.engine.make_url(address)
        url.get_dialect()
    except (ArgumentError, ValueError, ImportError):
        raise ConfigError(
            "KINDLIGHT_DATABASE_URL or KINDLIGHT_TRACKER_URL cannot be read; write it like "
            "postgresql://name:password@host:5432/database or sqlite:////folder/file.db."
        ) from None
    return url


def _identity(path: str) -> dict[str, Any]:
    """Whose connection it is, and to which file: neither a fork nor a restored file may go on with it."""
    try:
        return {"process": os.getpid(), "file": os.stat(path).st_ino}
    except OSError:
        return {"process": os.getpid(), "file": None}


def _refuse_stale(info: Mapping[str, Any], path: str) -> None:
    if any(info.get(name) != value for name, value in _identity(path).items()):
        raise DisconnectionError("The database file was replaced, or the process forked.")


def _set_pragmas(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}")
    turn_on_write_ahead_log(cursor)
    # secure_delete: removed text is overwritten with zeros.
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_DIR))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@lru_cache(maxsize=1)
def get_database() -> Database:
    """The staff database of this process, brought up to date."""
    from bot.config import get_settings

    database = Database(get_settings().database_address)
    database.migrate()
    return database
