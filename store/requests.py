"""Requests and complaints of the public, and what was done about each; neither is ever changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from policies.requests import GRAVE, Allegation, Decision, RequestKind
from store.ledger import Tx
from store.schema_desk import request_acts, requests

ACKNOWLEDGED = "acknowledged"
DECIDED = "decided"


@dataclass(frozen=True, kw_only=True)
class Request:
    """As it was logged. `publication_id` None: the whole case, or, with an empty `case_key`, no notice at all."""

    id: int
    kind: RequestKind
    case_key: str
    publication_id: int | None
    allegation: Allegation
    received_at: datetime
    recorded_at: datetime
    recorded_by: str
    note: str | None


@dataclass(frozen=True, kw_only=True)
class RequestAct:
    """`decision` is None for an acknowledgement; `with_person` is whoever decided it together with `person`."""

    request_id: int
    what: str
    decision: Decision | None
    person: str
    with_person: str | None
    at: datetime
    note: str | None


def log(
    tx: Tx,
    *,
    kind: RequestKind,
    case_key: str,
    publication_id: int | None,
    allegation: Allegation,
    received_at: datetime,
    now: datetime,
    by: str,
    note: str | None,
) -> int:
    """Log a request; returns its number."""
    number: int = tx.c.execute(
        insert(requests)
        .values(
            kind=kind,
            case_key=case_key,
            publication_id=publication_id,
            allegation=allegation,
            received_at=received_at,
            recorded_at=now,
            recorded_by=by,
            note=note,
        )
        .returning(requests.c.id)
    ).scalar_one()
    return number


def everything(tx: Tx) -> list[Request]:
    """Every request, oldest first."""
    return [
        Request(**{**row._mapping, "kind": RequestKind(row.kind), "allegation": Allegation(row.allegation)})  # noqa: SLF001
        for row in tx.c.execute(select(requests).order_by(requests.c.id))
    ]


def find(tx: Tx, request_id: int) -> Request | None:
    return next((each for each in everything(tx) if each.id == request_id), None)


def act(
    tx: Tx,
    request_id: int,
    what: str,
    *,
    person: str,
    now: datetime,
    decision: Decision | None = None,
    with_person: str | None = None,
    note: str | None = None,
) -> None:
    tx.c.execute(
        insert(request_acts).values(
            request_id=request_id,
            what=what,
            decision=decision,
            person=person,
            with_person=with_person,
            at=now,
            note=note,
        )
    )


def acts_of(tx: Tx, request_id: int) -> list[RequestAct]:
    """What was done about it, oldest first."""
    query = select(request_acts).where(request_acts.c.request_id == request_id).order_by(request_acts.c.id)
    return [
        RequestAct(
            request_id=row.request_id,
            what=row.what,
            decision=Decision(row.decision) if row.decision else None,
            person=row.person,
            with_person=row.with_person,
            at=row.at,
            note=row.note,
        )
        for row in tx.c.execute(query)
    ]


def decision_of(tx: Tx, request_id: int) -> RequestAct | None:
    return next((each for each in acts_of(tx, request_id) if each.what == DECIDED), None)


def grave_undecided(tx: Tx, case_key: str) -> bool:
    """Whether a request about the case that took a notice down at once still waits for its decision (R54)."""
    decided = select(request_acts.c.request_id).where(request_acts.c.what == DECIDED)
    query = select(requests.c.id).where(
        requests.c.case_key == case_key,
        requests.c.kind == RequestKind.REMOVAL,
        requests.c.allegation.in_([each.value for each in GRAVE]),
        requests.c.id.not_in(decided),
    )
    return tx.c.scalar(query.limit(1)) is not None
