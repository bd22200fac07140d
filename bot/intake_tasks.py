"""Answering a task: on record, and where the answer is an event of the case, everything it covers comes down."""

from dataclasses import dataclass
from datetime import datetime

from bot import elsewhere
from bot.context import Bot
from bot.intake_refusals import Conflict, NotFound, require
from bot.intake_takedown import bad, event_of, happen, known_subject, numbers_of
from policies.authority import Act
from policies.duties import APPEAL_CHECK, UNCHECKED, Duty, duty_of
from policies.events import rule_for
from policies.terms import Event, EventType, Person
from store import desk, journal, publications
from store.ledger import Tx, write_note
from store.publications import Known

_APPEALS = frozenset({APPEAL_CHECK.name, UNCHECKED.name})


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The task as it was, and the posts that must come down now because of the answer."""

    task: desk.Task
    down: tuple[int, ...]


def owners(person: Person) -> frozenset[str]:
    """How a task names this person: by number, by role, by role and service."""
    held = {role.value for role, _ in person.roles}
    return frozenset({person.id} | held | {f"{role}:{service}" for role, service in person.roles if service})


def answer_task(
    bot: Bot, person: Person, task_id: int, *, answer: str | None = None, subject: str | None = None, note: str = ""
) -> Answered:
    """End a task, with one of its answers where it asks for one. What ends by proof or decision does not end here."""
    require(person, Act.ACKNOWLEDGE)
    with bot.ledger.write() as tx:
        now = bot.now
        task = next((each for each in desk.open_tasks(tx) if each.id == task_id), None)
        if task is None:
            raise NotFound("ID", str(task_id), "See `downdate tasks`.")
        duty = duty_of(task.what)
        _may_end(task, duty, answer)
        known = publications.by_id(tx, task.publication_id) if task.publication_id is not None else None
        if subject is not None:
            known_subject(tx, [known] if known else [], subject)
        digest = write_note(tx, note, now)
        desk.finish_task(tx, task.key, by=person.id, now=now, answer=answer)
        journal.append(
            tx,
            now=now,
            actor=person.id,
            event="task_done",
            subject=f"task-{task_id}",
            what=task.what,
            ref=known.ref if known else None,
            answer=answer,
            note=digest,
        )
        down: list[int] = []
        if duty is not None and known is not None:
            if duty is APPEAL_CHECK:
                _end_earlier(tx, task, person, answer, now)
            for what in duty.answers.get(answer or "", ()):
                if known.kind in rule_for(what).retracts:
                    events = _events(tx, task, known, what, subject, person=person, now=now)
                    down += happen(tx, events, note=digest, now=now)
        return Answered(task=task, down=tuple(dict.fromkeys(down)))


def _may_end(task: desk.Task, duty: Duty | None, answer: str | None) -> None:
    if task.key.startswith("by-hand:"):
        what = "It ends when the copy is seen to be gone."
        raise Conflict("ID", str(task.id), what, "Take it down; Downdate goes on looking.", "5.7.4")
    if task.key.startswith(elsewhere.TASK):
        remedy = "Use `downdate stray take-down` or `downdate stray leave`."
        raise Conflict("ID", str(task.id), "It ends when a person has decided.", remedy)
    if duty is not None and duty.ends_with:
        number = task.what.partition(":")[2]
        remedy = f"Use `{duty.ends_with} {number}`."
        raise Conflict("ID", str(task.id), "It ends with the request.", remedy, duty.clause)
    answers = sorted(duty.answers) if duty is not None else []
    if answers and answer not in answers:
        raise bad("--answer", answer, "The task asks a question.", f"Use one of: {', '.join(answers)}.")
    if answer is not None and not answers:
        raise bad("--answer", answer, "The task asks no question.", "Leave it out.")


def _end_earlier(tx: Tx, task: desk.Task, person: Person, answer: str | None, now: datetime) -> None:
    """Who has just asked about an appeal has answered every earlier question about it too (R50)."""
    for other in desk.open_tasks(tx):
        if other.publication_id == task.publication_id and other.what.partition(":")[0] in _APPEALS:
            desk.finish_task(tx, other.key, by=person.id, now=now, answer=answer)


def _events(
    tx: Tx, task: desk.Task, known: Known, what: EventType, subject: str | None, *, person: Person, now: datetime
) -> list[Event]:
    """The answer as events: of the one person it is about, else of everybody whom the notice names."""
    asked_of = task.what.partition(":")[2]
    numbers = sorted(numbers_of(tx, known))
    concerned = [subject] if subject else [asked_of] if asked_of in numbers else numbers
    return [event_of(known.case_key, what, number, officer=person.id, happened_at=now, now=now) for number in concerned]
