"""The key ring: which key encrypts now, which older keys still decrypt, and the key behind keyed digests.

Keys come from `KINDLIGHT_ENCRYPTION_KEYS` (`id:base64,…`, the first is current; an entry named `index` is the
digest key) or from `var/keys/store.json`, made with mode 0600 at the first start. AES-256-GCM with a random
96-bit nonce a value (NIST SP 800-38D); derived keys by HKDF-SHA256 (RFC 5869).
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Dict, Mapping, Tuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import ConfigError, StoreError
from bot.private_folder import make_private_folder

INDEX = "index"
_VERSION = b"\x01"
_ID_CHARS = 8
_NONCE_BYTES = 12
_KEY_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """Raw keys.

    Attributes:
        current: Id of the key that encrypts.
        by_id: Key id (8 characters) → 32 bytes.
        index: 32 bytes behind every keyed digest; it does not change when `current` rotates.
    """

    current: str
    by_id: Mapping[str, bytes]
    index: bytes


class KeyRing:
    """Encrypts with the current key and decrypts with the key a value names. Thread-safe."""

    def __init__(self, keys: Keys, source: Path | None = None) -> None:
        """Takes loaded keys.

        Args:
            keys: See Keys.
            source: The key file, read again when a value names an unknown key (another process rotated).
        """
        self._source = source
        self._stamp = _stamp_of(source)
        self._lock = Lock()
        self._use(keys)

    def _use(self, keys: Keys) -> None:
        # The ciphers first: another thread that sees the new current key finds its cipher.
        self._ciphers = {name: AESGCM(key) for name, key in keys.by_id.items()}
        self._keys = keys

    @property
    def current(self) -> str:
        """Id of the key that encrypts new values."""
        return self._keys.current

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all keys that can decrypt."""
        return tuple(self._keys.by_id)

    def encrypt(self, plain: bytes, context: bytes = b"") -> bytes:
        """Version, key id, nonce, ciphertext with tag. `context` must be the same to decrypt."""
        self._notice_rotation()
        nonce, current = os.urandom(_NONCE_BYTES), self._keys.current
        sealed = self._ciphers[current].encrypt(nonce, plain, context)
        return _VERSION + current.encode() + nonce + sealed

    def decrypt(self, sealed: bytes, context: bytes = b"") -> bytes:
        """The plain bytes.

        Raises:
            StoreError: The key is missing, or the value was changed.
        """
        if sealed[:1] != _VERSION:
            raise StoreError("A stored value is not in the encrypted form this version reads.")
        key_id = key_id_of(sealed)
        cipher = self._ciphers.get(key_id) or self._reload(key_id)
        start = 1 + _ID_CHARS
        try:
            return cipher.decrypt(sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :], context)
        except InvalidTag:
            raise StoreError(f"A value encrypted with key {key_id} was changed or belongs elsewhere.") from None

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, such as `search` or `memory`."""
        return HKDF(SHA256(), _KEY_BYTES, salt=None, info=purpose.encode()).derive(self._keys.index)

    def _notice_rotation(self) -> None:
        """A process that runs on must not write with a key that is about to be dropped."""
        stamp = _stamp_of(self._source)
        if stamp is None or stamp == self._stamp:
            return
        with self._lock:
            if self._source is not None and stamp != self._stamp:
                self._use(_parse_file(self._source))
                self._stamp = stamp

    def _reload(self, key_id: str) -> AESGCM:
        with self._lock:
            if key_id not in self._ciphers and self._source is not None and self._source.is_file():
                self._use(_parse_file(self._source))
        if key_id not in self._ciphers:
            raise StoreError(f"The key {key_id} is missing; add it to KINDLIGHT_ENCRYPTION_KEYS or the key file.")
        return self._ciphers[key_id]


def _stamp_of(path: Path | None) -> Tuple[int, int] | None:
    """Changes when the key file is replaced."""
    try:
        found = os.stat(path) if path is not None else None
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns) if found is not None else None


def key_id_of(sealed: bytes) -> str:
    """Id of the key that a stored value was encrypted with."""
    return sealed[1 : 1 + _ID_CHARS].decode("ascii", "replace")


def load_key_ring(variable: str, folder: Path) -> KeyRing:
    """The ring from the environment's value, else from `folder/store.json`, which is made when missing.

    Raises:
        ConfigError: The value or the file cannot be read; the message says what it must look like.
    """
    if variable:
        return KeyRing(_parse_variable(variable))
    path = folder / "store.json"
    if not path.is_file():
        _create_file(path)
    return KeyRing(_parse_file(path), path)


def rotate(folder: Path) -> str:
    """Adds a new current key to the key file and returns its id; older keys still decrypt.

    Raises:
        ConfigError: There is no key file (keys come from the environment; rotate there).
    """
    path = folder / "store.json"
    if not path.is_file():
        raise ConfigError(
            f"There is no key file {path}; add the new key in front of KINDLIGHT_ENCRYPTION_KEYS instead."
        )
    _parse_file(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    key_id = _new_id()
    content["keys"][key_id] = _encode(secrets.token_bytes(_KEY_BYTES))
    content["current"] = key_id
    _write_private(path, content)
    return key_id


def drop_old_keys(folder: Path) -> list[str]:
    """Removes every key but the current one; call it only after all values were encrypted again."""
    path = folder / "store.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    dropped = [name for name in content["keys"] if name != content["current"]]
    content["keys"] = {content["current"]: content["keys"][content["current"]]}
    _write_private(path, content)
    return dropped


def _new_id() -> str:
    return secrets.token_hex(_ID_CHARS // 2)


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decode(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ConfigError(f"The key '{name}' must be 32 bytes in base64; make one with: openssl rand -base64 32.")
    return key


def _parse_variable(variable: str) -> Keys:
    pairs = [part.strip().partition(":") for part in variable.split(",") if part.strip()]
    found = {name: _decode(name, text) for name, _, text in pairs}
    names = [name for name in found if name != INDEX]
    if not names or any(len(name) != _ID_CHARS for name in names):
        raise ConfigError(
            "KINDLIGHT_ENCRYPTION_KEYS must hold id:base64 pairs separated by commas; each id has 8 letters or digits."
        )
    by_id = {name: found[name] for name in names}
    # Without its own entry the digest key follows from the oldest key, so that adding a key in front changes nothing.
    index = found.get(INDEX) or HKDF(SHA256(), _KEY_BYTES, None, b"index").derive(by_id[names[-1]])
    return Keys(names[0], by_id, index)


def _parse_file(path: Path) -> Keys:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        by_id: Dict[str, bytes] = {name: _decode(name, text) for name, text in content["keys"].items()}
        return Keys(content["current"], by_id, _decode(INDEX, content[INDEX]))
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(f"The key file {path} cannot be read; restore it from the backup, it is needed.") from None


def _create_file(path: Path) -> None:
    """Several processes may start at once: whoever links the finished file first wins."""
    make_private_folder(path.parent)
    key_id = _new_id()
    content = {
        INDEX: _encode(secrets.token_bytes(_KEY_BYTES)),
        "current": key_id,
        "keys": {key_id: _encode(secrets.token_bytes(_KEY_BYTES))},
    }
    _write_private(path, content, replace=False)


def _write_private(path: Path, content: Mapping[str, object], replace: bool = True) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".keys-")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(temporary, path)
        else:
            os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


_ring: KeyRing | None = None
_ring_lock = Lock()


def get_key_ring() -> KeyRing:
    """The key ring of this process, loaded from the settings at the first use."""
    global _ring
    with _ring_lock:
        if _ring is None:
            from bot.config import get_settings

            settings = get_settings()
            _ring = load_key_ring(settings.encryption_keys, settings.var_dir / "keys")
    return _ring


def use_key_ring(ring: KeyRing | None) -> None:
    """Sets the ring of this process (tests, key rotation); None loads it again at the next use."""
    global _ring
    with _ring_lock:
        _ring = ring
