"""Notices that somebody has begun to write in the console: sealed, saved as they go, never newer by an older page."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from store import erasure, publications
from store.ledger import Tx
from store.media import MediaStore
from store.schema_console import drafts


@dataclass(frozen=True, kw_only=True)
class Draft:
    """`body` is shaped as a submission; its pictures are named by the SHA-256 of their cleaned bytes."""

    id: str
    person_id: str
    version: int
    body: dict[str, Any]
    ref: str
    """What the notice will be called, so that a preview shows it as it will be."""
    page_id: str
    amends: str | None
    of_revision: int | None
    """The revision that an amendment began with."""
    began_at: datetime
    saved_at: datetime
    submitted_as: str | None
    discarded_at: datetime | None


def begin(
    tx: Tx,
    person_id: str,
    body: dict[str, Any],
    now: datetime,
    *,
    ref: str,
    page_id: str,
    amends: str | None = None,
    of_revision: int | None = None,
) -> str:
    """A new draft; returns its id, which says nothing about it."""
    draft_id = secrets.token_hex(8)
    tx.c.execute(
        insert(drafts).values(
            id=draft_id,
            person_id=person_id,
            version=1,
            body=_sealed(tx, body),
            ref=ref,
            page_id=page_id,
            amends=amends,
            of_revision=of_revision,
            began_at=now,
            saved_at=now,
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


def untouched(tx: Tx, before: datetime) -> list[Draft]:
    """Drafts that nobody has saved since, of anybody."""
    return [each for each in _open(tx) if each.saved_at < before]


def pictures(body: dict[str, Any]) -> set[str]:
    """The pictures of a draft, by SHA-256."""
    given = body.get("content", {}).get("pictures", [])
    return {str(each.get("file", "")).removesuffix(".png") for each in given}


def give_up(tx: Tx, media: MediaStore, digests: set[str], now: datetime) -> None:
    """Erase the pictures that no draft and no publication needs any more."""
    needed = {each for draft in _open(tx) for each in pictures(draft.body)}
    left = digests - needed
    for other in publications.everything(tx) if left else ():
        left -= set() if erasure.erased(tx, other.id) else erasure.pictures_of(tx, other.id)
    for digest in sorted(left):
        media.erase(tx, digest, now)


def _open(tx: Tx) -> list[Draft]:
    query = select(drafts.c.id).where(drafts.c.submitted_as.is_(None), drafts.c.discarded_at.is_(None))
    return [each for each in (load(tx, draft_id) for draft_id in tx.c.scalars(query).all()) if each is not None]


def _sealed(tx: Tx, body: dict[str, Any]) -> bytes:
    return tx.seal(json.dumps(body, ensure_ascii=False), "draft")
