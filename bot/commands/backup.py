"""`python -m bot backup` and `python -m bot restore`."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import typer

TARGET = typer.Argument(..., help="The archive to write, such as kindlight-2026-11-24.tar; it must not exist.")
ARCHIVE = typer.Argument(..., help="An archive that `backup` wrote.")
YES = typer.Option(False, "--yes", help="Replace what is there now.")


def register(app: typer.Typer) -> None:
    """Adds the commands."""

    @app.command()
    def backup(target: Path = TARGET) -> None:
        """Copies the databases into one archive, without the keys; the assistant may go on running."""
        from bot.config import get_settings
        from bot.store.backup import create
        from bot.store.keys import get_key_ring

        settings = get_settings()
        manifest = create(settings, get_key_ring(), target)
        print(f"{target}: {', '.join(manifest.files)}, made at {manifest.made_at}")
        kept = "KINDLIGHT_ENCRYPTION_KEYS" if settings.encryption_keys else str(settings.var_dir / "keys")
        print(
            f"The keys ({', '.join(manifest.key_ids)}) are not in it. Keep a copy of {kept} in another place: without "
            "them nothing in the archive can be read, and with both together everything can."
        )
        print(f"Delete the archive within {settings.retention_text_days} days, as the words in it must go then.")

    @app.command()
    def restore(archive: Path = ARCHIVE, yes: bool = YES) -> None:
        """Replaces the databases by those of an archive; what was erased or due since then is removed again."""
        from bot.config import get_settings
        from bot.errors import InputError
        from bot.store.backup import restore as put_back
        from bot.store.keys import get_key_ring
        from bot.store.policy import get_policy
        from bot.store.retention import purge_everything

        if not yes:
            raise InputError("This replaces the present databases. Stop the assistant, then add --yes.")
        result = put_back(get_settings(), get_key_ring(), archive)
        report = purge_everything(get_policy(), datetime.now(timezone.utc))
        print(f"{result.conversations} conversations restored, {result.erased_again} erased again")
        for name, count in report.as_dict().items():
            print(f"{name.replace('_', ' ')}: {count} removed, as their time is over")
