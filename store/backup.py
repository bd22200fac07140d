"""A copy of the ledger and its pictures for another disk: consistent, checked, and never with the key."""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from store import journal
from store.ledger import Ledger
from store.media import wipe
from store.sqlite import open_engine

LEDGER = "ledger.sqlite"
MEDIA = "media"
_OURS = re.compile(r"\.?[0-9a-f]{64}(\.new)?")


class BackupRefusedError(Exception):
    """The copy cannot be made there, or it is not whole; what was in the folder before is still there."""


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A checked copy. `head` and `entries` are those of its journal: the checkpoint to keep elsewhere."""

    ledger: Path
    entries: int
    head: str
    pictures: int
    missing: int
    """Pictures that the copy names and that were not there to be copied."""


def back_up(ledger: Ledger, media: Path, folder: Path) -> Backup:
    """Copy ledger and pictures into `folder`, in place of an earlier copy. Raises BackupRefusedError.

    What was erased since the earlier copy is erased from it as well. The sealed parts open only with the key.
    """
    home = ledger.folder.resolve()
    if home in (folder.resolve(), *folder.resolve().parents):
        raise BackupRefusedError("the copy must lie outside the ledger's own folder, best on another disk")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / f".{LEDGER}.new"
    try:
        _copy_ledger(ledger, fresh)
        made = _checked(ledger, fresh)
        pictures, missing = _copy_pictures(fresh, media, folder / MEDIA)
        fresh.replace(folder / LEDGER)
    finally:
        fresh.unlink(missing_ok=True)
    _durable(folder)
    return Backup(ledger=folder / LEDGER, entries=made.entries, head=made.head, pictures=pictures, missing=missing)


def _copy_ledger(ledger: Ledger, target: Path) -> None:
    """SQLite's own backup, which other processes may write beside; the copy is one file, without a log beside it."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    target.chmod(0o600)
    source = Path(str(ledger.engine.url.database))
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy, pages=1000, sleep=0.05)
        copy.execute("PRAGMA journal_mode=DELETE")
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _checked(ledger: Ledger, copy: Path) -> journal.Verdict:
    """What the copy's own journal says. Raises BackupRefusedError where file or journal is not whole."""
    with closing(sqlite3.connect(copy)) as connection:
        said = connection.execute("PRAGMA integrity_check").fetchone()[0]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if said != "ok" or orphans:
        raise BackupRefusedError("the copy is damaged: the disk may be")
    engine = open_engine(f"sqlite:///{copy}")
    try:
        with Ledger(engine, ledger.cipher, copy.parent).read() as tx:
            verdict = journal.verify_ledger(tx)
    finally:
        engine.dispose()
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    if not verdict.whole:
        raise BackupRefusedError(f"the journal does not verify from entry {verdict.first_bad}: see the runbook")
    return verdict


def _copy_pictures(copy: Path, media: Path, target: Path) -> tuple[int, int]:
    """Bring the folder of sealed pictures in line with the copied ledger; returns how many, and how many lack."""
    with closing(sqlite3.connect(copy)) as connection:
        named = {row[0] for row in connection.execute("SELECT sha256 FROM media WHERE erased_at IS NULL")}
    target.mkdir(mode=0o700, exist_ok=True)
    for old in target.iterdir():
        # Only what we put there: the folder may be somebody else's.
        if _OURS.fullmatch(old.name) and old.name not in named:
            wipe(old)
    missing = 0
    for name in sorted(named):
        source = media / name
        if not source.exists():
            missing += 1
        elif not (target / name).exists() or (target / name).stat().st_size != source.stat().st_size:
            fresh = target / f".{name}.new"
            shutil.copyfile(source, fresh)
            fresh.chmod(0o600)
            fresh.replace(target / name)
    _durable(target)
    return len(named) - missing, missing


def _durable(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
