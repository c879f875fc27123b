"""`python -m bot purge`: removes what the retention periods say; the running assistant does the same every hour."""

from __future__ import annotations

from datetime import datetime, timezone

import typer

DRY_RUN = typer.Option(False, "--dry-run", help="Only count what would be removed.")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def purge(dry_run: bool = DRY_RUN) -> None:
        """Removes words and facts whose time is over. Prints one line a class of data."""
        from bot.store.policy import get_policy
        from bot.store.retention import purge_everything

        report = purge_everything(get_policy(), datetime.now(timezone.utc), dry_run)
        verb = "would be removed" if dry_run else "removed"
        for name, count in report.as_dict().items():
            print(f"{name.replace('_', ' ')}: {count} {verb}")
