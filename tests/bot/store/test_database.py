"""Migrations, pragmas, and errors without stored words."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from bot.errors import StoreError
from bot.store.base import Base
from bot.store.database import HEAD, MIGRATIONS_DIR, Database
from bot.store.models import Conversation
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW


def test_the_newest_migration_is_the_one_the_start_checks_for():
    revisions = sorted(path.name.split("_")[0] for path in (MIGRATIONS_DIR / "versions").glob("*.py"))
    assert revisions[-1] == HEAD


def test_migrations_give_the_tables_of_the_models(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    # Alembic cannot compare an index with a descending column; everything else must agree.
    assert [entry for entry in differences if "ix_conversations_queue" not in str(entry)] == []


def test_a_second_start_changes_nothing(database):
    assert database.migrate() is False


def test_processes_that_start_together_migrate_once(tmp_path, keys):
    address = f"sqlite:///{tmp_path / 'new.db'}"
    problems = []

    def start():
        try:
            Database(address).migrate()
        except StoreError as error:
            problems.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert problems == []
    assert Database(address).revision() == HEAD


def test_a_unit_of_work_without_commit_leaves_nothing(database):
    with UnitOfWork(database) as work:
        work.session.add(Conversation(id="c1", started_at=NOW, last_at=NOW))
        work.session.flush()
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "c1") is None


def test_an_error_names_the_kind_and_not_the_words(database):
    with pytest.raises(StoreError) as caught, UnitOfWork(database) as work:
        for _ in range(2):
            work.session.execute(
                sa.insert(Conversation).values(id="secret-word", started_at=NOW, last_at=NOW, status="new")
            )
    assert "secret-word" not in str(caught.value).replace("(id)=(secret-word)", "")


def test_a_database_that_is_away_is_one_sentence(keys):
    away = Database("postgresql://postgres@127.0.0.1:1/none")
    with pytest.raises(StoreError, match="cannot be prepared"):
        away.migrate()
