"""Taking down: any authorised officer, at any hour, in one transaction, without anyone's approval (R56)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.context import Bot
from bot.intake_refusals import NotAllowedHere, NotFound, find, require
from bot.intake_successors import take_down
from bot.submission_checks import InputRefused, Problem, impossible_instant
from policies.authority import Act
from policies.events import EVENT_OF_REASON, covers, is_open, rule_for
from policies.lifecycle import CLOSED
from policies.terms import CLAUSE, RETRACTION_REASONS, Event, EventType, Person, Reason, Retraction, case_key
from store import cases, desk, journal, posts, publications
from store.ledger import Tx, write_note
from store.publications import Known

# 5.7.4(f), 6.4, R51, R55: what Downdate cannot reach itself, and who sees to it.
_OFFLINE = ("offline_material", "comms")
_RESULT = ("result_in_later_publicity", "comms")
_INCIDENT = ("incident", "dpo")
TASKS: dict[EventType, tuple[tuple[str, str], ...]] = {
    EventType.ELIMINATED: (_OFFLINE,),
    EventType.IDENTIFIED: (_OFFLINE,),
    EventType.APPEAL_LODGED: (_OFFLINE,),
    EventType.APPEAL_SUCCEEDED: (_OFFLINE, _RESULT),
    EventType.SENTENCE_CHANGED: (_OFFLINE, _RESULT),
    EventType.INACCURATE: (_OFFLINE, _INCIDENT),
    EventType.RESTRICTION_IMPOSED: (_OFFLINE, _INCIDENT),
}
_TASK_TIME = timedelta(days=1)


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
        raise _bad(
            "--reason", reason, "It is not a reason to retract.", f"Use one of: {', '.join(RETRACTION_REASONS)}."
        )
    if (ref is None) == (case is None):
        raise _bad("REF", None, "Either a reference or a case is needed.", "Give REF, or --case CASE.")
    with bot.ledger.write() as tx:
        now = bot.now
        named = [find(bot, tx, ref)] if ref is not None else _of_case(tx, case or "")
        if reason is Reason.APPROVAL_WITHDRAWN:
            _only_the_director(person, named)
        _known_subject(tx, named, subject)
        digest = write_note(tx, note, now)
        down: list[int] = []
        for known in named:
            down += _retract_one(tx, known, reason, officer=person.id, note=digest, now=now)
        what = EVENT_OF_REASON.get(reason)
        if what is not None:
            happened = [
                _event(named[0].case_key, what, each, officer=person.id, happened_at=now, now=now)
                for each in _concerned(tx, named, subject, whole_case=case is not None)
            ]
            down += _happened(tx, happened, note=digest, now=now, done={known.id for known in named})
        return down


def _concerned(tx: Tx, named: list[Known], subject: str | None, *, whole_case: bool) -> list[str | None]:
    """Whom the event behind a retraction is about; None is the case with everybody in it."""
    if subject is not None:
        return [subject]
    numbers = sorted(_subjects(tx, named[0]))
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
        raise _bad("WHAT", what, "It is not an event.", f"Use one of: {', '.join(EventType)}.")
    wrong = impossible_instant(happened_at, now, past=True)
    if wrong is not None:
        raise _bad("--at", happened_at.isoformat(), *wrong)
    with bot.ledger.write() as tx:
        named = _of_case(tx, case)
        _known_subject(tx, named, subject)
        words = "\n\n".join(each for each in (source.strip(), note.strip()) if each)
        event = _event(named[0].case_key, EventType(what), subject, officer=person.id, happened_at=happened_at, now=now)
        return _happened(tx, [event], note=write_note(tx, words, now), now=now, done=set())


def _bad(path: str, value: str | None, what: str, remedy: str) -> InputRefused:
    return InputRefused(
        [Problem(path=path, value=None if value is None else str(value)[:60], what=what, remedy=remedy)]
    )


def _of_case(tx: Tx, case: str) -> list[Known]:
    """The case's publications; one that was mistyped must not pass for done."""
    found = publications.of_case(tx, case_key(case))
    if not found:
        raise NotFound("CASE", case, "Check the case reference; see `downdate status`.")
    return found


def _only_the_director(person: Person, named: Iterable[Known]) -> None:
    for known in named:
        if not person.directs(known.service) or person.system:
            remedy = f"Only a Director of {known.service} withdraws an approval (12.1); give another reason."
            raise NotAllowedHere(Act.RETRACT, remedy)


def _subjects(tx: Tx, known: Known) -> set[str]:
    """The numbers named by any revision that was submitted first or approved, read without the key."""
    return {clock.subject for clock in cases.clocks_of(tx, known.id)}


def _known_subject(tx: Tx, named: Iterable[Known], subject: str | None) -> None:
    numbers = {number for known in named for number in _subjects(tx, known)}
    if subject is not None and subject not in numbers:
        raise _bad("--subject", subject, "Nobody in it has this number.", f"Use one of: {', '.join(sorted(numbers))}.")


def _event(
    key: str, what: EventType, subject: str | None, *, officer: str, happened_at: datetime, now: datetime
) -> Event:
    return Event(
        what=what.value, case_key=key, subject=subject, happened_at=happened_at, recorded_at=now, officer=officer
    )


def _happened(tx: Tx, happened: list[Event], *, note: str | None, now: datetime, done: set[int]) -> list[int]:
    """Record the events and take down, whole, each publication they cover, but for those already done."""
    for event in happened:
        _record(tx, event, note=note, now=now)
    down: list[int] = []
    rule = rule_for(happened[0].what)
    for known in publications.of_case(tx, happened[0].case_key):
        numbers = _subjects(tx, known)
        covered = known.kind in rule.retracts and any(covers(each, known.case_key, numbers) for each in happened)
        # A draft has nothing to take down: it is blocked for as long as the event is open.
        if covered and known.id not in done and publications.approved_revision(tx, known.id) is not None:
            assert rule.reason is not None  # every rule that retracts has one
            down += _retract_one(tx, known, rule.reason, officer=happened[0].officer, note=note, now=now)
    return down


def _record(tx: Tx, event: Event, *, note: str | None, now: datetime) -> None:
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
    _open_tasks(tx, event, now)


def _retract_one(tx: Tx, known: Known, reason: Reason, *, officer: str, note: str | None, now: datetime) -> list[int]:
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


def _open_tasks(tx: Tx, event: Event, now: datetime) -> None:
    """What else shows the old notice, such as leaflets and newsletters, is beyond Downdate's reach: ask a person."""
    for what, owner in TASKS.get(EventType(event.what), ()):
        desk.open_task(
            tx,
            key=f"{what}:{event.case_key}:{event.subject or 'case'}:{now.isoformat()}",
            what=f"{what}:{event.what}",
            owner=owner,
            now=now,
            due_at=now + _TASK_TIME,
        )
