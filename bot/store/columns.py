"""Column types: text that is encrypted on its way in, and times that are always UTC."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.types import TypeDecorator

from bot.store.keys import get_key_ring


class EncryptedText(TypeDecorator):
    """Text, encrypted with AES-GCM. Cannot be compared or sorted in SQL; see `search` for finding words."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        """Encrypts."""
        # The words as typed may hold half a character, which UTF-8 does not know: the rest is kept.
        return None if value is None else get_key_ring().encrypt(str(value).encode("utf-8", "replace"))

    def process_result_value(self, value: Any, dialect: Any) -> str | None:
        """Decrypts."""
        return None if value is None else get_key_ring().decrypt(bytes(value)).decode("utf-8")


class EncryptedJson(TypeDecorator):
    """A JSON value, encrypted like EncryptedText."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        """Encrypts."""
        if value is None:
            return None
        return get_key_ring().encrypt(json.dumps(value, ensure_ascii=False).encode("utf-8"))

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """Decrypts."""
        return None if value is None else json.loads(get_key_ring().decrypt(bytes(value)))


class UtcDateTime(TypeDecorator):
    """A moment in UTC; SQLite has no time zones, so they are added on the way out."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        """`timestamptz` on PostgreSQL."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuses a time without zone, which would be read differently elsewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time needs a time zone; use datetime.now(timezone.utc).")
        value = value.astimezone(timezone.utc)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Always with zone."""
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)
