"""`python -m bot keys`: shows which keys exist, and rotates the encryption key."""

from __future__ import annotations

import typer

from bot.errors import ConfigError

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
    changed = encrypt_again(get_database(), get_key_ring()) + encrypt_trackers_again(get_tracker_copy(), get_key_ring())
    print(f"{changed} values encrypted with key {get_key_ring().current}")
    if drop and not settings.encryption_keys:
        # A spool of another process may still hold batches under the old key; they are delivered within seconds.
        print(f"dropped: {', '.join(drop_old_keys(folder)) or 'none'}")
        use_key_ring(None)
