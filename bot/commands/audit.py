"""`python -m bot audit verify`."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(help="The trail of what staff did.", no_args_is_help=True)
    app.add_typer(group, name="audit")
    # Without a callback Typer drops the command name when only one command is found.
    group.callback()(lambda: None)

    @group.command()
    def verify() -> None:
        """Reads the whole trail; exit code 1 and the first entry that does not fit when something was changed."""
        from bot.console.words import label
        from bot.store import audit
        from bot.store.unit_of_work import UnitOfWork

        with UnitOfWork() as work:
            check = audit.verify(work.session)
        if check.problem:
            problem = label("verify", check.problem).format(entry=check.broken_at)
            print(f"The audit trail is broken at entry {check.broken_at}: {problem}.")
            raise SystemExit(1)
        print(f"The audit trail is whole: {check.entries} entries. Note this digest elsewhere: {check.last_digest}")
