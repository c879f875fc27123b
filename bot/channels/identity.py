"""Conversation ids that nobody can guess or link, and the signed tokens that carry them."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from functools import lru_cache
from pathlib import Path

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from bot.config import get_settings
from bot.errors import ConfigError, InputError
from bot.private_folder import make_private_folder

TOKEN_VALID_SECONDS = 12 * 3600
_KEY_BYTES = 32


def new_conversation_id() -> str:
    """A random id of 32 hex digits."""
    return secrets.token_hex(16)


def sign(conversation_id: str) -> str:
    """A token that proves the conversation is the holder's; valid for TOKEN_VALID_SECONDS, for a deletion always."""
    return _serializer().dumps(conversation_id)


def read_token(token: str, for_deletion: bool = False) -> str:
    """The conversation id in a token.

    Args:
        token: As the widget sent it.
        for_deletion: Takes a token of any age: what is stored outlives the token, and its holder may always delete it.

    Raises:
        InputError: The token was altered or is too old; the widget then starts a new conversation.
    """
    try:
        return str(_serializer().loads(token, max_age=None if for_deletion else TOKEN_VALID_SECONDS))
    except SignatureExpired:
        raise InputError("This conversation has ended. Please start a new one.") from None
    except (BadSignature, UnicodeEncodeError):
        # Half a character (a lone surrogate) cannot be encoded, so no token of ours has one.
        raise InputError("This conversation is not known. Please start a new one.") from None


def pseudonym(channel: str, platform_id: str) -> str:
    """A keyed hash of a chat or phone id: the same person on the same channel, unlinkable across channels."""
    # Half a character (a lone surrogate) has a hash of its own, too: an odd id is nobody else's, and breaks nothing.
    named = f"{channel}:{platform_id}".encode("utf-8", "surrogatepass")
    return hmac.new(_key(), named, hashlib.sha256).hexdigest()[:32]


def drill_proof(conversation_id: str) -> str:
    """What a drill sends along: only who has this deployment's key can make it, while anybody can get a token."""
    return pseudonym("drill", conversation_id)


@lru_cache(maxsize=1)
def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_key(), salt="kindlight-conversation")


@lru_cache(maxsize=1)
def _key() -> bytes:
    given = os.environ.get("KINDLIGHT_CHANNEL_KEY")
    if given:
        return given.encode()
    return _read_or_make_key(get_settings().var_dir / "keys" / "channel.key")


def _read_or_make_key(path: Path) -> bytes:
    if not path.exists():
        _make_key(path)
    if path.stat().st_mode & 0o077:
        raise ConfigError(f"{path.name} can be read by others. Run: chmod 600 {path}")
    key = path.read_bytes()
    if not key:
        # Under an empty key anybody could make a token, and every id could be looked up.
        raise ConfigError(f"{path} is empty. Remove it: a new key is made, and open chats begin anew.")
    return key


def _make_key(path: Path) -> None:
    """Puts a whole key in place at once: several servers start together, and one may be killed while it writes."""
    make_private_folder(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        os.link(name, path)
    except FileExistsError:
        # Another server was first; its key is the one.
        return
    finally:
        os.unlink(name)
