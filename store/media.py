"""Approved pictures and their renditions by SHA-256, sealed on disk beside the ledger."""

import hashlib
import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select, update

from store.ledger import Tx
from store.schema import media


class MissingPictureError(Exception):
    """The ledger names a picture whose bytes are not here, or not those that were stored."""


class MediaStore:
    """A folder of sealed files named by the SHA-256 of what they hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "media"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, tx: Tx, content: bytes, now: datetime) -> str:
        """Keep the bytes; returns their SHA-256. The file is durable before the row is written."""
        digest = hashlib.sha256(content).hexdigest()
        if tx.c.scalar(select(media.c.sha256).where(media.c.sha256 == digest, media.c.erased_at.is_(None))):
            return digest
        self._write(self.folder / digest, tx.cipher.seal(content, digest))
        if tx.c.execute(update(media).where(media.c.sha256 == digest).values(erased_at=None)).rowcount == 0:
            tx.c.execute(insert(media).values(sha256=digest, stored_at=now))
        return digest

    def get(self, tx: Tx, digest: str) -> bytes:
        """The bytes, checked against their name. Raises MissingPictureError."""
        path = self.folder / digest
        if not path.exists():
            raise MissingPictureError(digest)
        content = tx.cipher.open(path.read_bytes(), digest)
        if hashlib.sha256(content).hexdigest() != digest:
            raise MissingPictureError(digest)
        return content

    def erase(self, tx: Tx, digest: str, now: datetime) -> None:
        """Empty and unlink the file; the row stays and says when."""
        path = self.folder / digest
        if path.exists():
            with path.open("r+b") as file:
                file.truncate(0)
                os.fsync(file.fileno())
            path.unlink()
        tx.c.execute(update(media).where(media.c.sha256 == digest).values(erased_at=now))

    def _write(self, path: Path, content: bytes) -> None:
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
