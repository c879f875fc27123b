"""What all tables share: one registry, and row numbers that both databases count."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import DeclarativeMeta, registry

_registry = registry()


class Base(metaclass=DeclarativeMeta):
    """Parent of every table class."""

    __abstract__ = True
    registry = _registry
    metadata = _registry.metadata

    def __init__(self, **values: Any) -> None:
        _registry.constructor(self, **values)


#: SQLite numbers rows by itself only for INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")
