"""Servers that tests use where they run; without one, a test is skipped and says what it could not be run against."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import Iterator

import pika
import pytest
import sqlalchemy as sa

RABBITMQ = "amqp://guest:guest@127.0.0.1:5672/?connection_attempts=1&socket_timeout=2"
_POSTGRES = "postgresql://postgres@127.0.0.1:5432/"
_NO_POSTGRES = "no PostgreSQL on 127.0.0.1:5432 lets the user postgres in; the same test runs on SQLite"
_NO_RABBITMQ = "no RabbitMQ on 127.0.0.1:5672 lets guest in, and its queues cannot be tried without one"


@contextmanager
def postgres_database() -> Iterator[str | None]:
    """Address of an empty database with a name of its own, dropped in the end; None where there is no server."""
    name = f"kindlight_{secrets.token_hex(4)}"
    admin = sa.create_engine(_POSTGRES + "postgres", isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    try:
        with admin.connect() as connection:
            connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    except sa.exc.OperationalError:
        yield None
        return
    yield _POSTGRES + name
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.dispose()


def emptied(address: str | None) -> str:
    """The same database without any table; skips the test where there is no server."""
    if address is None:
        pytest.skip(_NO_POSTGRES)
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return address


def rabbitmq() -> pika.BlockingConnection:
    """A connection to RabbitMQ; skips the test where there is no server."""
    try:
        return pika.BlockingConnection(pika.URLParameters(RABBITMQ))
    except (pika.exceptions.AMQPError, OSError):
        pytest.skip(_NO_RABBITMQ)
