"""One transaction: `with UnitOfWork(database) as work:` rolls back unless `work.commit()` was called."""

from __future__ import annotations

from types import TracebackType

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.errors import StoreError
from bot.store.database import Database, describe, get_database


class UnitOfWork:
    """Opens a session, commits only when told to, and names a database failure in one sentence."""

    session: Session

    def __init__(self, database: Database | None = None) -> None:
        """Uses the process's database when none is given."""
        self._database = database or get_database()

    def __enter__(self) -> UnitOfWork:
        self.session = self._database.session()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.session.rollback()
        except SQLAlchemyError:
            # The connection is gone; what matters is the error that is already on its way.
            self.session.invalidate()
        finally:
            self.session.close()
        if isinstance(error, SQLAlchemyError):
            raise StoreError(f"The staff database refused an operation: {describe(error)}.") from error

    @property
    def database(self) -> Database:
        """The database this transaction runs on."""
        return self._database

    def commit(self) -> None:
        """Makes everything since the start, or since the last commit, permanent.

        Raises:
            StoreError: The database refused; nothing was kept.
        """
        try:
            self.session.commit()
        except SQLAlchemyError as error:
            self.session.rollback()
            raise StoreError(f"The staff database refused to save: {describe(error)}.") from error
