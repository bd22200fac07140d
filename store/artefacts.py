"""Every object on a platform has a row: written before it is made, its id filled in the moment it is known."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from policies.lifecycle import State
from policies.terms import Channel
from store import journal, posts
from store.ledger import Tx
from store.schema import artefacts
from store.schema import posts as posts_table


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """`kind` is the adapter's word. Open while neither `gone_at` (proven) nor `left_at` (expires by itself) is set."""

    id: int
    post_id: int
    channel: Channel
    kind: str
    platform_id: str | None
    url: str | None
    intended_at: datetime
    created_at: datetime | None
    acknowledged_at: datetime | None
    gone_at: datetime | None
    left_at: datetime | None
    evidence: str | None

    @property
    def open(self) -> bool:
        return self.gone_at is None and self.left_at is None


def _artefact(row: Row[Any]) -> Artefact:
    return Artefact(**{**row._mapping, "channel": Channel(row.channel)})  # noqa: SLF001


def _address(told: object) -> str | None:
    """What a platform gives as an address, if a person can open it: it becomes a link on our pages (ASVS 1.2.2)."""
    return told if isinstance(told, str) and told.lower().startswith(("https://", "http://")) else None


def of_post(tx: Tx, post_id: int) -> list[Artefact]:
    query = select(artefacts).where(artefacts.c.post_id == post_id).order_by(artefacts.c.id)
    return [_artefact(row) for row in tx.c.execute(query)]


def get(tx: Tx, artefact_id: int) -> Artefact:
    return _artefact(tx.c.execute(select(artefacts).where(artefacts.c.id == artefact_id)).one())


def known(tx: Tx, channel: Channel, platform_id: str) -> list[Artefact]:
    """The rows that hold this id on this channel."""
    query = select(artefacts).where(artefacts.c.channel == channel, artefacts.c.platform_id == platform_id)
    return [_artefact(row) for row in tx.c.execute(query)]


def intend(
    tx: Tx,
    post: posts.Post,
    kind: str,
    *,
    now: datetime,
    actor: str,
    platform_id: str | None = None,
    url: str | None = None,
) -> Artefact:
    """A row for an object that is about to be made, and the journal's intent."""
    artefact_id: int = tx.c.execute(
        insert(artefacts)
        .values(post_id=post.id, channel=post.channel, kind=kind, intended_at=now, platform_id=platform_id, url=url)
        .returning(artefacts.c.id)
    ).scalar_one()
    journal.append(
        tx,
        now=now,
        actor=actor,
        event="intend",
        subject=post.marker,
        channel=post.channel,
        post=post.id,
        artefact=artefact_id,
        kind=kind,
    )
    return get(tx, artefact_id)


def note(
    tx: Tx,
    artefact_id: int,
    *,
    platform_id: str,
    url: str | None,
    created_at: datetime | None,
    now: datetime,
    actor: str,
) -> Artefact:
    """Fill in what became known, whatever the epoch; re-opens a post that was thought closed."""
    was = get(tx, artefact_id)
    tx.c.execute(
        update(artefacts)
        .where(artefacts.c.id == artefact_id)
        .values(
            platform_id=platform_id,
            url=_address(url) or was.url,
            created_at=created_at or was.created_at,
            gone_at=None,
            left_at=None,
        )
    )
    post = posts.get(tx, was.post_id)
    journal.append(
        tx,
        now=now,
        actor=actor,
        event="noted",
        subject=post.marker,
        channel=post.channel,
        post=post.id,
        artefact=artefact_id,
        platform_id=platform_id,
    )
    posts.reopen(tx, post, actor=actor, now=now)
    return get(tx, artefact_id)


def acknowledge(tx: Tx, artefact_ids: list[int], now: datetime) -> None:
    """Read back, or its deletion acknowledged: from now on absence may be believed at once (design: section 5)."""
    if not artefact_ids:
        return
    tx.c.execute(
        update(artefacts)
        .where(artefacts.c.id.in_(artefact_ids), artefacts.c.acknowledged_at.is_(None))
        .values(acknowledged_at=now)
    )


def gone(tx: Tx, artefact_id: int, *, evidence: str, now: datetime) -> None:
    """Proven absent; the first proof stands."""
    tx.c.execute(
        update(artefacts)
        .where(artefacts.c.id == artefact_id, artefacts.c.gone_at.is_(None))
        .values(gone_at=now, evidence=evidence)
    )


def prove(tx: Tx, artefact_id: int, *, evidence: str, now: datetime) -> None:
    """What had only been attested is proven: that proof stands from now on."""
    tx.c.execute(update(artefacts).where(artefacts.c.id == artefact_id).values(gone_at=now, evidence=evidence))


def back(tx: Tx, artefact_id: int) -> None:
    """Seen again after it was thought gone."""
    tx.c.execute(
        update(artefacts).where(artefacts.c.id == artefact_id).values(gone_at=None, left_at=None, evidence=None)
    )


def expire(tx: Tx, kinds: Collection[str], *, before: datetime, now: datetime) -> int:
    """Leave what was intended long ago and can be neither deleted nor listed: those kinds, and what never got an id.

    A post in doubt is left alone: looking decides there.
    """
    settled = select(posts_table.c.id).where(posts_table.c.state != State.POSTING)
    done = tx.c.execute(
        update(artefacts)
        .where(
            artefacts.c.gone_at.is_(None),
            artefacts.c.left_at.is_(None),
            artefacts.c.intended_at < before,
            or_(artefacts.c.kind.in_(kinds), artefacts.c.platform_id.is_(None)),
            artefacts.c.post_id.in_(settled),
        )
        .values(left_at=now, evidence="left-to-expire")
    )
    return done.rowcount


def leave(tx: Tx, artefact_ids: list[int], *, evidence: str, now: datetime) -> None:
    """Never public and neither deletable nor listable: left to expire, never used again (design: section 4)."""
    tx.c.execute(
        update(artefacts)
        .where(artefacts.c.id.in_(artefact_ids), artefacts.c.gone_at.is_(None))
        .values(left_at=now, evidence=evidence)
    )
