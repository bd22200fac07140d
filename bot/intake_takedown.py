"""Taking down: any authorised officer, at any hour, in one transaction, without anyone's approval (R56)."""

from collections.abc import Collection, Iterable
from datetime import datetime

from bot.context import Bot
from bot.intake_refusals import NotAllowedHere, NotFound, find, require
from bot.intake_successors import take_down
from bot.submission_checks import InputRefused, Problem, impossible_instant
from policies.authority import Act
from policies.duties import OF_EVENT, Duty
from policies.events import EVENT_OF_REASON, covers, is_open, rule_for
from policies.lifecycle import CLOSED, MAY_BE_VISIBLE, NEVER_UP, State
from policies.terms import CLAUSE, RETRACTION_REASONS, Event, EventType, Person, Reason, Retraction, case_key
from store import artefacts, cases, desk, journal, posts, publications
from store.ledger import Tx, write_note
from store.publications import Known


def retract(
    bot: Bot,
    person: Person,
    *,
    ref: str | None = None,
    case: str | None = None,
    reason: Reason,
    note: str = "",
    subject: str | None = None,
) -> list[int]:
    """Retract one publication, or all of a case, for good; returns the posts that must come down now.

    Safe to call twice: the first reason stands, and what is still up is hurried again. A reason that is an event of
    the case records it as well, for all subjects unless one is named, and takes down whatever else it covers.
    """
    require(person, Act.RETRACT)
    if reason not in RETRACTION_REASONS:
        raise bad("--reason", reason, "It is not a reason to retract.", f"Use one of: {', '.join(RETRACTION_REASONS)}.")
    if (ref is None) == (case is None):
        raise bad("REF", None, "Either a reference or a case is needed.", "Give REF, or --case CASE.")
    with bot.ledger.write() as tx:
        now = bot.now
        named = [find(bot, tx, ref)] if ref is not None else of_case(tx, case or "", path="--case")
        if reason is Reason.APPROVAL_WITHDRAWN:
            _only_the_director(person, named)
        if reason is Reason.NOT_WANTED:
            _only_what_waits(tx, named)
        known_subject(tx, named, subject)
        digest = write_note(tx, note, now)
        down: list[int] = []
        for known in named:
            down += retract_one(tx, known, reason, officer=person.id, note=digest, now=now)
        what = EVENT_OF_REASON.get(reason)
        if what is not None:
            happened = [
                event_of(named[0].case_key, what, each, officer=person.id, happened_at=now, now=now)
                for each in _concerned(tx, named, subject, whole_case=case is not None)
            ]
            down += happen(tx, happened, note=digest, now=now, done={known.id for known in named})
        return down


def _concerned(tx: Tx, named: list[Known], subject: str | None, *, whole_case: bool) -> list[str | None]:
    """Whom the event behind a retraction is about; None is the case with everybody in it."""
    if subject is not None:
        return [subject]
    numbers = sorted(numbers_of(tx, named[0]))
    return [None] if whole_case or not numbers else [*numbers]


def record_event(
    bot: Bot,
    person: Person,
    case: str,
    what: str,
    *,
    subject: str | None = None,
    happened_at: datetime,
    source: str = "",
    note: str = "",
) -> list[int]:
    """Record what happened in a case; retracts every publication it covers and returns the posts to come down."""
    require(person, Act.EVENT)
    now = bot.now
    if what not in set(EventType):
        raise bad("WHAT", what, "It is not an event.", f"Use one of: {', '.join(EventType)}.")
    wrong = impossible_instant(happened_at, now, past=True)
    if wrong is not None:
        raise bad("--at", happened_at.isoformat(), *wrong)
    with bot.ledger.write() as tx:
        named = of_case(tx, case)
        known_subject(tx, named, subject)
        words = "\n\n".join(each for each in (source.strip(), note.strip()) if each)
        event = event_of(
            named[0].case_key, EventType(what), subject, officer=person.id, happened_at=happened_at, now=now
        )
        return happen(tx, [event], note=write_note(tx, words, now), now=now, done=set())


def bad(path: str, value: str | None, what: str, remedy: str) -> InputRefused:
    return InputRefused(
        [Problem(path=path, value=None if value is None else str(value)[:60], what=what, remedy=remedy)]
    )


def of_case(tx: Tx, case: str, *, path: str = "CASE") -> list[Known]:
    """The case's publications; one that was mistyped must not pass for done."""
    found = publications.of_case(tx, case_key(case))
    if not found:
        raise NotFound(path, case, "Check the case reference; see `downdate status`.")
    return found


def _only_the_director(person: Person, named: Iterable[Known]) -> None:
    for known in named:
        if not person.directs(known.service) or person.system:
            remedy = f"Only a Director of {known.service} withdraws an approval (12.1); give another reason."
            raise NotAllowedHere(Act.RETRACT, remedy)


def _only_what_waits(tx: Tx, named: Iterable[Known]) -> None:
    """Cancelling needs no reason of the policy's as long as nobody can have seen anything of it."""
    if any(post.state not in NEVER_UP for known in named for post in posts.of_publication(tx, known.id)):
        remedy = "Give the reason for which it comes down."
        raise bad("--reason", Reason.NOT_WANTED, "It is up, was up, or is going up: it cannot be cancelled.", remedy)


def numbers_of(tx: Tx, known: Known) -> set[str]:
    """The numbers named by any revision that was submitted first or approved, read without the key."""
    return {clock.subject for clock in cases.clocks_of(tx, known.id)}


def known_subject(tx: Tx, named: Iterable[Known], subject: str | None) -> None:
    numbers = {number for known in named for number in numbers_of(tx, known)}
    if subject is not None and subject not in numbers:
        raise bad("--subject", subject, "Nobody in it has this number.", f"Use one of: {', '.join(sorted(numbers))}.")


def event_of(
    key: str, what: EventType, subject: str | None, *, officer: str, happened_at: datetime, now: datetime
) -> Event:
    return Event(
        what=what.value, case_key=key, subject=subject, happened_at=happened_at, recorded_at=now, officer=officer
    )


def happen(tx: Tx, happened: list[Event], *, note: str | None, now: datetime, done: Collection[int] = ()) -> list[int]:
    """Record the events and take down, whole, each publication they cover, but for those already done."""
    rule = rule_for(happened[0].what)
    covered = [
        known
        for known in publications.of_case(tx, happened[0].case_key)
        if known.kind in rule.retracts
        and any(covers(each, known.case_key, numbers_of(tx, known)) for each in happened)
        # A draft has nothing to take down: it is blocked for as long as the event is open.
        and publications.approved_revision(tx, known.id) is not None
    ]
    for event in happened:
        _record(tx, event, covered, note=note, now=now)
    down: list[int] = []
    for known in covered:
        if rule.proves_again:
            _look_again(tx, known, now)
        if known.id not in done:
            assert rule.reason is not None  # every rule that retracts has one
            down += retract_one(tx, known, rule.reason, officer=happened[0].officer, note=note, now=now)
    return down


def _look_again(tx: Tx, known: Known, now: datetime) -> None:
    """What was taken down before is proven gone anew, however long ago that was (R51)."""
    for post in posts.of_publication(tx, known.id):
        if post.state in CLOSED and any(
            row.platform_id and row.left_at is None for row in artefacts.of_post(tx, post.id)
        ):
            posts.look_again(tx, post, now)


def _record(tx: Tx, event: Event, covered: list[Known], *, note: str | None, now: datetime) -> None:
    """Add the event, unless it blocks and the same is open already."""
    before = cases.events_of(tx, event.case_key)
    same = [each for each in before if (each.what, each.subject) == (event.what, event.subject)]
    if rule_for(event.what).blocks and any(is_open(each, before) for each in same):
        return
    cases.record(tx, event, note)
    journal.append(
        tx,
        now=now,
        actor=event.officer,
        event="happened",
        subject=event.case_key,
        what=event.what,
        who=event.subject,
        clause=rule_for(event.what).clause,
        note=note,
    )
    _open_tasks(tx, event, covered, now)


def retract_one(tx: Tx, known: Known, reason: Reason, *, officer: str, note: str | None, now: datetime) -> list[int]:
    """One immutable row; every lease ended and every epoch raised, so that this process can claim at once."""
    first = publications.retract(tx, known.id, Retraction(reason=reason, officer=officer, given_at=now), note)
    down = []
    for post in posts.of_publication(tx, known.id):
        if post.state in CLOSED:
            continue
        after = take_down(tx, post, reason=reason, actor=officer, now=now, urgent=True)
        if after.state not in CLOSED:
            down.append(post.id)
    journal.append(
        tx,
        now=now,
        actor=officer,
        event="retracted" if first else "retracted_again",
        subject=known.ref,
        reason=reason,
        clause=CLAUSE[reason],
        posts=len(down),
        note=note,
    )
    return down


def _open_tasks(tx: Tx, event: Event, covered: list[Known], now: datetime) -> None:
    """What else shows the old notice, such as leaflets and newsletters, is beyond Downdate's reach: ask a person."""
    for duty in OF_EVENT.get(EventType(event.what), ()):
        concerned = [known for known in covered if _was_up(tx, known)] if duty.per_publication else []
        if not duty.per_publication:
            # One for the act, whoever of the case it is about; any of its notices leads to the case.
            concerned = (covered or publications.of_case(tx, event.case_key))[:1]
        for known in concerned:
            _open_task(tx, duty, event, known, now)


def _open_task(tx: Tx, duty: Duty, event: Event, known: Known, now: datetime) -> None:
    assert duty.owner is not None  # every duty that an event leaves belongs to a role
    desk.open_task(
        tx,
        key=f"{duty.name}:{known.ref}:{event.what}:{now.isoformat()}",
        what=f"{duty.name}:{event.what}",
        owner=duty.owner,
        now=now,
        due_at=now + duty.within,
        publication_id=known.id,
    )


def _was_up(tx: Tx, known: Known) -> bool:
    """Whether anybody may have seen it."""
    return any(post.state in MAY_BE_VISIBLE | {State.REMOVED} for post in posts.of_publication(tx, known.id))
