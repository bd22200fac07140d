"""What the public asks: logged with the hour it came, acknowledged, decided by named people, overdue ones escalated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.context import Bot
from bot.intake_refusals import Conflict, NotAllowedHere, NotFound, find, require
from bot.intake_takedown import bad, of_case, retract_one
from bot.submission_checks import impossible_instant
from policies.authority import Act
from policies.duties import ACKNOWLEDGE_REQUEST, DECIDE_REQUEST, DECIDE_REUSE, Duty, one_working_day_after
from policies.requests import GRAVE, Allegation, Decision, RequestKind
from policies.terms import Person, Reason, Role
from store import desk, journal, people, publications, requests
from store.ledger import Tx, write_note
from store.publications import Known
from store.requests import Request


@dataclass(frozen=True, kw_only=True)
class Logged:
    """A request in the ledger. `decide_by` None: nothing has to be decided. `down`: posts to take down now."""

    id: int
    decide_by: datetime | None
    down: tuple[int, ...] = ()


def log_request(
    bot: Bot,
    person: Person,
    kind: RequestKind,
    *,
    ref: str | None = None,
    case: str | None = None,
    allegation: Allegation = Allegation.OTHER,
    received_at: datetime,
    note: str = "",
) -> Logged:
    """Log what was asked. A grave allegation takes the notice down at once, for good, before anybody decides (R54)."""
    require(person, Act.REQUEST)
    now = bot.now
    wrong = impossible_instant(received_at, now, past=True)
    if wrong is not None:
        raise bad("--received", received_at.isoformat(), *wrong)
    if (ref is not None and case is not None) or (ref is None and case is None and kind is not RequestKind.COMPLAINT):
        raise bad("REF", None, "Either a reference or a case is needed.", "Give REF, or --case CASE.")
    with bot.ledger.write() as tx:
        named = [find(bot, tx, ref)] if ref is not None else of_case(tx, case) if case is not None else []
        digest = write_note(tx, note, now)
        number = requests.log(
            tx,
            kind=kind,
            case_key=named[0].case_key if named else "",
            publication_id=named[0].id if ref is not None else None,
            allegation=allegation,
            received_at=received_at,
            now=now,
            by=person.id,
            note=digest,
        )
        _tell(tx, number, "request_logged", person, now, kind=kind, allegation=allegation, note=digest)
        down: list[int] = []
        if kind is RequestKind.REMOVAL and allegation in GRAVE:
            for known in named:
                reason = Reason.REMOVAL_REQUESTED
                down += retract_one(tx, known, reason, officer=person.id, note=digest, now=now)
        decide_by = _ask(bot, tx, number, kind, named, person=person, received_at=received_at)
        return Logged(id=number, decide_by=decide_by, down=tuple(down))


def _ask(
    bot: Bot, tx: Tx, number: int, kind: RequestKind, named: Sequence[Known], *, person: Person, received_at: datetime
) -> datetime | None:
    """The tasks a request makes; returns when it has to be decided."""
    due = one_working_day_after(received_at, bot.plan)
    if kind is RequestKind.REMOVAL:
        _open(tx, number, ACKNOWLEDGE_REQUEST, person.id, named, now=bot.now, due_at=due)
        _open(tx, number, DECIDE_REQUEST, Role.DPO, named, now=bot.now, due_at=due)
        return due
    if kind is RequestKind.REUSE:
        due = received_at + DECIDE_REUSE.within
        _open(tx, number, DECIDE_REUSE, f"{Role.DIRECTOR}:{named[0].service}", named, now=bot.now, due_at=due)
        return due
    return None


def _open(
    tx: Tx, number: int, duty: Duty, owner: str, named: Sequence[Known], *, now: datetime, due_at: datetime
) -> None:
    desk.open_task(
        tx,
        key=_key(duty, number),
        what=f"{duty.name}:{number}",
        owner=owner,
        now=now,
        due_at=due_at,
        publication_id=named[0].id if named else None,
    )


def _key(duty: Duty, number: int) -> str:
    return f"{duty.name}:{number}"


def acknowledge_request(bot: Bot, person: Person, number: int, *, note: str = "") -> None:
    """Put on record that the applicant has been told that the request arrived."""
    require(person, Act.REQUEST)
    with bot.ledger.write() as tx:
        now = bot.now
        _found(tx, number)
        digest = write_note(tx, note, now)
        requests.act(tx, number, requests.ACKNOWLEDGED, person=person.id, now=now, note=digest)
        desk.finish_task(tx, _key(ACKNOWLEDGE_REQUEST, number), by=person.id, now=now)
        _tell(tx, number, "request_acknowledged", person, now, note=digest)


def decide_request(
    bot: Bot, person: Person, number: int, decision: Decision, *, with_person: str | None = None, note: str
) -> list[int]:
    """Decide a request, with reasons. Upheld, a removal request takes the notice down; returns the posts to come down.

    A removal takes two people, one of them the Data Protection Officer; re-use takes the Director of the service.
    """
    require(person, Act.REQUEST)
    with bot.ledger.write() as tx:
        now = bot.now
        request = _found(tx, number)
        if not note.strip():
            raise bad("--note", None, "Every decision has its reasons (6.8).", "Say why it was decided so.")
        if requests.decision_of(tx, number) is not None:
            raise Conflict("ID", str(number), "It is decided already.", "Log a new request if it was made again.")
        named = _named(tx, request)
        other = _may_decide(tx, person, request, named, with_person, now)
        digest = write_note(tx, note, now)
        requests.act(
            tx, number, requests.DECIDED, person=person.id, now=now, decision=decision, with_person=other, note=digest
        )
        for duty in (ACKNOWLEDGE_REQUEST, DECIDE_REQUEST, DECIDE_REUSE):
            desk.finish_task(tx, _key(duty, number), by=person.id, now=now, answer=decision)
        _tell(tx, number, "request_decided", person, now, decision=decision, other=other, note=digest)
        down: list[int] = []
        if request.kind is RequestKind.REMOVAL and decision is Decision.UPHELD:
            for known in named:
                down += retract_one(tx, known, Reason.REQUEST_UPHELD, officer=person.id, note=digest, now=now)
        return down


def _may_decide(  # noqa: PLR0917  # who decides what, with whom, in the order it is said
    tx: Tx, person: Person, request: Request, named: Sequence[Known], with_person: str | None, now: datetime
) -> str | None:
    """Raises unless these people may decide it; returns the second one, None where one is enough."""
    if request.kind is RequestKind.REUSE:
        if not any(person.directs(known.service) for known in named):
            services = ", ".join(sorted({known.service for known in named}))
            raise NotAllowedHere(Act.REQUEST, f"Only a Director of {services} agrees to re-use (5.7.4(e), footnote 5).")
        return None
    if request.kind is RequestKind.COMPLAINT:
        return None
    other = people.get(tx, with_person, now) if with_person else None
    remedy = "Name somebody else who may act by their number; one of you is the Data Protection Officer."
    if other is None or other.id == person.id or other.system:
        raise bad("--with", with_person, "A removal request is decided by two people (5.5).", remedy)
    if not (person.holds(Role.DPO) or other.holds(Role.DPO)):
        raise bad("--with", with_person, "Neither of you is the Data Protection Officer (5.5).", remedy)
    return other.id


def _found(tx: Tx, number: int) -> Request:
    request = requests.find(tx, number)
    if request is None:
        raise NotFound("ID", str(number), "See `downdate requests`.")
    return request


def _named(tx: Tx, request: Request) -> list[Known]:
    if request.publication_id is not None:
        return [publications.by_id(tx, request.publication_id)]
    return publications.of_case(tx, request.case_key) if request.case_key else []


def _tell(tx: Tx, number: int, event: str, person: Person, now: datetime, **codes: str | None) -> None:
    journal.append(tx, now=now, actor=person.id, event=event, subject=f"request-{number}", **codes)
