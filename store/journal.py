"""The journal: append-only, hash-chained, without personal data or free text (reliability: section 7)."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, insert, select

from store.ledger import Tx
from store.schema import journal

GENESIS = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One act or finding. `subject` is a ref, a case key or an id of ours; `codes` are short machine words."""

    seq: int
    at: datetime
    actor: str
    event: str
    subject: str
    was: str | None
    became: str | None
    codes: dict[str, Any]
    prev_hash: str
    hash: str

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.astimezone(UTC).isoformat(timespec="microseconds")}


def entry_hash(entry: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of all fields but the hash itself."""
    chained = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(json.dumps(chained, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def append(
    tx: Tx,
    *,
    now: datetime,
    actor: str,
    event: str,
    subject: str,
    was: str | None = None,
    became: str | None = None,
    **codes: str | int | bool | None,
) -> Entry:
    """Add an entry in the same transaction as what it tells, under the version of the policy in force (R24)."""
    last, prev = tx.journal_head[0] if tx.journal_head else head(tx)
    given = {key: value for key, value in {"policy": tx.policy, **codes}.items() if value is not None}
    unsigned = Entry(
        seq=last + 1,
        at=now,
        actor=actor,
        event=event,
        subject=subject,
        was=was,
        became=became,
        codes=given,
        prev_hash=prev,
        hash="",
    )
    values = {**asdict(unsigned), "hash": entry_hash(unsigned.as_json())}
    tx.c.execute(insert(journal).values(**values))
    tx.journal_head[:] = [(values["seq"], values["hash"])]
    return Entry(**values)


def _entry(row: Row[Any]) -> Entry:
    return Entry(**row._mapping)  # noqa: SLF001  # the public name of SQLAlchemy's row mapping


def entries(tx: Tx, *, subject: str | None = None, after: int = 0) -> Iterator[Entry]:
    """Entries in order, optionally those about one subject."""
    query = select(journal).where(journal.c.seq > after).order_by(journal.c.seq)
    if subject is not None:
        query = query.where(journal.c.subject == subject)
    for row in tx.c.execute(query):
        yield _entry(row)


def newest(tx: Tx, *, before: int | None = None, most: int = 100) -> list[Entry]:
    """The last entries, or the last ones before a number; newest first."""
    query = select(journal).order_by(journal.c.seq.desc()).limit(most)
    if before is not None:
        query = query.where(journal.c.seq < before)
    return [_entry(row) for row in tx.c.execute(query)]


def about(tx: Tx, subjects: Collection[str]) -> list[Entry]:
    """Every entry about any of these subjects, in order."""
    query = select(journal).where(journal.c.subject.in_(sorted(subjects))).order_by(journal.c.seq)
    return [_entry(row) for row in tx.c.execute(query)]


def head(tx: Tx) -> tuple[int, str]:
    """Number and hash of the last entry; (0, GENESIS) for an empty journal."""
    last = tx.c.execute(select(journal.c.seq, journal.c.hash).order_by(journal.c.seq.desc()).limit(1)).one_or_none()
    return (last.seq, last.hash) if last else (0, GENESIS)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`first_bad` is the number of the first entry that does not follow from the one before; None when all do."""

    entries: int
    head: str
    first_bad: int | None

    @property
    def whole(self) -> bool:
        return self.first_bad is None


def verify(chain: Iterator[dict[str, Any]], *, checkpoint: tuple[int, str] | None = None) -> Verdict:
    """Check a chain of exported entries, and that it still holds the checkpoint kept elsewhere."""
    prev, seq = GENESIS, 0
    missed = checkpoint is not None and checkpoint[0] > 0
    for entry in chain:
        seq += 1
        fits = entry.get("seq") == seq and entry.get("prev_hash") == prev and entry.get("hash") == entry_hash(entry)
        if not fits:
            return Verdict(entries=seq, head=prev, first_bad=seq)
        prev = str(entry["hash"])
        if checkpoint is not None and seq == checkpoint[0]:
            if prev != checkpoint[1]:
                return Verdict(entries=seq, head=prev, first_bad=seq)
            missed = False
    return Verdict(entries=seq, head=prev, first_bad=seq + 1 if missed else None)


def tail_whole(tx: Tx, *, most: int = 100) -> bool:
    """Whether the last entries follow from each other, and none stands after a gap: quick, however long the chain."""
    last, _ = head(tx)
    kept = list(entries(tx, after=max(0, last - most)))
    prev = kept[0].prev_hash if last > most and kept else GENESIS
    for seq, entry in enumerate(kept, start=max(1, last - most + 1)):
        if (entry.seq, entry.prev_hash, entry.hash) != (seq, prev, entry_hash(entry.as_json())):
            return False
        prev = entry.hash
    return True


def verify_ledger(tx: Tx) -> Verdict:
    """Check the ledger's own chain."""
    return verify(entry.as_json() for entry in entries(tx))
