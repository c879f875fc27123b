"""`user` and `audit verify` as a person runs them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa

from bot.config import PROJECT_DIR


@pytest.fixture
def run(tmp_path):
    def go(*arguments, given=""):
        environment = {**os.environ, "KINDLIGHT_VAR_DIR": str(tmp_path), "KINDLIGHT_DATABASE_URL": ""}
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            input=given, capture_output=True, text=True, cwd=PROJECT_DIR, env=environment, timeout=60,
        )  # fmt: skip

    return go


def test_accounts_are_added_with_care_and_tampering_is_found(run, tmp_path):
    add = ("user", "add", "--email", "ada@example.org", "--name", "Ada", "--role", "lead")
    refused = run(*add, given="password1234\n")
    assert refused.returncode == 2 and "easily guessed" in refused.stderr
    assert run(*add, given="lantern orchard velvet tram\n").returncode == 0
    assert "already an account" in run(*add, given="lantern orchard velvet tram\n").stderr
    assert run("user", "close", "ada@example.org").returncode == 0
    assert "ada@example.org  lead  closed" in run("user", "list").stdout
    assert "trail is whole: 2 entries" in run("audit", "verify").stdout
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'kindlight.db'}", future=True)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE audit_entries SET actor = 'nobody' WHERE id = 1"))
    broken = run("audit", "verify")
    assert broken.returncode == 1 and "broken at entry 1: entry 1 was changed." in broken.stdout


def test_a_forgotten_password_is_replaced_with_the_same_care(run, tmp_path):
    from bot.console.accounts import check_password

    given = {"given": "lantern orchard velvet tram\n"}
    assert "no account" in run("user", "set-password", "ada@example.org", **given).stderr
    run("user", "add", "--email", "ada@example.org", "--name", "Ada", "--role", "admin", **given)
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'kindlight.db'}", future=True)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE users SET failed_attempts = 9, locked_until = '2099-01-01 00:00:00'"))
    refused = run("user", "set-password", "ada@example.org", given="ada@example.org\n")
    assert refused.returncode == 2 and "your e-mail address" in refused.stderr
    assert run("user", "set-password", "Ada@Example.org", given="copper meadow violin stairs\n").returncode == 0
    columns = [sa.column(name) for name in ("password_hash", "session_version", "failed_attempts", "locked_until")]
    with engine.begin() as connection:
        stored, *others = connection.execute(sa.select(*columns).select_from(sa.table("users"))).one()
        told = connection.execute(sa.text("SELECT details FROM audit_entries ORDER BY id DESC LIMIT 1")).scalar_one()
    assert check_password(stored, "copper meadow violin stairs") and others == [1, 0, None]
    assert "password_hash" in told and stored not in told
