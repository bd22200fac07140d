"""The ledger: one file of truth, opened once, written only in IMMEDIATE transactions by the modules of this package.

`with ledger.write() as tx:` gives a transaction that the functions of `store.posts`, `store.publications` and the
others take as first argument, so that one act of a person or of the loop is one transaction.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from store import sqlite
from store.schema import facts, notes
from store.turns import TurnNotComeError, Turns
from store.types import Cipher

REHEARSAL = "rehearsal"
KEY_CHECK = "key_check"
KEY_KEPT = "key_kept"


@dataclass(frozen=True, kw_only=True)
class Tx:
    """An open transaction with the key to the personal data in it."""

    c: Connection
    cipher: Cipher
    policy: str | None = None
    """The version of the policy in force: every entry of the journal carries it."""
    journal_head: list[tuple[int, str]] = field(default_factory=list)
    """Number and hash of the last entry, once known: while we write nobody else does."""

    def seal(self, plain: str, purpose: str) -> bytes:
        return self.cipher.seal(plain.encode(), purpose)

    def open(self, sealed: bytes, purpose: str) -> str:
        return self.cipher.open(sealed, purpose).decode()


class LedgerRefusedError(Exception):
    """The ledger cannot be used as asked: another key, a rehearsal ledger, or none at all."""


class LedgerBusyError(Exception):
    """Others have held the ledger for longer than one waits; nothing was written."""


class LedgerDamagedError(Exception):
    """The ledger's file is damaged, or is no ledger; nothing was written."""


@contextmanager
def _trouble_is_told() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if sqlite.is_busy(error):
            raise LedgerBusyError from None
        if sqlite.is_damaged(error):
            raise LedgerDamagedError from None
        raise
    except TurnNotComeError:
        raise LedgerBusyError from None


class Ledger:
    """A ledger that exists. `rehearsal` was decided when it was made and never changes."""

    def __init__(
        self, engine: Engine, cipher: Cipher, folder: Path, *, policy: str | None = None, busy: float = sqlite.BUSY
    ) -> None:
        self.engine = engine
        self.cipher = cipher
        self.folder = folder
        self.policy = policy
        self._writing = engine.execution_options(writing=True)
        self.turns = Turns(busy)
        self._goes_first = False
        with self.read() as tx:
            self.rehearsal = fact(tx, REHEARSAL) == "yes"
            if fact(tx, KEY_CHECK) != cipher.check_code:
                raise LedgerRefusedError("the key does not belong to this ledger")

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction that holds the write lock from its first moment; rolled back on any error.

        Raises LedgerBusyError where others hold it for too long, or its own thread does.
        """
        with _trouble_is_told(), self.turns.turn(urgent=self._goes_first), self._writing.begin() as connection:
            yield Tx(c=connection, cipher=self.cipher, policy=self.policy)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A consistent view; writing in it is a mistake. Raises LedgerBusyError as `write` does."""
        with _trouble_is_told(), self.engine.begin() as connection:
            yield Tx(c=connection, cipher=self.cipher, policy=self.policy)

    def trial(self) -> "Ledger":
        """The same ledger, of which nothing that is written stays: to see what an act would answer."""
        return _Trial(self)

    def urgent(self) -> "Ledger":
        """The same ledger for whoever takes something down: its writes go before those of others that wait."""
        return _Urgent(self)

    def joined(self, tx: Tx) -> "Ledger":
        """The same ledger for acts that belong to a transaction that is open: they are written with it, or not."""
        return _Joined(self, tx)

    def leave_no_bytes(self) -> bool:
        """Empty the write-ahead log, where erased bytes would remain; False while another process still reads it."""
        return sqlite.checkpoint(self.engine)

    def close(self) -> None:
        self.engine.dispose()


class _View(Ledger):
    """An open ledger, seen in another way."""

    def __init__(self, whole: Ledger) -> None:
        self.__dict__.update(whole.__dict__)


class _Urgent(_View):
    def __init__(self, whole: Ledger) -> None:
        super().__init__(whole)
        self._goes_first = True


class _Trial(_View):
    @contextmanager
    def write(self) -> Iterator[Tx]:
        with _trouble_is_told(), self.turns.turn(), self._writing.connect() as connection:
            transaction = connection.begin()
            try:
                yield Tx(c=connection, cipher=self.cipher, policy=self.policy)
            finally:
                transaction.rollback()


class _Joined(_View):
    def __init__(self, whole: Ledger, tx: Tx) -> None:
        super().__init__(whole)
        self._tx = tx

    @contextmanager
    def write(self) -> Iterator[Tx]:
        yield self._tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        yield self._tx


def create(url: str, cipher: Cipher, folder: Path, *, rehearsal: bool, policy: str | None = None) -> Ledger:
    """Make the tables where they are not there yet and mark the ledger; an existing one keeps its marks."""
    from store.migrations import upgrade

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # For nobody else's eyes; what SQLite keeps beside it takes its mode (ASVS 13.3.1).
    with suppress(OSError):  # SQLite tells what is wrong with the place
        Path(url.removeprefix("sqlite:///")).touch(mode=0o600, exist_ok=True)
    with _trouble_is_told():
        upgrade(url, folder)
    engine = sqlite.open_engine(url)
    with engine.execution_options(writing=True).begin() as connection:
        tx = Tx(c=connection, cipher=cipher)
        if fact(tx, KEY_CHECK) is None:
            set_fact(tx, KEY_CHECK, cipher.check_code)
            set_fact(tx, REHEARSAL, "yes" if rehearsal else "no")
    return Ledger(engine, cipher, folder, policy=policy)


def open_ledger(
    url: str, cipher: Cipher, folder: Path, *, busy: float = sqlite.BUSY, policy: str | None = None
) -> Ledger:
    """Open a ledger made by `create`, applying migrations that are due; waits `busy` seconds for other processes.

    Raises LedgerRefusedError if there is none, LedgerBusyError where another process does not let go of it,
    LedgerDamagedError where the file cannot be read.
    """
    from store.migrations import upgrade

    path = Path(url.removeprefix("sqlite:///"))
    if not path.exists():
        raise LedgerRefusedError("there is no ledger here: run `downdate init` first")
    with _trouble_is_told():
        upgrade(url, folder, busy)
        return Ledger(sqlite.open_engine(url, busy), cipher, folder, policy=policy, busy=busy)


def fact(tx: Tx, key: str) -> str | None:
    """A fact about this ledger itself."""
    value: str | None = tx.c.scalar(select(facts.c.value).where(facts.c.key == key))
    return value


def set_fact(tx: Tx, key: str, value: str) -> None:
    if tx.c.execute(update(facts).where(facts.c.key == key).values(value=value)).rowcount == 0:
        tx.c.execute(insert(facts).values(key=key, value=value))


def write_note(tx: Tx, body: str, now: datetime) -> str | None:
    """Keep free text in the one erasable table; returns the salted digest that others refer to, None for no text."""
    if not body.strip():
        return None
    salt = secrets.token_bytes(16)
    digest = hashlib.sha256(salt + body.encode()).hexdigest()
    tx.c.execute(insert(notes).values(digest=digest, salt=salt, body=tx.seal(body, "note"), written_at=now))
    return digest


def read_note(tx: Tx, digest: str | None) -> str | None:
    """The text behind a digest; None when there is none or it has been erased."""
    sealed = tx.c.scalar(select(notes.c.body).where(notes.c.digest == digest)) if digest else None
    return None if sealed is None else tx.open(sealed, "note")


def erase_note(tx: Tx, digest: str) -> None:
    """Erase text and salt; the digest that remains elsewhere says nothing about it."""
    tx.c.execute(delete(notes).where(notes.c.digest == digest))
