"""Notices that somebody has begun to write in the console: sealed, saved as they go, never newer by an older page."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from store.ledger import Tx
from store.schema_console import drafts


@dataclass(frozen=True, kw_only=True)
class Draft:
    """`body` is shaped as a submission; its pictures are named by the SHA-256 of their cleaned bytes."""

    id: str
    person_id: str
    version: int
    body: dict[str, Any]
    began_at: datetime
    saved_at: datetime
    submitted_as: str | None
    discarded_at: datetime | None


def begin(tx: Tx, person_id: str, body: dict[str, Any], now: datetime) -> str:
    """A new draft; returns its id, which says nothing about it."""
    draft_id = secrets.token_hex(8)
    tx.c.execute(
        insert(drafts).values(
            id=draft_id, person_id=person_id, version=1, body=_sealed(tx, body), began_at=now, saved_at=now
        )
    )
    return draft_id


def load(tx: Tx, draft_id: str) -> Draft | None:
    """The draft as it stands; None where there is none, or where it was thrown away."""
    row = tx.c.execute(select(drafts).where(drafts.c.id == draft_id)).one_or_none()
    if row is None or row.discarded_at is not None:
        return None
    return Draft(**{**row._mapping, "body": json.loads(tx.open(row.body, "draft"))})  # noqa: SLF001


def save(tx: Tx, draft: Draft, body: dict[str, Any], now: datetime) -> bool:
    """Keep the body; False where somebody, or another page, has saved since `draft` was read."""
    done = tx.c.execute(
        update(drafts)
        .where(drafts.c.id == draft.id, drafts.c.version == draft.version, drafts.c.submitted_as.is_(None))
        .values(body=_sealed(tx, body), version=draft.version + 1, saved_at=now)
    )
    return done.rowcount == 1


def mine(tx: Tx, person_id: str) -> list[Draft]:
    """A person's drafts that are not submitted, last saved first."""
    query = select(drafts.c.id).where(
        drafts.c.person_id == person_id, drafts.c.submitted_as.is_(None), drafts.c.discarded_at.is_(None)
    )
    ids = tx.c.scalars(query.order_by(drafts.c.saved_at.desc())).all()
    return [each for each in (load(tx, draft_id) for draft_id in ids) if each is not None]


def submitted(tx: Tx, draft_id: str, ref: str) -> None:
    """It has become a notice: its body is kept there, and erased here."""
    tx.c.execute(update(drafts).where(drafts.c.id == draft_id).values(submitted_as=ref, body=_sealed(tx, {})))


def discard(tx: Tx, draft_id: str, now: datetime) -> None:
    tx.c.execute(update(drafts).where(drafts.c.id == draft_id).values(discarded_at=now, body=_sealed(tx, {})))


def _sealed(tx: Tx, body: dict[str, Any]) -> bytes:
    return tx.seal(json.dumps(body, ensure_ascii=False), "draft")
