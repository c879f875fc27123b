"""Passwords, codes and lock-out, without a page."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pyotp
import pytest

from bot.console import accounts

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "password_short"),
        ("eleven char", "password_short"),
        ("twelve chars", None),
        ("x" * 257, "password_long"),
        ("password1234", "password_common"),
        ("Password2026!", "password_common"),
        ("aaaaaaaaaaaaaa", "password_common"),
        ("abcdefghijklmnop", "password_common"),
        ("ada.lovelace12", "password_own"),
        ("kindlight2026", "password_own"),
        ("kindlight orchard velvet", None),
        ("lantern orchard velvet tram", None),
        ("пароль из трёх слов", None),
    ],
)
def test_passwords_are_judged_by_length_and_block_list(password, problem):
    assert accounts.password_problem(password, "ada.lovelace@example.org", "Ada Lovelace") == problem


def test_a_code_works_once_and_only_in_its_time():
    code = pyotp.TOTP(SECRET).at(AT)
    step = accounts.totp_step(SECRET, code, AT, None)
    assert step == int(AT.timestamp()) // 30
    assert accounts.totp_step(SECRET, code, AT, step) is None
    assert accounts.totp_step(SECRET, code, AT + timedelta(seconds=30), None) == step
    assert accounts.totp_step(SECRET, code, AT + timedelta(seconds=90), None) is None


@pytest.mark.parametrize("code", ["", "abcdef", "12345", "１２３４５６", "1234567", "'; --"])
def test_what_is_no_code_is_refused(code):
    assert accounts.totp_step(SECRET, code, AT, None) is None


def test_a_recovery_code_works_once():
    codes, kept = accounts.new_recovery_codes()
    left = accounts.use_recovery_code(kept, codes[3].upper())
    assert left is not None and len(left) == accounts.RECOVERY_CODES - 1
    assert accounts.use_recovery_code(left, codes[3]) is None
    assert accounts.use_recovery_code(left, "aaaa-bbbb-cccc") is None


def test_waiting_doubles_up_to_an_hour():
    waits = [accounts.wait_after(failures).total_seconds() for failures in (0, 4, 5, 6, 7, 11, 12, 40)]
    assert waits == [0, 0, 30, 60, 120, 1920, 3600, 3600]


def test_a_missing_account_is_never_right():
    assert not accounts.check_password(None, "anything at all")
