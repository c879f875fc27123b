"""Tombstones that a restore notes on disk before it replaces the database that held them.

Should the restore be stopped in between, only this file knows what people erased since the backup; the next restore
applies it. It holds keyed digests, times and counts, as the table does: no word and no id of a conversation.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence

import sqlalchemy as sa

from bot.errors import StoreError
from bot.store.columns import UtcDateTime
from bot.store.models import Erasure

NAME = "restore-tombstones.json"


def are_left(folder: Path) -> bool:
    """Whether a restore was stopped, so that what people erased since the backup may be in the database again."""
    return (folder / NAME).exists()


def read(folder: Path) -> List[Dict[str, Any]]:
    """The noted rows of the table of erasures; none where no restore was stopped.

    Raises:
        StoreError: The file is there but cannot be read; going on without it would bring back what was erased.
    """
    path = folder / NAME
    if not path.exists():
        return []
    times = [column.name for column in sa.inspect(Erasure).columns if isinstance(column.type, UtcDateTime)]
    try:
        rows: List[Dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        for row in rows:
            row.update({name: datetime.fromisoformat(row[name]) for name in times if row[name] is not None})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"{path} cannot be read ({type(error).__name__}): a restore that was stopped noted there what people "
            "erased since the backup. Move it away to restore without that."
        ) from None
    return rows


def write(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Notes the rows in place of those there; they outlast the process and the machine's next start.

    Raises:
        StoreError: The folder cannot be written.
    """
    unfinished = folder / f".{NAME}.part"
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(rows, file, default=datetime.isoformat)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, folder / NAME)
        _sync_folder(folder)
    except OSError as error:
        raise StoreError(f"{folder / NAME} cannot be written: {error.strerror}. Nothing was changed.") from None


def remove(folder: Path) -> None:
    """After the rows were applied."""
    (folder / NAME).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Else the name may be lost with the power, although the bytes are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
