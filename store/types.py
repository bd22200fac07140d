"""Column types that keep the ledger's promises about time, and the sealing of personal data."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant. Refuses a naive one and never hands one back (SQLite alone would drop the offset)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored: give it a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


class SealBrokenError(Exception):
    """Sealed bytes do not open with this key: wrong key, or the bytes were changed."""


class Cipher:
    """AES-256-GCM over personal data at rest. Ids, states, clocks and markers are never sealed."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)
        self.check_code = hashlib.sha256(b"downdate key check" + key).hexdigest()[:8]
        """What a person types back to show that the key is kept somewhere else too; it does not reveal the key."""

        self._key = key

    def derived(self, purpose: str) -> bytes:
        """32 bytes for another use of the same key, from which the key cannot be found."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._key)

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Sealed bytes that open only for the same purpose."""
        nonce = os.urandom(12)
        return nonce + self._aead.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        try:
            return self._aead.decrypt(sealed[:12], sealed[12:], purpose.encode())
        except InvalidTag:
            raise SealBrokenError(purpose) from None

    def __repr__(self) -> str:
        return "Cipher(***)"


def make_key(path: Path) -> Cipher:
    """Make a new key at `path`, readable by its owner only. Never replaces one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(AESGCM.generate_key(256).hex().encode())
        file.flush()
        os.fsync(file.fileno())
    return read_key(path)


def read_key(path: Path) -> Cipher:
    """The cipher of the key in `path`. Raises ValueError where it is not 64 hexadecimal digits."""
    key = bytes.fromhex(path.read_text().strip())
    if len(key) != 32:
        raise ValueError("the ledger's key must be 64 hexadecimal digits")
    return Cipher(key)
