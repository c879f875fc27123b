"""Passwords, second factor, recovery codes and lock-out. Pure but for the randomness of new secrets.

Source: NIST SP 800-63B rev. 4 (length over composition, block list, no forced change, throttling),
RFC 9106 (Argon2id), RFC 6238 (TOTP).
"""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_PASSWORD, MAX_PASSWORD = 12, 256
RECOVERY_CODES = 10
TOTP_STEP_SECONDS = 30
#: Failures that are free; each one after them doubles the wait.
FREE_FAILURES = 4
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
ISSUER = "Kindlight"

_PASSWORDS = PasswordHasher()
# A recovery code has 60 random bits: a light hash is enough, and ten of them are compared at once.
_CODES = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
_COMMON = Path(__file__).with_name("common_passwords.txt")


def password_problem(password: str, email: str, name: str) -> Optional[str]:
    """Why a password cannot be used, as a key of the words file; None when it can.

    Args:
        password: As typed.
        email, name: Of the account: a password made of them is easily guessed.
    """
    plain = unicodedata.normalize("NFKC", password).lower()
    if len(plain) < MIN_PASSWORD:
        return "password_short"
    if len(plain) > MAX_PASSWORD:
        return "password_long"
    bare = "".join(letter for letter in plain if letter.isalpha())
    if plain in _common() or bare in _common() or len(set(plain)) < 5 or _is_run(plain):
        return "password_common"
    own = [part for part in [*email.lower().replace("@", " ").split(), *name.lower().split(), "kindlight"] if part]
    if any(len(part) > 3 and part in plain and len(plain) - len(part) < 6 for part in own):
        return "password_own"
    return None


def hash_password(password: str) -> str:
    """Argon2id with the library's defaults (RFC 9106, low-memory set)."""
    return _PASSWORDS.hash(unicodedata.normalize("NFKC", password))


def check_password(stored: Optional[str], password: str) -> bool:
    """Compares; takes as long for an account that does not exist."""
    try:
        return _PASSWORDS.verify(stored or _decoy(), unicodedata.normalize("NFKC", password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def new_totp_secret() -> str:
    """160 random bits in base32."""
    return pyotp.random_base32()


def totp_address(secret: str, email: str) -> str:
    """The `otpauth://` address that an authenticator app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def totp_step(secret: str, code: str, now: datetime, last_step: Optional[int]) -> Optional[int]:
    """The time step a code belongs to, None when it is wrong, too old or was used before.

    Args:
        secret: Base32.
        code: Six digits, spaces allowed.
        now: With zone. One step before and after is accepted (RFC 6238, section 5.2).
        last_step: The step accepted last; it and all before are refused.
    """
    plain = code.replace(" ", "")
    current = int(now.timestamp()) // TOTP_STEP_SECONDS
    if not (plain.isascii() and plain.isdigit()):
        return None
    for step in (current, current - 1, current + 1):
        if last_step is not None and step <= last_step:
            continue
        if secrets.compare_digest(pyotp.TOTP(secret).generate_otp(step), plain):
            return step
    return None


def new_recovery_codes() -> Tuple[List[str], List[str]]:
    """Codes to show once, and their hashes to keep."""
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes], [_CODES.hash(code) for code in codes]


def use_recovery_code(kept: Sequence[str], code: str) -> Optional[List[str]]:
    """The hashes that are left after using a code; None when it fits none."""
    plain = code.replace("-", "").replace(" ", "").lower()
    for number, stored in enumerate(kept):
        try:
            if _CODES.verify(stored, plain):
                return [*kept[:number], *kept[number + 1 :]]
        except (VerificationError, InvalidHashError):
            continue
    return None


def wait_after(failures: int) -> timedelta:
    """How long an account stays closed after this many failures in a row."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES - 1, 12)
    return min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)


def _is_run(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in zip(text, text[1:])}
    return len(steps) == 1


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _PASSWORDS.hash(secrets.token_hex(16))
