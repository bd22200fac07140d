"""Publications, their revisions, the exact bytes approved, and the approvals."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, exists, insert, or_, select

from policies.terms import Approval, Channel, Kind, Publication, Reason, Retraction, case_key
from store.ledger import Tx
from store.people import author_behind
from store.schema import (
    approvals,
    confirmations,
    posts,
    publications,
    renditions,
    retractions,
    revisions,
    sendings_back,
)
from store.schema_desk import erasures

_BODY: TypeAdapter[Publication] = TypeAdapter(Publication)


@dataclass(frozen=True, kw_only=True)
class PictureFile:
    """One picture of a rendition: the bytes for this channel by their SHA-256, and its alternative text."""

    sha256: str
    alt_text: str
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """What exactly goes out on one channel: stored at submission, approved by digest, sent as it is."""

    channel: Channel
    marker: str
    text: str
    pictures: tuple[PictureFile, ...] = ()


_RENDITION: TypeAdapter[Rendition] = TypeAdapter(Rendition)


@dataclass(frozen=True, kw_only=True)
class Known:
    """The row of a publication that every revision shares."""

    id: int
    ref: str
    case_key: str
    service: str
    kind: Kind
    page_id: str
    follows: str | None
    copied_from: str | None
    created_at: datetime


def add(tx: Tx, publication: Publication, now: datetime) -> int:
    """A new publication without any revision; returns its id."""
    added: int = tx.c.execute(
        insert(publications)
        .values(
            ref=publication.ref,
            case_key=case_key(publication.case_ref),
            service=publication.service,
            kind=publication.kind,
            page_id=publication.page_id,
            follows=publication.follows,
            copied_from=publication.copied_from,
            created_at=now,
        )
        .returning(publications.c.id)
    ).scalar_one()
    return added


def add_revision(
    tx: Tx,
    publication_id: int,
    publication: Publication,
    *,
    author: str,
    digest: str | None,
    policy_version: str,
    laid_out: tuple[Rendition, ...],
    now: datetime,
) -> None:
    """A revision as submitted, with what each channel would show; neither is ever changed."""
    body = _BODY.dump_json(replace(publication, authors=frozenset())).decode()
    tx.c.execute(
        insert(revisions).values(
            publication_id=publication_id,
            revision=publication.revision,
            author=author,
            submitted_at=now,
            body=tx.seal(body, "revision"),
            digest=digest,
            policy_version=policy_version,
        )
    )
    for rendition in laid_out:
        tx.c.execute(
            insert(renditions).values(
                publication_id=publication_id,
                revision=publication.revision,
                channel=rendition.channel,
                marker=rendition.marker,
                body=tx.seal(_RENDITION.dump_json(rendition).decode(), "rendition"),
            )
        )


def find(tx: Tx, ref: str) -> Known | None:
    """The publication with that reference, compared without regard to case."""
    row = tx.c.execute(select(publications).where(publications.c.ref == ref.strip().upper())).one_or_none()
    return None if row is None else _known(row)


def _known(row: Row[Any]) -> Known:
    return Known(**{**row._mapping, "kind": Kind(row.kind)})  # noqa: SLF001


def by_id(tx: Tx, publication_id: int) -> Known:
    row = tx.c.execute(select(publications).where(publications.c.id == publication_id)).one()
    return _known(row)


def of_case(tx: Tx, key: str) -> list[Known]:
    """Every publication of a case, oldest first."""
    asked = select(publications).where(publications.c.case_key == key).order_by(publications.c.id)
    return [_known(row) for row in tx.c.execute(asked)]


def everything(tx: Tx) -> list[Known]:
    """Every publication there is, oldest first."""
    return [_known(row) for row in tx.c.execute(select(publications).order_by(publications.c.id))]


_OPEN_POST = exists().where(posts.c.publication_id == publications.c.id, posts.c.closed_at.is_(None))
_ANY_POST = exists().where(posts.c.publication_id == publications.c.id)
_RETRACTED = exists().where(retractions.c.publication_id == publications.c.id)
_ERASED = exists().where(erasures.c.publication_id == publications.c.id)


def not_over(tx: Tx) -> list[Known]:
    """Those that have a copy that is not closed, or could still get one, oldest first."""
    query = select(publications).where(or_(_OPEN_POST, ~_ANY_POST & ~_RETRACTED & ~_ERASED))
    return [_known(row) for row in tx.c.execute(query.order_by(publications.c.id))]


def without_open_post(tx: Tx) -> list[Known]:
    """Those of which every copy is closed, or that get none any more, oldest first."""
    query = select(publications).where(~_OPEN_POST, or_(_ANY_POST, _RETRACTED, _ERASED))
    return [_known(row) for row in tx.c.execute(query.order_by(publications.c.id))]


def latest_revision(tx: Tx, publication_id: int) -> int:
    query = select(revisions.c.revision).where(revisions.c.publication_id == publication_id)
    return tx.c.scalar(query.order_by(revisions.c.revision.desc()).limit(1)) or 0


def load(tx: Tx, publication_id: int, revision: int) -> Publication:
    """One revision with all its authors: of every revision of it and of those it follows (design: section 4)."""
    sealed = tx.c.scalar(
        select(revisions.c.body).where(revisions.c.publication_id == publication_id, revisions.c.revision == revision)
    )
    if sealed is None:
        raise LookupError("no such revision")
    return replace(_BODY.validate_json(tx.open(sealed, "revision")), authors=frozenset(authors(tx, publication_id)))


def authors(tx: Tx, publication_id: int) -> set[str]:
    """Who wrote any revision of it, or of one it follows or was copied from, however far back."""
    found: set[str] = set()
    seen: set[int] = set()
    ahead = {publication_id}
    while ahead - seen:
        at = (ahead - seen).pop()
        seen.add(at)
        wrote = tx.c.scalars(select(revisions.c.author).where(revisions.c.publication_id == at)).all()
        found |= {author_behind(tx, each) for each in wrote}
        known = by_id(tx, at)
        before = [ref for ref in (known.follows, known.copied_from) if ref]
        ahead |= set(tx.c.scalars(select(publications.c.id).where(publications.c.ref.in_(before))).all())
    return found


def digest_of(tx: Tx, publication_id: int, revision: int) -> str | None:
    digest: str | None = tx.c.scalar(
        select(revisions.c.digest).where(revisions.c.publication_id == publication_id, revisions.c.revision == revision)
    )
    return digest


def renditions_of(tx: Tx, publication_id: int, revision: int) -> dict[Channel, Rendition]:
    rows = tx.c.execute(
        select(renditions.c.channel, renditions.c.body).where(
            renditions.c.publication_id == publication_id, renditions.c.revision == revision
        )
    )
    return {Channel(row.channel): _RENDITION.validate_json(tx.open(row.body, "rendition")) for row in rows}


def approve(tx: Tx, publication_id: int, revision: int, approval: Approval, note: str | None = None) -> None:
    tx.c.execute(
        insert(approvals).values(
            publication_id=publication_id,
            revision=revision,
            director=approval.director,
            given_at=approval.given_at,
            digest=approval.digest,
            ticks=sorted(approval.ticks),
            note=note,
        )
    )


def approval_of(tx: Tx, publication_id: int, revision: int) -> Approval | None:
    """The newest approval of that revision."""
    row = tx.c.execute(
        select(approvals)
        .where(approvals.c.publication_id == publication_id, approvals.c.revision == revision)
        .order_by(approvals.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Approval(director=row.director, given_at=row.given_at, digest=row.digest, ticks=frozenset(row.ticks))


def approved_revision(tx: Tx, publication_id: int) -> int | None:
    """The newest revision that has an approval: the one that should be shown. A draft changes nothing."""
    revision: int | None = tx.c.scalar(
        select(approvals.c.revision)
        .where(approvals.c.publication_id == publication_id)
        .order_by(approvals.c.revision.desc())
        .limit(1)
    )
    return revision


def first_approvals(tx: Tx, publication_id: int) -> dict[int, datetime]:
    """When each revision that has an approval was first approved."""
    query = select(approvals.c.revision, approvals.c.given_at).where(approvals.c.publication_id == publication_id)
    found: dict[int, datetime] = {}
    for row in tx.c.execute(query.order_by(approvals.c.id)):
        found.setdefault(row.revision, row.given_at)
    return found


def amended_since(tx: Tx, since: datetime) -> list[int]:
    """The publications of which a later revision than the first was approved since then."""
    query = select(approvals.c.publication_id).where(approvals.c.revision > 1, approvals.c.given_at >= since)
    return list(tx.c.scalars(query.distinct()).all())


def send_back(tx: Tx, publication_id: int, revision: int, *, director: str, note: str | None, now: datetime) -> None:
    tx.c.execute(
        insert(sendings_back).values(
            publication_id=publication_id, revision=revision, director=director, at=now, note=note
        )
    )


def sent_back(tx: Tx, publication_id: int, revision: int) -> bool:
    query = select(sendings_back.c.id).where(
        sendings_back.c.publication_id == publication_id, sendings_back.c.revision == revision
    )
    return tx.c.scalar(query.limit(1)) is not None


def confirm(tx: Tx, publication_id: int, person: str, now: datetime, note: str | None = None) -> None:
    tx.c.execute(insert(confirmations).values(publication_id=publication_id, person=person, at=now, note=note))


def confirmations_of(tx: Tx, publication_id: int) -> list[datetime]:
    """When the volatile facts were confirmed, oldest first (R23)."""
    query = select(confirmations.c.at).where(confirmations.c.publication_id == publication_id)
    return list(tx.c.scalars(query.order_by(confirmations.c.id)).all())


def retract(tx: Tx, publication_id: int, retraction: Retraction, note: str | None) -> bool:
    """Record a retraction; False when there is one already, which stays as it is."""
    if retraction_of(tx, publication_id) is not None:
        return False
    tx.c.execute(
        insert(retractions).values(
            publication_id=publication_id,
            reason=retraction.reason,
            officer=retraction.officer,
            given_at=retraction.given_at,
            note=note,
        )
    )
    return True


def retraction_of(tx: Tx, publication_id: int) -> Retraction | None:
    row = tx.c.execute(select(retractions).where(retractions.c.publication_id == publication_id)).one_or_none()
    return None if row is None else Retraction(reason=Reason(row.reason), officer=row.officer, given_at=row.given_at)


def canonical(value: object) -> bytes:
    """Canonical JSON for digests: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
