"""`python -m bot user …`: staff accounts from the command line. There is no default account and no default password."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.store.staff_models import User

ACTOR = "command line"


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(help="Staff accounts of the console.", no_args_is_help=True)
    app.add_typer(group, name="user")

    @group.command()
    def add(
        email: str = typer.Option(..., prompt="E-mail address"),
        name: str = typer.Option(..., prompt="Name"),
        role: str = typer.Option("reviewer", help="reviewer, lead, auditor, content_editor or admin."),
    ) -> None:
        """Adds an account; the password is asked for (or read from standard input), the second factor comes later."""
        from bot.store.accounts import add_user
        from bot.store.unit_of_work import UnitOfWork

        password_hash = _new_password(email, name)
        with UnitOfWork() as work:
            user = add_user(work.session, email, name, role, password_hash, _now(), ACTOR)
            work.commit()
        print(f"Added {user.email} as {role}. The second factor is set up at the first sign-in.")

    @group.command(name="list")
    def list_all() -> None:
        """Lists the accounts."""
        from bot.store.accounts import list_users
        from bot.store.unit_of_work import UnitOfWork

        with UnitOfWork() as work:
            for user in list_users(work.session):
                print(f"{user.email}  {user.role}  {'open' if user.active else 'closed'}  {user.name}")

    @group.command()
    def close(email: str) -> None:
        """Closes an account and ends its sessions."""
        _change(email, active=False)

    @group.command(name="open")
    def open_again(email: str) -> None:
        """Opens a closed or locked account."""
        _change(email, active=True, failed_attempts=0, locked_until=None)

    @group.command(name="set-password")
    def set_password(email: str) -> None:
        """For a forgotten password: asks for a new one (or reads it from standard input), ends sessions and a lock."""
        from bot.store.unit_of_work import UnitOfWork

        # Closed before the password is asked for: nobody else should wait while a person types.
        with UnitOfWork() as work:
            user = _find(work.session, email)
            address, name = user.email, user.name
        password_hash = _new_password(address, name)
        _change(
            address,
            password_hash=password_hash,
            password_changed_at=_now(),
            failed_attempts=0,
            locked_until=None,
        )

    @group.command(name="reset-second-factor")
    def reset_second_factor(email: str) -> None:
        """For a lost phone: the next sign-in sets up a new second factor."""
        _change(email, totp_secret=None, recovery_codes=None, totp_last_step=None)

    @group.command()
    def role(email: str, role: str) -> None:
        """Gives an account another role."""
        from bot.errors import InputError
        from bot.store.constants import ROLES

        if role not in ROLES:
            raise InputError(f"There is no role '{role}'. Choose one of: {', '.join(ROLES)}.")
        _change(email, role=role)


def _change(email: str, **changes: object) -> None:
    from bot.store.accounts import change_user
    from bot.store.unit_of_work import UnitOfWork

    with UnitOfWork() as work:
        user = _find(work.session, email)
        change_user(work.session, user, ACTOR, _now(), **changes)
        work.commit()
        print(f"Changed {user.email}.")


def _find(session: Session, email: str) -> User:
    from bot.errors import InputError
    from bot.store.accounts import find_user

    user = find_user(session, email)
    if user is None:
        raise InputError(f"There is no account for '{email}'. `python -m bot user list` shows all.")
    return user


def _new_password(email: str, name: str) -> str:
    from bot.console.accounts import hash_password, password_problem
    from bot.console.words import label
    from bot.errors import InputError

    password = _read_password()
    problem = password_problem(password, email, name)
    if problem:
        raise InputError(label("messages", problem))
    return hash_password(password)


def _read_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password (at least 12 characters)", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _now() -> datetime:
    return datetime.now(timezone.utc)
