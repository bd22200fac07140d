"""Approved pictures and their renditions by SHA-256, sealed on disk beside the ledger."""

import hashlib
import os
import re
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select, update

from store.ledger import Tx
from store.schema import media

# A sealed picture, or what a process that died has left of one half written.
_OURS = re.compile(r"[0-9a-f]{64}|\.[0-9a-f]{64}\.\d+")


class MissingPictureError(Exception):
    """The ledger names a picture whose bytes are not here, or not those that were stored."""


def wipe(path: Path) -> None:
    """Overwrite, empty and unlink a file: no journal of the disk is asked, but no name leads to its bytes any more."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
        file.truncate(0)
        os.fsync(file.fileno())
    path.unlink()


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
        """The bytes, checked against their name. Raises MissingPictureError, also for what has been erased."""
        path = self.folder / digest
        erased = tx.c.scalar(select(media.c.erased_at).where(media.c.sha256 == digest)) is not None
        if erased or not path.exists():
            raise MissingPictureError(digest)
        content = tx.cipher.open(path.read_bytes(), digest)
        if hashlib.sha256(content).hexdigest() != digest:
            raise MissingPictureError(digest)
        return content

    def erase(self, tx: Tx, digest: str, now: datetime) -> None:
        """Give the bytes up; the row stays and says when. The file goes with the next `sweep`, or it is put again."""
        tx.c.execute(update(media).where(media.c.sha256 == digest, media.c.erased_at.is_(None)).values(erased_at=now))

    def sweep(self, tx: Tx) -> int:
        """Overwrite and unlink every file that no row asks to keep; returns how many.

        Called in a write transaction of its own, after the one that erased: a crash between them loses no picture
        and leaves none for longer than until the next sweep.
        """
        kept = set(tx.c.scalars(select(media.c.sha256).where(media.c.erased_at.is_(None))).all())
        gone = [path for path in self.folder.iterdir() if path.name not in kept and _OURS.fullmatch(path.name)]
        for path in gone:
            wipe(path)
        if gone:
            self._durable()
        return len(gone)

    def _write(self, path: Path, content: bytes) -> None:
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        self._durable()

    def _durable(self) -> None:
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
