"""`python -m bot keys`: shows which keys exist, and rotates the encryption key."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from bot.errors import ConfigError, StoreError

#: How long events may take from the disk into the database, and a transaction that was open when the key changed.
_SPOOL_SECONDS, _IN_HAND_SECONDS = 20.0, 1.0
#: How long events may take from RabbitMQ into the database.
_QUEUE_SECONDS = 20.0
_STILL_NEEDED = (
    "Everything is encrypted with the new key, but events still wait {place} and may need the old keys, "
    "which are kept. Run this again when the database has taken them."
)
_PUT_ASIDE = (
    "Everything is encrypted with the new key, but what could not be read or stored ({number} in RabbitMQ's queue "
    "{queue}) may need the old keys, which are kept. Move it back or delete it (docs/operations.md, 'Batches cannot "
    "be read'), then run this again."
)
_TAKE_OUT = (
    "Keys in KINDLIGHT_ENCRYPTION_KEYS are dropped by hand: take the old ones out once every machine has the new list "
    "and no event from before waits on disk or in RabbitMQ, or was put aside there. "
    "Without an entry index:… the last key must stay, since search, receipts and the audit trail hang on it."
)
DROP_OLD = typer.Option(False, "--drop-old", help="Remove the old keys afterwards.")
keys_app = typer.Typer(help="Encryption keys of the staff database.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(keys_app, name="keys")


@keys_app.command()
def show() -> None:
    """Prints the ids of the keys, the current one first; never a key itself."""
    from bot.store.keys import get_key_ring

    ring = get_key_ring()
    for key_id in sorted(ring.ids, key=lambda name: name != ring.current):
        print(f"{key_id}{' (current)' if key_id == ring.current else ''}")


@keys_app.command()
def rotate(drop: bool = DROP_OLD) -> None:
    """Makes a new key, encrypts every stored value with it, and with --drop-old removes the old keys."""
    from bot.config import get_settings
    from bot.store.database import get_database
    from bot.store.keys import drop_old_keys, get_key_ring, use_key_ring
    from bot.store.keys import rotate as add_key
    from bot.store.rotation import encrypt_again, encrypt_trackers_again
    from bot.store.tracker_copy import get_tracker_copy

    settings = get_settings()
    folder = settings.var_dir / "keys"
    if settings.encryption_keys:
        if len(get_key_ring().ids) < 2:
            raise ConfigError(
                "Put a new key first in KINDLIGHT_ENCRYPTION_KEYS, keep the old one behind it, run this again."
            )
    else:
        get_key_ring()
        add_key(folder)
        use_key_ring(None)

    def encrypt_everything() -> int:
        ring = get_key_ring()
        return encrypt_again(get_database(), ring) + encrypt_trackers_again(get_tracker_copy(), ring)

    changed = encrypt_everything()
    if drop and settings.encryption_keys:
        print(_TAKE_OUT)
    elif drop:
        _wait_for_spool(settings.var_dir / "spool")
        if settings.amqp_url:
            _wait_for_queues(settings.amqp_url)
        # What processes that run on had in hand when the key changed is in the database by now.
        changed += encrypt_everything()
        print(f"dropped: {', '.join(drop_old_keys(folder)) or 'none'}")
        use_key_ring(None)
    print(f"{changed} values encrypted with key {get_key_ring().current}")


def _wait_for_spool(folder: Path, seconds: float = _SPOOL_SECONDS) -> None:
    """Batches on disk may be under an old key; with a database that answers they are delivered within seconds.

    Raises:
        StoreError: Some still wait.
    """
    ends = time.monotonic() + seconds
    time.sleep(_IN_HAND_SECONDS)
    while any(path.stat().st_size for path in folder.glob("*/*.log") if path.is_file()):
        if time.monotonic() > ends:
            raise StoreError(_STILL_NEEDED.format(place="on disk"))
        time.sleep(0.2)


def _wait_for_queues(url: str) -> None:
    """The disk is empty as soon as RabbitMQ has the batches; those may be under an old key, too.

    Raises:
        StoreError: Some still wait or were put aside, or RabbitMQ is away.
    """
    from bot.eventlog.amqp import UNREADABLE, count_aside, wait_until_written
    from bot.store.keys import get_key_ring

    if not wait_until_written(url, get_key_ring(), _QUEUE_SECONDS):
        raise StoreError(_STILL_NEEDED.format(place="in RabbitMQ"))
    # Afterwards: a batch that waited may have been put aside meanwhile.
    if number := count_aside(url):
        raise StoreError(_PUT_ASIDE.format(number=number, queue=UNREADABLE))
