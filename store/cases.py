"""What belongs to a case rather than to one publication: its clocks (R45) and what happened in it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, or_, select, update

from policies.terms import Event, Publication, case_key, clock_event
from store.ledger import Tx
from store.schema import clocks, events, publication_clocks


@dataclass(frozen=True, kw_only=True)
class Clock:
    """When the first copy under one court event about one subject may have become visible; None: not yet."""

    id: int
    court_event: str
    subject: str
    first_up_at: datetime | None


def join_clocks(tx: Tx, publication_id: int, publication: Publication) -> None:
    """Put the publication on one clock per subject, making those that are new."""
    key, court_event = case_key(publication.case_ref), clock_event(publication.kind, publication.court_event)
    for subject in publication.subjects:
        same = select(clocks.c.id).where(
            clocks.c.case_key == key, clocks.c.court_event == court_event, clocks.c.subject == subject.number
        )
        clock_id = tx.c.scalar(same)
        if clock_id is None:
            clock_id = tx.c.scalar(
                insert(clocks)
                .values(case_key=key, court_event=court_event, subject=subject.number)
                .returning(clocks.c.id)
            )
        joined = select(publication_clocks).where(
            publication_clocks.c.publication_id == publication_id, publication_clocks.c.clock_id == clock_id
        )
        if tx.c.execute(joined).one_or_none() is None:
            tx.c.execute(insert(publication_clocks).values(publication_id=publication_id, clock_id=clock_id))


def clocks_of(tx: Tx, publication_id: int) -> list[Clock]:
    rows = tx.c.execute(
        select(clocks.c.id, clocks.c.court_event, clocks.c.subject, clocks.c.first_up_at)
        .join(publication_clocks, publication_clocks.c.clock_id == clocks.c.id)
        .where(publication_clocks.c.publication_id == publication_id)
    )
    return [Clock(**row._mapping) for row in rows]  # noqa: SLF001


def clocks_of_case(tx: Tx, key: str) -> list[Clock]:
    rows = tx.c.execute(
        select(clocks.c.id, clocks.c.court_event, clocks.c.subject, clocks.c.first_up_at).where(
            clocks.c.case_key == key
        )
    )
    return [Clock(**row._mapping) for row in rows]  # noqa: SLF001


def first_up(tx: Tx, publication_id: int) -> datetime | None:
    """The earliest instant over the publication's clocks, whoever started them; None while none has started."""
    return min((each.first_up_at for each in clocks_of(tx, publication_id) if each.first_up_at), default=None)


def start_clocks(tx: Tx, publication_id: int, at: datetime) -> None:
    """Start the publication's clocks, or move them earlier; a later instant changes nothing (R45)."""
    mine = select(publication_clocks.c.clock_id).where(publication_clocks.c.publication_id == publication_id)
    tx.c.execute(
        update(clocks)
        .where(clocks.c.id.in_(mine), or_(clocks.c.first_up_at.is_(None), clocks.c.first_up_at > at))
        .values(first_up_at=at)
    )


def clear_clocks(tx: Tx, publication_id: int) -> None:
    """Take back the start of the publication's clocks: only where nothing on them ever became reachable."""
    mine = select(publication_clocks.c.clock_id).where(publication_clocks.c.publication_id == publication_id)
    tx.c.execute(update(clocks).where(clocks.c.id.in_(mine)).values(first_up_at=None))


def sharing_clocks(tx: Tx, publication_id: int) -> list[int]:
    """Every publication, this one included, that shares one of its clocks."""
    mine = select(publication_clocks.c.clock_id).where(publication_clocks.c.publication_id == publication_id)
    query = select(publication_clocks.c.publication_id).where(publication_clocks.c.clock_id.in_(mine)).distinct()
    return list(tx.c.scalars(query).all())


def record(tx: Tx, event: Event, note: str | None = None) -> None:
    """Add an event of the case; what it takes down is the caller's business."""
    tx.c.execute(
        insert(events).values(
            case_key=event.case_key,
            what=event.what,
            subject=event.subject,
            happened_at=event.happened_at,
            recorded_at=event.recorded_at,
            officer=event.officer,
            note=note,
        )
    )


def events_of(tx: Tx, key: str) -> tuple[Event, ...]:
    """The case's events in the order in which they were recorded."""
    rows = tx.c.execute(
        select(
            events.c.case_key,
            events.c.what,
            events.c.subject,
            events.c.happened_at,
            events.c.recorded_at,
            events.c.officer,
        )
        .where(events.c.case_key == key)
        .order_by(events.c.id)
    )
    return tuple(Event(**row._mapping) for row in rows)  # noqa: SLF001
